"""The way back: what is undone, in which order, and what that makes of the run."""

from dataclasses import dataclass

from bot.domain import progress
from bot.domain.plan import PlannedStep
from bot.domain.run import Answer, Entry, Phase, Run, RunState, StepState
from bot.errors import Unavailable, UserError
from bot.usecases.desk import Desk, step_of, title_of
from bot.usecases.journal import Journal
from bot.usecases.planning import runbook_of


@dataclass(frozen=True, slots=True)
class WayBack:
    """The steps that happened are undone with what their plans captured, the last one first.

    A step may declare other steps instead (`rollback:` with steps), or that it stays (`keep`). The
    runbook's own `rollback` is done at the end.
    """

    desk: Desk

    async def plan(self, journal: Journal) -> None:
        """Journal the way back; ask when it cannot be planned."""
        run = journal.run
        try:
            steps = await self._steps(run)
        except (UserError, Unavailable) as error:
            text = f"The way back cannot be planned: {self.desk.words(error)}"
            key = run.touched[-1].key if run.touched else run.journal[-1].key
            await self.desk.ask(journal, key, text, (Answer.RETRY, Answer.ABORT))
            return
        await self.desk.note(
            journal,
            lambda newest: progress.with_way_back(newest, tuple(steps)),
            "run.rolling-back",
            steps=[one.key for one in steps],
            why=run.why[:300],
        )

    def exists(self, run: Run) -> bool:
        """Whether anything can be undone."""
        if runbook_of(run).rollback:
            return True
        return any(self._kind(run, entry) in {"undo", "steps"} for entry in run.touched)

    def outcome(self, run: Run) -> tuple[RunState, str]:
        """Return how a run that went back ends."""
        stuck = [entry for entry in run.touched if self._kind(run, entry) in {"undo", "none"}]
        if stuck and not runbook_of(run).rollback:
            names = ", ".join(title_of(entry) for entry in stuck[:5])
            return RunState.FAILED, f"{run.why} Not undone: {names}.".strip()
        return RunState.ROLLED_BACK, f"{run.why} Everything that can be undone is undone.".strip()

    async def _steps(self, run: Run) -> list[Entry]:
        steps: list[Entry] = []
        for entry in reversed(run.touched):
            kind = self._kind(run, entry)
            if kind == "undo":
                steps.append(progress.undo_of(entry))
            elif kind == "steps":
                step = step_of(run, entry)
                declared = step.rollback if step and not isinstance(step.rollback, str) else ()
                now = self.desk.clock.now()
                steps += map(_entry, await self.desk.planning.way_back(run, declared, now))
        own = runbook_of(run).rollback
        now = self.desk.clock.now()
        steps += map(_entry, await self.desk.planning.way_back(run, own, now) if own else [])
        return _unique(steps)

    def _kind(self, run: Run, entry: Entry) -> str:
        """Return "steps", "keep", "undo", or "none" when nobody knows the way back."""
        step = step_of(run, entry)
        if step is not None and not isinstance(step.rollback, str):
            return "steps"
        if step is not None and step.rollback == "keep":
            return "keep"
        bound = self.desk.executor.bound(run.plan.system, entry.planned.uses)
        return "none" if bound.action.undoing is None else "undo"


def _entry(planned: PlannedStep) -> Entry:
    key = f"{Phase.ROLLBACK.value}/{planned.id}"
    skipped = planned.skipped
    entry = Entry(key=key, phase=Phase.ROLLBACK, planned=planned)
    return (
        entry
        if skipped is None
        else entry.model_copy(update={"state": StepState.SKIPPED, "summary": skipped})
    )


def _unique(steps: list[Entry]) -> list[Entry]:
    """Give steps of the same name keys of their own."""
    seen: dict[str, int] = {}
    found = []
    for one in steps:
        seen[one.key] = seen.get(one.key, 0) + 1
        times = seen[one.key]
        found.append(one if times == 1 else one.model_copy(update={"key": f"{one.key}-{times}"}))
    return found
