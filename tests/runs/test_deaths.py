"""A worker may die at any commit: nothing happens twice, and everything ends or asks (P2, P4)."""

from typing import Any

import pytest

from bot.domain.run import RunState
from bot.errors import Unavailable
from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.runs.plant import Killed
from tests.runs.ways import Deaf, Dying, approve, asked, settle
from tests.support.redis import StillClock

EFFECTS = {"grow": "set", "restart": "restart", "flush": "flush"}


async def died(first: Office, dying: Dying) -> bool:
    """Whether the worker died while it carried out the run."""
    first.store.memory = dying  # type: ignore[assignment] # a proxy of it
    shelf: Any = first.about.execution.desk.shelf
    object.__setattr__(shelf, "memory", dying)
    try:
        await first.work()
    except Killed:
        return True
    else:
        return False
    finally:
        object.__setattr__(shelf, "memory", dying.memory)
        first.store.memory = dying.memory


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("book", EFFECTS)
async def test_at_every_commit_for_every_kind_of_effect(
    real_store: RedisStore, clock: StillClock, book: str, *, after: bool
):
    effect, at = EFFECTS[book], 0
    async with office(real_store, clock) as first:
        while True:
            first.plant.effects.clear()
            first.plant.values["replicas"] = 2
            await approve(first, await asked(first, book))
            dead = await died(first, Dying(real_store.memory, at, after))
            async with office(
                real_store,
                clock,
                plant=first.plant,
                people=first.people,
                slack=first.slack,
                numbers=first.numbers,
                name="worker-2",
            ) as second:
                await second.pass_time(seconds=61)
                run = await settle(second, effect)
            assert run.state is RunState.SUCCEEDED, (at, run.why, run.question)
            times = first.plant.effects[effect]
            assert times == 1 or (book == "grow" and times == 2), (at, times)
            assert not (await first.about.runs.shelf.locks(run.plan.targets))[0].holder
            if not dead:
                break
            at += 1
            clock.forward(minutes=11)
    assert at >= 4


async def test_a_frozen_worker_that_wakes_writes_nothing(real_store: RedisStore, clock: StillClock):
    async with office(real_store, clock) as first:
        await approve(first, await asked(first, "restart"))

        async def frozen() -> None:
            """Another worker takes over and finishes while this one hangs in its call."""
            clock.forward(seconds=31)
            async with office(
                real_store,
                clock,
                plant=first.plant,
                people=first.people,
                slack=first.slack,
                numbers=first.numbers,
                name="worker-2",
            ) as second:
                run = await second.run()
                await second.about.execution.advance(run.id)

        first.plant.after["restart"].append(frozen)
        await first.work()
        run = await first.run()
        assert run.state is RunState.SUCCEEDED
        assert run.holder == ""
        assert run.epoch == 2
        assert first.plant.effects["restart"] == 1


@pytest.mark.parametrize("at", range(6))
async def test_a_lost_answer_of_the_store_changes_nothing(shop: Office, at: int):
    """What was committed counts; the step is neither begun again nor taken for not done."""
    await approve(shop, await asked(shop, "restart"))
    shelf: Any = shop.about.execution.desk.shelf
    real, deaf = shelf.memory, Deaf(shelf.memory, at)
    object.__setattr__(shelf, "memory", deaf)
    try:
        await shop.work()
    except Unavailable:  # of the first commit of all: the queue brings it again
        assert at == 0
    object.__setattr__(shelf, "memory", real)
    await shop.pass_time(seconds=61)
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED, run.why
    assert shop.plant.effects["restart"] == 1
    assert [entry.attempts for entry in run.journal] == [1, 1]


async def test_a_store_that_stays_silent_lets_the_queue_try_again(shop: Office):
    await approve(shop, await asked(shop, "restart"))
    shelf: Any = shop.about.execution.desk.shelf
    real = shelf.memory

    class Silent(Deaf):
        async def commit(self, change: Any) -> None:
            self.commits += 1
            if self.commits > self.at:
                message = "Redis is gone"
                raise Unavailable(message)
            await self.memory.commit(change)

    object.__setattr__(shelf, "memory", Silent(real, 2))
    with pytest.raises(Unavailable):
        await shop.work()
    object.__setattr__(shelf, "memory", real)
    assert shop.plant.effects["restart"] == 1
    await shop.pass_time(seconds=61)
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    assert shop.plant.effects["restart"] == 1
    assert run.epoch == 2
