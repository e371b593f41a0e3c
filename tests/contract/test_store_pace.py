"""bot.ports.Pace on every kind of Redis."""

import asyncio
from datetime import timedelta

from bot.store import keys

SECOND = timedelta(seconds=1)
NOW = timedelta(0)


async def ask(store, key="channel:C1", *, every=SECOND, burst=1):
    return await store.pace.wait(key, every=every, burst=burst, now=store.clock.now())


async def test_one_a_second_and_the_rest_is_told_how_long_to_wait(store, clock):
    assert await ask(store) == NOW
    assert await ask(store) == SECOND
    clock.forward(seconds=0.4)
    assert await ask(store) == timedelta(milliseconds=600)
    clock.forward(seconds=0.6)
    assert await ask(store) == NOW


async def test_who_must_wait_takes_no_token(store, clock):
    await ask(store)
    for _ in range(10):
        assert await ask(store) == SECOND
    clock.forward(seconds=1)
    assert await ask(store) == NOW


async def test_a_burst_is_saved_up_and_no_more(store, clock):
    clock.forward(hours=1)
    assert [await ask(store, burst=3) for _ in range(4)] == [NOW, NOW, NOW, SECOND]
    clock.forward(seconds=2)
    assert [await ask(store, burst=3) for _ in range(3)] == [NOW, NOW, SECOND]


async def test_a_rate_of_twenty_a_minute_lets_twenty_pass_in_a_minute(store, clock):
    passed = 0
    for _ in range(600):
        passed += await ask(store, every=3 * SECOND) == NOW
        clock.forward(seconds=0.1)
    assert passed == 20


async def test_keys_do_not_slow_each_other(store):
    assert await ask(store, "a") == NOW
    assert await ask(store, "b") == NOW


async def test_of_fifty_at_once_one_passes(store):
    answers = await asyncio.gather(*(ask(store) for _ in range(50)))
    assert answers.count(NOW) == 1


async def test_nobody_passes_before_a_retry_after_has_passed(store, clock):
    await store.pace.block("channel:C1", until=clock.now() + 30 * SECOND)
    await store.pace.block("channel:C1", until=clock.now() + 10 * SECOND)  # the latest wins
    assert await ask(store, burst=5) == 30 * SECOND
    clock.forward(seconds=30)
    assert await ask(store) == NOW


async def test_a_block_in_the_past_blocks_nobody(store, clock):
    await store.pace.block("channel:C1", until=clock.now() - SECOND)
    assert await ask(store) == NOW


async def test_a_key_is_forgotten_when_it_says_nothing_any_more(store, clock):
    await ask(store)
    assert 0 < await store.connection.redis.pttl(keys.PACE("channel:C1")) <= 3000
    await store.pace.block("channel:C1", until=clock.now() + 30 * SECOND)
    assert 25_000 < await store.connection.redis.pttl(keys.PACE("channel:C1")) <= 32_000
