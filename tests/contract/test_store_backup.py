"""A backup holds everything, and a restore takes all of it or nothing."""

import json
import stat

import pytest

from bot.domain.change import AuditRecord, Change
from bot.errors import Invalid
from bot.store import keys
from bot.store.backup import backup, restore
from tests.contract.test_store_keys import live
from tests.support.changes import due, entry, everything, intent
from tests.support.redis import NIGHT


@pytest.fixture
async def saved(store, clock, tmp_path):
    """A backup of a store that has everything; the store is empty again."""
    await live(store, clock)
    before = await everything(store)
    file = tmp_path / "signalbox.backup"
    await backup(store.blocking, clock, file)
    await store.connection.redis.flushall()
    return file, before


async def test_everything_comes_back(store, clock, saved):
    file, before = saved
    count = await restore(store.blocking, clock, file)
    after = await everything(store)
    work = {keys.DUE(), keys.HELD(), keys.AGAIN(), keys.RUNS(), keys.WAKE()}
    assert {k: v for k, v in after.items() if k not in work} == {
        k: v for k, v in before.items() if k not in work
    }
    assert count >= len(before) - 1  # the wake list is no data
    assert (await store.audit.verify())[0] > 0


async def test_what_was_under_way_is_due_again(store, clock, saved):
    await restore(store.blocking, clock, saved[0])
    assert (await due(store))["intent:t1"] == "waiting"


async def test_lifetimes_go_on(store, clock, saved):
    await restore(store.blocking, clock, saved[0])
    assert 40 * 3600 < await store.connection.redis.ttl(keys.DONE("t0")) <= 48 * 3600
    assert await store.connection.redis.ttl(keys.INTENT("t1")) == -1


async def test_what_expired_meanwhile_stays_away(store, clock, saved):
    clock.forward(days=3)
    await restore(store.blocking, clock, saved[0])
    assert await store.connection.redis.exists(keys.DONE("t0")) == 0


async def test_any_text_survives(store, clock, tmp_path):
    asked = intent("t1", text='\0 "\n ✓ {"a": []} \u202e')
    await store.inbox.record(asked)
    await backup(store.blocking, clock, tmp_path / "b")
    await store.connection.redis.flushall()
    await restore(store.blocking, clock, tmp_path / "b")
    assert await store.inbox.intent("t1") == asked


async def test_the_header_says_what_the_file_holds_and_only_its_owner_reads_it(saved):
    head, *lines = saved[0].read_text().splitlines()
    header = json.loads(head)
    assert header["signalbox-backup"] == 1
    assert header["keys"] == len(lines)
    assert stat.S_IMODE(saved[0].stat().st_mode) == 0o600
    assert [path.name for path in saved[0].parent.iterdir()] == [saved[0].name]


async def test_a_store_that_has_something_is_left_alone(store, clock, saved):
    record = AuditRecord(at=NIGHT, who="U1", what="x.y")
    await store.memory.commit(Change(audit=(record,), entries=(entry("new"),)))
    before = await everything(store)
    with pytest.raises(Invalid, match="empty"):
        await restore(store.blocking, clock, saved[0])
    assert await everything(store) == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-100],
        lambda text: text.replace("checkout", "checkin ", 1),
        lambda text: "\n".join(text.split("\n")[:-2]) + "\n",
        lambda text: text + "{}\n",
        lambda text: text[:0],
        lambda text: "hello\n" + text,
        lambda text: "[]\n" + text,
        lambda text: text.replace('"signalbox-backup": 1', '"signalbox-backup": 2'),
    ],
    ids=["cut", "edited", "line gone", "line more", "empty", "other", "list", "newer"],
)
async def test_a_damaged_file_is_refused_and_nothing_is_written(store, clock, saved, damage):
    file, _ = saved
    file.write_text(damage(file.read_text()))
    with pytest.raises(Invalid):
        await restore(store.blocking, clock, file)
    assert await everything(store) == {}


async def test_a_missing_file_is_refused(store, clock, tmp_path):
    with pytest.raises(Invalid, match="no-such"):
        await restore(store.blocking, clock, tmp_path / "no-such")
