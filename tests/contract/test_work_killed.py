"""Real worker processes killed at the worst moment, on real servers."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.change import Change
from bot.ports import Taken
from bot.store.store import RedisStore
from tests.support.changes import AUDIT, LEASE, entry, intent
from tests.support.processes import kill, said, started
from tests.support.redis import SystemClock
from tests.support.work import idle, noting, until, working


@pytest.fixture
async def living(redis_url):
    """The store on the real clock, for processes that have no other."""
    store = RedisStore.at(redis_url, SystemClock())
    yield store
    await store.close()


async def line_of(process):
    return await asyncio.to_thread(said, process)


async def test_a_worker_killed_between_take_and_settle_loses_nothing(living, redis_url):
    """Another gets the entry, as unknown, when Docket and the lease have given up on the dead."""
    await living.memory.commit(Change(entries=(entry("a"), entry("b"))))
    with started("deliverer", redis_url) as process:
        assert await line_of(process) == "taken"
        kill(process.pid)
    got = []

    async def lane(name):
        while isinstance(
            taken := await living.outbox.take(name, now=living.clock.now(), lease=LEASE), Taken
        ):
            got.append((taken.entry.id, taken.unknown))
            await living.outbox.settle(taken.entry, saved={}, audit=AUDIT)

    redelivery = timedelta(seconds=1)
    async with working(living, redis_url, {"lane": lane}, redelivery_timeout=redelivery):
        await until(lambda: len(got) == 2, within_s=20)
    assert got == [("a", True), ("b", False)]


async def test_a_sole_bot_goes_on_at_once_after_it_was_killed(living, redis_url):
    """Nobody else works here, so there is nothing to wait 30 seconds for."""
    await living.inbox.record(intent("t1"))
    with started("holder", redis_url) as process:
        assert await line_of(process) == "t1"
        kill(process.pid)
    seen = []
    async with working(living, redis_url, {"intent": noting(seen, living)}, sole=True):
        await until(lambda: seen, within_s=5)
        await idle(living)
    assert seen == ["t1"]
