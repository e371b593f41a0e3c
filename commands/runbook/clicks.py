"""The buttons of requests and runs. A value names what is meant and never allows anything."""

from bot.command import Click
from bot.domain.run import Answer
from bot.errors import Conflict
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from commands.runbook import parsing


async def approve(turn: Turn, use: UseCases) -> None:
    """I agree."""
    await use.approvals.approve(turn, turn.intent.value)


async def confirm(turn: Turn, use: UseCases) -> None:
    """I asked for it and mean it."""
    await use.approvals.confirm(turn, turn.intent.value)


async def show_plan(turn: Turn, use: UseCases) -> None:
    """Show everything the request asks for."""
    await use.approvals.plan(turn, turn.intent.value)


async def preview(turn: Turn, use: UseCases) -> None:
    """Plan a runbook without asking for it."""
    await use.runs.planned(turn, turn.intent.value, [])


async def cancel(turn: Turn, use: UseCases) -> None:
    """Stop it."""
    await use.runs.cancel(turn, turn.intent.value)


async def retry(turn: Turn, use: UseCases) -> None:
    """Ask for the same again."""
    await use.runs.retry(turn, turn.intent.value)


async def output(turn: Turn, use: UseCases) -> None:
    """Show what it said."""
    await use.run_reading.outputs(turn, turn.intent.value)


async def answer(turn: Turn, use: UseCases) -> None:
    """Answer what a run asks; the id says how."""
    run, number = parsing.question(turn.intent.value)
    word = parsing.suffix(turn.intent).upper()
    if word not in Answer.__members__:
        message = "This button is from an older version; the thread has a new one."
        raise Conflict(message)
    await use.runs.answer(turn, run, number, Answer[word])


async def roll_back(turn: Turn, use: UseCases) -> None:
    """Answer a run's question by going back."""
    run, number = parsing.question(turn.intent.value)
    await use.runs.answer(turn, run, number, Answer.ROLL_BACK)


CLICKS = (
    Click("approval.approve", approve),
    Click("approval.confirm", confirm),
    Click("approval.deny", opens="approval.deny"),
    Click("approval.typed", opens="approval.typed"),
    Click("approval.alone", opens="approval.alone"),
    Click("approval.edit", opens="approval.edit"),
    Click("approval.plan", show_plan),
    Click("runbook.params", opens="runbook.params"),
    Click("runbook.plan", preview),
    Click("run.cancel", cancel),
    Click("run.retry", retry),
    Click("run.output", output),
    Click("run.answer", answer),
    Click("run.rollback", roll_back),
    Click("run.respond", opens="run.respond"),
)
