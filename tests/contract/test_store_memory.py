"""bot.ports.Memory on every kind of Redis: one atomic step, and reading back."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.change import AuditRecord, Change, Check, Mark, Put, Timer
from bot.domain.incident import TimelineLine
from bot.errors import AlreadyDone, NotFound, Stale
from tests.support.changes import due, entry, everything, incident, intent, put, taken
from tests.support.redis import NIGHT

LINE = TimelineLine(at=NIGHT, who="U1", what="update", text="we look at it → now")


def everything_at_once(**fields):
    """A change with one of each, to be refused as a whole."""
    given = {
        "intent": "t1",
        "puts": (put(incident("INC-2")),),
        "marks": (Mark(index="open", member="INC-2", score=1.5),),
        "refs": {"INC-2": {"channel": "C2"}},
        "lines": {"INC-2": (LINE,)},
        "entries": (entry("e1", "INC-2"), entry("e2", None, "answer:t1")),
        "timers": (Timer(kind="update", subject="INC-2", at=NIGHT),),
        "audit": (AuditRecord(at=NIGHT, who="U1", what="incident.declared"),),
        "retry_lanes": (("channel:C1", "INC-2"),),
        "drop_lanes": (("housekeeping:INC-2", "INC-2"),),
        "releases": (("INC-2", "card"),),
    }
    return Change(**{**given, **fields})


async def test_all_of_a_change_is_there_afterwards(store):
    await store.inbox.record(intent())
    await store.memory.commit(everything_at_once())
    memory = store.memory
    assert await memory.incident("INC-2") == incident("INC-2")
    assert await memory.marked("open") == ["INC-2"]
    assert await memory.refs("INC-2") == {"channel": "C2"}
    assert await memory.incident_of_channel("C2") == "INC-2"
    assert await memory.timeline("INC-2") == [LINE]
    assert (await taken(store)).entry.id == "e1"
    assert [record["what"] async for record in store.audit.records()] == ["incident.declared"]
    assert await due(store) == {
        "lane:channel:C1": "waiting",
        "lane:answer:t1": "waiting",
        "timer:update:INC-2": "waiting",
    }


@pytest.mark.parametrize(
    "moved",
    [
        {"puts": (put(incident("INC-2")), put(incident("INC-1", 1)))},  # INC-1 has 1 already
        {"puts": (put(incident("INC-2")), put(incident("INC-1", 3)))},  # 2 is not there yet
        {"puts": (put(incident("INC-2")), put(incident("INC-1", 0)))},  # it exists
        {"puts": (put(incident("INC-2", 1)),)},  # it does not exist
        {"checks": (Check(kind="incident", id="INC-1", version=0),)},
        {"checks": (Check(kind="incident", id="INC-9", version=0),)},
    ],
)
async def test_a_stale_change_leaves_nothing_at_all(store, moved):
    await store.inbox.record(intent())
    await store.memory.commit(Change(puts=(put(incident("INC-1", 0)),)))
    await store.memory.commit(Change(puts=(put(incident("INC-1", 1)),)))
    before = await everything(store)
    with pytest.raises(Stale):
        await store.memory.commit(everything_at_once(**moved))
    assert await everything(store) == before


async def test_a_done_intent_changes_nothing_again(store):
    await store.memory.commit(everything_at_once())
    before = await everything(store)
    with pytest.raises(AlreadyDone):
        await store.memory.commit(everything_at_once())
    with pytest.raises(AlreadyDone):  # done comes before stale: there is nothing to decide again
        await store.memory.commit(everything_at_once(puts=(put(incident("INC-2", 9)),)))
    assert await everything(store) == before


async def test_a_check_lets_pass_what_did_not_move(store):
    await store.memory.commit(Change(puts=(put(incident("INC-1", 0)),)))
    check = Check(kind="incident", id="INC-1", version=0)
    await store.memory.commit(Change(checks=(check,), lines={"INC-1": (LINE,)}))
    assert await store.memory.timeline("INC-1") == [LINE]


async def test_a_hundred_changes_of_one_incident_lose_none(store):
    """Each is decided again until it fits; the versions have no gap and no change is lost."""
    await store.memory.commit(Change(puts=(put(incident("INC-1", 0)),)))

    async def change(number):
        while True:
            seen = await store.memory.incident("INC-1")
            new = seen.model_copy(update={"version": seen.version + 1, "updates": seen.updates + 1})
            try:
                await store.memory.commit(Change(intent=f"t{number}", puts=(put(new),)))
            except Stale:
                continue
            return new.version

    versions = await asyncio.gather(*(change(number) for number in range(100)))
    assert sorted(versions) == list(range(1, 101))
    assert (await store.memory.incident("INC-1")).updates == 100


async def test_one_intent_committed_a_hundred_times_at_once_counts_once(store):
    change = Change(intent="t1", lines={"INC-1": (LINE,)})
    results = await asyncio.gather(
        *(store.memory.commit(change) for _ in range(100)), return_exceptions=True
    )
    assert results.count(None) == 1
    assert {type(result) for result in results} == {type(None), AlreadyDone}
    assert await store.memory.timeline("INC-1") == [LINE]


async def test_versions_and_bodies_of_other_kinds_are_kept_apart(store):
    run = Put(kind="run", id="INC-1", version=0, body='{"a": []}')
    await store.memory.commit(Change(puts=(run,)))
    with pytest.raises(NotFound, match="INC-1"):
        await store.memory.incident("INC-1")


async def test_incidents_come_in_the_order_asked_without_the_missing(store):
    for name in ("INC-1", "INC-2"):
        await store.memory.commit(Change(puts=(put(incident(name)),)))
    found = await store.memory.incidents(["INC-2", "INC-9", "INC-1"])
    assert [one.id for one in found] == ["INC-2", "INC-1"]
    assert await store.memory.incidents([]) == []


async def test_any_text_comes_back_as_it_was(store):
    title = "\u202e<!channel> \0 \n ✓ " + "ä" * 10_000
    await store.memory.commit(Change(puts=(put(incident("INC-1", 0, title=title)),)))
    assert (await store.memory.incident("INC-1")).title == title


async def test_marks_are_sorted_limited_replaced_and_removed(store):
    scores = {"a": 3.0, "b": 1732075200.123456, "c": -1.0}
    marks = tuple(Mark(index="open", member=name, score=score) for name, score in scores.items())
    await store.memory.commit(Change(marks=marks))
    assert await store.memory.marked("open") == ["b", "a", "c"]
    assert await store.memory.marked("open", newest_first=False, limit=2) == ["c", "a"]
    moved = (Mark(index="open", member="c", score=9e12), Mark(index="open", member="a", score=None))
    await store.memory.commit(Change(marks=moved))
    assert await store.memory.marked("open") == ["c", "b"]
    assert await store.memory.marked("empty") == []


async def test_a_channel_leads_to_the_incident_that_has_it_now(store):
    await store.memory.commit(Change(refs={"INC-1": {"channel": "C1", "card": "1.2"}}))
    await store.memory.commit(Change(refs={"INC-1": {"channel": "C2", "card": ""}}))
    assert await store.memory.refs("INC-1") == {"channel": "C2"}
    assert await store.memory.incident_of_channel("C1") is None
    assert await store.memory.incident_of_channel("C2") == "INC-1"
    await store.memory.commit(Change(refs={"INC-1": {"channel": ""}}))
    assert await store.memory.incident_of_channel("C2") is None


async def test_the_timeline_grows_at_its_end(store):
    lines = [LINE.model_copy(update={"text": str(number)}) for number in range(4)]
    await store.memory.commit(Change(lines={"INC-1": tuple(lines[:2])}))
    await store.memory.commit(Change(lines={"INC-1": tuple(lines[2:])}))
    assert await store.memory.timeline("INC-1") == lines
    assert await store.memory.timeline("INC-2") == []


async def test_numbers_have_no_gap_and_an_intent_keeps_its_own(store):
    asked = [f"t{number}" for number in range(50)] * 3
    given = await asyncio.gather(*(store.memory.number("incident", name) for name in asked))
    assert sorted(set(given)) == list(range(1, 51))
    assert given[:50] == given[50:100] == given[100:]
    assert await store.memory.number("run", "t1") == 1


async def test_a_timer_is_one_for_each_kind_and_subject(store):
    def timer(at):
        return Change(timers=(Timer(kind="update", subject="INC-1", at=at),))

    await store.memory.commit(timer(NIGHT + timedelta(hours=1)))
    await store.memory.commit(timer(NIGHT + timedelta(hours=2)))
    offer = await store.due.offer(reoffer=timedelta(seconds=15), limit=10)
    assert (offer.items, offer.later) == ((), NIGHT + timedelta(hours=2))
    await store.memory.commit(timer(None))
    assert await due(store) == {}


async def test_failing_lanes_are_empty_when_nothing_failed(store):
    await store.memory.commit(Change(entries=(entry("e1"),)))
    assert await store.memory.failing_lanes("INC-1") == []
