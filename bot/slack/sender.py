"""Sends one delivery's requests: paced with all replicas, and never after the lease may be lost."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bot.errors import Unavailable
from bot.ports import Clock, Pace
from bot.slack.tiers import rates
from bot.slack.webapi import WebApi

_NAP_S: Final = 2.0  # a longer wait gives the worker back and postpones the entry
# What takes several calls would begin anew each time, and never end while others call as well;
# so once it has begun it waits for as long as its lease allows.
_MARGIN_S: Final = 1.0


class Sender:
    """`WebApi` with pacing and a deadline; one per delivery.

    Raises what `WebApi` raises; Unavailable with `retry_after_s` also when the pace says wait, and
    when so little of the lease is left that an answer could come after somebody else began.
    """

    def __init__(
        self, api: WebApi, pace: Pace, clock: Clock, lease: timedelta, asked_at: float
    ) -> None:
        """The lease counts from `asked_at`, the loop's time before the outbox was asked for it."""
        self._api = api
        self._pace = pace
        self._clock = clock
        self._loop_time = asyncio.get_running_loop().time
        self._latest = asked_at + lease.total_seconds() - api.timeout_s - _MARGIN_S
        self._begun = False

    async def call(self, method: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method when the pace allows it."""
        await self._paced(method, args)
        self._in_time()
        self._begun = True
        try:
            return await self._api.call(method, args)
        except Unavailable as error:
            if error.retry_after_s is not None:
                await self._block(method, args, error.retry_after_s)
            raise

    async def post(
        self, url: str, *, json_body: Mapping[str, Any] | None = None, data: bytes | None = None
    ) -> tuple[int, str]:
        """POST to a URL that Slack gave us."""
        self._in_time()
        return await self._api.post(url, json_body=json_body, data=data)

    def is_slack(self, url: str) -> bool:
        """Say whether we may post to `url`."""
        return self._api.is_slack(url)

    async def _paced(self, method: str, args: Mapping[str, Any]) -> None:
        for rate in rates(method, args):
            while True:
                wait = await self._pace.wait(
                    rate.key, every=rate.every, burst=rate.burst, now=self._clock.now()
                )
                seconds = wait.total_seconds()
                if seconds <= 0:
                    break
                too_long = seconds > _NAP_S and not self._begun
                if too_long or self._loop_time() + seconds > self._latest:
                    msg = f"{method} waits for its turn."
                    raise Unavailable(msg, retry_after_s=seconds)
                await asyncio.sleep(seconds)

    def _in_time(self) -> None:
        if self._loop_time() > self._latest:
            msg = "Too little of the lease is left."
            raise Unavailable(msg, retry_after_s=0)

    async def _block(self, method: str, args: Mapping[str, Any], seconds: float) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        await self._pace.block(rates(method, args)[0].key, until=until)
