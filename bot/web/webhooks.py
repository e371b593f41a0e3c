"""Webhooks: signed, recorded, answered 202; worked on afterwards.

Whatever passes is answered 5xx, so that the sender keeps the event and tries again: a 4xx is
dropped for good, and three in a row switch a PagerDuty subscription off for a day.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from aiohttp import web

from bot.domain.intent import Intent
from bot.errors import Denied, Unavailable
from bot.ports import Clock, Inbox

log = structlog.get_logger(__name__)

Accept = Callable[[bytes, Mapping[str, str], datetime], Intent]
"""Makes an intent of a request's raw body and headers. Denied: its signature is wrong."""


def webhook(
    path: str,
    accept: Accept | None,
    inbox: Inbox,
    clock: Clock,
    watch: Callable[[str, float], None],
) -> web.RouteDef:
    """Return the route. `accept` None: its secret is not set yet, so everything is kept waiting."""

    async def heard(request: web.Request) -> web.StreamResponse:
        began = time.monotonic()
        body = await request.read()
        if accept is None:
            log.warning("webhook.no_secret", path=path)
            return web.Response(status=503, text="the webhook's secret is not set")
        try:
            await inbox.record(accept(body, request.headers, clock.now()))
        except Denied:
            log.warning("webhook.wrong_signature", path=path)
            return web.Response(status=401, text="wrong signature")
        except Unavailable as error:
            log.warning("webhook.not_recorded", path=path, why=str(error))
            return web.Response(status=500, text="not recorded; send it again")
        watch("webhook", time.monotonic() - began)
        return web.Response(status=202)

    return web.post(path, heard)
