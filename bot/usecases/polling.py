"""A read that is asked until it is well: first after a while, then again, up to a deadline."""

from dataclasses import dataclass
from datetime import timedelta

from bot.action import Result
from bot.domain.run import Entry, Run
from bot.domain.runbook import Wait
from bot.engine.executor import Emit
from bot.engine.planner import resolved_wait
from bot.errors import OutcomeUnknown, Rejected, Unavailable, UserError
from bot.usecases.desk import Desk, step_of
from bot.usecases.journal import Journal


@dataclass(frozen=True, slots=True)
class Polling:
    """Asks by the executor."""

    desk: Desk

    def wait_of(self, run: Run, entry: Entry) -> Wait | None:
        """Return how a step is polled, with its parameters put in; None: it is done once."""
        step = step_of(run, entry)
        if step is None or step.wait is None or entry.planned.changes:
            return None
        return resolved_wait(step.wait, run.plan.params)

    async def until_well(self, journal: Journal, entry: Entry, wait: Wait, emit: Emit) -> Result:
        """Return the answer that came well often enough in a row.

        Raises:
            Rejected: it was not well by the deadline; says what was last found.
            Lost, Interrupted: as `Journal.guard`.
        """
        run, clock = journal.run, self.desk.clock
        began = clock.now()
        deadline = began + _span(wait.deadline)
        await self.desk.sleep(_span(wait.first).total_seconds())
        well, last = 0, ""
        while True:
            journal.guard()
            try:
                result = await self.desk.executor.perform(
                    run.plan.system, entry.planned, key=run.id, begun_at=began, emit=emit
                )
            except (Rejected, Unavailable, OutcomeUnknown, UserError) as error:
                well, last = 0, str(error)
            else:
                well += 1
                if well >= wait.in_a_row:
                    return result
            if clock.now() >= deadline:
                message = (
                    f"Not well within {_span(wait.deadline)}. Last found: {last or 'unsteady'}"
                )
                raise Rejected(message)
            await self.desk.sleep(max(wait.every.total_seconds(), 0.01))


def _span(length: timedelta | str) -> timedelta:
    """Return a resolved length; `resolved_wait` leaves no parameter in it."""
    if isinstance(length, str):
        message = f"`{length}` was not resolved"
        raise TypeError(message)
    return length
