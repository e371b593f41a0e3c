"""What is in Redis is in the table, with the lifetime that the table says."""

from datetime import timedelta

import pytest
from redis.exceptions import ResponseError

from bot.domain.change import AuditRecord, Change, Mark, Timer
from bot.domain.incident import TimelineLine
from bot.errors import Unavailable
from bot.store import keys
from bot.store.facts import redis_facts
from bot.store.store import RedisStore
from tests.support.changes import AUDIT, entry, everything, incident, intent, put, taken
from tests.support.redis import NIGHT


async def live(store, clock):
    """Leave at least one key of each family."""
    await store.inbox.record(intent("t1", guard="g"))
    await store.memory.number("incident", "t1")
    line = TimelineLine(at=NIGHT, who="U1", what="update", text="x")
    await store.memory.commit(
        Change(
            intent="t0",
            puts=(put(incident("INC-1")),),
            marks=(Mark(index="open", member="INC-1", score=1),),
            lines={"INC-1": (line,)},
            refs={"INC-1": {"channel": "C1"}},
            releases=(("INC-1", "never"),),
            entries=(
                entry("a", coalesce="k"),
                entry("b", after="never"),
                entry("c", lane="z"),
                entry("d", None, lane="lone"),
                entry("e", after="never", lane="w"),
            ),
            timers=(Timer(kind="update", subject="INC-1", at=NIGHT),),
            audit=(AuditRecord(at=NIGHT, who="U1", what="x.y"),),
        )
    )
    await store.outbox.take("w", now=NIGHT, lease=timedelta(seconds=30))
    await taken(store)
    for lane in ("z", "lone"):
        await store.outbox.fail((await taken(store, lane)).entry, error="no", audit=AUDIT)
    await store.due.offer(reoffer=timedelta(seconds=15), limit=3)
    run = await store.due.begin("intent:t1")
    await store.due.finish("intent:t1", run, outcome="error")
    clock.forward(seconds=1)
    await store.due.offer(reoffer=timedelta(seconds=15), limit=10)
    await store.due.begin("intent:t1")
    await store.memory.commit(Change(timers=(Timer(kind="update", subject="INC-1", at=NIGHT),)))
    await store.inbox.record(intent("t2"))
    await store.output.append("RUN-1", "steps/restart", "restarted", "1")
    await store.pace.wait("C1", every=timedelta(seconds=1), burst=1, now=NIGHT)


def family(name):
    """The row of the table that a key belongs to."""
    fits = [
        key
        for key in keys.TABLE
        if name == key() or (key.stem.endswith(":") and name.startswith(key()))
    ]
    assert len(fits) == 1, f"{name} fits {[key.name for key in fits]}"
    return fits[0]


async def test_every_key_is_of_one_family_and_has_its_type_and_lifetime(store, clock):
    await live(store, clock)
    redis = store.connection.redis
    seen = set()
    for name in await redis.keys("*"):
        row = family(name)
        seen.add(row.name)
        assert await redis.type(name) == row.type, name
        left = await redis.ttl(name)
        if row.lives is None:
            lone_failure = name == keys.ENTRY("d")
            assert (left > 0) == lone_failure, name
        else:
            assert 0 < left <= row.lives.total_seconds(), name
    assert seen == {key.name for key in keys.TABLE} - {"docket"}


def test_every_key_has_the_root_and_one_hash_tag():
    for key in keys.TABLE:
        name = key("a", "b")
        assert name.startswith("sb:{signalbox}:")
        assert name.count("{") == name.count("}") == 1


def test_names_and_stems_are_unique():
    assert len({key.name for key in keys.TABLE}) == len(keys.TABLE)
    assert len({key.stem for key in keys.TABLE}) == len(keys.TABLE)


async def test_a_flushed_script_cache_is_filled_again(store):
    await store.inbox.record(intent("t1"))
    await store.connection.redis.script_flush()
    assert await store.inbox.record(intent("t2"))


async def test_the_facts_say_what_redis_is(real_store):
    facts = await redis_facts(real_store.connection)
    assert facts.kind in {"valkey", "redis"}
    assert facts.appendonly
    assert facts.maxmemory_policy == "noeviction"
    assert int(facts.version.split(".")[0]) >= 6
    assert facts.used_memory_bytes > 0
    assert not facts.cluster


async def test_an_unreachable_redis_is_unavailable(tmp_path, clock):
    store = RedisStore.at(f"unix://{tmp_path}/nobody.sock", clock)
    with pytest.raises(Unavailable, match="does not answer"):
        await store.inbox.record(intent())
    with pytest.raises(Unavailable, match="does not answer"):
        await store.memory.marked("open")
    with pytest.raises(Unavailable, match="does not answer"):
        await store.due.wait(timedelta(seconds=1))
    await store.close()


async def test_a_full_redis_is_unavailable_and_keeps_what_it_has(real_store):
    store = real_store
    await store.inbox.record(intent("t1"))
    await store.memory.commit(Change(entries=(entry("a"),)))
    begun = (await taken(store)).entry
    before = await everything(store)
    await store.connection.redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(Unavailable, match="cannot take"):
            await store.inbox.record(intent("t2"))
        with pytest.raises(Unavailable, match="cannot take"):
            await store.memory.commit(Change(intent="t1", entries=(entry("b"),)))
        assert await everything(store) == before
        # what makes room still goes through
        assert await store.outbox.settle(begun, saved={}, audit=AUDIT)
    finally:
        await store.connection.redis.config_set("maxmemory", 0)
    assert await store.inbox.record(intent("t2"))


async def test_a_mistake_of_ours_is_not_called_an_outage(store):
    with pytest.raises(ResponseError):
        await store.connection.call("INCRBY", keys.SEQUENCE("x"), "no number")


async def test_a_redis_that_restarts_is_used_again_by_the_same_store(store):
    """Connections that the server closed are replaced without a failing command."""
    await store.inbox.record(intent("t1"))
    await store.connection.redis.connection_pool.disconnect()
    assert not await store.inbox.record(intent("t1"))
