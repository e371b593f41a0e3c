"""Steps that wait for others, report instead of stopping, are done by people, or tell a channel."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.plan import Risk
from bot.domain.run import Answer, RunState, StepState
from bot.errors import Unavailable
from bot.store.store import RedisStore
from tests.runs.office import office
from tests.runs.plant import GROW, LOOK, RESTART, WELL, book, step
from tests.runs.town import ANN, OPS, words
from tests.runs.ways import answer, approve, asked, carried_out
from tests.support.redis import StillClock

Books = list[Any]


def copy(value: str = "{steps.grow.value}", **keys: Any) -> dict[str, Any]:
    return step("copy", "set_value", **{"with": {"key": "note", "value": value}}, **keys)


async def test_a_step_is_planned_with_what_an_earlier_one_found(
    real_store: RedisStore, clock: StillClock
):
    books = [book("chain", [GROW, copy()], verify=[WELL], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        value = await asked(shop, "chain")
        request = words(shop.slack.in_channel("approvals")[0])
        assert "planned when the steps before have run" in request
        await approve(shop, value)
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.SUCCEEDED
        assert shop.plant.values["note"] == 5
        assert run.entry("steps/copy").planned.calls[0].text == "PUT note=5"


async def test_a_step_that_turns_out_not_to_be_needed_is_skipped(
    real_store: RedisStore, clock: StillClock
):
    books = [
        book("chain", [GROW, copy(when="{steps.grow.value} > 9")], approval="one-approver"),
    ]
    async with office(real_store, clock, books=books) as shop:
        run = await carried_out(shop, "chain")
        assert run.state is RunState.SUCCEEDED
        assert run.entry("steps/copy").state is StepState.SKIPPED
        assert "is not so" in run.entry("steps/copy").summary
        assert "note" not in shop.plant.values


async def test_a_step_that_cannot_be_planned_then_asks(real_store: RedisStore, clock: StillClock):
    books = [book("chain", [GROW, copy("{steps.grow.nothing}")], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        run = await carried_out(shop, "chain")
        assert run.state is RunState.ASKING
        assert run.question is not None
        assert "found no `nothing`" in run.question.text
        await answer(shop, Answer.ROLL_BACK)
        assert (await shop.run()).state is RunState.ROLLED_BACK
        assert shop.plant.values["replicas"] == 2


async def test_a_human_step_names_what_was_found(real_store: RedisStore, clock: StillClock):
    person = {"id": "see", "ask": "confirm", "text": "Are {steps.grow.value} there?"}
    skipped = {**person, "id": "never", "when": "{steps.grow.value} > 9"}
    books = [book("seen", [GROW, person, skipped], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        run = await carried_out(shop, "seen")
        assert run.question is not None
        assert run.question.text == "Are 5 there?"
        await answer(shop, Answer.DONE)
        run = await shop.run()
        assert run.state is RunState.SUCCEEDED
        assert run.entry("steps/never").state is StepState.SKIPPED


async def test_a_human_step_first_of_all_ends_the_run_when_nobody_answers(
    real_store: RedisStore, clock: StillClock
):
    person = {"id": "see", "ask": "confirm", "text": "Is it quiet?", "timeout": "10m"}
    books = [book("quiet", [person, GROW], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        await carried_out(shop, "quiet")
        await shop.pass_time(minutes=9)
        assert (await shop.run()).state is RunState.ASKING
        await shop.pass_time(minutes=2)
        run = await shop.run()
        assert run.state is RunState.FAILED
        assert "Nobody answered in time" in run.why
        assert not shop.plant.effects


async def test_a_read_that_reports_does_not_stop_the_others(
    real_store: RedisStore, clock: StillClock
):
    sick = {**WELL, "id": "sick", "on_error": "report"}
    books = [book("round", [sick, LOOK], risk=Risk.READ)]
    async with office(real_store, clock, books=books) as shop:
        shop.plant.values["state"] = "sick"
        await shop.command(ANN, "run round")
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.SUCCEEDED
        assert run.entry("steps/sick").summary.startswith("FAIL: state is sick")
        assert "Not well: Read a value" in run.why
        assert run.entry("steps/look").state is StepState.DONE


async def test_channels_hear_of_what_the_runbook_says(real_store: RedisStore, clock: StillClock):
    tell = [{"channel": "shop-floor", "on": ["start", "success"]}, {"channel": "shop-alarm"}]
    books = [book("told", [GROW], verify=[WELL], notify=tell, approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        await carried_out(shop, "told")
        said = [words(one) for one in shop.slack.in_channel("shop-floor")]
        assert ["running" in said[0], "succeeded" in said[1]] == [True, True]
        assert len(shop.slack.in_channel("shop-alarm")) == 1
        shop.plant.values["state"] = "sick"
        shop.clock.forward(seconds=1)
        await carried_out(shop, "told")
        assert "rolled back" in words(shop.slack.in_channel("shop-alarm")[-1])
        assert len(shop.slack.in_channel("shop-floor")) == 3


async def test_a_policy_that_asks_nobody_goes_on_by_the_newer_plan(
    real_store: RedisStore, clock: StillClock
):
    books = [book("free", [GROW], approval="none", risk=Risk.READ)]
    async with office(real_store, clock, books=books) as shop:
        await shop.command(ANN, "run free")
        shop.plant.values["replicas"] = 3
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.SUCCEEDED
        assert run.drifted == 1
        assert run.entry("steps/grow").planned.captured == {"old": 3}


async def test_a_step_that_breaks_us_again_and_again_is_asked_about(
    real_store: RedisStore, clock: StillClock
):
    books = [book("breaking", [GROW, RESTART], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        shop.plant.before["set"] += [ZeroDivisionError() for _ in range(9)]
        await approve(shop, await asked(shop, "breaking"))
        with capture_logs() as logs:
            for _ in range(6):
                await shop.pass_time(seconds=10)
        assert any(log["event"] == "run failed" for log in logs)
        run = await shop.run()
        assert run.state is RunState.ASKING
        assert run.question is not None
        assert "failed 3 times" in run.question.text or "happen?" in run.question.text
        shop.plant.before.clear()
        await answer(shop, Answer.RETRY)
        assert (await shop.run()).state is RunState.SUCCEEDED
        assert shop.plant.effects == {"set": 1, "restart": 1}


async def test_a_way_back_that_cannot_be_planned_asks(real_store: RedisStore, clock: StillClock):
    back = [step("back", "set_value", **{"with": {"key": "note", "value": "{steps.look.nope}"}})]
    books = [
        book("stuck", [LOOK, {**GROW, "rollback": back}], verify=[WELL], approval="one-approver")
    ]
    async with office(real_store, clock, books=books) as shop:
        shop.plant.values["state"] = "sick"
        run = await carried_out(shop, "stuck")
        assert run.state is RunState.ASKING
        assert run.question is not None
        assert "way back cannot be planned" in run.question.text
        await answer(shop, Answer.ABORT)
        run = await shop.run()
        assert run.state is RunState.FAILED
        assert "1 changing step stay" in run.why


@pytest.mark.parametrize("silent", [1, 3])
async def test_a_world_that_is_silent_for_a_moment_is_asked_again(
    real_store: RedisStore, clock: StillClock, silent: int
):
    must = [{"id": "well", "uses": "plant.look", "with": {"expect": "healthy"}}]
    books = [book("patient", [GROW], verify=[WELL], preconditions=must, approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        await approve(shop, await asked(shop, "patient"))
        shop.plant.before["look"] += [Unavailable("silent")] * silent
        await shop.work()
        run = await shop.run()
        assert run.state is (RunState.SUCCEEDED if silent == 1 else RunState.FAILED)
        assert words(shop.slack.in_channel(OPS)[0])
