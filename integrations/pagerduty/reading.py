"""What is asked of PagerDuty: incidents, who is on call. Also bot.ports.Pager."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.domain.paging import Duty, Heard
from bot.errors import NotFound, Rejected
from integrations.pagerduty.client import PagerDutyClient
from integrations.pagerduty.wire import heard_read, moment

_MOST: Final = 100
_NEWEST: Final = {"date_range": "all", "sort_by": "created_at:desc"}
_AHEAD: Final = timedelta(days=14)
_GONE: Final = frozenset({"2100", "404"})


class Account:
    """The account as JSON. Remembers which login is which user: that never changes."""

    def __init__(self, client: PagerDutyClient) -> None:
        """Ask through `client`."""
        self._client = client
        self._users: dict[str, str] = {}
        self._policies: dict[str, str] = {}

    async def by_key(self, key: str) -> dict[str, Any] | None:
        """Return the newest incident of a dedup_key, open or not; None when there is none."""
        asked = {"incident_key": key, **_NEWEST}
        reply = await self._client.get("/incidents", asked)
        found = reply.data.get("incidents") or []
        return dict(found[0]) if found else None

    async def incident(self, pager: str) -> dict[str, Any]:
        """Return one by PagerDuty's id."""
        reply = await self._client.get(f"/incidents/{pager}")
        return dict(reply.data.get("incident") or {})

    async def user(self, email: str) -> str:
        """Return the id of whoever logs in with that address.

        Raises:
            Rejected: nobody does.
        """
        if email not in self._users:
            reply = await self._client.get("/users", {"query": email, "limit": _MOST})
            for one in reply.data.get("users") or ():
                self._users[str(one.get("email", "")).lower()] = str(one["id"])
        if email.lower() not in self._users:
            message = f"{email} has no PagerDuty login: correct `oncall.logins` in signalbox.yml."
            raise Rejected(message, code="no_login")
        return self._users[email.lower()]

    async def policy(self, service: str) -> str:
        """Return the id of a service's escalation policy."""
        if service not in self._policies:
            reply = await self._client.get(f"/services/{service}")
            held = (reply.data.get("service") or {}).get("escalation_policy") or {}
            self._policies[service] = str(held.get("id", ""))
        return self._policies[service]


class PagerDutyPager:
    """bot.ports.Pager; needs the REST key."""

    def __init__(self, client: PagerDutyClient) -> None:
        """Ask through `client`."""
        self._client = client
        self._account = Account(client)

    async def on_call(self, service: str | None, *, ahead: bool = False) -> tuple[Duty, ...]:
        """Return who is on call for a service, lowest level first."""
        named = service or self._client.access.service
        if named is None:
            return ()
        asked: dict[str, Any] = {
            "escalation_policy_ids[]": [await self._account.policy(named)],
            "include[]": ["users"],
            "earliest": "true",
            "limit": _MOST,
        }
        if ahead:
            now = datetime.now(UTC)
            asked |= {"since": now.isoformat(), "until": (now + _AHEAD).isoformat()}
        reply = await self._client.get("/oncalls", asked)
        duties = [_duty(one) for one in reply.data.get("oncalls") or ()]
        return tuple(sorted(duties, key=lambda one: (one.level, one.name)))

    async def look(self, pager: str | None, key: str) -> Heard | None:
        """Return an incident as it is just now, by its id or its key."""
        path, asked = (
            (f"/incidents/{pager}", None)
            if pager
            else ("/incidents", {"incident_key": key, **_NEWEST})
        )
        try:
            reply = await self._client.get(path, asked)
        except Rejected as error:
            if error.code in _GONE:
                message = f"PagerDuty has no incident {pager or key} any more."
                raise NotFound(message) from error
            raise
        one = reply.data.get("incident") or next(iter(reply.data.get("incidents") or ()), None)
        return heard_read(one, reply.at or datetime.now(UTC)) if one else None


def _duty(said: Mapping[str, Any]) -> Duty:
    user, policy = said.get("user") or {}, said.get("escalation_policy") or {}
    return Duty(
        level=int(said.get("escalation_level") or 1),
        name=str(user.get("summary") or user.get("name") or "somebody")[:80],
        email=str(user.get("email") or ""),
        policy=str(policy.get("summary") or "")[:80],
        until=moment(said["end"]) if said.get("end") else None,
    )
