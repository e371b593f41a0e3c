"""The shortest way through: ask, approve, run, see."""

from bot.domain.run import RunState, StepState
from tests.runs.office import Office
from tests.runs.town import ANN, BOB, EVE, OPS, buttons, words


async def test_a_reading_runbook_runs_at_once(shop: Office):
    said = await shop.command(EVE, "run see")
    assert "starts now" in said
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED, run.why
    assert run.entry("steps/look").summary == "replicas is 2"
    card = shop.slack.in_channel(OPS)[0]
    assert "succeeded" in words(card)


async def test_a_changing_runbook_waits_for_another_person(shop: Office):
    said = await shop.command(ANN, "run grow")
    await shop.work()
    assert "1 approval" in said
    assert (await shop.run()).state is RunState.AWAITING
    [request] = shop.slack.in_channel("approvals")
    assert "PUT replicas=5" in words(request)
    value = buttons(request)["approval.approve"]

    assert "Somebody else has to approve" in await shop.click(ANN, "approval.approve", value)
    assert shop.plant.effects["set"] == 0

    assert "Approved by <@U0BOB>" in await shop.click(BOB, "approval.approve", value)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED, run.why
    assert shop.plant.values["replicas"] == 5
    assert shop.plant.effects["set"] == 1
    assert {entry.state for entry in run.journal} == {StepState.DONE}
    [request] = shop.slack.in_channel("approvals")
    assert "Approved by <@U0BOB>" in words(request)
    assert not buttons(request)
