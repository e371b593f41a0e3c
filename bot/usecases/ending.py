"""How a run ends, whoever ends it: locks are let go, and everybody who should know is told."""

from dataclasses import dataclass

from bot.domain import progress
from bot.domain.outbox import Priority
from bot.domain.run import Run, RunState
from bot.usecases.locks import Locks
from bot.usecases.planning import runbook_of
from bot.usecases.run_telling import RunTelling
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn
from bot.views import runs as views
from bot.views.mrkdwn import line


@dataclass(frozen=True, slots=True)
class Ending:
    """Adds the end of a run to a turn."""

    shelf: Shelf
    locks: Locks
    telling: RunTelling

    async def end(self, turn: Turn, run: Run, state: RunState, why: str) -> Run:
        """End it; returns it as it is stored."""
        return await self.ended(turn, progress.end(run, state, now=turn.now, why=why))

    async def ended(self, turn: Turn, run: Run) -> Run:
        """Store a run that is over, let go of its locks and tell it."""
        kept = self.shelf.keep(turn, await self.locks.leave(turn, run))
        turn.timer("run", kept.id, None)
        turn.timer("run-question", kept.id, None)
        self.telling.changed(turn, kept)
        if kept.started_at is not None:
            self.telling.log(turn, kept)
        turn.audit(
            "run.ended",
            kept.id,
            state=kept.state.value,
            steps={entry.key: entry.state.value for entry in kept.journal},
        )
        word = "success" if kept.state is RunState.SUCCEEDED else "failure"
        self.notify(turn, kept, word)
        await self.noted(turn, kept)
        return kept

    async def noted(self, turn: Turn, run: Run) -> None:
        """Put where the run stands on the timeline of its incident."""
        found = await self.shelf.memory.incidents([run.incident] if run.incident else [])
        for incident in found:
            why = f" {run.why}" if run.why else ""
            words = f"{run.id} {run.plan.runbook} ({run.plan.title}): {run.state.value}.{why}"
            turn.line(incident, "run", words)

    def notify(self, turn: Turn, run: Run, word: str) -> None:
        """Tell the channels that the runbook names; a private incident is told nowhere (P8)."""
        if run.private or run.started_at is None or not run.runbook:
            return
        for place in runbook_of(run).notify:
            if word not in place.on:
                continue
            said = views.headline(run) + (f"\n{line(run.why, 300)}" if run.why else "")
            turn.post(
                f"channel:{place.channel}",
                "chat.postMessage",
                {"channel": place.channel, "text": said},
                incident=run.id,
                priority=Priority.CHATTER,
                optional=True,
            )
