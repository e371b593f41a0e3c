"""One Socket Mode connection: reads envelopes, lets Bolt answer them, and knows when it is worn."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import ClientWebSocketResponse, WSMsgType
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.values import Value

log = structlog.get_logger(__name__)

_OK: Final = 200
_ENDED: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})
_DEAD: Final = frozenset({"closed", "stalled"})


class Patience(Value):
    """How long a connection may be silent, in seconds."""

    ping_every_s: float = 5.0
    stalled_after_s: float = 20.0  # neither envelope nor pong
    idle_after_s: float = 600.0  # open and ponging, yet no envelope: renewed to be sure
    passed_over: int = 8  # envelopes that others got since this one's last
    finish_s: float = 5.0  # what is under way when it closes


class Line:
    """A connection from open to closed. `worn` is set when another should take its place.

    Sockets that stay open and stop delivering are real (slackapi/bolt-python#1529), so silence is
    measured: by pongs, by time, and by how much the other connections heard meanwhile.
    """

    def __init__(
        self,
        socket: ClientWebSocketResponse,
        bolt: AsyncApp,
        patience: Patience,
        heard: Callable[["Line"], None],
    ) -> None:
        """`heard` is told of every envelope."""
        self.worn = asyncio.Event()
        self.reason = ""
        self.missed = 0
        self._socket = socket
        self._bolt = bolt
        self._patience = patience
        self._heard = heard
        self._now = asyncio.get_running_loop().time
        self.opened_at = self._seen_at = self._envelope_at = self._now()
        self._busy: set[asyncio.Task[None]] = set()
        self._own = [asyncio.create_task(self._read()), asyncio.create_task(self._watch())]

    @property
    def alive(self) -> bool:
        """Whether something can arrive; a worn one is read until it is replaced."""
        return not self._socket.closed and self.reason not in _DEAD

    async def close(self) -> None:
        """Stop reading, finish what is under way, close."""
        for task in self._own:
            task.cancel()
        await asyncio.gather(*self._own, return_exceptions=True)
        if self._busy:
            await asyncio.wait(set(self._busy), timeout=self._patience.finish_s)
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self._socket.close()

    def wear(self, reason: str) -> None:
        """Ask for a replacement; the first reason counts."""
        if not self.worn.is_set():
            self.reason = reason
            self.worn.set()

    async def _read(self) -> None:
        try:
            while (message := await self._socket.receive()).type not in _ENDED:
                self._seen_at = self._now()
                if message.type is WSMsgType.PING:
                    await self._send(self._socket.pong(message.data))
                elif message.type is WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self.wear("closed")

    def _take(self, text: str) -> None:
        try:
            envelope = json.loads(text)
        except ValueError:
            return  # Slack sends such now and then; slack_sdk passes over them as well
        if envelope.get("type") == "disconnect":
            reason = str(envelope.get("reason"))
            log.info("slack.socket.disconnect", reason=reason)
            self.wear(reason)
        elif envelope.get("envelope_id"):
            self._envelope_at = self._now()
            self._heard(self)
            task = asyncio.create_task(self._answer(envelope))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def _answer(self, envelope: dict[str, Any]) -> None:
        """Answer an envelope; without a 200 nothing is sent, so that Slack sends it again."""
        request = AsyncBoltRequest(mode="socket_mode", body=envelope.get("payload") or {})
        answered = await self._bolt.async_dispatch(request)
        if answered.status != _OK:
            return
        ack: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        payload = _payload(answered)
        if payload is not None and envelope.get("accepts_response_payload", True):
            ack["payload"] = payload
        await self._send(self._socket.send_str(json.dumps(ack)))

    async def _send(self, sending: Any) -> None:
        try:
            await sending
        except (ConnectionError, aiohttp.ClientError):
            self.wear("closed")  # what was not acknowledged comes again, and counts once

    async def _watch(self) -> None:
        patience = self._patience
        while not self.worn.is_set():
            await asyncio.sleep(patience.ping_every_s)
            await self._send(self._socket.ping(b"signalbox"))
            now = self._now()
            if now - self._seen_at > patience.stalled_after_s:
                self.wear("stalled")
            elif now - self._envelope_at > patience.idle_after_s:
                self.wear("idle")
            elif self.missed >= patience.passed_over:
                self.wear("passed over")


def _payload(answered: BoltResponse) -> Any:
    if not answered.body:
        return None
    content_type = answered.headers.get("content-type", [""])[0]
    if content_type.startswith("application/json"):
        return json.loads(answered.body)
    return {"text": answered.body}
