"""PagerDuty of the settings, wired: client, lane, webhook, use cases."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.bootstrap.lanes import LaneDrain, Observe
from bot.domain.change import Change, Timer
from bot.domain.config import Config
from bot.domain.intent import Intent
from bot.errors import Denied
from bot.ports import Clock, Directory, Pager, WorkHandler
from bot.settings import Settings
from bot.store.store import RedisStore
from bot.usecases.duties import Duties
from bot.usecases.escalations import Escalations
from bot.usecases.finding import Finding
from bot.usecases.followers import Follower, Followers
from bot.usecases.oncall import OnCall
from bot.usecases.pagerduty_in import PagerDutyIn
from bot.usecases.paging import Paging, Reach
from bot.usecases.people import People
from bot.usecases.telling import Telling
from bot.web.webhooks import webhook
from integrations.pagerduty import webhook as v3
from integrations.pagerduty.calls import Calls
from integrations.pagerduty.client import Access, PagerDutyClient
from integrations.pagerduty.reading import PagerDutyPager

PAGER_LANE: Final = "pagerduty"  # the word before the colon
BUDGET_S: Final = 20.0
LEASE: Final = timedelta(seconds=BUDGET_S + 10)
PATH: Final = "/webhooks/pagerduty"


@dataclass(frozen=True, slots=True)
class PagerLink:
    """The way to PagerDuty. `client` None: nothing is set up, nothing is sent."""

    reach: Reach
    client: PagerDutyClient | None = None
    pager: Pager | None = None


@asynccontextmanager
async def opened_pager(settings: Settings) -> AsyncIterator[PagerLink]:
    """Build the way that the settings allow; close its connections at the end."""
    key, token = settings.pagerduty_routing_key, settings.pagerduty_api_token
    access = Access(
        settings.pagerduty_api_url,
        settings.pagerduty_events_url,
        token.get_secret_value() if token else None,
        key.get_secret_value() if key else None,
        settings.pagerduty_from_email,
        settings.pagerduty_service_id,
    )
    on = key is not None or (access.rest and access.service is not None)
    if not on:
        yield PagerLink(Reach())
        return
    client = PagerDutyClient(access)
    try:
        pager = PagerDutyPager(client) if access.rest else None
        yield PagerLink(Reach(on=True, rest=access.rest), client, pager)
    finally:
        await client.close()


@dataclass(frozen=True, slots=True)
class PagerParts:
    """The use cases."""

    paging: Paging
    escalations: Escalations
    oncall: OnCall
    inward: PagerDutyIn
    followers: Followers


def pager_parts(  # noqa: PLR0913, PLR0917 - wiring gives each once
    link: PagerLink,
    config: Config,
    store: RedisStore,
    directory: Directory,
    people: People,
    finding: Finding,
    telling: Telling,
    others: Sequence[Follower],
) -> PagerParts:
    """Wire the use cases to their ports; `others` follow incidents besides PagerDuty."""
    memory = store.memory
    paging = Paging(memory, config, link.reach)
    duties = Duties(config, directory, link.pager)
    escalations = Escalations(memory, config, people, duties, paging, telling)
    rest = Followers((escalations, *others))
    return PagerParts(
        paging=paging,
        escalations=escalations,
        oncall=OnCall(memory, config, directory, people, finding, telling, duties, paging),
        inward=PagerDutyIn(memory, telling, paging, link.pager, rest),
        followers=Followers((paging, escalations, *others)),
    )


def pager_lane(
    link: PagerLink, store: RedisStore, clock: Clock, observe: Observe
) -> dict[str, WorkHandler]:
    """Return what delivers the lanes `pagerduty:INC`, by the word before the colon."""
    if link.client is None:
        return {}
    calls = Calls(link.client, clock, BUDGET_S)
    return {PAGER_LANE: LaneDrain(store.outbox, clock, calls.perform, LEASE, observe).drain}


def pager_routes(
    settings: Settings,
    store: RedisStore,
    clock: Clock,
    watch: Callable[[str, float], None],
) -> list[web.RouteDef]:
    """Return POST /webhooks/pagerduty, where PagerDuty is set up at all."""
    secrets = [one.get_secret_value() for one in settings.pagerduty_webhook_secret]
    known = secrets or settings.pagerduty_api_token or settings.pagerduty_routing_key
    if not known:
        return []
    accept = _accept(secrets) if secrets else None
    return [webhook(PATH, accept, store.inbox, clock, watch)]


async def start_sweeping(link: PagerLink, store: RedisStore, clock: Clock) -> None:
    """Look at PagerDuty from now on; one timer, however many processes start."""
    if link.client is not None:
        timer = Timer(kind="pagerduty-sync", subject="all", at=clock.now())
        await store.memory.commit(Change(timers=(timer,)))


def _accept(
    secrets: Sequence[str],
) -> Callable[[bytes, Mapping[str, str], datetime], Intent]:
    def accept(body: bytes, headers: Mapping[str, str], now: datetime) -> Intent:
        if not v3.is_signed(body, headers.get(v3.SIGNATURE, ""), secrets):
            message = "The signature is wrong."
            raise Denied(message)
        return v3.intent(body, headers.get(v3.WEBHOOK_ID, ""), now)

    return accept
