"""The bot's own state, read and committed."""

from collections.abc import Sequence
from itertools import chain

from bot.domain.change import Change
from bot.domain.incident import Incident, TimelineLine
from bot.domain.outbox import Entry, LaneStatus
from bot.errors import AlreadyDone, NotFound, Stale
from bot.ports import Clock
from bot.store import keys
from bot.store.audit import sealed
from bot.store.connection import Connection
from bot.store.times import at, ms, seconds

# What the store keeps beside the body of an entry, because scripts change or read it.
KEPT_APART = {"state", "attempts", "not_before", "begun_at", "epoch", "error"}


class RedisMemory:
    """bot.ports.Memory on Redis."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Use `connection`; lanes become due at the time of `clock`."""
        self._redis = connection
        self._clock = clock

    async def commit(self, change: Change) -> None:
        """Do all of `change`, or nothing."""
        answer = await self._redis.run(
            "commit",
            ms(self._clock.now()),
            change.intent or "",
            seconds(keys.DONE_LIVES),
            *_operations(change),
        )
        if answer[0] == "done":
            message = f"Intent {change.intent} was committed before."
            raise AlreadyDone(message)
        if answer[0] == "stale":
            _, kind, name, version = answer
            message = f"{kind} {name} is at version {version} by now."
            raise Stale(message)

    async def number(self, sequence: str, intent_id: str) -> int:
        """Return the next number of a sequence; the same intent gets the same number."""
        lives = seconds(keys.NUMBERED_LIVES)
        return int(await self._redis.run("number", sequence, intent_id, lives))

    async def incident(self, incident_id: str) -> Incident:
        """Return the incident."""
        found = await self.incidents([incident_id])
        if not found:
            message = f"There is no incident {incident_id}."
            raise NotFound(message)
        return found[0]

    async def incidents(self, ids: Sequence[str]) -> list[Incident]:
        """Return those that exist, in the order asked."""
        bodies = await self.documents("incident", ids)
        return [Incident.model_validate_json(body) for body in bodies]

    async def document(self, kind: str, document_id: str) -> str | None:
        """Return the JSON of a stored document."""
        found = await self.documents(kind, [document_id])
        return found[0] if found else None

    async def documents(self, kind: str, ids: Sequence[str]) -> list[str]:
        """Return the JSON of those that exist, in the order asked."""
        if not ids:
            return []
        stored = await self._redis.call("HMGET", keys.DOC(kind), *ids)
        return [text.partition(" ")[2] for text in stored if text is not None]

    async def marked(self, index: str, *, newest_first: bool = True, limit: int = 200) -> list[str]:
        """Return the members of an index by score."""
        command = "ZREVRANGE" if newest_first else "ZRANGE"
        return list(await self._redis.call(command, keys.MARK(index), 0, limit - 1))

    async def refs(self, incident_id: str) -> dict[str, str]:
        """Return what deliveries left for this incident."""
        return dict(await self._redis.call("HGETALL", keys.REFS(incident_id)))

    async def incident_of_channel(self, channel: str) -> str | None:
        """Return the id of the incident whose channel this is."""
        found = await self._redis.call("HGET", keys.CHANNELS(), channel)
        return None if found is None else str(found)

    async def timeline(self, incident_id: str) -> list[TimelineLine]:
        """Return all lines, oldest first."""
        lines = await self._redis.call("LRANGE", keys.TIMELINE(incident_id), 0, -1)
        return [TimelineLine.model_validate_json(line) for line in lines]

    async def failing_lanes(self, incident_id: str) -> list[LaneStatus]:
        """Return the lanes that wait for a Retry, oldest first."""
        flat = await self._redis.run("failing", incident_id)
        rows = zip(*[iter(flat)] * 4, strict=True)
        return [
            LaneStatus(
                lane=lane, incident=incident_id, error=error, since=at(since), waiting=waiting
            )
            for lane, since, error, waiting in rows
        ]


def _operations(change: Change) -> list[str]:
    """Return `change` as the flat operations of commit.lua, in the order they are done."""
    rows = chain(_state(change), _owed(change), _trail(change))
    return [str(part) for row in rows for part in row]


def _state(change: Change) -> list[tuple[object, ...]]:
    return [
        *(("put", put.kind, put.id, put.version, put.body) for put in change.puts),
        *(("check", check.kind, check.id, check.version) for check in change.checks),
        *(
            ("mark", mark.index, mark.member, "" if mark.score is None else repr(mark.score))
            for mark in change.marks
        ),
        *(
            ("ref", incident, name, value)
            for incident, refs in change.refs.items()
            for name, value in refs.items()
        ),
    ]


def _owed(change: Change) -> list[tuple[object, ...]]:
    return [
        *(("forget", lane, incident) for lane, incident in change.drop_lanes),
        *(("retry", lane, incident) for lane, incident in change.retry_lanes),
        *(("release", incident, name) for incident, name in change.releases),
        *(_entry(entry) for entry in change.entries),
        *(("timer", f"{timer.kind}:{timer.subject}", ms(timer.at)) for timer in change.timers),
    ]


def _trail(change: Change) -> list[tuple[object, ...]]:
    return [
        *(
            ("line", incident, line.model_dump_json())
            for incident, lines in change.lines.items()
            for line in lines
        ),
        *(("audit", *sealed(record)) for record in change.audit),
    ]


def _entry(entry: Entry) -> tuple[object, ...]:
    return (
        "entry",
        entry.id,
        entry.lane,
        entry.incident or "",
        int(entry.priority),
        entry.after or "",
        ms(entry.after_until),
        entry.coalesce or "",
        int(entry.optional),
        entry.model_dump_json(exclude=KEPT_APART, exclude_defaults=True),
        ms(entry.not_before),
    )
