"""Small valid values for tests of the memory; keywords change what matters to the test."""

from datetime import timedelta
from typing import Any

from bot.domain.change import AuditRecord, Put
from bot.domain.incident import Incident
from bot.domain.intent import Intent, IntentKind
from bot.domain.outbox import Entry
from bot.domain.severity import Severity
from bot.ports import Taken
from bot.store.store import RedisStore
from tests.support.redis import NIGHT

LEASE = timedelta(seconds=30)
AUDIT = AuditRecord(at=NIGHT, who="signalbox", what="entry.delivered")


def intent(name: str = "t1", **fields: Any) -> Intent:
    given = {"kind": IntentKind.COMMAND, "name": "/incident", "user": "U1", "team": "T1"}
    return Intent(**{"id": name, "received_at": NIGHT, **given, **fields})


def entry(
    name: str, incident: str | None = "INC-1", lane: str = "channel:C1", **fields: Any
) -> Entry:
    given = {"call": "chat.postMessage", "args": {"text": name}}
    return Entry(**{"id": name, "lane": lane, "incident": incident, **given, **fields})


def incident(name: str = "INC-00001", version: int = 0, **fields: Any) -> Incident:
    given = {"number": 1, "title": "checkout is slow", "severity": Severity.SEV2}
    given |= {"channel_name": "inc-1", "declared_by": "U1", "declared_at": NIGHT}
    return Incident(**{"id": name, "version": version, **given, **fields})


def put(what: Incident) -> Put:
    return Put(kind="incident", id=what.id, version=what.version, body=what.model_dump_json())


async def taken(store: RedisStore, lane: str = "channel:C1") -> Taken:
    """Take from a lane that must have something now."""
    got = await store.outbox.take(lane, now=store.clock.now(), lease=LEASE)
    assert isinstance(got, Taken), f"nothing to take from {lane}: {got}"
    return got


async def drained(store: RedisStore, lane: str = "channel:C1") -> list[str]:
    """Take and settle all that may go now; returns the ids in their order."""
    ids = []
    while isinstance(
        got := await store.outbox.take(lane, now=store.clock.now(), lease=LEASE), Taken
    ):
        assert await store.outbox.settle(got.entry, saved={}, audit=AUDIT)
        ids.append(got.entry.id)
    return ids


async def everything(store: RedisStore) -> dict[str, Any]:
    """All keys and what they hold, to see that nothing changed."""
    rows = await store.connection.run("dump", "*")
    return {key: (kind, _unordered(kind, value)) for key, kind, _, value in rows}


def _unordered(kind: str, value: list[Any]) -> list[Any]:
    if kind == "hash":
        return sorted(zip(value[::2], value[1::2], strict=True))
    return sorted(value) if kind == "set" else value


async def due(store: RedisStore) -> dict[str, str]:
    """Item -> "waiting" or "held"."""
    redis = store.connection.redis
    waiting = await redis.zrange("sb:{signalbox}:due", 0, -1)
    held = await redis.zrange("sb:{signalbox}:held", 0, -1)
    return {**dict.fromkeys(waiting, "waiting"), **dict.fromkeys(held, "held")}
