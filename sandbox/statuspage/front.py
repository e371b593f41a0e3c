"""The door: tokens, faults, and a record of what was asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from sandbox.statuspage.faults import Fault, Faults
from sandbox.statuspage.state import API_TOKEN, Json, Refused

_PLAIN: Final = {"error": 500, "absent": 405}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_SCHEMES: Final = {"/v1/": "OAuth", "/generic/": "Bearer"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the bot. `status` 0: it got no answer."""

    method: str
    path: str
    query: dict[str, str]
    body: Json | None
    status: int


class Front:
    """A middleware."""

    def __init__(self, faults: Faults) -> None:
        """Nothing was asked yet."""
        self._faults = faults
        self.asked: list[Asked] = []

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through to the API, or not."""
        scheme = next((_SCHEMES[one] for one in _SCHEMES if request.path.startswith(one)), None)
        if scheme is None:
            return await handler(request)
        body = await request.json() if request.can_read_body else None
        fault = self._faults.strike(request.method, request.path)
        answer = await self._answer(request, handler, scheme, fault)
        lost = fault is not None and fault.kind == "lost_answer"
        status = 0 if lost else answer.status
        query = dict(request.query)
        self.asked.append(Asked(request.method, request.path, query, body, status))
        if lost and request.transport is not None:
            request.transport.close()
        return answer

    async def _answer(
        self, request: web.Request, handler: Handler, scheme: str, fault: Fault | None
    ) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"{scheme} {API_TOKEN}":
            return web.json_response({"error": "Could not authenticate"}, status=401)
        if fault is not None and fault.kind in {"limited", "too_many"}:
            status = 420 if fault.kind == "limited" else 429
            headers = {"Retry-After": f"{fault.seconds:g}"} if fault.seconds else {}
            return web.json_response({"error": "Slow down"}, status=status, headers=headers)
        if fault is not None and fault.kind in _PLAIN:
            return web.json_response({"error": fault.kind}, status=_PLAIN[fault.kind])
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        try:
            return await handler(request)
        except Refused as error:
            return web.json_response({"error": [str(error)]}, status=error.status)
