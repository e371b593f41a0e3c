"""bot.ports.Wake: Docket behind our port, on real servers."""

import asyncio
import contextlib
import logging
import statistics
import time
from collections import Counter
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.change import Change, Timer
from bot.store import keys
from tests.support.changes import AUDIT, LEASE, due, entry, intent
from tests.support.work import SOON, draining, idle, noting, until, working


@pytest.fixture
async def store(real_store):
    return real_store


async def test_every_kind_of_work_reaches_its_handler_by_its_subject(store, redis_url):
    seen = {word: [] for word in ("intent", "lane", "timer", "failed")}
    handlers = {word: noting(list_) for word, list_ in seen.items()}
    await store.inbox.record(intent("t:1"))
    timer = Timer(kind="update", subject="INC-1", at=store.clock.now())
    await store.memory.commit(Change(timers=(timer,), entries=(entry("e", None),)))
    got = await store.outbox.take("channel:C1", now=store.clock.now(), lease=LEASE)
    await store.outbox.fail(got.entry, error="no", audit=AUDIT)
    await store.memory.commit(Change(entries=(entry("f", lane="answer:t:1"),)))
    async with working(store, redis_url, handlers):
        await until(lambda: all(seen.values()))
    assert seen["intent"] == ["t:1"]
    assert "answer:t:1" in seen["lane"]
    assert seen["timer"] == ["update:INC-1"]
    assert seen["failed"] == ["e"]


async def test_from_record_to_handler_it_takes_milliseconds(store, redis_url):
    seen = []
    delays = []
    async with working(store, redis_url, {"intent": noting(seen, store)}):
        await store.inbox.record(intent("first"))
        await until(lambda: seen)
        for number in range(20):
            began = time.monotonic()
            await store.inbox.record(intent(f"t{number}"))
            while f"t{number}" not in seen:  # noqa: ASYNC110 - an event would be set in its path
                await asyncio.sleep(0.0002)
            delays.append(time.monotonic() - began)
            await asyncio.sleep(0.03)
    assert statistics.median(delays) < 0.05  # 2 ms on a quiet machine; CI is not quiet


async def test_three_workers_handle_each_of_many_intents_once(store, redis_url):
    seen = []
    handlers = {"intent": noting(seen, store)}
    async with (
        working(store, redis_url, handlers),
        working(store, redis_url, handlers),
        working(store, redis_url, handlers, concurrency=2),
    ):
        await asyncio.gather(*(store.inbox.record(intent(f"t{n}")) for n in range(300)))
        await idle(store)
    assert sorted(seen) == sorted(f"t{number}" for number in range(300))


async def test_a_burst_needs_no_more_connections_than_docket_may_open(store, redis_url):
    seen = []

    async def handler(subject):
        seen.append(subject)
        await store.memory.commit(Change(intent=subject))

    with capture_logs() as logs:
        async with working(store, redis_url, {"intent": handler}, concurrency=60):
            await asyncio.gather(*(store.inbox.record(intent(f"t{n}")) for n in range(600)))
            await idle(store)
    assert (len(seen), logs) == (600, [])


async def test_one_item_never_runs_twice_at_once_and_no_entry_is_forgotten(store, redis_url):
    """Entries come at every moment of the drain, two workers look on."""
    delivered, running, most = [], Counter(), Counter()
    drain = draining(store, delivered)

    async def lane(name):
        running[name] += 1
        most[name] = max(most[name], running[name])
        await drain(name)
        await asyncio.sleep(0.001)
        running[name] -= 1

    async with working(store, redis_url, {"lane": lane}), working(store, redis_url, {"lane": lane}):
        for number in range(200):
            owed = entry(f"e{number}", lane=f"channel:C{number % 2}")
            await store.memory.commit(Change(entries=(owed,)))
            await asyncio.sleep(0.001 * (number % 7))
        await until(lambda: len(delivered) == 200)
        await idle(store)
    assert sorted(delivered) == sorted(f"e{number}" for number in range(200))
    assert set(most.values()) == {1}


async def test_an_item_may_come_again_right_after_it_ended(store, redis_url):
    """Docket still knows the key for a moment; nobody waits for the re-offer because of that."""
    delivered = []
    async with working(
        store, redis_url, {"lane": draining(store, delivered)}, reoffer=timedelta(hours=1)
    ):
        for number in range(100):
            await store.memory.commit(Change(entries=(entry(f"e{number}"),)))
            await until(lambda number=number: len(delivered) == number + 1, within_s=5)


async def test_an_item_that_docket_has_not_closed_yet_is_added_again_soon(store, redis_url):
    """For us the run has ended, and something new is due; Docket still calls the item running."""
    runs = []

    async def lane(name):
        runs.append(name)
        if len(runs) == 1:
            run = await store.connection.redis.hget(keys.RUNS(), f"lane:{name}")
            await store.due.finish(f"lane:{name}", run, outcome="ok")
            await store.memory.commit(Change(entries=(entry("b"),)))
            await asyncio.sleep(0.1)

    await store.memory.commit(Change(entries=(entry("a"),)))
    async with working(store, redis_url, {"lane": lane}, reoffer=timedelta(hours=1)):
        await until(lambda: len(runs) >= 2, within_s=5)


async def test_a_handler_that_raises_is_called_again_after_a_pause_and_logged(store, redis_url):
    seen = []

    async def handler(subject):
        seen.append(subject)
        if len(seen) == 1:
            message = "boom"
            raise RuntimeError(message)
        await store.memory.commit(Change(intent=subject))

    with capture_logs() as logs:
        async with working(store, redis_url, {"intent": handler}):
            await store.inbox.record(intent())
            await until(lambda: logs)
            await asyncio.sleep(0.1)
            assert len(seen) == 1
            store.clock.forward(seconds=1)
            await idle(store)
    assert len(seen) == 2
    (line,) = logs
    assert (line["event"], line["item"], line["again_in_s"]) == ("work.failed", "intent:t1", 1.0)
    assert str(line["exc_info"]) == "boom"


async def test_work_without_a_handler_is_kept_for_a_version_that_has_one(store, redis_url):
    with capture_logs() as logs:
        async with working(store, redis_url, {"lane": noting([])}):
            await store.inbox.record(intent())
            await until(lambda: logs)
    assert await due(store) == {"intent:t1": "waiting"}


async def test_a_timer_fires_when_the_clock_gets_there(store, redis_url):
    seen = []
    at = store.clock.now() + timedelta(hours=1)
    await store.memory.commit(Change(timers=(Timer(kind="update", subject="INC-1", at=at),)))
    async with working(store, redis_url, {"timer": noting(seen)}):
        await asyncio.sleep(0.1)
        assert seen == []
        store.clock.forward(hours=1)
        await until(lambda: seen)
    assert seen == ["update:INC-1"]
    assert await due(store) == {}


async def test_a_lost_hand_over_is_made_again(store, redis_url):
    seen = []
    await store.inbox.record(intent())
    await store.due.offer(reoffer=timedelta(seconds=15), limit=1)  # by a pump that died then
    async with working(store, redis_url, {"intent": noting(seen, store)}):
        await asyncio.sleep(0.1)
        assert seen == []
        store.clock.forward(seconds=15)
        await until(lambda: seen)


async def test_a_stop_lets_what_runs_end_and_starts_nothing(store, redis_url):
    seen, ended, go = [], [], asyncio.Event()

    async def handler(subject):
        seen.append(subject)
        await go.wait()
        await store.memory.commit(Change(intent=subject))
        ended.append(subject)

    async with working(store, redis_url, {"intent": handler}) as task:
        await store.inbox.record(intent("t1"))
        await until(lambda: seen)
        task.cancel()
        await asyncio.sleep(0.05)
        await store.inbox.record(intent("t2"))
        await asyncio.sleep(0.3)
        assert not task.done()
        go.set()
        await asyncio.wait({task}, timeout=5)
        assert task.cancelled()
    assert (seen, ended) == (["t1"], ["t1"])
    assert await due(store) == {"intent:t2": "waiting"}


async def test_what_outlasts_the_drain_is_cancelled_and_due_at_once(store, redis_url):
    seen = []

    async def handler(subject):
        seen.append(subject)
        await asyncio.sleep(3600)

    with capture_logs() as logs:
        async with working(store, redis_url, {"intent": handler}, drain=SOON) as task:
            await store.inbox.record(intent())
            await until(lambda: seen)
            task.cancel()
            await asyncio.wait({task}, timeout=5)
            assert task.done()
    assert [line["event"] for line in logs] == ["work.cut_off"]
    assert await due(store) == {"intent:t1": "waiting"}


async def test_a_handler_that_swallows_its_cancellation_is_cancelled_again(store, redis_url):
    seen = []

    async def handler(subject):
        while len(seen) < 2:
            seen.append(subject)
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    with capture_logs():
        async with working(store, redis_url, {"intent": handler}, drain=SOON) as task:
            await store.inbox.record(intent())
            await until(lambda: seen)
            task.cancel()
            await asyncio.wait({task}, timeout=8)
            assert task.done()


async def test_concurrency_is_the_most_that_run_at_once(store, redis_url):
    running, most = 0, 0

    async def handler(subject):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        await store.memory.commit(Change(intent=subject))

    async with working(store, redis_url, {"intent": handler}, concurrency=3):
        await asyncio.gather(*(store.inbox.record(intent(f"t{n}")) for n in range(60)))
        await idle(store)
    assert most == 3


async def test_a_slow_handler_stops_nobody_else(store, redis_url):
    seen = []

    async def handler(subject):
        seen.append(subject)
        if subject == "slow":
            await asyncio.sleep(3600)
        await store.memory.commit(Change(intent=subject))

    async with working(store, redis_url, {"intent": handler}, concurrency=2, drain=SOON):
        await store.inbox.record(intent("slow"))
        await until(lambda: seen)
        for number in range(20):
            await store.inbox.record(intent(f"t{number}"))
        await until(lambda: len(seen) == 21)
    assert Counter(seen)["slow"] == 1


async def test_docket_is_silent_and_keeps_nothing_of_what_ended(store, redis_url, capsys, caplog):
    seen = []
    caplog.set_level(logging.INFO)
    async with working(store, redis_url, {"intent": noting(seen, store)}):
        for number in range(20):
            await store.inbox.record(intent(f"t{number}"))
        await idle(store)
        await asyncio.sleep(0.1)
    assert caplog.text == ""
    assert capsys.readouterr() == ("", "")
    left = [key for key in await store.connection.redis.keys("*docket*") if "intent" in key]
    assert left == []
    assert all(key.startswith(keys.ROOT) for key in await store.connection.redis.keys("*"))


async def test_a_worker_outlives_a_redis_that_cuts_all_connections(store, redis_url):
    seen = []
    with capture_logs():
        async with working(store, redis_url, {"intent": noting(seen, store)}):
            await store.inbox.record(intent("t1"))
            await until(lambda: seen)
            await store.connection.redis.client_kill_filter(_type="normal", skipme=True)
            await store.connection.redis.client_kill_filter(_type="pubsub", skipme=True)
            await store.inbox.record(intent("t2"))
            await until(lambda: len(seen) == 2, within_s=20)
