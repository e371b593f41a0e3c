"""bot.ports.Inbox on every kind of Redis."""

import asyncio

from bot.domain.change import Change
from bot.store import keys
from tests.support.changes import due, everything, intent


async def test_a_recorded_intent_is_due_and_can_be_read_back(store):
    asked = intent(text="declare high", values={"a": [], "b": {}, "n": 2**60}, guard="g")
    assert await store.inbox.record(asked)
    assert await store.inbox.intent("t1") == asked
    assert await due(store) == {"intent:t1": "waiting"}


async def test_an_unknown_intent_is_none(store):
    assert await store.inbox.intent("never") is None


async def test_a_redelivery_records_nothing(store):
    assert await store.inbox.record(intent(text="first"))
    before = await everything(store)
    assert not await store.inbox.record(intent(text="second"))
    assert await everything(store) == before


async def test_a_hundred_deliveries_at_once_are_one(store):
    answers = await asyncio.gather(*(store.inbox.record(intent()) for _ in range(100)))
    assert answers.count(True) == 1


async def test_a_double_click_has_another_id_and_the_same_guard(store):
    assert await store.inbox.record(intent("t1", guard="U1 resolve"))
    assert not await store.inbox.record(intent("t2", guard="U1 resolve"))
    assert await store.inbox.record(intent("t3", guard="U2 resolve"))
    assert await store.inbox.intent("t2") is None


async def test_a_guard_lives_three_seconds(store):
    await store.inbox.record(intent("t1", guard="g"))
    left = await store.connection.redis.pttl(keys.GUARD("g"))
    assert 2000 < left <= 3000
    await store.connection.redis.delete(keys.GUARD("g"))
    assert await store.inbox.record(intent("t2", guard="g"))


async def test_a_redelivery_does_not_set_a_guard(store):
    await store.inbox.record(intent("t1"))
    await store.inbox.record(intent("t1", guard="g"))
    assert await store.inbox.record(intent("t2", guard="g"))


async def test_a_done_intent_is_gone_and_remembered_for_a_day_and_more(store):
    await store.inbox.record(intent())
    await store.memory.commit(Change(intent="t1"))
    assert await store.inbox.intent("t1") is None
    assert await due(store) == {}
    assert not await store.inbox.record(intent())
    assert await store.connection.redis.ttl(keys.DONE("t1")) > 24 * 3600


async def test_an_intent_that_is_not_done_never_expires(store):
    await store.inbox.record(intent())
    assert await store.connection.redis.ttl(keys.INTENT("t1")) == -1
