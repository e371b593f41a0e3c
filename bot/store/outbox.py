"""The deliverer's side of the memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.change import AuditRecord
from bot.domain.outbox import Entry, EntryState
from bot.ports import Clock, Taken
from bot.store import keys
from bot.store.audit import sealed
from bot.store.connection import Connection
from bot.store.times import moment, ms, seconds


class RedisOutbox:
    """bot.ports.Outbox on Redis."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Use `connection`; lanes become due at the time of `clock`."""
        self._redis = connection
        self._clock = clock

    async def take(self, lane: str, *, now: datetime, lease: timedelta) -> Taken | datetime | None:
        """Begin the next entry of `lane` that may go."""
        answer = await self._redis.run("take", lane, ms(now), ms(now + lease))
        if answer[0] == "none":
            return None
        if answer[0] == "later":
            return moment(answer[1])
        return _taken(answer[1:], now)

    async def settle(self, entry: Entry, *, saved: Mapping[str, str], audit: AuditRecord) -> bool:
        """Remove a delivered entry, store its references."""
        pairs = [part for pair in saved.items() for part in pair]
        return bool(await self._redis.run("settle", *self._fence(entry), *sealed(audit), *pairs))

    async def postpone(self, entry: Entry, *, until: datetime, error: str = "") -> bool:
        """Put a begun entry back: nothing happened at the other side."""
        return bool(await self._redis.run("postpone", *self._fence(entry), ms(until), error))

    async def fail(self, entry: Entry, *, error: str, audit: AuditRecord) -> bool:
        """Note that the other side refused for good."""
        kept = seconds(keys.LONE_FAILURE_LIVES)
        return bool(await self._redis.run("fail", *self._fence(entry), error, *sealed(audit), kept))

    async def failed(self, entry_id: str) -> Entry | None:
        """Return a failed entry."""
        fields = ("state", "body", "epoch", "attempts", "not_before", "error", "begun_at")
        stored = await self._redis.call("HMGET", keys.ENTRY(entry_id), *fields)
        if stored[0] != EntryState.FAILED:
            return None
        _, body, epoch, attempts, not_before, error, begun_at = stored
        return Entry.model_validate_json(body).model_copy(
            update={
                "state": EntryState.FAILED,
                "epoch": int(epoch),
                "attempts": int(attempts),
                "not_before": moment(not_before),
                "error": error,
                "begun_at": moment(begun_at),
            }
        )

    def _fence(self, entry: Entry) -> tuple[str, int, str]:
        return entry.id, entry.epoch, ms(self._clock.now())


def _taken(answer: Sequence[str], now: datetime) -> Taken:
    body, unknown, epoch, attempts, not_before, error, *refs = answer
    entry = Entry.model_validate_json(body).model_copy(
        update={
            "state": EntryState.BEGUN,
            "epoch": int(epoch),
            "attempts": int(attempts),
            "not_before": moment(not_before),
            "error": error,
            "begun_at": now,
        }
    )
    return Taken(
        entry=entry,
        refs=dict(zip(refs[::2], refs[1::2], strict=True)),
        unknown=unknown == "1",
    )
