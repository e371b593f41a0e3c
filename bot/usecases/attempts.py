"""One step tried: begun in the journal, called, and what its end means (P4).

What is not known is never guessed: a begun step whose answer is missing is repeated only when that
does no harm, looked for when it can be looked for, and otherwise a person is asked.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.action import Probe, Result
from bot.domain import progress
from bot.domain.plan import Effect
from bot.domain.run import Answer, Entry, Phase, Run, RunState
from bot.domain.runbook import Look, Step
from bot.engine.executor import Emit
from bot.engine.substitution import facts
from bot.errors import Invalid, OutcomeUnknown, Rejected, Unavailable, UserError
from bot.usecases.desk import STEPS_BACK, STEPS_ON, Desk, step_of, title_of
from bot.usecases.journal import Interrupted, Journal, Move
from bot.usecases.polling import Polling
from bot.usecases.way_back import WayBack

ANY_END = (Answer.DONE, *STEPS_ON)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Each method ends with a commit that says how the step stands."""

    desk: Desk
    polling: Polling
    way_back: WayBack

    async def make(self, journal: Journal, entry: Entry) -> None:
        """Begin a step, make its calls, note how it ended."""
        journal.guard()
        now = self.desk.clock.now()
        run = await self.desk.note(
            journal,
            lambda run: progress.begin(run, entry.key, now=now, planned=entry.planned),
            "step.begun",
            key=entry.key,
            uses=entry.planned.uses,
            calls=[call.text for call in entry.planned.calls][:20],
        )
        begun = run.entry(entry.key)
        feed = self.desk.speaker.feed(run, entry.key, journal.guard)
        try:
            async with feed:
                result = await self._result(journal, begun, feed.emit)
        except Unavailable as error:
            await self._put_off(journal, begun, self.desk.words(error))
        except (Rejected, UserError) as error:
            await self.failing(journal, begun, self.desk.words(error))
        except (OutcomeUnknown, Interrupted) as error:
            await self.lost(journal, begun, self.desk.words(error))
        else:
            await self.desk.done(journal, begun, result, spoke=feed.spoke)

    async def lost(self, journal: Journal, entry: Entry, why: str) -> None:
        """Note that nobody knows whether a begun step happened; `doubtful` goes on from there."""
        await self.desk.note(
            journal,
            lambda run: progress.lose(run, entry.key, error=why),
            "step.unknown",
            key=entry.key,
        )

    async def doubtful(self, journal: Journal, entry: Entry) -> None:
        """Go on from an unknown outcome by what the step's effect allows."""
        effect = progress.resumes(entry)
        if effect is Effect.IDEMPOTENT and entry.attempts < self.desk.tempo.tries:
            await self._pause(entry)
            await self.make(journal, entry)
            return
        if effect is Effect.PROBE:
            found = await self._probed(journal, entry)
            if found is Probe.DONE:
                said = Result(summary="It had happened: found by looking.")
                await self.desk.done(journal, entry, said, spoke=False)
                return
            if found is Probe.NOT_DONE:
                await self._put_off(journal, entry, "It had not happened: found by looking.")
                return
        title = title_of(entry)
        text = f"Did “{title}” happen? {entry.error} Look before you answer."
        choices = STEPS_BACK if entry.phase is Phase.ROLLBACK else ANY_END
        await self.desk.ask(journal, entry.key, text, self._possible(journal.run, choices))

    async def failing(self, journal: Journal, entry: Entry, error: str) -> None:
        """Note that a step failed, and what follows: end, way back or question."""
        now, run = self.desk.clock.now(), journal.run
        step = step_of(run, entry)
        if step is not None and step.on_error.value == "report" and not entry.planned.changes:
            await self._reported(journal, entry, error, now)
            return

        def failed(newest: Run) -> Run:
            return progress.fail(newest, entry.key, now=now, error=error)

        title = title_of(entry)
        others = [one for one in run.touched if one.key != entry.key]
        if entry.phase is Phase.ROLLBACK:
            text = f"The way back stops at “{title}”: {error}"
            await self.desk.ask(journal, entry.key, text, STEPS_BACK, move=failed)
        elif not others:
            why = f"“{title}” failed: {error} Nothing was changed before it."
            await self.desk.end(journal, RunState.FAILED, why, failed)
        elif entry.phase is Phase.VERIFY:
            await self._unwell(journal, f"The check “{title}” failed: {error}", failed)
        else:
            text = f"“{title}” failed: {error} How does it go on?"
            choices = self._possible(run, STEPS_ON)
            await self.desk.ask(journal, entry.key, text, choices, move=failed)

    def _possible(self, run: Run, choices: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """Leave out the way back where there is none."""
        if self.way_back.exists(run):
            return choices
        return tuple(choice for choice in choices if choice is not Answer.ROLL_BACK)

    async def _unwell(self, journal: Journal, why: str, failed: Move) -> None:
        """Roll back by itself: what was changed did not make it well."""
        if not self.way_back.exists(journal.run):
            why = f"{why} Nothing of it can be undone; it stays as it is."
            await self.desk.end(journal, RunState.FAILED, why, failed)
            return
        await self.desk.note(
            journal,
            lambda run: progress.roll_back(failed(run), why=f"{why} So it was rolled back."),
            "run.unwell",
            why=why[:300],
        )

    async def _reported(self, journal: Journal, entry: Entry, error: str, now: datetime) -> None:
        await self.desk.note(
            journal,
            lambda run: progress.finish(
                run, entry.key, now=now, summary=f"FAIL: {error}", data={"failed": True}
            ),
            "step.reported",
            key=entry.key,
        )

    async def _put_off(self, journal: Journal, entry: Entry, error: str) -> None:
        """Try again after a pause, or fail when it was tried often enough: nothing happened."""
        if entry.attempts >= self.desk.tempo.tries:
            tried = f"{error} Tried {entry.attempts} times."
            await self.failing(journal, entry, tried)
            return
        await self.desk.note(
            journal,
            lambda run: progress.put_off(run, entry.key, error=error),
            "step.put-off",
            key=entry.key,
        )
        await self._pause(entry)

    async def _pause(self, entry: Entry) -> None:
        await self.desk.sleep(self.desk.tempo.backoff_s * 2 ** max(entry.attempts - 1, 0))

    async def _probed(self, journal: Journal, entry: Entry) -> Probe:
        """Look whether it happened: as the runbook says, else as the action knows."""
        run, step = journal.run, step_of(journal.run, entry)
        begun_at = entry.begun_at or self.desk.clock.now()
        feed = self.desk.speaker.feed(run, entry.key, journal.guard)
        try:
            async with feed:
                if step is not None and step.probe is not None:
                    return await self._declared(run, step.probe, begun_at, feed.emit)
                return await self.desk.executor.probe(
                    run.plan.system,
                    entry.planned,
                    key=run.id,
                    begun_at=begun_at,
                    emit=feed.emit,
                )
        except (Unavailable, Rejected, OutcomeUnknown, Interrupted, UserError):
            return Probe.UNKNOWN

    async def _declared(self, run: Run, look: Look, begun_at: datetime, emit: Emit) -> Probe:
        now = self.desk.clock.now()
        step = Step.model_validate({"id": "probe", "uses": look.uses, "with": look.with_})
        [planned] = await self.desk.planning.way_back(run, (step,), now)
        seen = await self.desk.executor.perform(
            run.plan.system, planned, key=run.id, begun_at=begun_at, emit=emit
        )
        found: object = facts(seen)
        for key in look.field.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if not isinstance(found, bool):
            return Probe.UNKNOWN
        return Probe.DONE if found else Probe.NOT_DONE

    async def _result(self, journal: Journal, entry: Entry, emit: Emit) -> Result:
        """Make the calls of a begun step."""
        run, planned = journal.run, entry.planned
        begun_at = entry.begun_at or self.desk.clock.now()
        call = self.desk.executor
        if entry.undo:
            undone = await call.undo(
                run.plan.system, planned, key=run.id, begun_at=begun_at, emit=emit
            )
            if undone is None:
                message = f"`{planned.uses}` cannot be undone."
                raise Invalid(message)
            return undone
        wait = self.polling.wait_of(run, entry)
        if wait is not None:
            return await self.polling.until_well(journal, entry, wait, emit)
        return await call.perform(
            run.plan.system, planned, key=run.id, begun_at=begun_at, emit=emit
        )
