"""A running process: ears, workers and the web server, until a signal ends it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from slack_bolt.async_app import AsyncApp

from bot.bootstrap.pager import pager_routes, start_sweeping
from bot.bootstrap.parts import Parts, parts
from bot.settings import Settings
from bot.slack.app import bolt_app
from bot.slack.reachable import Reachable
from bot.slack.sockets import Sockets
from bot.store import keys
from bot.store.load import load
from bot.web.app import application
from bot.web.health import Check
from bot.web.server import Server
from bot.web.status.routes import routes as status_routes
from bot.work.docket import DocketWork

EVERYTHING = frozenset({"listener", "worker", "scheduler"})

log = structlog.get_logger(__name__)


async def run(settings: Settings, roles: frozenset[str]) -> None:
    """Run these roles until SIGTERM or SIGINT; then finish what is under way."""
    async with parts(settings) as built, serving(built, roles) as url:
        log.info("ready", url=url, roles=sorted(roles), workspace=built.us.team_name)
        await until_signal()
        log.info("stopping")


async def until_signal() -> None:
    """Return at SIGTERM or SIGINT; a second one ends the process at once."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)
    for name in names:
        loop.add_signal_handler(name, ended.set)
    await ended.wait()
    for name in names:
        loop.remove_signal_handler(name)


@asynccontextmanager
async def serving(built: Parts, roles: frozenset[str]) -> AsyncIterator[str]:
    """Serve; yields the address of the web server. Leaving takes no more and drains."""
    async with AsyncExitStack() as stack:
        if "worker" in roles:
            await start_sweeping(built.link, built.store, built.clock)
            await stack.enter_async_context(_working(built))
        checks: dict[str, Check] = {"redis": _redis_check(built)}
        http = None
        if "listener" in roles:
            http = await _listening(built, stack, checks)
        public = built.use.public_status
        app = application(
            http,
            built.metrics,
            checks,
            routes=[
                *(status_routes(public) if public else ()),
                *pager_routes(built.settings, built.store, built.clock, built.metrics.acked),
            ],
            sample=_sample(built),
        )
        server = Server(app, built.settings.host, built.settings.port)
        await server.start()
        stack.push_async_callback(server.stop)
        yield server.url


async def _listening(
    built: Parts, stack: AsyncExitStack, checks: dict[str, Check]
) -> AsyncApp | None:
    """Listen to Slack; returns the app that HTTP requests go to, None in Socket Mode."""
    secret = built.settings.slack_signing_secret
    bolt = bolt_app(built.api, secret.get_secret_value() if secret else None)
    built.listeners.attach(bolt)
    stack.push_async_callback(built.opener.drain)
    token = built.settings.slack_app_token
    if token is None:
        checks["slack"] = Reachable(built.api, built.clock).check
        return bolt
    sockets = Sockets(built.api, token.get_secret_value(), bolt)
    await sockets.start()
    stack.push_async_callback(sockets.stop)
    checks["slack"] = sockets.check
    return None


def _sample(built: Parts) -> Callable[[], Awaitable[None]]:
    async def sample() -> None:
        now = await load(built.store.connection, built.clock.now())
        built.metrics.lanes(waiting=now.entries, failing=now.failing)
        built.metrics.lag(now.lag.total_seconds())

    return sample


def _redis_check(built: Parts) -> Check:
    async def ask() -> str | None:
        await built.store.connection.call("PING")
        return None

    return ask


@asynccontextmanager
async def _working(built: Parts) -> AsyncIterator[None]:
    work = DocketWork(
        built.redis_url,
        built.store.due,
        built.clock,
        name=keys.DOCKET(),
        redelivery_timeout=built.tempo.redelivery,
        reoffer=built.tempo.reoffer,
        sole=built.settings.redis_url is None,
    )
    handlers = {
        "intent": built.boundary.intent,
        "timer": built.boundary.timer,
        "failed": built.boundary.failed,
        "lane": built.lane,
    }
    task = asyncio.create_task(work.run(handlers), name="work")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
