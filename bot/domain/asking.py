"""Questions of a run: what a person is asked, and how their answer lets it go on."""

from datetime import datetime, timedelta

from bot.domain import progress
from bot.domain.progress import moved, must_be, with_step
from bot.domain.run import (
    HAPPENED,
    WORKING,
    Answer,
    Question,
    Run,
    RunState,
    StepState,
)
from bot.errors import Conflict


def ask(
    run: Run,
    key: str,
    text: str,
    choices: tuple[Answer, ...],
    *,
    now: datetime,
    within: timedelta | None = None,
) -> Run:
    """Stop and ask a person; the worker lets go, the locks stay."""
    must_be(run, *WORKING)
    question = Question(
        number=run.asked + 1,
        key=key,
        text=text,
        choices=choices,
        asked_at=now,
        back=run.state is RunState.ROLLING_BACK,
        until=None if within is None else now + within,
    )
    return moved(
        progress.let_go(run), state=RunState.ASKING, question=question, asked=question.number
    )


def answer(run: Run, number: int, choice: Answer, *, by: str, now: datetime, said: str = "") -> Run:
    """Go on as a person says. `said` is what they wrote in a human step.

    Raises:
        Conflict: nothing is asked, something else by now, or that is no choice.
    """
    question = run.question
    if run.state is not RunState.ASKING or question is None:
        message = f"{run.id} is {run.state.value}; nothing is asked."
        raise Conflict(message)
    if question.number != number:
        message = f"That question was answered; {run.id} asks now: {question.text}"
        raise Conflict(message)
    if choice not in question.choices:
        message = f"That cannot be answered here; {run.id} asks: {question.text}"
        raise Conflict(message)
    free = moved(run, question=None, state=_working(question))
    if choice is Answer.DONE:
        return _done_by(free, question.key, by=by, now=now, said=said)
    if choice is Answer.RETRY:
        return _again(moved(free, cancel_by=None), question.key, by)
    if choice is Answer.ROLL_BACK:
        return progress.roll_back(free, why=f"<@{by}> chose to roll back.")
    state = RunState.CANCELLED if run.cancel_by else RunState.FAILED
    return progress.end(free, state, now=now, why=_stopped(free, by))


def overdue(run: Run, *, now: datetime) -> Run:
    """Ask how to go on, because nobody did what a person was to do in time."""
    if run.question is None:
        message = f"{run.id} asks nothing."
        raise Conflict(message)
    text = f"Nobody answered in time: {run.question.text} How does it go on?"
    waiting = moved(run, state=_working(run.question), question=None)
    choices = (Answer.DONE, Answer.ROLL_BACK, Answer.ABORT)
    return ask(waiting, run.question.key, text, choices, now=now)


def _working(question: Question) -> RunState:
    return RunState.ROLLING_BACK if question.back else RunState.RUNNING


def _done_by(run: Run, key: str, *, by: str, now: datetime, said: str) -> Run:
    entry = run.entry(key)
    data = {"answer": said, "by": by} if entry.human else {}
    summary = said or "Done, as a person said."
    loose = with_step(run, entry, state=StepState.UNKNOWN)
    return progress.finish(loose, key, now=now, summary=summary, data=data, by=by)


def _again(run: Run, key: str, by: str) -> Run:
    entry = run.entry(key)
    if entry.state in HAPPENED - {StepState.DONE}:
        return with_step(run, entry, state=StepState.PENDING, attempts=0, error="", by=by)
    return run


def _stopped(run: Run, by: str) -> str:
    done = len(run.touched)
    left = f" {done} changing step{'s' * (done != 1)} stay as they are." if done else ""
    return f"<@{by}> stopped it.{left}"
