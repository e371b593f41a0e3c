"""bot.ports.Outbox on every kind of Redis: coalescing, failing, retry, dropping."""

from datetime import timedelta

from bot.domain.change import Change
from bot.domain.outbox import EntryState, Priority
from bot.store import keys
from tests.support.changes import AUDIT, LEASE, drained, due, entry, everything, taken
from tests.support.redis import NIGHT

SECOND = timedelta(seconds=1)


async def owe(store, *entries, **fields):
    await store.memory.commit(Change(entries=entries, **fields))


async def look(store, lane="channel:C1"):
    """Take what may go now, or when to look again."""
    return await store.outbox.take(lane, now=store.clock.now(), lease=LEASE)


# ---------------------------------------------------------------- coalescing


async def test_a_newer_entry_of_the_same_key_takes_the_place_of_a_pending_one(store):
    await owe(store, entry("a", coalesce="card", args={"v": 1}), entry("b"))
    await owe(store, entry("c", coalesce="card", args={"v": 2}))
    first = await taken(store)
    assert (first.entry.id, first.entry.args) == ("c", {"v": 2})
    await store.outbox.settle(first.entry, saved={}, audit=AUDIT)
    assert await drained(store) == ["b"]


async def test_what_is_begun_is_not_replaced(store):
    await owe(store, entry("a", coalesce="card"))
    begun = (await taken(store)).entry
    await owe(store, entry("b", coalesce="card"))
    await owe(store, entry("c", coalesce="card"))
    assert await store.outbox.settle(begun, saved={}, audit=AUDIT)
    assert await drained(store) == ["c"]


async def test_what_came_back_unknown_is_not_replaced(store, clock):
    await owe(store, entry("a", coalesce="card"))
    await taken(store)
    clock.forward(seconds=31)
    await owe(store, entry("b", coalesce="card"))
    assert await drained(store) == ["a", "b"]


async def test_what_is_in_doubt_is_not_replaced_while_it_is_postponed(store, clock):
    """Its call may have happened: a newer entry must not make it forgotten and happen again."""
    await owe(store, entry("a", coalesce="card"))
    await taken(store)
    clock.forward(seconds=31)
    await store.outbox.postpone((await taken(store)).entry, until=clock.now())
    await owe(store, entry("b", coalesce="card"))
    got = await taken(store)
    assert (got.entry.id, got.unknown) == ("a", True)


async def test_other_lanes_keys_and_incidents_are_not_replaced(store):
    await owe(store, entry("a", coalesce="card"))
    await owe(
        store,
        entry("b", coalesce="topic"),
        entry("c", lane="channel:C2", coalesce="card"),
        entry("d", "INC-2", coalesce="card"),
        entry("e", None, coalesce="card"),
    )
    assert await drained(store) == ["a", "b", "d", "e"]
    assert await drained(store, "channel:C2") == ["c"]


async def test_a_postponed_entry_keeps_its_wait_when_it_is_replaced(store, clock):
    """A Retry-After holds for the newer text as well."""
    await owe(store, entry("a", coalesce="card"))
    await store.outbox.postpone((await taken(store)).entry, until=NIGHT + 9 * SECOND)
    await owe(store, entry("b", coalesce="card"))
    assert await look(store) == NIGHT + 9 * SECOND
    clock.forward(seconds=9)
    assert await drained(store) == ["b"]


async def test_what_a_replaced_entry_was_cannot_be_settled(store):
    await owe(store, entry("a", coalesce="card"))
    old = (await taken(store)).entry
    await store.outbox.postpone(old, until=NIGHT)
    await owe(store, entry("b", coalesce="card"))
    assert not await store.outbox.settle(old, saved={}, audit=AUDIT)
    assert await drained(store) == ["b"]


# ---------------------------------------------------------------- failing


async def failed(store, name="a", **fields):
    await owe(store, entry(name, **fields), entry("behind"), entry("other", "INC-2"))
    assert await store.outbox.fail((await taken(store)).entry, error="no scope", audit=AUDIT)


async def test_a_failed_entry_holds_its_incident_and_no_other(store):
    await failed(store)
    assert await drained(store) == ["other"]
    assert await look(store) is None
    kept = await store.outbox.failed("a")
    assert (kept.state, kept.error, kept.args) == (EntryState.FAILED, "no scope", {"text": "a"})
    (lane,) = await store.memory.failing_lanes("INC-1")
    assert (lane.lane, lane.error, lane.since, lane.waiting) == ("channel:C1", "no scope", NIGHT, 2)
    assert await store.memory.failing_lanes("INC-2") == []
    assert (await due(store))["failed:a"] == "waiting"


async def test_failing_lanes_come_oldest_first(store, clock):
    await owe(store, entry("a", lane="z"), entry("b", lane="y"))
    for lane in ("z", "y"):
        await store.outbox.fail((await taken(store, lane)).entry, error=lane, audit=AUDIT)
        clock.forward(seconds=1)
    assert [one.lane for one in await store.memory.failing_lanes("INC-1")] == ["z", "y"]


async def test_retry_lets_the_lane_go_on_in_order(store):
    await failed(store)
    await drained(store)
    await store.memory.commit(Change(retry_lanes=(("channel:C1", "INC-1"),)))
    assert await store.memory.failing_lanes("INC-1") == []
    assert await store.outbox.failed("a") is None
    assert (await due(store))["lane:channel:C1"] == "waiting"
    got = await taken(store)
    assert (got.entry.id, got.entry.attempts, got.entry.error) == ("a", 0, "")
    await store.outbox.settle(got.entry, saved={}, audit=AUDIT)
    assert await drained(store) == ["behind"]


async def test_retry_of_a_lane_that_does_not_fail_changes_nothing(store):
    await owe(store, entry("a"))
    begun = (await taken(store)).entry
    await store.memory.commit(Change(retry_lanes=(("channel:C1", "INC-1"), ("x", "INC-7"))))
    assert await store.outbox.settle(begun, saved={}, audit=AUDIT)


async def test_an_optional_entry_is_dropped_when_it_is_refused(store):
    await failed(store, optional=True)
    assert await store.outbox.failed("a") is None
    assert await store.memory.failing_lanes("INC-1") == []
    assert "failed:a" not in await due(store)
    assert await drained(store) == ["behind", "other"]


async def test_a_failure_without_incident_holds_nobody_and_is_forgotten_after_a_week(store):
    await failed(store, incident=None, priority=Priority.URGENT)
    assert await drained(store) == ["behind", "other"]
    assert (await store.outbox.failed("a")).error == "no scope"
    assert (await due(store))["failed:a"] == "waiting"
    ttl = await store.connection.redis.ttl(keys.ENTRY("a"))
    assert 6 * 86400 < ttl <= 7 * 86400


async def test_a_dropped_lane_forgets_all_but_what_may_have_left(store):
    await owe(store, entry("a"), entry("b"), entry("c", "INC-2"))
    begun = (await taken(store)).entry
    await store.memory.commit(Change(drop_lanes=(("channel:C1", "INC-1"),)))
    assert await store.outbox.settle(begun, saved={}, audit=AUDIT)
    assert await drained(store) == ["c"]


async def test_dropping_a_failing_lane_ends_its_failure(store):
    await failed(store)
    await store.memory.commit(Change(drop_lanes=(("channel:C1", "INC-1"),)))
    assert await store.memory.failing_lanes("INC-1") == []
    assert await store.outbox.failed("a") is None
    assert await drained(store) == ["other"]


async def test_an_empty_outbox_leaves_no_keys_behind(store, clock):
    """Ten thousand deliveries later Redis holds no more than before."""
    await owe(store, entry("a", coalesce="k"), entry("b", None), entry("c", after="channel"))
    await drained(store)
    await store.memory.commit(Change(refs={"INC-1": {"channel": "C1"}}))
    clock.forward(hours=1)
    assert await drained(store) == ["c"]
    left = {key.removeprefix(keys.ROOT) for key in await everything(store)}
    assert left <= {"refs:INC-1", "channels", "entry-seq", "audit", "audit-head", "wake"}
