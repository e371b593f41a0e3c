"""bot.ports.Due on every kind of Redis: no wake-up is lost, nothing runs twice at once."""

import asyncio
import time
from datetime import timedelta

import pytest

from bot.domain.change import Change, Timer
from tests.support.changes import AUDIT, drained, due, entry, intent, taken
from tests.support.redis import NIGHT

REOFFER = timedelta(seconds=15)
LANE = "lane:channel:C1"


async def offered(store, limit=10):
    return list((await store.due.offer(reoffer=REOFFER, limit=limit)).items)


async def held(store, item):
    """Hand `item` over and start its run; returns the run."""
    assert (item, True) in await offered(store)
    return await store.due.begin(item)


def timer(at, subject="INC-1"):
    return Change(timers=(Timer(kind="update", subject=subject, at=at),))


async def test_an_item_is_handed_over_once_and_again_when_the_hand_over_was_lost(store, clock):
    await store.inbox.record(intent())
    assert await offered(store) == [("intent:t1", True)]
    assert await offered(store) == []
    clock.forward(seconds=15)
    assert await offered(store) == [("intent:t1", False)]


async def test_a_timer_is_offered_at_its_time_and_not_before(store, clock):
    await store.memory.commit(timer(NIGHT + timedelta(hours=1)))
    offer = await store.due.offer(reoffer=REOFFER, limit=10)
    assert (offer.items, offer.later) == ((), NIGHT + timedelta(hours=1))
    clock.forward(hours=1)
    assert await offered(store) == [("timer:update:INC-1", True)]


async def test_the_oldest_come_first_and_no_more_than_asked(store, clock):
    for number in range(5):
        await store.inbox.record(intent(f"t{number}"))
        clock.forward(seconds=1)
    assert await offered(store, 2) == [("intent:t0", True), ("intent:t1", True)]
    assert len(await offered(store)) == 3


async def test_a_run_that_ended_well_ends_the_item(store):
    await store.inbox.record(intent())
    run = await held(store, "intent:t1")
    await store.memory.commit(Change(intent="t1"))
    assert await store.due.finish("intent:t1", run, outcome="ok") is None
    assert await due(store) == {}


async def test_an_item_that_is_over_cannot_begin(store):
    await store.inbox.record(intent())
    await offered(store)
    await store.memory.commit(Change(intent="t1"))
    assert await store.due.begin("intent:t1") is None


async def test_a_run_that_raised_is_tried_again_later_and_later(store, clock):
    await store.inbox.record(intent())
    pauses = []
    for _ in range(9):
        run = await held(store, "intent:t1")
        pause = await store.due.finish("intent:t1", run, outcome="error")
        assert await offered(store) == []
        pauses.append(pause.total_seconds())
        clock.forward(seconds=pauses[-1])
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_a_run_that_ended_well_forgives_the_failures_before_it(store, clock):
    await store.memory.commit(timer(NIGHT))
    for outcome in ("error", "ok", "error"):
        run = await held(store, "timer:update:INC-1")
        pause = await store.due.finish("timer:update:INC-1", run, outcome=outcome)
        clock.forward(seconds=5)
        if outcome == "ok":
            await store.memory.commit(timer(clock.now()))
    assert pause == timedelta(seconds=1)


async def test_a_stopped_run_is_due_at_once(store):
    await store.inbox.record(intent())
    run = await held(store, "intent:t1")
    assert await store.due.finish("intent:t1", run, outcome="stopped") == timedelta(0)
    assert await offered(store) == [("intent:t1", True)]


async def test_only_the_newest_run_finishes_an_item(store, clock):
    await store.inbox.record(intent())
    frozen = await held(store, "intent:t1")
    clock.forward(seconds=15)
    assert await offered(store) == [("intent:t1", False)]
    await store.due.begin("intent:t1")
    for outcome in ("ok", "error", "stopped"):
        assert await store.due.finish("intent:t1", frozen, outcome=outcome) is None
    assert await due(store) == {"intent:t1": "held"}


async def test_an_entry_that_comes_while_the_lane_drains_is_not_forgotten(store):
    """It is committed after the last take, while the handler has not returned yet."""
    await store.memory.commit(Change(entries=(entry("a"),)))
    run = await held(store, LANE)
    assert await drained(store) == ["a"]
    await store.memory.commit(Change(entries=(entry("b"),)))
    assert await offered(store) == []  # not twice at once
    await store.due.finish(LANE, run, outcome="ok")
    assert await offered(store) == [(LANE, True)]


async def test_an_entry_that_the_drain_still_saw_wakes_nobody_again(store):
    await store.memory.commit(Change(entries=(entry("a"),)))
    run = await held(store, LANE)
    first = await taken(store)
    await store.memory.commit(Change(entries=(entry("b"),)))
    await store.outbox.settle(first.entry, saved={}, audit=AUDIT)
    assert await drained(store) == ["b"]
    await store.due.finish(LANE, run, outcome="ok")
    assert await due(store) == {}


async def test_a_handler_that_leaves_something_in_its_lane_is_called_again(store):
    await store.memory.commit(Change(entries=(entry("a"), entry("b"))))
    run = await held(store, LANE)
    await store.outbox.settle((await taken(store)).entry, saved={}, audit=AUDIT)
    await store.due.finish(LANE, run, outcome="ok")
    assert await offered(store) == [(LANE, True)]


async def test_a_postponed_lane_is_due_when_it_may_go_on(store):
    await store.memory.commit(Change(entries=(entry("a"),)))
    run = await held(store, LANE)
    await store.outbox.postpone((await taken(store)).entry, until=NIGHT + timedelta(seconds=7))
    await store.due.finish(LANE, run, outcome="ok")
    offer = await store.due.offer(reoffer=REOFFER, limit=10)
    assert (offer.items, offer.later) == ((), NIGHT + timedelta(seconds=7))


async def test_a_deliverer_that_died_leaves_the_end_of_its_lease_as_the_wish(store, clock):
    await store.memory.commit(Change(entries=(entry("a"),)))
    run = await held(store, LANE)
    await taken(store)
    await store.due.finish(LANE, run, outcome="ok")  # it forgot to settle
    assert await offered(store) == []
    clock.forward(seconds=30)
    assert await offered(store) == [(LANE, True)]
    assert (await taken(store)).unknown


async def test_a_timer_set_while_it_runs_is_due_at_its_new_time(store):
    await store.memory.commit(timer(NIGHT))
    run = await held(store, "timer:update:INC-1")
    await store.memory.commit(timer(NIGHT + timedelta(minutes=10)))
    await store.due.finish("timer:update:INC-1", run, outcome="ok")
    offer = await store.due.offer(reoffer=REOFFER, limit=10)
    assert (offer.items, offer.later) == ((), NIGHT + timedelta(minutes=10))


async def test_a_timer_set_by_a_run_that_raised_survives_the_retry(store, clock):
    """Its commit went through, then it raised; the retry finds nothing to do and sets nothing."""
    await store.memory.commit(timer(NIGHT))
    run = await held(store, "timer:update:INC-1")
    await store.memory.commit(timer(NIGHT + timedelta(minutes=10)))
    await store.due.finish("timer:update:INC-1", run, outcome="error")
    clock.forward(seconds=1)
    run = await held(store, "timer:update:INC-1")
    await store.due.finish("timer:update:INC-1", run, outcome="ok")
    offer = await store.due.offer(reoffer=REOFFER, limit=10)
    assert (offer.items, offer.later) == ((), NIGHT + timedelta(minutes=10))


async def test_a_timer_set_anew_while_a_retry_waits_replaces_what_was_asked_before(store, clock):
    await store.memory.commit(timer(NIGHT))
    run = await held(store, "timer:update:INC-1")
    await store.memory.commit(timer(NIGHT + timedelta(minutes=10)))
    await store.due.finish("timer:update:INC-1", run, outcome="error")
    await store.memory.commit(timer(NIGHT + timedelta(minutes=5)))
    assert await offered(store) == []
    clock.forward(minutes=5)
    run = await held(store, "timer:update:INC-1")
    await store.due.finish("timer:update:INC-1", run, outcome="ok")
    assert await due(store) == {}


async def test_a_timer_forgotten_while_it_runs_is_over(store):
    await store.memory.commit(timer(NIGHT))
    run = await held(store, "timer:update:INC-1")
    await store.memory.commit(timer(NIGHT + timedelta(minutes=10)))
    await store.memory.commit(timer(None))
    await store.due.finish("timer:update:INC-1", run, outcome="ok")
    assert await due(store) == {}


async def test_a_reset_makes_due_what_a_dead_process_held(store, clock):
    await store.inbox.record(intent())
    await store.memory.commit(timer(NIGHT))
    await offered(store)
    await store.memory.commit(timer(NIGHT + timedelta(minutes=10)))
    assert await store.due.reset() == 2
    assert await offered(store) == [("intent:t1", True)]
    clock.forward(minutes=10)
    assert ("timer:update:INC-1", True) in await offered(store)


async def test_waiting_ends_when_something_becomes_due(store):
    waiting = asyncio.create_task(store.due.wait(timedelta(seconds=20)))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await store.inbox.record(intent())
    await waiting
    assert time.monotonic() - began < 1


async def test_waiting_ends_after_its_time(store):
    began = time.monotonic()
    await store.due.wait(timedelta(milliseconds=100))
    assert 0.05 < time.monotonic() - began < 2


@pytest.mark.parametrize("limit", [1, 7, 1000])
async def test_everything_is_offered_exactly_once_whatever_the_limit(store, limit):
    for number in range(20):
        await store.inbox.record(intent(f"t{number}"))
    seen = []
    while items := await offered(store, limit):
        seen += [item for item, _ in items]
    assert sorted(seen) == sorted(f"intent:t{number}" for number in range(20))
