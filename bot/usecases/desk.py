"""What the worker of a run has at hand, and the small writes it makes again and again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.action import Result
from bot.domain import asking, progress
from bot.domain.run import Answer, Entry, Run, RunState
from bot.domain.runbook import HumanStep, Step
from bot.engine.executor import Executor
from bot.ports import Clock
from bot.usecases.ending import Ending
from bot.usecases.gate import Gate
from bot.usecases.journal import Journal, Move, Tempo
from bot.usecases.output import Speaker
from bot.usecases.planning import Planning, runbook_of
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn

STEPS_BACK = (Answer.RETRY, Answer.DONE, Answer.ABORT)
STEPS_ON = (Answer.RETRY, Answer.ROLL_BACK, Answer.ABORT)


@dataclass(frozen=True, slots=True)
class Desk:
    """Shared by all workers of a process; `sleep` is a port so that tests need not wait."""

    shelf: Shelf
    clock: Clock
    planning: Planning
    executor: Executor
    speaker: Speaker
    gate: Gate
    ending: Ending
    tempo: Tempo
    sleep: Callable[[float], Awaitable[None]]

    async def note(self, journal: Journal, move: Move, what: str, **facts: Any) -> Run:
        """Commit a step of the journal, with its audit record and the newest card."""

        async def then(turn: Turn, run: Run) -> Run:
            kept = self.shelf.keep(turn, run)
            turn.audit(what, kept.id, **facts)
            self.ending.telling.changed(turn, kept)
            turn.timer("run", kept.id, kept.lease_until)
            return kept

        return await journal.write(move, then)

    async def end(
        self, journal: Journal, state: RunState, why: str, move: Move = lambda r: r
    ) -> Run:
        """Commit the end; `move` is what is journalled with it."""

        async def then(turn: Turn, run: Run) -> Run:
            return await self.ending.ended(turn, run)

        now = self.clock.now()
        return await journal.write(
            lambda run: progress.end(move(run), state, now=now, why=why), then
        )

    async def ask(
        self,
        journal: Journal,
        key: str,
        text: str,
        choices: tuple[Answer, ...],
        *,
        move: Move = lambda run: run,
        within: timedelta | None = None,
    ) -> Run:
        """Stop and ask a person; the locks stay held."""
        now = self.clock.now()

        async def then(turn: Turn, run: Run) -> Run:
            kept = self.shelf.keep(turn, run)
            question = kept.question
            turn.timer("run", kept.id, None)
            if question is not None:
                turn.timer("run-question", kept.id, question.until)
                self.ending.telling.asked(turn, kept, question)
                turn.audit("run.asks", kept.id, key=key, number=question.number)
            self.ending.telling.changed(turn, kept)
            await self.ending.noted(turn, kept)
            return kept

        return await journal.write(
            lambda run: asking.ask(move(run), key, text, choices, now=now, within=within), then
        )

    async def done(self, journal: Journal, entry: Entry, result: Result, *, spoke: bool) -> Run:
        """Commit that a step is done; what it found is redacted like everything else."""
        redact = self.planning.redactor
        summary, data = redact.text(result.summary), redact.data(result.data)
        now = self.clock.now()

        async def then(turn: Turn, run: Run) -> Run:
            kept = self.shelf.keep(turn, run)
            turn.audit("step.done", kept.id, key=entry.key, summary=summary[:300])
            self.ending.telling.changed(turn, kept)
            if spoke:
                self.ending.telling.said(turn, kept, entry.key, first=False)
            turn.timer("run", kept.id, kept.lease_until)
            return kept

        return await journal.write(
            lambda run: progress.finish(run, entry.key, now=now, summary=summary, data=data), then
        )

    def words(self, error: Exception) -> str:
        """Return what went wrong, redacted, with nothing alive in it."""
        text = self.planning.redactor.text(str(error)) or type(error).__name__
        return " ".join(text.replace("<", "‹").replace(">", "›").split())[:600]


def title_of(entry: Entry) -> str:
    """Return what a step is called inside a sentence."""
    return (entry.planned.title or entry.planned.id).rstrip(".")


def step_of(run: Run, entry: Entry) -> Step | None:
    """Return what the runbook says of a step of the journal; None for people's steps."""
    book = runbook_of(run)
    name = entry.planned.id
    for one in (*book.steps, *book.verify):
        if one.id in (name, name.rpartition(".")[0]):
            return None if isinstance(one, HumanStep) else one
    return None
