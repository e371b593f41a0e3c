"""One worker's work on one run: step by step, as the journal says, until it ends or asks."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain import progress
from bot.domain.run import Answer, Entry, Phase, Run, RunState, StepState
from bot.errors import Unavailable, UserError
from bot.usecases.attempts import Attempts
from bot.usecases.desk import Desk, step_of, title_of
from bot.usecases.journal import Interrupted, Journal
from bot.usecases.way_back import WayBack


@dataclass(slots=True)
class Session:
    """Made for each time a run is taken."""

    desk: Desk
    journal: Journal
    attempts: Attempts
    way_back: WayBack
    gated: bool = False

    async def work(self) -> None:
        """Go on until the run is over, asks a person, or waits for approval again.

        Raises:
            Lost: another worker has it.
        """
        while self._mine():
            self.gated = self.gated or bool(self.run.touched)
            if await self._halted():
                continue
            if self.run.state is RunState.ROLLING_BACK and not self.run.backed:
                await self.way_back.plan(self.journal)
                continue
            entry = self.run.next_entry
            try:
                await (self._complete() if entry is None else self._step(entry))
            except Interrupted:  # cancelled just now: the next look stops
                continue

    @property
    def run(self) -> Run:
        """The run as this worker knows it."""
        return self.journal.run

    def _mine(self) -> bool:
        return self.run.state in {RunState.RUNNING, RunState.ROLLING_BACK}

    async def _step(self, entry: Entry) -> None:
        match entry.state:
            case StepState.BEGUN:
                await self.attempts.lost(
                    self.journal, entry, "The worker ended before the answer was noted."
                )
            case StepState.UNKNOWN:
                await self.attempts.doubtful(self.journal, entry)
            case StepState.FAILED:
                await self.attempts.failing(self.journal, entry, entry.error)
            case _ if entry.human:
                await self._person(entry)
            case _:
                await self._try(entry)

    async def _try(self, entry: Entry) -> None:
        if entry.planned.changes and not self.gated:
            if not await self._passes():
                return
            self.gated = True
            return  # a newer plan may have been adopted: look which step is next
        if entry.planned.deferred:
            entry = await self._resolved(entry) or entry
            if entry.planned.deferred or entry.state is StepState.SKIPPED or not self._mine():
                return
        await self.attempts.make(self.journal, entry)

    async def _passes(self) -> bool:
        tempo = self.desk.tempo
        for number in range(1, tempo.tries + 1):
            try:
                return await self.desk.gate.passes(self.journal)
            except Unavailable as error:
                if number == tempo.tries:
                    why = f"Nothing was changed: {self.desk.words(error)}"
                    await self.desk.end(self.journal, RunState.FAILED, why)
                    return False
            await self.desk.sleep(tempo.backoff_s * 2**number)
        return False

    async def _resolved(self, entry: Entry) -> Entry | None:
        """Plan a step that had to wait; None when it could not be planned (then a person knows)."""
        try:
            planned = await self.desk.planning.resolved(self.run, entry, self.desk.clock.now())
        except (UserError, Unavailable) as error:
            await self.attempts.failing(self.journal, entry, self.desk.words(error))
            return None
        planned = planned.model_copy(update={"deferred": False})
        if planned.skipped is not None:
            why = planned.skipped
            await self.desk.note(
                self.journal,
                lambda run: progress.skip(run, entry.key, why=why, planned=planned),
                "step.skipped",
                key=entry.key,
            )
            return self.run.entry(entry.key)
        return entry.model_copy(update={"planned": planned})

    async def _person(self, entry: Entry) -> None:
        """Ask what only a person can do or know."""
        planned = entry.planned
        if planned.deferred:
            resolved = await self._resolved(entry)
            if resolved is None or resolved.state is StepState.SKIPPED:
                return
            planned = resolved.planned
        options = [f"• {one}" for one in planned.params.get("options") or ()]
        text = "\n".join([str(planned.params.get("text") or planned.title), *options])
        back = (Answer.ROLL_BACK,) if self.run.touched else ()
        await self.desk.ask(
            self.journal,
            entry.key,
            text.replace("<", "‹").replace(">", "›"),
            (Answer.DONE, *back, Answer.ABORT),
            move=lambda run: progress.with_step(run, run.entry(entry.key), planned=planned),
            within=timedelta(seconds=planned.timeout_s),
        )

    async def _halted(self) -> bool:
        """Whether somebody cancelled, or all runs are stopped; then the run has ended or asks."""
        run = self.run
        switch = await self.desk.shelf.switch()
        why = ""
        if run.cancel_by and run.state is RunState.RUNNING:
            why = f"<@{run.cancel_by}> cancelled it."
        elif switch.on:
            why = f"<@{switch.by}> stopped all runs: {switch.why}"
        if not why or run.begun is not None:  # what is begun is cleared up first
            return False
        if not run.touched:
            await self.desk.end(self.journal, RunState.CANCELLED, f"{why} Nothing was changed.")
            return True
        back = () if run.state is RunState.ROLLING_BACK else (Answer.ROLL_BACK,)
        count = len(run.touched)
        text = f"{why} {count} changing step{'s' * (count != 1)} happened.{_doubt(run)}"
        key = (run.next_entry or run.journal[-1]).key
        await self.desk.ask(self.journal, key, text, (*back, Answer.RETRY, Answer.ABORT))
        return True

    async def _complete(self) -> None:
        run = self.run
        if run.state is RunState.ROLLING_BACK:
            state, why = self.way_back.outcome(run)
            await self.desk.end(self.journal, state, why)
            return
        checked = [one for one in run.journal if one.phase is Phase.VERIFY]
        passed = [one for one in checked if one.state is StepState.DONE]
        failed = [
            one for one in run.journal if one.data.get("failed") is True and _reports(run, one)
        ]
        why = f"{len(passed)} of {len(checked)} checks passed." if checked else ""
        if failed:
            names = ", ".join(title_of(one) for one in failed[:5])
            why = f"{why} Not well: {names}.".strip()
        await self.desk.end(self.journal, RunState.SUCCEEDED, why)


def _doubt(run: Run) -> str:
    lost = [title_of(one) for one in run.touched if one.state is StepState.UNKNOWN]
    known = f" Nobody knows whether “{lost[0]}” did; look before you answer." if lost else ""
    return f"{known} How does it go on?"


def _reports(run: Run, entry: Entry) -> bool:
    step = step_of(run, entry)
    return step is not None and step.on_error.value == "report"
