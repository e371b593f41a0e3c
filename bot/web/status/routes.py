"""The three public paths, with an ETag and a short cache: an outage draws crowds."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.errors import Unavailable
from bot.usecases.statuspage_public import PublicPage, PublicStatus
from bot.web.status.feed import atom
from bot.web.status.page import HtmlPage
from bot.web.status.summary import summary

FRESH_S: Final = 15
_HEADERS: Final = {
    "Cache-Control": f"public, max-age={FRESH_S}, stale-if-error=600",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
}

Render = Callable[[PublicPage, str], str]
"""Makes a body of the page and its own address."""


def routes(status: PublicStatus) -> list[web.RouteDef]:
    """Return GET /status, /status/api/v2/summary.json and /status/history.atom."""
    html = HtmlPage()
    shown = _Shown(status)
    return [
        web.get("/status", shown.serve("text/html", lambda page, _url: html.render(page))),
        web.get(
            "/status/api/v2/summary.json",
            shown.serve("application/json", _json, {"Access-Control-Allow-Origin": "*"}),
        ),
        web.get("/status/history.atom", shown.serve("application/atom+xml", atom)),
    ]


def _json(page: PublicPage, url: str) -> str:
    return json.dumps(summary(page, url), ensure_ascii=False)


class _Shown:
    """Renders again only when something has changed; keeps one body for each path."""

    def __init__(self, status: PublicStatus) -> None:
        self._status = status
        self._kept: dict[str, tuple[str, bytes]] = {}

    def serve(
        self, content_type: str, render: Render, headers: dict[str, str] | None = None
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the handler of one path."""

        async def answer(request: web.Request) -> web.StreamResponse:
            url = f"{request.scheme}://{request.host}/status"
            try:
                page = await self._status.page()
            except Unavailable:
                return web.Response(status=503, text="Try again in a minute.", headers=_HEADERS)
            tag, body = self._body(content_type, url, page, render)
            known = any(one.value in {tag, "*"} for one in request.if_none_match or ())
            made = web.Response(
                status=304 if known else 200,
                body=None if known else body,
                headers={**_HEADERS, **(headers or {})},
            )
            made.etag = tag
            if not known:
                made.headers["Content-Type"] = f"{content_type}; charset=utf-8"
            return made

        return answer

    def _body(
        self, content_type: str, url: str, page: PublicPage, render: Render
    ) -> tuple[str, bytes]:
        today = f"{page.now:%Y-%m-%d}"
        said = f"{content_type} {url} {today} {page.model_dump_json(exclude={'now'})}"
        tag = hashlib.sha256(said.encode()).hexdigest()[:32]
        kept = self._kept.get(content_type)
        if kept is None or kept[0] != tag:
            kept = self._kept[content_type] = (tag, render(page, url).encode())
        return kept
