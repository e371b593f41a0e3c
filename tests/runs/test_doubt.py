"""What nobody knows is looked for or asked, never guessed; what failed is told and put right."""

import pytest
from structlog.testing import capture_logs

from bot.domain.run import Answer, RunState, StepState
from bot.errors import OutcomeUnknown, Rejected, Unavailable
from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.runs.plant import BOOKS, GROW, LOOK, RESTART, WELL, book, step
from tests.runs.town import ANN, OPS, buttons, words
from tests.runs.ways import answer, approve, asked, carried_out
from tests.support.redis import StillClock


async def test_an_unknown_end_of_a_restart_is_looked_for(shop: Office):
    shop.plant.after["restart"].append(OutcomeUnknown("the line broke"))
    run = await carried_out(shop, "restart")
    assert run.state is RunState.SUCCEEDED
    assert "found by looking" in run.entry("steps/restart").summary
    assert shop.plant.effects["restart"] == 1


async def test_what_had_not_happened_is_done_again(shop: Office):
    shop.plant.before["restart"].append(OutcomeUnknown("the line broke"))
    run = await carried_out(shop, "restart")
    assert run.state is RunState.SUCCEEDED
    assert shop.plant.effects["restart"] == 1
    assert run.entry("steps/restart").attempts == 2


async def test_what_cannot_be_looked_for_is_asked(shop: Office):
    shop.plant.after["flush"].append(OutcomeUnknown("the line broke"))
    run = await carried_out(shop, "flush")
    assert run.state is RunState.ASKING
    assert shop.plant.effects["flush"] == 1
    [question] = [one for one in shop.slack.in_channel(OPS) if "thread_ts" in one]
    assert "Did “Forget everything” happen?" in words(question)
    # nothing can be undone here, so rolling back is not offered
    assert set(buttons(question)) == {"run.answer:done", "run.answer:retry", "run.answer:abort"}
    await answer(shop, Answer.DONE)
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    assert run.entry("steps/flush").by == ANN
    assert shop.plant.effects["flush"] == 1


async def test_an_old_button_answers_nothing(shop: Office):
    shop.plant.after["flush"] += [OutcomeUnknown("1"), OutcomeUnknown("2")]
    await carried_out(shop, "flush")
    run = await shop.run()
    await answer(shop, Answer.RETRY)
    assert (await shop.run()).state is RunState.ASKING
    said = await shop.click(ANN, "run.answer:done", f"{run.id}|1")
    assert "was answered" in said
    assert (await shop.run()).state is RunState.ASKING


async def test_a_passing_fault_before_anything_happened_is_tried_again(shop: Office):
    shop.plant.before["restart"] += [Unavailable("not now"), Unavailable("not now")]
    run = await carried_out(shop, "restart")
    assert run.state is RunState.SUCCEEDED
    assert shop.plant.effects["restart"] == 1


async def test_a_lasting_fault_ends_a_run_that_has_touched_nothing(shop: Office):
    shop.plant.before["restart"] += [Unavailable("down")] * 3
    run = await carried_out(shop, "restart")
    assert run.state is RunState.FAILED
    assert "Nothing was changed before it" in run.why
    assert "Tried 3 times" in run.why


async def test_a_refusal_after_a_change_asks_and_roll_back_restores(shop: Office):
    shop.plant.before["restart"].append(Rejected("no such container"))
    run = await carried_out(shop, "both")
    assert run.state is RunState.ASKING
    assert shop.plant.values["replicas"] == 5
    await answer(shop, Answer.ROLL_BACK)
    run = await shop.run()
    assert shop.plant.values["replicas"] == 2
    assert run.entry("steps/grow").state is StepState.UNDONE
    # the refused restart has no way back, and it is not known to have done nothing
    assert run.state is RunState.FAILED
    assert "Not undone: Restart something" in run.why


async def test_a_check_that_fails_rolls_back_by_itself(shop: Office):
    shop.plant.values["state"] = "sick"
    run = await carried_out(shop, "grow")
    assert run.state is RunState.ROLLED_BACK
    assert shop.plant.values["replicas"] == 2
    assert "state is sick" in run.why
    assert "Everything that can be undone is undone" in run.why
    card = words(shop.slack.in_channel(OPS)[0])
    assert "rolled back" in card
    assert "undo: Set a value" in card


async def test_a_check_that_fails_without_a_way_back_says_so(shop: Office):
    shop.plant.values["state"] = "sick"
    run = await carried_out(shop, "restart")
    assert run.state is RunState.FAILED
    assert "Nothing of it can be undone" in run.why


async def test_doubt_on_the_way_back_of_an_idempotent_step_repeats_it(shop: Office):
    shop.plant.values["state"] = "sick"
    shop.plant.after["undo"].append(OutcomeUnknown("the line broke"))
    run = await carried_out(shop, "grow")
    assert run.state is RunState.ROLLED_BACK
    assert shop.plant.effects["undo"] == 2
    assert shop.plant.values["replicas"] == 2


async def test_a_way_back_that_is_refused_asks(shop: Office):
    shop.plant.values["state"] = "sick"
    shop.plant.before["undo"].append(Rejected("locked"))
    run = await carried_out(shop, "grow")
    assert run.state is RunState.ASKING
    await answer(shop, Answer.RETRY)
    assert (await shop.run()).state is RunState.ROLLED_BACK


async def test_a_step_that_breaks_the_bot_is_looked_for_and_then_asked(shop: Office):
    """An error nobody foresaw: noted as unknown, tried as its effect allows, then a person."""
    shop.plant.after["flush"].append(ZeroDivisionError())
    await approve(shop, await asked(shop, "flush"))
    with capture_logs() as logs:
        await shop.work()
    assert "ZeroDivisionError" in str(logs) or any(log.get("exc_info") for log in logs)
    await shop.pass_time(seconds=2)
    run = await shop.run()
    assert run.state is RunState.ASKING
    assert shop.plant.effects["flush"] == 1
    assert "reference" in words(shop.slack.in_channel(OPS)[-1])


async def test_a_human_step_waits_for_its_answer(shop: Office):
    run = await carried_out(shop, "asking")
    assert run.state is RunState.ASKING
    assert run.question is not None
    assert run.question.text == "Is the page green?"
    assert shop.plant.effects["restart"] == 0
    await answer(shop, Answer.DONE)
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    assert shop.plant.effects == {"set": 1, "restart": 1}


async def test_a_human_step_that_nobody_answers_asks_how_to_go_on(shop: Office):
    await carried_out(shop, "asking")
    await shop.pass_time(minutes=31)
    run = await shop.run()
    assert run.state is RunState.ASKING
    assert run.question is not None
    assert "Nobody answered in time" in run.question.text
    await answer(shop, Answer.ROLL_BACK)
    assert (await shop.run()).state is RunState.ROLLED_BACK


@pytest.mark.parametrize("user", ["U0GUEST", "U0STRANGE", "U0GONE", "U0NOBODY"])
async def test_a_question_is_answered_by_those_who_may(shop: Office, user: str):
    shop.plant.after["flush"].append(OutcomeUnknown("the line broke"))
    await carried_out(shop, "flush")
    said = await answer(shop, Answer.DONE, user)
    assert "🚫" in said
    assert (await shop.run()).state is RunState.ASKING


@pytest.mark.parametrize(
    ("flag", "ends", "times"),
    [
        (True, RunState.SUCCEEDED, 1),
        (False, RunState.SUCCEEDED, 2),
        ("perhaps", RunState.ASKING, 1),
    ],
)
async def test_a_runbook_may_say_how_to_look(
    real_store: RedisStore, clock: StillClock, flag: object, ends: RunState, times: int
):
    look = {"uses": "plant.look", "with": {"key": "flag"}, "field": "value"}
    grow = {**GROW, "effect": "probe", "probe": look}
    books = [book("looked-for", [grow], verify=[WELL], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        shop.plant.values["flag"] = flag
        shop.plant.after["set"].append(OutcomeUnknown("the line broke"))
        run = await carried_out(shop, "looked-for")
        assert run.state is ends
        assert shop.plant.effects["set"] == times


async def test_a_failed_run_offers_what_may_help(real_store: RedisStore, clock: StillClock):
    books = [*BOOKS, book("hopeful", [RESTART], approval="one-approver", offer=["grow", "see"])]
    async with office(real_store, clock, books=books) as shop:
        shop.plant.before["restart"].append(Rejected("no"))
        run = await carried_out(shop, "hopeful")
        assert run.state is RunState.FAILED
        offered = buttons(shop.slack.in_channel(OPS)[0])
        assert offered["runbook.params:0"] == "grow"
        assert offered["run.retry"] == run.id


async def test_a_rollback_of_steps_is_planned_with_what_the_run_found(
    real_store: RedisStore, clock: StillClock
):
    back = [
        step("smaller", "set_value", **{"with": {"key": "replicas", "value": "{steps.look.value}"}})
    ]
    grow = {**GROW, "rollback": back}
    tidy = [step("tidy", "set_value", **{"with": {"key": "note", "value": "rolled back"}})]
    made = book("stepwise", [LOOK, grow], verify=[WELL], rollback=tidy, approval="one-approver")
    async with office(real_store, clock, books=[made]) as shop:
        shop.plant.values["state"] = "sick"
        run = await carried_out(shop, "stepwise")
        assert run.state is RunState.ROLLED_BACK
        assert shop.plant.values["replicas"] == 2
        assert shop.plant.values["note"] == "rolled back"
        assert [one.key for one in run.journal if one.key.startswith("rollback/")] == [
            "rollback/smaller",
            "rollback/tidy",
        ]


async def test_a_check_is_asked_until_it_is_well_or_its_time_is_over(
    real_store: RedisStore, clock: StillClock
):
    wait = {"first": "10s", "every": "5s", "deadline": "1m", "in_a_row": 2}
    books = [book("patient", [RESTART], verify=[{**WELL, "wait": wait}], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        shop.plant.values["state"] = "starting"

        async def up() -> None:
            shop.plant.values["state"] = "healthy"

        async def nothing() -> None: ...

        shop.plant.before["look"] += [nothing, Unavailable("not yet"), up]
        began = clock.now()
        run = await carried_out(shop, "patient")
        assert run.state is RunState.SUCCEEDED
        assert (clock.now() - began).total_seconds() == pytest.approx(10 + 3 * 5, abs=1)
        shop.plant.values["state"] = "sick"
        clock.forward(seconds=1)
        run = await carried_out(shop, "patient")
        assert run.state is RunState.FAILED
        assert "Not well within 0:01:00. Last found: state is sick" in run.why
