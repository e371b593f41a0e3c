"""What may happen to a run, from approved to ended. Each returns the new run."""

from datetime import datetime
from typing import Any

from bot.domain.plan import Effect, Plan, PlannedStep
from bot.domain.run import (
    ENDED,
    WORKING,
    Entry,
    Phase,
    Run,
    RunState,
    StepState,
    journal_of,
)
from bot.errors import Conflict, Stale


def queue(run: Run) -> Run:
    """Wait for a worker, or for what another run holds."""
    must_be(run, RunState.AWAITING, RunState.QUEUED)
    return moved(run, state=RunState.QUEUED)


def start(run: Run, *, now: datetime) -> Run:
    """Begin to work: approved, with everything locked."""
    must_be(run, RunState.QUEUED)
    return moved(run, state=RunState.RUNNING, started_at=run.started_at or now)


def take(run: Run, holder: str, *, now: datetime, until: datetime) -> Run:
    """Become the one worker of this run; the one before can no longer write.

    Raises:
        Conflict: another worker's lease still lives, or there is nothing to work on.
    """
    must_be(run, *WORKING)
    if run.lease_until is not None and now < run.lease_until:
        message = f"{run.id} is worked on by {run.holder}."
        raise Conflict(message)
    return moved(run, holder=holder, epoch=run.epoch + 1, lease_until=until)


def renew(run: Run, *, until: datetime) -> Run:
    """Keep the lease."""
    return moved(run, lease_until=until)


def let_go(run: Run) -> Run:
    """Give the lease back, so that another worker need not wait for its end."""
    return moved(run, holder="", lease_until=None)


def holds(run: Run, epoch: int) -> None:
    """Raise Stale when a worker's epoch is no longer the run's."""
    if run.epoch != epoch or run.state not in WORKING:
        message = f"{run.id} was taken over."
        raise Stale(message)


def begin(run: Run, key: str, *, now: datetime, planned: PlannedStep | None = None) -> Run:
    """Journal that a step's calls are about to leave.

    After an unknown outcome the time of the first try is kept: a probe looks from there on.
    """
    entry = run.entry(key)
    if entry.state not in {StepState.PENDING, StepState.UNKNOWN}:
        message = f"Step {key} of {run.id} is {entry.state.value}."
        raise Conflict(message)
    doubtful = entry.state is StepState.UNKNOWN
    return with_step(
        run,
        entry,
        state=StepState.BEGUN,
        attempts=entry.attempts + 1,
        begun_at=entry.begun_at if doubtful and entry.begun_at else now,
        planned=planned or entry.planned,
        error="",
    )


def finish(
    run: Run, key: str, *, now: datetime, summary: str, data: dict[str, Any], by: str = ""
) -> Run:
    """Journal that a step is done; one that was undone by it says so."""
    entry = run.entry(key)
    if entry.state not in {StepState.BEGUN, StepState.UNKNOWN, StepState.PENDING}:
        message = f"Step {key} of {run.id} is {entry.state.value}."
        raise Conflict(message)
    done = with_step(
        run, entry, state=StepState.DONE, ended_at=now, summary=summary, data=data, by=by
    )
    if not entry.undo:
        return done
    undone = done.entry(f"{Phase.STEPS.value}/{entry.planned.id}")
    return with_step(done, undone, state=StepState.UNDONE)


def skip(run: Run, key: str, *, why: str, planned: PlannedStep | None = None) -> Run:
    """Journal that a step is not needed, or cannot be."""
    entry = run.entry(key)
    return with_step(
        run, entry, state=StepState.SKIPPED, summary=why, planned=planned or entry.planned
    )


def put_off(run: Run, key: str, *, error: str) -> Run:
    """Journal that a begun step did nothing, and may begin again."""
    return with_step(run, run.entry(key), state=StepState.PENDING, error=error)


def fail(run: Run, key: str, *, now: datetime, error: str) -> Run:
    """Journal that a step was answered no, or that its check found the system unwell."""
    return with_step(run, run.entry(key), state=StepState.FAILED, ended_at=now, error=error)


def lose(run: Run, key: str, *, error: str) -> Run:
    """Journal that nobody knows whether a begun step happened."""
    return with_step(run, run.entry(key), state=StepState.UNKNOWN, error=error)


def roll_back(run: Run, *, why: str) -> Run:
    """Turn round: from now on the steps that happened are undone."""
    return moved(run, state=RunState.ROLLING_BACK, why=why, question=None, cancel_by=None)


def with_way_back(run: Run, steps: tuple[Entry, ...]) -> Run:
    """Journal the way back, once; in the order it is taken."""
    must_be(run, RunState.ROLLING_BACK)
    return moved(run, journal=(*run.journal, *steps), backed=True)


def undo_of(entry: Entry) -> Entry:
    """Return the step back of a step that happened."""
    key = f"{Phase.ROLLBACK.value}/{entry.planned.id}"
    return Entry(key=key, phase=Phase.ROLLBACK, planned=entry.planned, undo=True)


def cancel(run: Run, *, by: str, now: datetime) -> Run:
    """Stop it: at once when nothing works on it, else before its next step.

    Raises:
        Conflict: it is over, being rolled back, or half done and asking how to go on.
    """
    if run.is_over:
        message = f"{run.id} is {run.state.value} already."
        raise Conflict(message)
    if run.state is RunState.ROLLING_BACK:
        message = f"{run.id} is being rolled back; half a way back is worse than either end."
        raise Conflict(message)
    if run.state is RunState.ASKING and run.touched:
        message = f"{run.id} has changed something: answer its question, Roll back or Stop."
        raise Conflict(message)
    if run.cancel_by is not None:
        message = f"<@{run.cancel_by}> cancelled {run.id} already; it stops before its next step."
        raise Conflict(message)
    if run.state is RunState.RUNNING:
        return moved(run, cancel_by=by)
    return end(moved(run, cancel_by=by), RunState.CANCELLED, now=now, why=f"<@{by}> cancelled it.")


def end(run: Run, state: RunState, *, now: datetime, why: str) -> Run:
    """Nothing happens any more."""
    if state not in ENDED or run.is_over:
        message = f"{run.id} is {run.state.value} and cannot become {state.value}."
        raise Conflict(message)
    return moved(let_go(run), state=state, ended_at=now, why=why, question=None)


def replanned(run: Run, plan: Plan, human: frozenset[str]) -> Run:
    """Wait for approval again, of the plan as the world is now.

    Raises:
        Conflict: something is touched already.
    """
    if run.touched:
        message = f"{run.id} has begun; its plan stays."
        raise Conflict(message)
    return moved(
        let_go(run),
        state=RunState.AWAITING,
        plan=plan,
        journal=journal_of(plan, human),
        drifted=run.drifted + 1,
        approval=None,
        started_at=None,
        locks=(),
    )


def adopted(run: Run, plan: Plan, human: frozenset[str]) -> Run:
    """Go on by a newer plan that needs nobody's word; what was read already stays."""
    if run.touched:
        message = f"{run.id} has begun; its plan stays."
        raise Conflict(message)
    known = {one.key: one for one in run.journal if one.state is StepState.DONE}
    journal = tuple(known.get(one.key, one) for one in journal_of(plan, human))
    return moved(run, plan=plan, journal=journal, drifted=run.drifted + 1)


def resumes(entry: Entry) -> Effect:
    """Return how a step that was begun and not confirmed may go on.

    What goes back can be looked at by nobody: it is either repeated or asked about.
    """
    own = entry.planned.effect if entry.planned.changes else Effect.IDEMPOTENT
    return Effect.MANUAL if entry.undo and own is Effect.PROBE else own


def must_be(run: Run, *states: RunState) -> None:
    """Raise Conflict when the run stands elsewhere."""
    if run.state not in states:
        message = f"{run.id} is {run.state.value}."
        raise Conflict(message)


def with_step(run: Run, entry: Entry, **changes: Any) -> Run:
    """Return the run with one step of its journal changed."""
    new = entry.model_copy(update=changes)
    journal = tuple(new if known.key == entry.key else known for known in run.journal)
    return moved(run, journal=journal)


def moved(run: Run, **changes: Any) -> Run:
    """Return the run with some of its fields changed."""
    return run.model_copy(update=changes)
