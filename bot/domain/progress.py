"""What may happen to a run, from approved to ended. Each returns the new run."""

from datetime import datetime
from typing import Any

from bot.domain.plan import Effect, Plan, PlannedStep
from bot.domain.run import (
    ENDED,
    WORKING,
    Answer,
    Entry,
    Phase,
    Question,
    Run,
    RunState,
    StepState,
    journal_of,
)
from bot.errors import Conflict, Stale


def start(run: Run, *, now: datetime) -> Run:
    """Begin to work: approved, with everything locked."""
    _must_be(run, RunState.AWAITING, RunState.QUEUED)
    return _moved(run, state=RunState.RUNNING, started_at=run.started_at or now)


def queue(run: Run) -> Run:
    """Wait for what another run holds."""
    _must_be(run, RunState.AWAITING, RunState.QUEUED)
    return _moved(run, state=RunState.QUEUED)


def take(run: Run, holder: str, *, now: datetime, until: datetime) -> Run:
    """Become the one worker of this run; the one before can no longer write.

    Raises:
        Conflict: another worker's lease still lives.
    """
    if run.state not in WORKING:
        message = f"{run.id} is {run.state.value}."
        raise Conflict(message)
    held = run.holder not in ("", holder) and run.lease_until is not None
    if held and run.lease_until is not None and now < run.lease_until:
        message = f"{run.id} is worked on by {run.holder}."
        raise Conflict(message)
    return _moved(run, holder=holder, epoch=run.epoch + 1, lease_until=until)


def holds(run: Run, epoch: int) -> None:
    """Raise Stale when a worker's epoch is no longer the run's."""
    if run.epoch != epoch:
        message = f"{run.id} was taken over."
        raise Stale(message)


def begin(run: Run, key: str, *, now: datetime, planned: PlannedStep | None = None) -> Run:
    """Journal that a step's calls are about to leave. The first try's time is kept."""
    entry = run.entry(key)
    if entry.state not in {StepState.PENDING, StepState.UNKNOWN, StepState.FAILED}:
        message = f"Step {key} of {run.id} is {entry.state.value}."
        raise Conflict(message)
    return _with(
        run,
        entry,
        state=StepState.BEGUN,
        attempts=entry.attempts + 1,
        begun_at=entry.begun_at if entry.state is StepState.UNKNOWN else now,
        planned=planned or entry.planned,
        error="",
    )


def finish(
    run: Run, key: str, *, now: datetime, summary: str, data: dict[str, Any], by: str = ""
) -> Run:
    """Journal that a step is done."""
    entry = run.entry(key)
    if entry.state not in {StepState.BEGUN, StepState.UNKNOWN, StepState.PENDING}:
        message = f"Step {key} of {run.id} is {entry.state.value}."
        raise Conflict(message)
    return _with(run, entry, state=StepState.DONE, ended_at=now, summary=summary, data=data, by=by)


def skip(run: Run, key: str, *, why: str) -> Run:
    """Journal that a step is not needed."""
    return _with(run, run.entry(key), state=StepState.SKIPPED, summary=why)


def fail(run: Run, key: str, *, now: datetime, error: str) -> Run:
    """Journal that a step was answered no, or that its check found the system unwell."""
    return _with(run, run.entry(key), state=StepState.FAILED, ended_at=now, error=error)


def lose(run: Run, key: str, *, error: str) -> Run:
    """Journal that nobody knows whether a begun step happened."""
    return _with(run, run.entry(key), state=StepState.UNKNOWN, error=error)


def ask(run: Run, key: str, text: str, choices: tuple[Answer, ...], *, now: datetime) -> Run:
    """Stop and ask a person; the worker lets go."""
    question = Question(key=key, text=text, choices=choices, asked_at=now)
    return _moved(run, state=RunState.ASKING, question=question, holder="", lease_until=None)


def answer(run: Run, choice: Answer, *, by: str, now: datetime) -> Run:
    """Go on as a person says.

    Raises:
        Conflict: nothing is asked, or that is no choice.
    """
    if run.state is not RunState.ASKING or run.question is None:
        message = f"{run.id} is {run.state.value}; nothing is asked."
        raise Conflict(message)
    if choice not in run.question.choices:
        message = f"That cannot be answered here; {run.id} asks: {run.question.text}"
        raise Conflict(message)
    key, free = run.question.key, _moved(run, question=None, state=RunState.RUNNING)
    match choice:
        case Answer.DONE:
            return finish(
                _loose(free, key), key, now=now, summary="Done, as a person said.", data={}, by=by
            )
        case Answer.RETRY:
            return _with(free, free.entry(key), state=StepState.PENDING, error="", by=by)
        case Answer.ROLL_BACK:
            return roll_back(free, why=f"<@{by}> chose to roll back.")
        case Answer.ABORT:
            return end(free, RunState.FAILED, now=now, why=f"<@{by}> stopped it.")


def roll_back(run: Run, *, why: str) -> Run:
    """Go back: the steps that happened are undone, the last one first."""
    back = tuple(
        Entry(
            key=f"{Phase.ROLLBACK.value}/{entry.planned.id}",
            phase=Phase.ROLLBACK,
            planned=entry.planned,
        )
        for entry in reversed(run.touched)
    )
    pending = {StepState.PENDING, StepState.BEGUN, StepState.FAILED, StepState.UNKNOWN}
    kept = tuple(
        entry.model_copy(update={"state": StepState.SKIPPED, "summary": "not reached"})
        if entry.state is StepState.PENDING
        else entry.model_copy(update={"state": StepState.UNDONE})
        if entry.state in pending or entry in run.touched
        else entry
        for entry in run.journal
        if entry.phase is not Phase.ROLLBACK
    )
    return _moved(run, state=RunState.ROLLING_BACK, journal=(*kept, *back), why=why, question=None)


def cancel(run: Run, *, by: str, now: datetime) -> Run:
    """Stop it: at once when nothing works on it, else before its next step.

    Raises:
        Conflict: it is over, or being rolled back.
    """
    if run.is_over:
        message = f"{run.id} is {run.state.value} already."
        raise Conflict(message)
    if run.state is RunState.ROLLING_BACK:
        message = f"{run.id} is being rolled back; half a way back is worse than either end."
        raise Conflict(message)
    if run.state is RunState.RUNNING:
        return _moved(run, cancel_by=by)
    return end(_moved(run, cancel_by=by), RunState.CANCELLED, now=now, why=f"<@{by}> cancelled it.")


def end(run: Run, state: RunState, *, now: datetime, why: str = "") -> Run:
    """Nothing happens any more."""
    if state not in ENDED:
        message = f"{state.value} is no end."
        raise ValueError(message)
    return _moved(
        run,
        state=state,
        ended_at=now,
        why=why or run.why,
        question=None,
        holder="",
        lease_until=None,
    )


def replanned(run: Run, plan: Plan, human: frozenset[str]) -> Run:
    """Wait for approval again, of the plan as the world is now."""
    return _moved(
        run,
        state=RunState.AWAITING,
        plan=plan,
        journal=journal_of(plan, human),
        drifted=run.drifted + 1,
        approval=None,
        holder="",
        lease_until=None,
    )


def resumes(entry: Entry) -> Effect:
    """Return how a step that was begun and not confirmed may go on."""
    return entry.planned.effect if entry.planned.changes else Effect.IDEMPOTENT


def _loose(run: Run, key: str) -> Run:
    """Let a failed step be called done by a person."""
    entry = run.entry(key)
    return _with(run, entry, state=StepState.UNKNOWN) if entry.state is StepState.FAILED else run


def _must_be(run: Run, *states: RunState) -> None:
    if run.state not in states:
        message = f"{run.id} is {run.state.value}."
        raise Conflict(message)


def _with(run: Run, entry: Entry, **changes: Any) -> Run:
    moved = entry.model_copy(update=changes)
    journal = tuple(moved if known.key == entry.key else known for known in run.journal)
    return _moved(run, journal=journal)


def _moved(run: Run, **changes: Any) -> Run:
    return run.model_copy(update=changes)
