"""Webhooks, as PagerDuty sends them: signed, in order for each incident, retried."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections import defaultdict, deque
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

import aiohttp

from sandbox.pagerduty.faults import Faults

ANSWER_S: Final = 5.0  # docs_webhooks_behavior.md, Timeouts
_OK: Final = range(200, 300)
_DROPPED: Final = range(400, 500)
_LIMITED: Final = 429
Json = dict[str, Any]


def signature(body: bytes, secrets: Sequence[str]) -> str:
    """Return the header's value: one signature for each secret."""
    made = (hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets)
    return ",".join(f"v1={digest}" for digest in made)


class Hooks:
    """One subscription. `url` None: nobody listens, events are lost."""

    def __init__(self, faults: Faults, retry_delays: Sequence[float]) -> None:
        """`retry_delays`: seconds before each further try; then the webhook is dropped."""
        self.url: str | None = None
        self.secrets: tuple[str, ...] = ("whsec-sandbox",)
        self.answers: list[tuple[str, int]] = []  # (event type, status; 0: none)
        self._faults = faults
        self._delays = tuple(retry_delays)
        self._queues: dict[str, deque[tuple[str, Json]]] = defaultdict(deque)
        self._held: list[Json] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: set[str] = set()
        self._serial = count(1)
        self._session: aiohttp.ClientSession | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._tasks

    def send(self, event: Json) -> None:
        """Queue an event behind the earlier ones of its incident."""
        kind = event["event_type"]
        if self.url is None or self._faults.strike("lost_webhook", kind):
            return
        if self._faults.strike("reorder_webhook", kind):
            self._held.append(event)
            return
        copies = 2 if self._faults.strike("duplicate_webhook", kind) else 1
        for one in (event, *self._held):
            self._queue(one, copies if one is event else 1)
        self._held.clear()

    def flush(self) -> None:
        """Send what a reordering holds back."""
        for one in self._held:
            self._queue(one, 1)
        self._held.clear()

    async def close(self) -> None:
        """Stop sending."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _queue(self, event: Json, copies: int) -> None:
        data = event["data"]
        subject = str((data.get("incident") or data).get("id", ""))
        name = f"wh-{next(self._serial):08d}-{event['id']}"
        self._queues[subject].extend([(name, event)] * copies)
        if subject not in self._busy:
            self._busy.add(subject)
            task = asyncio.create_task(self._drain(subject))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _drain(self, subject: str) -> None:
        try:
            while self._queues[subject]:
                await self._deliver(*self._queues[subject].popleft())
        finally:
            self._busy.discard(subject)

    async def _deliver(self, name: str, event: Json) -> None:
        for delay in (0.0, *self._delays):
            await asyncio.sleep(delay)
            status = await self.post(name, {"event": event})
            self.answers.append((event["event_type"], status))
            if status in _OK or (status in _DROPPED and status != _LIMITED):
                return

    async def post(self, name: str, payload: Json) -> int:
        """Send one signed webhook; the status, 0 when none came."""
        body = json.dumps(payload).encode()
        if self.url is None:
            return 0
        if self._session is None:
            self._session = aiohttp.ClientSession()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "PagerDuty-Webhook/V3.0",
            "X-Webhook-Id": name,
            "X-PagerDuty-Signature": signature(body, self.secrets),
        }
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._session.post(
                self.url, data=body, headers=headers, timeout=timeout
            ) as answer:
                return answer.status
        return 0
