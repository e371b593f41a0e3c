"""One run at a time on a system; the others wait in a line that people can see."""

import asyncio

from bot.domain.run import Answer, RunState
from bot.errors import OutcomeUnknown
from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.runs.town import ANN, BOB, EVE, OPS, words
from tests.runs.ways import answer, approve, asked
from tests.support.redis import StillClock


async def three(shop: Office) -> list[str]:
    """Ask for and approve three runs; the first stops at a question, holding the locks."""
    ids = []
    shop.plant.after["flush"].append(OutcomeUnknown("the line broke"))
    for book in ("flush", "restart", "grow"):
        shop.clock.forward(seconds=1)
        await approve(shop, await asked(shop, book))
        await shop.work()
        ids.append((await shop.run()).id)
    return ids


async def test_who_waits_sees_the_line_and_is_woken_in_order(shop: Office):
    first, second, third = await three(shop)
    cards = [words(one) for one in shop.slack.in_channel(OPS) if "thread_ts" not in one]
    assert f"Place 1 in line, behind {first}" in cards[1]
    assert f"Place 2 in line, behind {first}, {second}" in cards[2]
    assert shop.plant.effects == {"flush": 1}
    run = await shop.about.runs.shelf.run(first)
    assert run.question is not None
    await shop.click(ANN, "run.answer:done", f"{first}|{run.question.number}")
    await shop.work()
    runs = await shop.about.runs.shelf.runs([first, second, third])
    assert [run.state for run in runs] == [RunState.SUCCEEDED] * 3
    assert shop.plant.calls.index("POST /api/restart") < shop.plant.calls.index("PUT replicas=5")
    assert [lock.holder for lock in await shop.about.runs.shelf.locks(["system:shop"])] == [""]


async def test_who_leaves_the_line_lets_the_next_move_up(shop: Office):
    first, second, third = await three(shop)
    await shop.command(ANN, f"cancel {second}")
    await shop.work()
    [lock] = await shop.about.runs.shelf.locks(["system:shop"])
    assert (lock.holder, lock.waiting) == (first, (third,))


async def test_an_approval_that_grows_old_in_line_expires_and_leaves_it(shop: Office):
    first, _, _ = await three(shop)
    await shop.pass_time(minutes=11)
    [lock] = await shop.about.runs.shelf.locks(["system:shop"])
    assert (lock.holder, lock.waiting) == (first, ())


async def test_reads_wait_for_nobody(shop: Office):
    await three(shop)
    shop.clock.forward(seconds=1)
    await shop.command(EVE, "run see")
    await shop.work()
    assert (await shop.run()).state is RunState.SUCCEEDED


async def test_two_workers_never_hold_one_system(real_store: RedisStore, clock: StillClock):
    async with office(real_store, clock) as one:
        busy, most = 0, 0

        async def watched() -> None:
            nonlocal busy, most
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.005)
            busy -= 1

        ids = []
        for _ in range(5):
            clock.forward(seconds=1)
            await approve(one, await asked_only(one))
            ids.append((await one.run()).id)
        one.plant.before["restart"] += [watched] * 5
        async with office(
            real_store, clock, plant=one.plant, people=one.people, slack=one.slack, name="worker-2"
        ) as two:
            for _ in range(10):
                await asyncio.gather(one.work(), two.work())
        runs = await one.about.runs.shelf.runs(ids)
        assert [run.state for run in runs] == [RunState.SUCCEEDED] * 5
        assert most == 1
        assert one.plant.effects["restart"] == 5


async def asked_only(shop: Office) -> str:
    """Ask without letting anything start."""
    await shop.command(ANN, "run restart")
    return await shop.request()


async def test_a_cancel_stops_before_the_next_step_and_asks_when_something_happened(shop: Office):
    await approve(shop, await asked(shop, "both"))
    run = await shop.run()

    async def cancelled() -> None:
        assert "stops before its next step" in await shop.click(BOB, "run.cancel", run.id)

    shop.plant.after["set"].append(cancelled)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.ASKING
    assert run.question is not None
    assert "cancelled it" in run.question.text
    assert shop.plant.effects == {"set": 1}
    assert "answer its question" in await shop.click(BOB, "run.cancel", run.id)
    await answer(shop, Answer.ROLL_BACK)
    run = await shop.run()
    assert run.state is RunState.ROLLED_BACK
    assert shop.plant.values["replicas"] == 2


async def test_a_cancel_reaches_into_a_long_step(shop: Office):
    shop.plant.says = [f"line {n}\n" for n in range(50)]
    await shop.command(ANN, "run see")
    run = await shop.run()

    async def cancelled() -> None:
        await shop.click(ANN, "run.cancel", run.id)
        await asyncio.sleep(0.3)  # the worker looks every tenth of a second here

    shop.plant.before["look"].append(cancelled)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.CANCELLED
    assert "Nothing was changed" in run.why


async def test_a_cancel_before_anything_happened_ends_it(shop: Office):
    await approve(shop, await asked(shop, "grow"))
    run = await shop.run()

    async def cancelled() -> None:
        await shop.click(ANN, "run.cancel", run.id)

    shop.plant.before["look"].append(cancelled)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.CANCELLED
    assert not shop.plant.effects


async def test_stopping_after_a_cancel_leaves_what_happened_and_says_so(shop: Office):
    await approve(shop, await asked(shop, "both"))
    run = await shop.run()

    async def cancelled() -> None:
        await shop.click(BOB, "run.cancel", run.id)

    shop.plant.after["set"].append(cancelled)
    await shop.work()
    await answer(shop, Answer.ABORT)
    run = await shop.run()
    assert run.state is RunState.CANCELLED
    assert "1 changing step stay" in run.why.replace("stays", "stay")
