"""Carrying out runs: one worker at a time takes a run, works on it, and lets go.

The queue only says that a run wants attention ("timer:run:RUN"); the run's own journal decides what
happens. The timer is always set to when somebody must look next: now, the end of the lease, the end
of the approval's validity. So a worker may die at any instruction and another goes on (P2, P4).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain import asking, progress
from bot.domain.run import WORKING, Answer, Run, RunState
from bot.errors import Conflict, NotFound, Stale, Unavailable
from bot.usecases.attempts import Attempts
from bot.usecases.desk import Desk, title_of
from bot.usecases.journal import Journal, Lost, own_turn
from bot.usecases.polling import Polling
from bot.usecases.session import Session
from bot.usecases.turn import Turn
from bot.usecases.way_back import WayBack

RACES = 20
LOOK_AGAIN = timedelta(minutes=1)  # in line without an end of validity

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Execution:
    """`name` is this worker's, for people who look at a run."""

    desk: Desk
    name: str

    async def advance(self, run_id: str) -> None:
        """Do what a run wants; returns when it is over, asks, waits, or somebody else has it."""
        try:
            run = await self._taken(run_id)
        except NotFound:
            return
        if run is None:
            return
        journal = Journal(self.desk.shelf, self.desk.clock, self.desk.tempo, run)
        with structlog.contextvars.bound_contextvars(run=run.id, epoch=run.epoch):
            try:
                async with self._beating(journal):
                    await self._session(journal).work()
            except Lost as error:
                log.warning("run.lost", why=str(error))

    async def broken(self, run_id: str, reference: str) -> None:
        """Note that this worker failed; the step it was at is of unknown outcome.

        What failed once in a step may do so for ever: after the usual tries a person is asked.
        """
        run = await self.desk.shelf.run(run_id)
        if run.state not in WORKING or run.holder != self.name:
            return
        journal = Journal(self.desk.shelf, self.desk.clock, self.desk.tempo, run)
        begun = run.begun
        why = f"Signalbox failed here (reference {reference})."

        async def then(turn: Turn, newest: Run) -> Run:
            turn.timer("run", newest.id, turn.within(self.desk.tempo.backoff_s))
            turn.audit("run.broken", newest.id, reference=reference)
            return self.desk.shelf.keep(turn, newest)

        if begun is None or begun.attempts < self.desk.tempo.tries:
            await journal.write(
                lambda newest: progress.let_go(
                    progress.lose(newest, begun.key, error=why) if begun else newest
                ),
                then,
            )
            return
        text = f"“{title_of(begun)}” failed {begun.attempts} times. {why} How does it go on?"
        choices = (Answer.DONE, Answer.RETRY, Answer.ROLL_BACK, Answer.ABORT)
        back = run.state is RunState.ROLLING_BACK
        await self.desk.ask(
            journal,
            begun.key,
            text,
            tuple(one for one in choices if not (back and one is Answer.ROLL_BACK)),
            move=lambda newest: progress.lose(newest, begun.key, error=why),
        )

    async def unanswered(self, turn: Turn, run_id: str) -> None:
        """Look at a question whose time is over."""
        run = await self.desk.shelf.run(run_id)
        question = run.question
        if question is None or question.until is None:
            return
        if turn.now < question.until:
            turn.timer("run-question", run.id, question.until)
            return
        turn.audit("run.unanswered", run.id, number=question.number)
        if not run.touched:
            why = "Nobody answered in time. Nothing was changed."
            await self.desk.ending.end(turn, run, RunState.FAILED, why)
            return
        moved = asking.overdue(run, now=turn.now)
        kept = self.desk.shelf.keep(turn, moved)
        self.desk.ending.telling.answered(turn, kept, question)
        if kept.question is not None:
            self.desk.ending.telling.asked(turn, kept, kept.question)
        self.desk.ending.telling.changed(turn, kept)

    async def _taken(self, run_id: str) -> Run | None:
        """Return the run with a lease of ours; None when there is nothing for us to do now."""
        for _ in range(RACES):
            run = await self.desk.shelf.run(run_id)
            turn = own_turn(run, self.desk.clock.now())
            turn.timer("run", run.id, None)
            taken = await self._decided(turn, run)
            try:
                await self.desk.shelf.memory.commit(turn.change())
            except Stale:
                continue
            return taken
        message = f"{run_id} lost {RACES} races in a row."
        raise Unavailable(message)

    async def _decided(self, turn: Turn, run: Run) -> Run | None:
        if run.is_over and run.locks:  # never left behind, whatever happened
            self.desk.shelf.keep(turn, await self.desk.ending.locks.leave(turn, run))
            return None
        if run.state is RunState.QUEUED:
            return await self._start(turn, run)
        if run.state not in WORKING:
            return None
        return self._take(turn, run)

    async def _start(self, turn: Turn, run: Run) -> Run | None:
        why = await self._must_not(run, turn.now)
        if why is not None:
            await self.desk.ending.end(turn, run, *why)
            return None
        ready = await self.desk.ending.locks.take(turn, run)
        if ready is None:
            waits = self.desk.shelf.keep(turn, run)
            turn.timer("run", run.id, await self._valid_until(run) or turn.now + LOOK_AGAIN)
            self.desk.ending.telling.changed(turn, waits)
            return None
        started = progress.start(ready, now=turn.now)
        self.desk.ending.notify(turn, started, "start")
        await self.desk.ending.noted(turn, started)
        turn.audit("run.started", run.id, digest=run.plan.digest, locks=list(ready.locks))
        return self._take(turn, started)

    def _take(self, turn: Turn, run: Run) -> Run | None:
        until = turn.now + self.desk.tempo.lease
        try:
            mine = progress.take(run, self.name, now=turn.now, until=until)
        except Conflict:  # somebody's lease lives: look again when it ends
            turn.timer("run", run.id, run.lease_until)
            return None
        turn.timer("run", run.id, until)
        if run.epoch:
            turn.audit("run.taken-over", run.id, epoch=mine.epoch, before=run.holder)
        self.desk.ending.telling.changed(turn, mine)
        return self.desk.shelf.keep(turn, mine)

    async def _must_not(self, run: Run, now: datetime) -> tuple[RunState, str] | None:
        """Return how an approved run ends that may not start any more."""
        switch = await self.desk.shelf.switch()
        if switch.on:
            return RunState.CANCELLED, f"<@{switch.by}> stopped all runs. Nothing was changed."
        until = await self._valid_until(run)
        if until is not None and now >= until:
            why = "The approval waited too long to start. Nothing was changed; ask again."
            return RunState.EXPIRED, why
        return None

    async def _valid_until(self, run: Run) -> datetime | None:
        return (await self.desk.shelf.approval(run.approval)).valid_until if run.approval else None

    def _session(self, journal: Journal) -> Session:
        way_back = WayBack(self.desk)
        attempts = Attempts(self.desk, Polling(self.desk), way_back)
        return Session(self.desk, journal, attempts, way_back)

    @asynccontextmanager
    async def _beating(self, journal: Journal) -> AsyncIterator[None]:
        """Keep the lease and look for cancellations while the body works."""
        beat = asyncio.create_task(self._beat(journal), name=f"lease {journal.run.id}")
        try:
            yield
        finally:
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)

    async def _beat(self, journal: Journal) -> None:
        tempo = self.desk.tempo
        passed = 0.0
        while True:
            await asyncio.sleep(tempo.look_s)
            passed += tempo.look_s
            try:
                if passed >= tempo.renew_s:
                    passed = 0.0
                    await journal.renew()
                else:
                    await journal.look()
            except Lost:
                return  # the guard and the fence stop the work
            except Unavailable as error:
                log.warning("run.lease_not_renewed", error=str(error))
