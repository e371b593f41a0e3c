"""Getting a payload to the bot: down a socket when one is open, else as a signed request."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.answer import FIRST, Answer, Retry
from sandbox.slack.faults import Faults
from sandbox.slack.model import Json
from sandbox.slack.sockets import Sockets

ANSWER_S: Final = 3.0  # docs.slack.dev/interactivity/handling-user-interaction
_OK: Final = range(200, 300)


def signed(secret: str, body: str, at: int) -> dict[str, str]:
    """The two headers of docs.slack.dev/authentication/verifying-requests-from-slack."""
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def encoded(kind: str, payload: Json) -> tuple[str, str]:
    """The body and its content type: events are JSON, the rest is a form."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


class Delivery:
    """The way to the bot."""

    def __init__(self, signing_secret: str, faults: Faults, timeout_s: float = ANSWER_S) -> None:
        """`timeout_s`: how long the bot may take; Slack gives it three seconds."""
        self.request_url: str | None = None
        self.sockets = Sockets()
        self._secret = signing_secret
        self._faults = faults
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def mode(self) -> str:
        """`socket`, `http`, or `none` when the bot cannot be reached."""
        if self.sockets.open:
            return "socket"
        return "http" if self.request_url else "none"

    async def send(self, kind: str, payload: Json, retry: Retry = FIRST) -> Answer:
        """Deliver once (or as often as a `duplicate_delivery` fault says): the first answer."""
        fault = self._faults.strike("duplicate_delivery", "*")
        copies = 1 + (max(1, fault.times) if fault else 0)
        answers = await asyncio.gather(*(self._once(kind, payload, retry) for _ in range(copies)))
        return answers[0]

    async def _once(self, kind: str, payload: Json, retry: Retry) -> Answer:
        if self.sockets.open:
            return await self.sockets.send(kind, payload, self._timeout_s, retry)
        if self.request_url is None:
            return Answer(0, error="dispatch_failed")
        return await self._request(self.request_url, kind, payload, retry)

    async def _request(self, url: str, kind: str, payload: Json, retry: Retry) -> Answer:
        body, content_type = encoded(kind, payload)
        # The machine's own clock: the bot's verifier reads it, wherever a test's clock stands.
        headers = signed(self._secret, body, int(time.time()))
        headers |= {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (sandbox)"}
        if retry.number:
            headers["X-Slack-Retry-Num"] = str(retry.number)
            headers["X-Slack-Retry-Reason"] = retry.reason
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(url, body, headers)
        except TimeoutError:
            return Answer(0, error="operation_timeout")
        except aiohttp.ClientError:
            return Answer(0, error="dispatch_failed")

    async def _post(self, url: str, body: str, headers: dict[str, str]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(url, data=body, headers=headers) as response:
            answer = await _body(response)
            error = "" if response.status in _OK else "dispatch_failed"
            return Answer(response.status, answer, error, dict(response.headers))

    async def close(self) -> None:
        """Let go of sockets and connections."""
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()


async def _body(response: aiohttp.ClientResponse) -> Any:
    text = await response.text()
    if not text:
        return None
    if response.content_type == "application/json":
        return json.loads(text)
    return text
