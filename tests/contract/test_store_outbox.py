"""bot.ports.Outbox on every kind of Redis: order, leases, fences, failures."""

import asyncio
from datetime import timedelta

from bot.domain.change import AuditRecord, Change
from bot.domain.outbox import EntryState, Priority
from bot.ports import Taken
from bot.store import keys
from tests.support.changes import AUDIT, LEASE, drained, due, entry, everything, taken
from tests.support.redis import NIGHT

SECOND = timedelta(seconds=1)


async def owe(store, *entries, **fields):
    await store.memory.commit(Change(entries=entries, **fields))


async def look(store, lane="channel:C1"):
    """Take what may go now, or when to look again."""
    return await store.outbox.take(lane, now=store.clock.now(), lease=LEASE)


# ---------------------------------------------------------------- order


async def test_entries_of_one_incident_keep_their_order_whatever_their_priority(store):
    await owe(
        store,
        entry("a", priority=Priority.CHATTER),
        entry("b", priority=Priority.URGENT),
        entry("c", priority=Priority.NORMAL),
    )
    assert await drained(store) == ["a", "b", "c"]


async def test_between_incidents_the_better_priority_goes_first_then_the_older(store):
    await owe(
        store,
        entry("a1", "INC-1", priority=Priority.CHATTER),
        entry("a2", "INC-1", priority=Priority.URGENT),
        entry("b1", "INC-2", priority=Priority.NORMAL),
        entry("c1", "INC-3", priority=Priority.NORMAL),
        entry("d1", "INC-4", priority=Priority.URGENT),
    )
    # a2 is urgent but stands behind a1, and becomes first of INC-1 only when a1 has gone
    assert await drained(store) == ["d1", "b1", "c1", "a1", "a2"]


async def test_entries_without_incident_go_by_priority_and_age_each_on_its_own(store):
    await owe(
        store,
        entry("a", None, priority=Priority.CHATTER),
        entry("b", None),
        entry("c", None, priority=Priority.URGENT),
        entry("d", None),
    )
    assert await drained(store) == ["c", "b", "d", "a"]


async def test_lanes_do_not_see_each_other(store):
    await owe(store, entry("a"), entry("b", lane="channel:C2"))
    assert await drained(store, "channel:C2") == ["b"]
    assert await drained(store) == ["a"]
    assert await look(store) is None


async def test_one_lane_gives_one_entry_at_a_time(store):
    await owe(store, entry("a", "INC-1"), entry("b", "INC-2"))
    first = await taken(store)
    assert await look(store) == NIGHT + LEASE
    await store.outbox.settle(first.entry, saved={}, audit=AUDIT)
    assert (await taken(store)).entry.id == "b"


async def test_fifty_takers_at_once_get_one_entry(store):
    await owe(store, *(entry(f"e{number}", f"INC-{number}") for number in range(20)))
    got = await asyncio.gather(*(look(store) for _ in range(50)))
    assert sum(isinstance(one, Taken) for one in got) == 1


async def test_an_entry_comes_back_as_it_was_with_where_it_stands(store):
    owed = entry(
        "a",
        args={"blocks": [], "x": {"$ref": "channel"}, "deep": [{"n": 2**60}]},
        saves={"message": "ts"},
        coalesce="card",
        optional=True,
    )
    await owe(store, owed, refs={"INC-1": {"channel": "C7"}, "INC-2": {"channel": "C8"}})
    got = await taken(store)
    begun = {"state": EntryState.BEGUN, "epoch": 1, "begun_at": NIGHT}
    assert got.entry == owed.model_copy(update=begun)
    assert (got.refs, got.unknown) == ({"channel": "C7"}, False)


async def test_an_entry_that_is_owed_already_is_not_owed_twice(store):
    await owe(store, entry("a"))
    await owe(store, entry("a"), entry("b"))
    assert await drained(store) == ["a", "b"]


# ---------------------------------------------------------------- waiting


async def test_not_before_lets_other_incidents_pass(store, clock):
    await owe(store, entry("a", not_before=NIGHT + 9 * SECOND), entry("b", "INC-2"))
    assert await drained(store) == ["b"]
    assert await look(store) == NIGHT + 9 * SECOND
    clock.forward(seconds=9)
    assert await drained(store) == ["a"]


async def test_after_waits_for_the_reference_and_its_settling_wakes_the_lane(store):
    create = entry("create", lane="incident:INC-1", saves={"channel": "channel.id"})
    await owe(store, create, entry("a", after="channel"), entry("b", "INC-2"))
    assert await drained(store) == ["b"]
    assert await look(store) is None
    assert "lane:channel:C1" not in await due(store)

    begun = (await taken(store, "incident:INC-1")).entry
    await store.outbox.settle(begun, saved={"channel": "C7"}, audit=AUDIT)
    assert await due(store) == {"lane:channel:C1": "waiting"}
    assert (await taken(store)).refs == {"channel": "C7"}


async def test_a_reference_set_by_a_commit_wakes_the_lane_too(store):
    await owe(store, entry("a", after="channel"))
    assert await look(store) is None
    await store.memory.commit(Change(refs={"INC-1": {"channel": "C7"}}))
    assert await due(store) == {"lane:channel:C1": "waiting"}
    assert await drained(store) == ["a"]


async def test_after_waits_until_after_until_at_most(store, clock):
    await owe(store, entry("a", after="channel", after_until=NIGHT + 5 * SECOND))
    assert await look(store) == NIGHT + 5 * SECOND
    clock.forward(seconds=5)
    assert await drained(store) == ["a"]


async def test_after_without_incident_has_nothing_to_wait_for(store):
    await owe(store, entry("a", None, after="channel"))
    assert await drained(store) == ["a"]


# ---------------------------------------------------------------- leases and fences


async def test_after_the_lease_an_entry_comes_back_unknown_with_a_raised_epoch(store, clock):
    await owe(store, entry("a"))
    first = await taken(store)
    clock.forward(seconds=30)
    again = await taken(store)
    assert (again.unknown, again.entry.id) == (True, "a")
    assert again.entry.epoch == first.entry.epoch + 1


async def test_a_frozen_taker_changes_nothing_after_another_took_over(store, clock):
    await owe(store, entry("a"), entry("b"))
    frozen = (await taken(store)).entry
    clock.forward(seconds=31)
    holder = (await taken(store)).entry
    before = await everything(store)
    outbox, late = store.outbox, clock.now() + SECOND
    assert not await outbox.settle(frozen, saved={"channel": "C6"}, audit=AUDIT)
    assert not await outbox.postpone(frozen, until=late, error="x")
    assert not await outbox.fail(frozen, error="x", audit=AUDIT)
    assert await everything(store) == before
    assert await outbox.settle(holder, saved={}, audit=AUDIT)


async def test_a_slow_taker_may_settle_while_nobody_took_over(store, clock):
    await owe(store, entry("a"))
    slow = (await taken(store)).entry
    clock.forward(hours=1)
    assert await store.outbox.settle(slow, saved={}, audit=AUDIT)
    assert await look(store) is None


async def test_what_is_settled_cannot_be_settled_postponed_or_failed_again(store):
    await owe(store, entry("a"))
    done = (await taken(store)).entry
    assert await store.outbox.settle(done, saved={}, audit=AUDIT)
    before = await everything(store)
    assert not await store.outbox.settle(done, saved={}, audit=AUDIT)
    assert not await store.outbox.postpone(done, until=NIGHT)
    assert not await store.outbox.fail(done, error="x", audit=AUDIT)
    assert await everything(store) == before


async def test_an_urgent_entry_of_another_incident_goes_before_an_unknown_one(store, clock):
    await owe(store, entry("a"))
    frozen = (await taken(store)).entry
    clock.forward(seconds=31)
    await owe(store, entry("b", "INC-2", priority=Priority.URGENT))
    assert (await taken(store)).entry.id == "b"
    assert await store.outbox.settle(frozen, saved={}, audit=AUDIT)
    assert await look(store) == clock.now() + LEASE  # "b" is still begun


async def test_settling_stores_references_indexes_the_channel_and_leaves_an_audit_record(store):
    await owe(store, entry("a"))
    record = AuditRecord(at=NIGHT, who="signalbox", what="channel.created", subject="INC-1")
    saved = {"channel": "C7", "card": "1.5"}
    assert await store.outbox.settle((await taken(store)).entry, saved=saved, audit=record)
    assert await store.memory.refs("INC-1") == saved
    assert await store.memory.incident_of_channel("C7") == "INC-1"
    assert [row["what"] async for row in store.audit.records()] == ["channel.created"]


async def test_postponing_puts_it_back_and_counts_an_attempt_only_for_an_error(store, clock):
    await owe(store, entry("a"), entry("b"))
    assert await store.outbox.postpone((await taken(store)).entry, until=NIGHT + SECOND)
    assert await look(store) == NIGHT + SECOND
    clock.forward(seconds=1)
    got = await taken(store)
    assert (got.entry.id, got.entry.attempts, got.unknown) == ("a", 0, False)
    later = clock.now() + SECOND
    assert await store.outbox.postpone(got.entry, until=later, error="503")
    clock.forward(seconds=1)
    got = await taken(store)
    assert (got.entry.attempts, got.entry.error) == (1, "503")


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
