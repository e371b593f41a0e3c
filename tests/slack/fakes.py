"""In-memory stand-ins of the ports that the slack ring uses. They keep the ports' contracts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.change import AuditRecord
from bot.domain.intent import Intent
from bot.domain.outbox import Entry, EntryState
from bot.errors import Unavailable
from bot.ports import Taken


class RealClock:
    """Now, plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class FakeInbox:
    """bot.ports.Inbox: ids for ever, guards for three seconds."""

    clock: RealClock
    recorded: list[Intent] = field(default_factory=list)
    down: bool = False
    slow_s: float = 0
    guards: dict[str, datetime] = field(default_factory=dict)

    async def record(self, intent: Intent) -> bool:
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.down:
            msg = "Redis is gone."
            raise Unavailable(msg)
        if any(known.id == intent.id for known in self.recorded):
            return False
        now = self.clock.now()
        if intent.guard is not None:
            if self.guards.get(intent.guard, now) > now:
                return False
            self.guards[intent.guard] = now + timedelta(seconds=3)
        self.recorded.append(Intent.model_validate_json(intent.model_dump_json()))
        return True

    async def intent(self, intent_id: str) -> Intent | None:
        return next((known for known in self.recorded if known.id == intent_id), None)


@dataclass
class FakePace:
    """bot.ports.Pace that lets everything through but what is blocked."""

    waits: dict[str, timedelta] = field(default_factory=dict)
    blocked: dict[str, datetime] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    async def wait(self, key: str, *, every: timedelta, burst: int, now: datetime) -> timedelta:
        assert every > timedelta()
        assert burst >= 1
        until = self.blocked.get(key)
        if until is not None and until > now:
            return until - now
        if key in self.waits:
            return self.waits.pop(key)
        self.taken.append(key)
        return timedelta()

    async def block(self, key: str, *, until: datetime) -> None:
        self.blocked[key] = max(until, self.blocked.get(key, until))


@dataclass
class FakeOutbox:
    """bot.ports.Outbox in order, one entry at a time; `not_before` is kept but does not hold up.

    `crash` makes the next settle die before it is stored; the entry comes back unknown.
    """

    entries: list[Entry] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    settled: list[tuple[Entry, dict[str, str], AuditRecord]] = field(default_factory=list)
    postponed: list[tuple[Entry, datetime, str]] = field(default_factory=list)
    refused: list[tuple[Entry, str, AuditRecord]] = field(default_factory=list)
    crash: bool = False
    epochs_move: bool = False
    honour_waits: bool = True
    clock: RealClock = field(default_factory=RealClock)

    async def take(self, lane: str, *, now: datetime, lease: timedelta) -> Taken | datetime | None:
        del lease
        for place, entry in enumerate(self.entries):
            if entry.lane != lane or entry.state is EntryState.FAILED:
                continue
            if self.honour_waits and entry.not_before and entry.not_before > now:
                return entry.not_before
            begun = {"state": EntryState.BEGUN, "epoch": entry.epoch + 1, "begun_at": now}
            unknown = entry.state is EntryState.BEGUN
            self.entries[place] = entry.model_copy(update=begun)
            return Taken(entry=self.entries[place], refs=dict(self.refs), unknown=unknown)
        return None

    async def settle(self, entry: Entry, *, saved: Mapping[str, str], audit: AuditRecord) -> bool:
        if self.crash:
            self.crash = False
            raise Killed
        if not self._held(entry):
            return False
        self.entries = [kept for kept in self.entries if kept.id != entry.id]
        self.refs |= saved
        self.settled.append((entry, dict(saved), audit))
        return True

    async def postpone(self, entry: Entry, *, until: datetime, error: str = "") -> bool:
        if not self._held(entry):
            return False
        attempts = entry.attempts + bool(error)
        back = {"state": EntryState.PENDING, "not_before": until, "attempts": attempts}
        self._put(entry.model_copy(update=back))
        self.postponed.append((entry, until, error))
        return True

    async def fail(self, entry: Entry, *, error: str, audit: AuditRecord) -> bool:
        if not self._held(entry):
            return False
        self._put(entry.model_copy(update={"state": EntryState.FAILED, "error": error}))
        self.refused.append((entry, error, audit))
        return True

    async def failed(self, entry_id: str) -> Entry | None:
        return next((one for one in self.entries if one.id == entry_id), None)

    def _held(self, entry: Entry) -> bool:
        kept = next((one for one in self.entries if one.id == entry.id), None)
        return not self.epochs_move and kept is not None and kept.epoch == entry.epoch

    def _put(self, entry: Entry) -> None:
        self.entries = [entry if kept.id == entry.id else kept for kept in self.entries]


class Killed(BaseException):
    """The process died here."""


def entry(call: str, args: Mapping[str, Any], **rest: Any) -> Entry:
    """An entry of the lane "incident:INC-1"."""
    fields = {"id": "e1", "lane": "incident:INC-1", "incident": "INC-1", **rest}
    return Entry(call=call, args=dict(args), **fields)
