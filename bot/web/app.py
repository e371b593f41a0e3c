"""The aiohttp application: one path for Slack, three for whoever runs the bot."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.web.health import Check, readiness
from bot.web.metrics import CONTENT_TYPE, Metrics

BODY_MAX: Final = 1_000_000  # bytes; a view submission with 100 full inputs stays under 500 kB

Sample = Callable[[], Awaitable[None]]


def application(
    bolt: AsyncApp | None,
    metrics: Metrics,
    checks: Mapping[str, Check],
    *,
    routes: Iterable[web.RouteDef] = (),
    sample: Sample | None = None,
) -> web.Application:
    """Return the application.

    Args:
        bolt: answers POST /slack/events; None when Socket Mode is used.
        metrics: shown by GET /metrics.
        checks: what must hold for GET /readyz, by name.
        routes: more paths (webhooks, the status page).
        sample: brings the gauges of `metrics` up to date before they are shown.
    """
    app = web.Application(client_max_size=BODY_MAX)
    app.on_response_prepare.append(_anonymous)
    if bolt is not None:
        app.router.add_post("/slack/events", _slack(bolt))
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _ready(checks))
    app.router.add_get("/metrics", _shown(metrics, sample))
    app.add_routes(routes)
    return app


def _slack(bolt: AsyncApp) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def events(request: web.Request) -> web.StreamResponse:
        answer = await bolt.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    return events


async def _alive(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "alive"})


def _ready(
    checks: Mapping[str, Check],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def ready(_request: web.Request) -> web.StreamResponse:
        report = await readiness(checks)
        return web.json_response(report.shown(), status=200 if report.ready else 503)

    return ready


def _shown(
    metrics: Metrics, sample: Sample | None
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def shown(_request: web.Request) -> web.StreamResponse:
        if sample is not None:
            await sample()
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return shown


async def _anonymous(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "signalbox"  # aiohttp would name its and Python's versions
