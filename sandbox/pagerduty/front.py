"""What every request goes through: it is recorded, checked for its key, and faults happen to it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from aiohttp import web

from sandbox.pagerduty.faults import Faults

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CHANGING: Final = frozenset({"POST", "PUT"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, for tests. Header names are lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: Any


def refused(status: int, message: str, code: int, *errors: str) -> web.Response:
    """Return an error as PagerDuty writes it."""
    error = {"code": code, "message": message, "errors": list(errors) or [message]}
    return web.json_response({"error": error}, status=status)


class Front:
    """The middleware. `asked` holds every request of the bot, in order."""

    def __init__(self, faults: Faults, token: str, now: Callable[[], datetime]) -> None:
        """`token`: the REST key that is accepted. `now`: the account's own time."""
        self.asked: list[Asked] = []
        self._now = now
        self._faults = faults
        self._token = token

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Record it, let faults happen, check the key, answer."""
        if request.path.startswith("/page"):
            return await handler(request)
        body = await request.read()
        self._note(request, body)
        stopped = await self._struck(request.path)
        if stopped is not None:
            return stopped
        if not request.path.startswith("/v2/") and not self._authorised(request):
            return refused(401, "Unauthorized", 2006)
        answer = await handler(request)
        answer.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        if request.method in CHANGING and self._faults.strike("lost_answer", request.path):
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPInternalServerError
        return answer

    def _authorised(self, request: web.Request) -> bool:
        return request.headers.get("Authorization", "").lower() == (
            f"token token={self._token}".lower()
        )

    async def _struck(self, path: str) -> web.StreamResponse | None:
        if fault := self._faults.strike("delay", path):
            await asyncio.sleep(fault.seconds)
        if fault := self._faults.strike("ratelimited", path):
            headers = {"ratelimit-limit": "960", "ratelimit-remaining": "0"}
            headers["ratelimit-reset"] = str(int(fault.seconds))
            limited = refused(429, "Rate Limit Exceeded", 2020)
            limited.headers.update(headers)
            return limited
        if self._faults.strike("error", path):
            return refused(500, "Internal Server Error", 2000)
        return None

    def _note(self, request: web.Request, body: bytes) -> None:
        self.asked.append(
            Asked(
                request.method,
                request.path,
                tuple(request.query.items()),
                {name.lower(): value for name, value in request.headers.items()},
                json.loads(body) if body else None,
            )
        )
