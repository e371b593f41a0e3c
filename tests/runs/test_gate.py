"""What was approved is what runs (P3): before the first change everything is looked at again."""

from datetime import datetime

import pytest

from bot.domain.approval import Decision
from bot.domain.config import Freeze
from bot.domain.person import Role
from bot.domain.run import Answer, RunState
from bot.engine.catalog import Catalog
from bot.errors import Rejected, Unavailable
from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.runs.plant import BOOKS, GROW, LOOK, WELL, book, step
from tests.runs.town import ADA, ANN, BOB, EVE, LEA, buttons, words
from tests.runs.ways import answer, approve, asked
from tests.support.redis import StillClock


async def test_a_moved_world_stops_the_run_and_asks_again_with_the_difference(shop: Office):
    value = await asked(shop, "grow")
    await approve(shop, value)
    shop.plant.values["replicas"] = 3  # somebody else did this
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.AWAITING
    assert run.drifted == 1
    assert run.approval != value
    assert shop.plant.effects["set"] == 0
    old, new = shop.slack.in_channel("approvals")
    assert "Replaced by a newer request" in words(old)
    assert not buttons(old)
    assert "replicas: `2 → 5` → `3 → 5`" in words(new)
    assert "is superseded" in await shop.click(EVE, "approval.approve", value)
    await approve(shop, await shop.request())
    await shop.work()
    assert (await shop.run()).state is RunState.SUCCEEDED
    assert shop.plant.effects["set"] == 1


async def test_reads_before_the_first_change_run_and_then_the_world_is_looked_at(shop: Office):
    value = await asked(shop, "grow")
    await approve(shop, value)

    async def moved() -> None:
        shop.plant.values["replicas"] = 4

    shop.plant.before["look"].append(moved)  # while the run reads, before it changes
    await shop.work()
    assert (await shop.run()).state is RunState.AWAITING
    assert shop.plant.effects["set"] == 0


async def test_an_approver_who_left_the_group_does_not_count_any_more(shop: Office):
    value = await asked(shop, "grow")
    await shop.click(EVE, "approval.approve", value)
    shop.people.groups["S0OPS"] = set()
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.AWAITING
    assert run.approval == value
    [request] = shop.slack.in_channel("approvals")
    assert "approval.approve" in buttons(request)
    await shop.click(BOB, "approval.approve", value)
    await shop.work()
    assert (await shop.run()).state is RunState.SUCCEEDED


async def test_an_approver_who_was_deactivated_does_not_count_any_more(shop: Office):
    value = await asked(shop, "grow")
    await shop.click(BOB, "approval.approve", value)
    shop.people.deleted.add(BOB)
    await shop.work()
    assert (await shop.run()).state is RunState.AWAITING


async def test_a_silent_directory_starts_nothing(shop: Office):
    value = await asked(shop, "grow")
    await approve(shop, value)
    shop.people.down = True
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.FAILED
    assert "Nothing was changed" in run.why
    assert shop.plant.effects["set"] == 0


async def test_a_world_that_cannot_be_read_starts_nothing(shop: Office):
    await approve(shop, await asked(shop, "grow"))
    shop.plant.before["look"] += [Unavailable("silent")] * 9
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.FAILED
    assert shop.plant.effects["set"] == 0


async def test_an_approval_that_waited_too_long_starts_nothing(shop: Office):
    value = await asked(shop, "grow")
    await approve(shop, value)
    shop.clock.forward(minutes=11)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.EXPIRED
    assert "waited too long" in run.why
    assert shop.plant.effects["set"] == 0


async def test_an_edited_runbook_is_asked_for_again_and_a_deleted_one_ends(
    real_store: RedisStore, clock: StillClock
):
    known = list(BOOKS)
    async with office(real_store, clock, books=known) as shop:
        await approve(shop, await asked(shop, "grow"))
        edited = book("grow", [LOOK, GROW, step("again", "restart")], verify=[WELL])
        _catalog(shop, [one for one in BOOKS if one.runbook.id != "grow"] + [edited])
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.AWAITING
        assert "restart" in words(shop.slack.in_channel("approvals")[-1])
        await approve(shop, await shop.request())
        _catalog(shop, [one for one in BOOKS if one.runbook.id != "grow"])
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.FAILED
        assert "There is no runbook `grow`" in run.why
        assert not shop.plant.effects


async def test_the_kill_switch_stops_what_waits_and_what_runs(shop: Office):
    value = await asked(shop, "both")
    await approve(shop, value)

    async def halted() -> None:
        assert "All runs are stopped" in await shop.command(BOB, "halt wrong cluster")

    shop.plant.after["set"].append(halted)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.ASKING
    assert run.question is not None
    assert "wrong cluster" in run.question.text
    assert shop.plant.effects == {"set": 1}
    assert "stopped all runs" in await shop.command(ANN, "run see")
    assert "needs the role" in await shop.command(BOB, "resume")
    assert "may begin again" in await shop.command(LEA, "resume")
    await answer(shop, Answer.RETRY)
    assert (await shop.run()).state is RunState.SUCCEEDED
    assert shop.plant.effects == {"set": 1, "restart": 1}


def frozen(**more: object) -> Freeze:
    said = {"name": "year end", "systems": ("shop",), "zone": "Europe/Berlin", **more}
    begins, ends = datetime(2026, 11, 20, 4, 30), datetime(2026, 11, 21, 4, 30)  # noqa: DTZ001 - local times, as signalbox.yml has them
    return Freeze(**{"from_": begins, "to": ends, **said})


async def test_in_a_freeze_its_approvers_decide(real_store: RedisStore, clock: StillClock):
    """04:30 in Berlin is 03:30 UTC: half an hour after the test begins."""
    freeze = frozen(approvers=(Role.ADMIN,))
    async with office(real_store, clock, freeze=(freeze,)) as shop:
        clock.forward(minutes=31)
        value = await asked(shop, "grow")
        [request] = shop.slack.in_channel("approvals")
        assert "freeze “year end”" in words(request)
        assert "Only `admin` may decide" in await shop.click(BOB, "approval.approve", value)
        await shop.click(ADA, "approval.approve", value)
        await shop.work()
        assert (await shop.run()).state is RunState.SUCCEEDED


async def test_a_freeze_that_names_nobody_refuses_but_reads_go_on(
    real_store: RedisStore, clock: StillClock
):
    async with office(real_store, clock, freeze=(frozen(),)) as shop:
        clock.forward(minutes=31)
        assert "nobody who may approve" in await shop.command(ANN, "run grow")
        assert "starts now" in await shop.command(ANN, "run see")


async def test_a_freeze_that_begins_after_the_approval_asks_its_approvers(
    real_store: RedisStore, clock: StillClock
):
    freeze = frozen(approvers=(Role.ADMIN,))
    async with office(real_store, clock, freeze=(freeze,)) as shop:
        clock.forward(minutes=28)
        value = await asked(shop, "grow")
        await approve(shop, value)
        clock.forward(minutes=3)
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.AWAITING
        assert run.approval != value
        assert shop.plant.effects["set"] == 0
        approval = await shop.about.runs.shelf.approval(await shop.request())
        assert approval.policy.from_ == (Role.ADMIN,)
        assert approval.decision is Decision.PENDING


async def test_break_glass_does_not_skip_a_freeze(real_store: RedisStore, clock: StillClock):
    freeze = frozen(approvers=(Role.ADMIN, Role.DATA_OWNER))
    async with office(real_store, clock, freeze=(freeze,)) as shop:
        channel = await shop.incident()
        clock.forward(minutes=31)
        await shop.command(ANN, "run commanded", channel=channel)
        await shop.work()
        clock.forward(minutes=6)
        said = await shop.submit(
            LEA, "approval.alone", await shop.request(), reason="customers cannot pay at all"
        )
        assert "has no break-glass" in said


async def test_a_precondition_that_broke_meanwhile_ends_the_run(
    real_store: RedisStore, clock: StillClock
):
    must = [{"id": "well", "uses": "plant.look", "with": {"expect": "healthy"}}]
    books = [book("careful", [GROW], verify=[WELL], preconditions=must, approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        await approve(shop, await asked(shop, "careful"))
        shop.plant.values["state"] = "sick"
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.FAILED
        assert "Nothing was changed" in run.why
        assert not shop.plant.effects


@pytest.mark.parametrize("fault", [Rejected("no"), Unavailable("silent")])
async def test_what_cannot_be_planned_is_not_asked_for(shop: Office, fault: Exception):
    shop.plant.before["look"] += [fault] * 5
    said = await shop.command(ANN, "run grow")
    assert "🚫 Nothing was changed" in said
    assert await shop.store.memory.marked("runs") == []


def _catalog(shop: Office, books: list[object]) -> None:
    object.__setattr__(shop.about.runs.planning, "catalog", lambda: Catalog(books))
    object.__setattr__(shop.box, "catalog", Catalog(books))
