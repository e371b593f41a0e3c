"""Lanes that lead elsewhere than to Slack: one discipline for all of them.

The outbox hands out one entry at a time; what the call's end means for the entry is decided here,
once, for every integration. Wiring maps the word before a lane's colon to its drain.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.domain.change import AuditRecord
from bot.domain.outbox import Entry
from bot.errors import NotFound, OutcomeUnknown, Rejected, Unavailable
from bot.ports import Clock, Outbox, Taken, WorkHandler

log = structlog.get_logger(__name__)

LONGEST_S: Final = 60.0

Perform = Callable[[Taken], Awaitable[Mapping[str, Any]]]
"""Does what a taken entry says, and looks first when an earlier attempt may have happened.

That is so when `taken.unknown`, or when `taken.entry.attempts` is not 0. It must end, or raise
Rejected, Unavailable or OutcomeUnknown, well within the lease. Of its answer `entry.saves` is
kept by key (no dotted places), and `facts` (a mapping) goes into the audit.
"""

Observe = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class LaneDrain:
    """Delivers a lane by `perform`. Any number of processes may do so at once."""

    outbox: Outbox
    clock: Clock
    perform: Perform
    lease: timedelta
    observe: Observe

    async def drain(self, lane: str) -> None:
        """Deliver until nothing of `lane` may go now."""
        while True:
            taken = await self.outbox.take(lane, now=self.clock.now(), lease=self.lease)
            if not isinstance(taken, Taken):
                return
            with structlog.contextvars.bound_contextvars(
                entry=taken.entry.id, incident=taken.entry.incident or ""
            ):
                await self._deliver(taken)

    async def _deliver(self, taken: Taken) -> None:
        entry = taken.entry
        try:
            answer = await self.perform(taken)
        except (Rejected, NotFound) as error:
            code = error.code if isinstance(error, Rejected) else "not_found"
            audit = self._record(entry, {"refused": code})
            kept = await self.outbox.fail(entry, error=str(error), audit=audit)
            self._note(entry, "refused", kept=kept)
        except Unavailable as error:
            named = error.retry_after_s
            kept = await self._postpone(entry, named, "" if named is not None else str(error))
            self._note(entry, "later", kept=kept)
        except OutcomeUnknown as error:
            kept = await self._postpone(entry, None, str(error))
            self._note(entry, "unknown", kept=kept)
        else:
            saved = {name: str(answer[key]) for name, key in entry.saves.items() if key in answer}
            audit = self._record(entry, dict(answer.get("facts") or {}))
            kept = await self.outbox.settle(entry, saved=saved, audit=audit)
            self._note(entry, "done", kept=kept)

    async def _postpone(self, entry: Entry, seconds: float | None, error: str) -> bool:
        """Wait as long as the other side said; what nobody named a wait for counts."""
        wait = min(LONGEST_S, 2.0 ** min(entry.attempts, 6)) if seconds is None else seconds
        until = self.clock.now() + timedelta(seconds=wait)
        return await self.outbox.postpone(entry, until=until, error=error)

    def _note(self, entry: Entry, outcome: str, *, kept: bool) -> None:
        if outcome != "done" or not kept:
            log.warning("lane.call", call=entry.call, outcome=outcome, kept=kept)
        self.observe(entry.call, outcome if kept else "lost")

    def _record(self, entry: Entry, facts: dict[str, Any]) -> AuditRecord:
        return AuditRecord(
            at=self.clock.now(),
            who="signalbox",
            what=entry.call,
            subject=entry.incident or "",
            source="delivery",
            facts={"entry": entry.id, **facts},
        )


def by_prefix(otherwise: WorkHandler, known: Mapping[str, WorkHandler]) -> WorkHandler:
    """Return the handler of "lane:NAME" that hands each lane to the drain of its first word."""

    async def handle(lane: str) -> None:
        await known.get(lane.partition(":")[0], otherwise)(lane)

    return handle
