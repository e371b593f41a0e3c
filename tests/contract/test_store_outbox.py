"""bot.ports.Outbox on every kind of Redis: order, waiting, leases, fences."""

import asyncio
from datetime import timedelta

from bot.domain.change import AuditRecord, Change
from bot.domain.outbox import EntryState, Priority
from bot.ports import Taken
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


LIMITED = {"after": "channel", "after_until": NIGHT + 5 * SECOND}


async def test_a_released_reference_is_waited_for_no_longer(store):
    """What has a limit goes at once, woken by the commit; what cannot go without it waits on."""
    await owe(store, entry("a", **LIMITED), entry("b", "INC-2", **LIMITED))
    await owe(store, entry("c", lane="topic", after="channel"))
    assert await look(store) == NIGHT + 5 * SECOND
    assert await look(store, "topic") is None
    await store.memory.commit(Change(releases=(("INC-1", "channel"),)))
    assert (await due(store))["lane:channel:C1"] == "waiting"
    assert await drained(store) == ["a"]
    await owe(store, entry("d", **LIMITED))  # what comes later need not wait either
    assert await drained(store) == ["d"]
    assert await look(store, "topic") is None


async def test_a_released_reference_that_is_set_after_all_is_there_for_everyone(store):
    await owe(store, entry("a", lane="topic", after="channel"))
    assert await look(store, "topic") is None
    await store.memory.commit(Change(releases=(("INC-1", "channel"),)))
    await store.memory.commit(Change(refs={"INC-1": {"channel": "C7"}}))
    assert await drained(store, "topic") == ["a"]
    await store.memory.commit(Change(refs={"INC-1": {"channel": ""}}))
    await owe(store, entry("b", **LIMITED))
    assert await look(store) == NIGHT + 5 * SECOND  # the release is over


async def test_releasing_what_is_there_changes_nothing(store):
    await store.memory.commit(Change(refs={"INC-1": {"channel": "C7"}}))
    before = await everything(store)
    await store.memory.commit(Change(releases=(("INC-1", "channel"),)))
    assert await everything(store) == before


async def test_after_may_name_several_references(store):
    await owe(store, entry("a", after="channel announced"))
    for refs in ({"announced": "1.2"}, {"channel": "C7"}):
        assert await look(store) is None
        await store.memory.commit(Change(refs={"INC-1": refs}))
        assert (await due(store))["lane:channel:C1"] == "waiting"
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
