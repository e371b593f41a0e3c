"""Every part of one process, built from the settings and wired to the others."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.bootstrap.carrying_out import carrying_out
from bot.bootstrap.found import find_commands
from bot.bootstrap.lanes import by_prefix
from bot.bootstrap.pager import PagerLink, opened_pager, pager_lane, pager_parts
from bot.bootstrap.runbooks import Toolbox, opened_toolbox
from bot.bootstrap.status_page import (
    PAGE_LANE,
    Provider,
    customer_parts,
    opened_provider,
    page_lane,
)
from bot.bootstrap.templates import templates
from bot.bootstrap.tempo import NORMAL, Tempo
from bot.boundary import Boundary
from bot.config_files import read_config
from bot.domain.config import Config
from bot.errors import ConfigError, Rejected
from bot.ports import Clock, Directory, Messages, Pace, WorkHandler
from bot.routing import Routes
from bot.settings import Settings, environment, redis_address
from bot.slack.deliverer import Deliverer
from bot.slack.directory import SlackDirectory
from bot.slack.listeners import Listeners
from bot.slack.opener import Opener
from bot.slack.said import SlackMessages
from bot.slack.scopes import Identity, identity
from bot.slack.webapi import WebApi
from bot.store.embedded import EmbeddedServer
from bot.store.store import RedisStore
from bot.usecases import UseCases
from bot.usecases.crew import Crew
from bot.usecases.delivery import Delivery
from bot.usecases.finding import Finding
from bot.usecases.incidents import Incidents
from bot.usecases.listening import Listening
from bot.usecases.people import People
from bot.usecases.reading import Reading
from bot.usecases.reminders import Reminders
from bot.usecases.telling import Telling
from bot.views.templates import Templates
from bot.web.metrics import Metrics

T = TypeVar("T")


class SystemClock:
    """bot.ports.Clock by the machine's clock."""

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process is made of."""

    settings: Settings
    tempo: Tempo
    config: Config
    clock: Clock
    redis_url: str
    store: RedisStore
    api: WebApi
    us: Identity
    use: UseCases
    routes: Routes
    boundary: Boundary
    deliverer: Deliverer
    lane: WorkHandler  # hands each lane to what delivers it
    link: PagerLink
    opener: Opener
    listeners: Listeners
    metrics: Metrics


@asynccontextmanager
async def opened_store(
    settings: Settings, clock: Clock | None = None, *, visit: bool = False
) -> AsyncIterator[tuple[RedisStore, str]]:
    """Open the bot's memory, starting the embedded server when no REDIS_URL is set.

    `visit`: a server that a running bot has started is used too, instead of refused.
    """
    async with AsyncExitStack() as stack:
        url = redis_address(settings)
        if url is None:
            server = EmbeddedServer(settings.signalbox_data_dir)
            stack.push_async_callback(server.stop)
            url = (await server.join() if visit else None) or await server.start()
        store = RedisStore.at(url, clock or SystemClock())
        stack.push_async_callback(store.close)
        yield store, url


@asynccontextmanager
async def parts(
    settings: Settings,
    *,
    pace: Pace | None = None,
    tempo: Tempo = NORMAL,
    clock: Clock | None = None,
) -> AsyncIterator[Parts]:
    """Build everything; close it at the end.

    `pace` None: Slack's limits, shared by all replicas. `clock` None: the machine's.

    Raises:
        ConfigError: a setting or a file is missing or wrong.
    """
    clock = clock or SystemClock()
    config = read_config(settings.signalbox_config, settings.signalbox_runbooks, environment())
    async with AsyncExitStack() as stack:
        store, url = await stack.enter_async_context(opened_store(settings, clock))
        token, timeout_s = _token(settings), tempo.call.total_seconds()
        api = WebApi.connect(token, settings.slack_api_url, timeout_s=timeout_s)
        stack.push_async_callback(api.close)
        us = await _identity(api)
        box = await stack.enter_async_context(opened_toolbox(settings, config))
        paced = pace or store.pace
        page = await stack.enter_async_context(opened_provider(settings, store, paced, clock))
        link = await stack.enter_async_context(opened_pager(settings))
        yield _wired(settings, box, store, url, api, us, paced, tempo, clock, page, link)


def _wired(  # noqa: PLR0913, PLR0917 - wiring gives each once
    settings: Settings,
    box: Toolbox,
    store: RedisStore,
    url: str,
    api: WebApi,
    us: Identity,
    pace: Pace,
    tempo: Tempo,
    clock: Clock,
    page: Provider,
    link: PagerLink,
) -> Parts:
    metrics = Metrics()
    routes = Routes.of(find_commands())
    use = use_cases(
        settings,
        page,
        link,
        box,
        store,
        clock,
        SlackDirectory(api, clock, us.team),
        SlackMessages(api),
        templates(settings),
        us.user,
    )
    boundary = Boundary(store.inbox, store.memory, clock, use, routes.handler, routes.timers)
    deliverer = Deliverer(
        store.outbox,
        pace,
        clock,
        api,
        renderers={
            "card": use.delivery.card,
            "topic": use.delivery.topic,
            "declared": use.delivery.declared,
            "called": use.delivery.called,
            "home": use.delivery.home,
            **use.delivery.runs.renderers,
        },
        bot_user=us.user,
        lease=tempo.lease,
        observe=metrics.delivered,
    )
    to_page = page_lane(page, store, clock, metrics.delivered)
    opener = Opener(api, use, routes.forms)
    listeners = Listeners(
        find_commands(), store.inbox, clock, opener, bot_user=us.user, watch=metrics
    )
    return Parts(
        settings=settings,
        tempo=tempo,
        config=box.config,
        clock=clock,
        redis_url=url,
        store=store,
        api=api,
        us=us,
        use=use,
        routes=routes,
        boundary=boundary,
        deliverer=deliverer,
        lane=by_prefix(
            deliverer.drain,
            {PAGE_LANE: to_page.drain, **pager_lane(link, store, clock, metrics.delivered)},
        ),
        link=link,
        opener=opener,
        listeners=listeners,
        metrics=metrics,
    )


def use_cases(  # noqa: PLR0913, PLR0917 - wiring gives each once
    settings: Settings,
    page: Provider,
    link: PagerLink,
    box: Toolbox,
    store: RedisStore,
    clock: Clock,
    directory: Directory,
    messages: Messages,
    texts: Templates,
    bot_user: str,
) -> UseCases:
    """Wire the use cases to their ports."""
    config, memory = box.config, store.memory
    people = People(config, directory, memory)
    finding = Finding(memory, people)
    telling = Telling(config, texts)
    reading = Reading(memory, clock, config, people, finding)
    about_runs = carrying_out(box, store, clock, directory, people, finding)
    runs = about_runs.run_delivery
    clean = box.redactor.text
    customers = customer_parts(
        settings, config, page, store, clock, directory, people, telling, clean
    )
    woken = pager_parts(
        link, config, store, directory, people, finding, telling, (customers.pages,)
    )
    return UseCases(
        config=config,
        people=people,
        finding=finding,
        telling=telling,
        incidents=Incidents(memory, config, directory, people, finding, telling, woken.followers),
        crew=Crew(config, directory, people, telling, woken.paging, woken.escalations),
        reading=reading,
        reminders=Reminders(memory, telling),
        listening=Listening(memory, messages, people, finding, telling, bot_user),
        delivery=Delivery(memory, store.outbox, clock, config, people, telling, reading, runs),
        limits=about_runs.limits,
        runs=about_runs.runs,
        approvals=about_runs.approvals,
        execution=about_runs.execution,
        run_reading=about_runs.run_reading,
        status_pages=customers.pages,
        page_watch=customers.watch,
        public_status=customers.public,
        oncall=woken.oncall,
        escalations=woken.escalations,
        pagerduty_in=woken.inward,
    )


async def _identity(api: WebApi) -> Identity:
    try:
        return await identity(api)
    except Rejected as error:
        message = f"SLACK_BOT_TOKEN is not accepted by Slack: {error}"
        raise ConfigError(message) from error


def _token(settings: Settings) -> str:
    if settings.slack_bot_token is None:
        message = (
            "SLACK_BOT_TOKEN is not set: copy the Bot User OAuth Token (xoxb-...) of your Slack "
            "app. To try Signalbox without Slack: `signalbox demo`."
        )
        raise ConfigError(message)
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        message = (
            "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set: "
            "Signalbox cannot hear Slack. Socket Mode needs no public address."
        )
        raise ConfigError(message)
    return settings.slack_bot_token.get_secret_value()
