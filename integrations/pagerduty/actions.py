"""What runbooks may ask of PagerDuty. The key is the secret PAGERDUTY_API_TOKEN of the system.

system.yml: `secrets: [PAGERDUTY_API_TOKEN]` and `pagerduty: {service: P..., from: ops@...}`.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from bot.action import (
    ActionSet,
    Call,
    Context,
    Effect,
    Params,
    Planned,
    Probe,
    Result,
    Risk,
)
from bot.errors import Invalid
from integrations.pagerduty.client import Access, PagerDutyClient
from integrations.pagerduty.reading import Account, PagerDutyPager

TOKEN: Final = "PAGERDUTY_API_TOKEN"  # noqa: S105 - the name of a secret
API: Final = "https://api.pagerduty.com"
TIMEOUT_S: Final = 30


class RunbookPagerDuty:
    """PagerDuty by a system's settings; opened with the key of the run that uses it first."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Keep the settings."""
        self.api_url = str(settings.get("api_url") or API)
        self.service = str(settings.get("service") or "")
        self._from = str(settings.get("from") or "")
        self._opened: dict[str, PagerDutyClient] = {}

    def client(self, context: Context) -> PagerDutyClient:
        """Return the client for a run.

        Raises:
            Invalid: a setting or the key is missing.
        """
        token = context.secrets.get(TOKEN)
        if not token or not self._from or not self.service:
            message = (
                f"system.yml needs `secrets: [{TOKEN}]` and `pagerduty: {{service: P..., "
                "from: an address with a login}`, and the variable must be set."
            )
            raise Invalid(message)
        if token not in self._opened:
            access = Access(self.api_url, "", token, None, self._from, self.service)
            self._opened[token] = PagerDutyClient(access)
        return self._opened[token]

    async def close(self) -> None:
        """Close what was opened."""
        for client in self._opened.values():
            await client.close()


class OnCalls(Params):
    """Nothing to choose: the system's own service."""


class CreateIncident(Params):
    """A page."""

    title: str = Field(min_length=1, max_length=300)
    details: str = Field(default="", max_length=3000)
    urgency: str = Field(default="high", pattern="^(high|low)$")


actions: ActionSet[RunbookPagerDuty] = ActionSet("pagerduty")


@actions.read(OnCalls, timeout_s=TIMEOUT_S)
async def oncalls(client: RunbookPagerDuty, params: OnCalls, context: Context) -> Result:
    """Say who is on call for the system."""
    del params
    duties = await PagerDutyPager(client.client(context)).on_call(client.service)
    said = [f"level {one.level}: {one.name}" for one in duties]
    people = [{"level": one.level, "name": one.name} for one in duties]
    return Result(summary=", ".join(said) or "Nobody is on call.", data={"oncalls": people})


@actions.change(CreateIncident, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=TIMEOUT_S)
async def create_incident(
    client: RunbookPagerDuty, params: CreateIncident, planned: Planned, context: Context
) -> Result:
    """Page whoever is on call for the system."""
    del planned
    said = {
        "type": "incident",
        "title": params.title,
        "service": {"id": client.service, "type": "service_reference"},
        "urgency": params.urgency,
        "incident_key": context.step_key,
        "body": {"type": "incident_body", "details": params.details or params.title},
    }
    reply = await client.client(context).change("POST", "/incidents", {"incident": said})
    made = reply.data.get("incident") or {}
    return Result(summary=f"PagerDuty incident {made.get('id')}.", data={"id": made.get("id")})


@create_incident.plan
async def plan_create(
    client: RunbookPagerDuty, params: CreateIncident, context: Context
) -> Planned:
    """Name the service and the words."""
    client.client(context)
    target = f"pagerduty:service/{client.service}"
    text = f"page ({params.urgency} urgency): {params.title}"
    return Planned(targets=(target,), calls=(Call(target=target, text=text),))


@create_incident.probe
async def was_created(
    client: RunbookPagerDuty, params: CreateIncident, planned: Planned, context: Context
) -> Probe:
    """Look for it by its key."""
    del params, planned
    found = await Account(client.client(context)).by_key(context.step_key)
    return Probe.NOT_DONE if found is None else Probe.DONE
