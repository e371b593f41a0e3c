"""Socket Mode: the sockets that the app holds open, and what is sent down each.

docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from sandbox.slack.answer import Answer, Retry
from sandbox.slack.model import APP_ID, Json

SOCKETS_MOST: Final = 10  # the same page: "up to 10 open WebSocket connections"


@dataclass(slots=True, eq=False)
class Socket:
    """One open connection. A `stalled` one stays open and delivers nothing."""

    connection: web.WebSocketResponse
    request: web.Request
    number: int
    stalled: bool = False
    delivered: list[Json] = field(default_factory=list)


class Sockets:
    """All open sockets; each payload goes to exactly one of them, in turn."""

    def __init__(self) -> None:
        """None open at first."""
        self.open: list[Socket] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = 0
        self._opened = 0

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self.open)

    def ticket(self) -> str:
        """Leave to open one socket, once."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it closes."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=404, text="no such ticket")
        self._tickets.remove(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        if len(self.open) >= SOCKETS_MOST:
            await connection.send_json(_disconnect("too_many_websockets"))
            await connection.close()
            return connection
        self._opened += 1
        socket = Socket(connection, request, self._opened)
        self.open.append(socket)
        try:
            await connection.send_json(_hello(len(self.open)))
            await self._listen(connection)
        finally:
            if socket in self.open:
                self.open.remove(socket)
        return connection

    async def _listen(self, connection: web.WebSocketResponse) -> None:
        async for message in connection:
            if message.type is not WSMsgType.TEXT:
                continue
            with contextlib.suppress(ValueError):
                ack = json.loads(message.data)
                waiting = self._waiting.get(str(ack.get("envelope_id")))
                if waiting is not None and not waiting.done():
                    waiting.set_result(ack.get("payload"))

    async def send(self, kind: str, payload: Json, timeout_s: float, retry: Retry) -> Answer:
        """Send one payload down one socket and wait for its ack."""
        socket = self._next()
        envelope_id = secrets.token_hex(16)
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        try:
            if not socket.stalled:
                await self._write(socket, _envelope(envelope_id, kind, payload, retry))
            return Answer(200, await asyncio.wait_for(waiting, timeout_s))
        except TimeoutError:
            return Answer(0, error="operation_timeout")
        except ConnectionError:
            return Answer(0, error="dispatch_failed")
        finally:
            del self._waiting[envelope_id]

    async def _write(self, socket: Socket, envelope: Json) -> None:
        socket.delivered.append(envelope)
        await socket.connection.send_json(envelope)

    def _next(self) -> Socket:
        self._turn += 1
        return self.open[self._turn % len(self.open)]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket to reconnect; `warning` leaves them open, as Slack's does."""
        for socket in list(self.open):
            await socket.connection.send_json(_disconnect(reason))
            if reason != "warning":
                self.open.remove(socket)
                await socket.connection.close()

    def drop(self, how_many: int) -> None:
        """Cut sockets without a word; 0 = all."""
        for socket in self.open[: how_many or None]:
            self.open.remove(socket)
            if socket.request.transport is not None:
                socket.request.transport.abort()

    def stall(self, how_many: int) -> None:
        """Let sockets stay open and deliver nothing; 0 = all that are open now."""
        for socket in self.open[: how_many or None]:
            socket.stalled = True

    def unstall(self) -> None:
        """Let them deliver again."""
        for socket in self.open:
            socket.stalled = False

    async def close(self) -> None:
        """Close all, when the server stops."""
        for socket in list(self.open):
            await socket.connection.close()


def _hello(count: int) -> Json:
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": {
            "host": "sandbox",
            "build_number": 1,
            "approximate_connection_time": 18060,
        },
        "connection_info": {"app_id": APP_ID},
    }


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}


def _envelope(envelope_id: str, kind: str, payload: Json, retry: Retry) -> Json:
    envelope = {
        "envelope_id": envelope_id,
        "payload": payload,
        "type": kind,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry.number, "retry_reason": retry.reason}
    return envelope
