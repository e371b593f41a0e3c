"""bot.ports.Audit: the chain, and that whatever is done to it is found and named."""

import hashlib
from datetime import timedelta

import pytest

from bot.domain.change import AuditRecord, Change
from bot.errors import BotError
from bot.store import audit as chain
from bot.store import keys
from tests.support.redis import NIGHT


def record(number, **fields):
    at = NIGHT + timedelta(seconds=number)
    return AuditRecord(at=at, who="U1", what="x.done", facts={"n": number, "empty": []}, **fields)


@pytest.fixture
async def five(store, clock):
    """A store with five records."""
    for number in range(1, 6):
        clock.forward(seconds=1)
        await store.memory.commit(Change(audit=(record(number),)))
    return store


async def rewrite(store, change):
    """Write the stream anew with what `change` makes of its [id, fields] rows."""
    redis = store.connection.redis
    rows = [[stream_id, dict(fields)] for stream_id, fields in await redis.xrange(keys.AUDIT())]
    await redis.delete(keys.AUDIT())
    for stream_id, fields in change(rows):
        await redis.xadd(keys.AUDIT(), fields, id=stream_id)


async def broken_at(store):
    with pytest.raises(BotError) as error:
        await store.audit.verify()
    return int(str(error.value).split("record ")[1].split(":")[0])


async def test_an_empty_chain_is_whole(store):
    assert await store.audit.verify() == (0, "")
    assert [row async for row in store.audit.records()] == []


async def test_records_come_back_numbered_with_body_hash_and_link(five):
    rows = [row async for row in five.audit.records()]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0]["facts"] == {"n": 1, "empty": []}
    assert set(rows[0]) == {
        *("seq", "at", "who", "what", "subject", "source", "facts"),
        *("body", "hash", "link"),
    }
    assert hashlib.sha256(rows[0]["body"].encode()).hexdigest() == rows[0]["hash"]
    assert await five.audit.verify() == (5, rows[-1]["link"])


async def test_records_since_a_time(five):
    since = NIGHT + timedelta(seconds=4)
    assert [row["seq"] async for row in five.audit.records(since)] == [4, 5]
    assert [row["seq"] async for row in five.audit.records(NIGHT + timedelta(days=1))] == []


async def test_more_than_a_page_is_read_whole(store, monkeypatch):
    monkeypatch.setattr(chain, "PAGE", 3)
    records = tuple(record(number) for number in range(1, 11))
    await store.memory.commit(Change(audit=records))
    assert [row["seq"] async for row in store.audit.records()] == list(range(1, 11))
    assert (await store.audit.verify())[0] == 10


async def test_a_clock_that_goes_back_breaks_nothing(five, clock):
    clock.forward(days=-400)
    await five.memory.commit(Change(audit=(record(6),)))
    assert (await five.audit.verify())[0] == 6
    assert [row["seq"] async for row in five.audit.records()] == [1, 2, 3, 4, 5, 6]


async def test_an_edited_body_is_found(five):
    def edit(rows):
        rows[2][1]["body"] = rows[2][1]["body"].replace("U1", "U2")
        return rows

    await rewrite(five, edit)
    assert await broken_at(five) == 3


async def test_an_edited_body_with_its_hash_put_right_is_found(five):
    def edit(rows):
        fields = rows[2][1]
        fields["body"] = fields["body"].replace("U1", "U2")
        fields["hash"] = hashlib.sha256(fields["body"].encode()).hexdigest()
        return rows

    await rewrite(five, edit)
    assert await broken_at(five) == 3


async def test_an_edited_body_with_hash_and_link_put_right_is_found_at_the_next(five):
    def edit(rows):
        before, fields = rows[1][1], rows[2][1]
        fields["body"] = fields["body"].replace("U1", "U2")
        fields["hash"] = hashlib.sha256(fields["body"].encode()).hexdigest()
        text = f"{before['link']}:3:{fields['hash']}"
        fields["link"] = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        return rows

    await rewrite(five, edit)
    assert await broken_at(five) == 4


async def test_a_hole_is_found(five):
    await rewrite(five, lambda rows: [row for row in rows if not row[0].endswith("-3")])
    assert await broken_at(five) == 3


async def test_a_missing_first_record_is_found(five):
    await rewrite(five, lambda rows: rows[1:])
    assert await broken_at(five) == 1


async def test_a_swapped_pair_is_found(five):
    def swap(rows):
        rows[1][1], rows[2][1] = rows[2][1], rows[1][1]
        return rows

    await rewrite(five, swap)
    assert await broken_at(five) == 2


async def test_a_cut_tail_is_found(five):
    await rewrite(five, lambda rows: rows[:4])
    assert await broken_at(five) == 5


async def test_an_emptied_chain_is_found(five):
    await five.connection.redis.delete(keys.AUDIT())
    assert await broken_at(five) == 1


async def test_a_record_that_nobody_committed_is_found(five):
    def forge(rows):
        last = rows[-1]
        return [*rows, [f"{int(last[0].split('-')[0]) + 1}-6", last[1]]]

    await rewrite(five, forge)
    assert await broken_at(five) == 6


async def test_a_head_that_was_set_back_with_the_tail_cut_is_found_by_its_link(five):
    await rewrite(five, lambda rows: rows[:4])
    await five.connection.redis.hset(keys.AUDIT_HEAD(), "seq", "4")
    assert await broken_at(five) == 5
