"""Live choices: what a form offers comes from the system itself, from a cache when it is slow."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.runbook import Runbook
from bot.domain.runbook_params import LiveParam
from bot.errors import IntegrationError, Invalid, Unavailable, UserError

Ask = Callable[[Runbook, str], Awaitable[tuple[str, ...]]]
"""Asks the system for the choices of one parameter; `choices_of` of a Planner does."""

FRESH = timedelta(seconds=60)
PATIENCE_S = 0.8  # an options menu must be answered by us in 1 s (Slack gives up after 3)
SUBMIT_S = 10.0  # at submit the truth is worth a wait
CHOICES_MAX = 100  # what one Slack menu shows
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    choices: tuple[str, ...]
    at: datetime


class LiveChoices:
    """A cache per runbook digest and parameter; a slow question goes on, for the next to use."""

    def __init__(self, ask: Ask) -> None:
        """Ask by `ask`."""
        self._ask = ask
        self._known: dict[Key, _Known] = {}
        self._asking: dict[Key, asyncio.Task[tuple[str, ...]]] = {}

    async def choices(self, runbook: Runbook, name: str, *, now: datetime) -> tuple[str, ...]:
        """Return the choices within a second, at worst those of before.

        Raises:
            Unavailable: nobody answered in time, and nothing is known from before.
        """
        key = (runbook.id, runbook.digest, name)
        known = self._known.get(key)
        if known is not None and now - known.at < FRESH:
            return known.choices[:CHOICES_MAX]
        try:
            found = await self._fresh(runbook, name, now, PATIENCE_S)
        except (TimeoutError, IntegrationError, UserError) as error:
            if known is not None:
                return known.choices[:CHOICES_MAX]
            message = f"The choices of `{name}` cannot be read just now; type the value instead."
            raise Unavailable(message) from error
        return found[:CHOICES_MAX]

    async def must_be_there(
        self, runbook: Runbook, params: Mapping[str, Any], *, now: datetime
    ) -> None:
        """Return when every live parameter is one of the choices just now.

        Raises:
            Invalid: it is not; `field` names the parameter.
            Unavailable: the choices cannot be read; nothing was done.
        """
        for name, spec in runbook.params.items():
            value = params.get(name)
            if not isinstance(spec, LiveParam) or value is None:
                continue
            try:
                found = await self._fresh(runbook, name, now, SUBMIT_S)
            except TimeoutError as error:
                message = f"What `{name}` may be cannot be read just now. Try again in a minute."
                raise Unavailable(message) from error
            if value not in found:
                known = ", ".join(f"`{one}`" for one in found[:10]) or "nothing just now"
                message = f"`{name}` must be one of what is there: {known}."
                raise Invalid(message, name)

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fresh(
        self, runbook: Runbook, name: str, now: datetime, patience_s: float
    ) -> tuple[str, ...]:
        key = (runbook.id, runbook.digest, name)
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._learn(key, runbook, now))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.wait_for(asyncio.shield(task), patience_s)

    async def _learn(self, key: Key, runbook: Runbook, now: datetime) -> tuple[str, ...]:
        found = await self._ask(runbook, key[2])
        self._known = {old: one for old, one in self._known.items() if _same_version(old, key)}
        self._known[key] = _Known(found, now)
        return found

    def _forget(self, key: Key, task: "asyncio.Task[tuple[str, ...]]") -> None:
        self._asking.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen: whoever waited got it, and nobody may be waiting


def _same_version(old: Key, key: Key) -> bool:
    """Whether to keep what is known: older digests of the same runbook are not asked again."""
    return old[0] != key[0] or old[1] == key[1]
