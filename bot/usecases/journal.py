"""The fenced journal of one run: nobody writes but the worker that holds the lease.

Every write is a commit of the next version under this worker's epoch. When the stored version has
moved (a person cancelled, the lease was renewed), the step is decided again on the newest; when the
epoch has moved, another worker has the run and this one has nothing more to do or say (P4).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import progress
from bot.domain.intent import Intent, IntentKind
from bot.domain.run import Run, RunState
from bot.errors import BotError, Stale, Unavailable
from bot.ports import Clock
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn

TRIES = 50
REDIS_TRIES = 5
REDIS_PAUSE_S = 0.5

Move = Callable[[Run], Run]
Then = Callable[[Turn, Run], Awaitable[Run]]
"""Adds what follows to the turn, stores the run, and returns it as it is stored."""


class Lost(BotError):
    """Another worker has the run, or the lease may be over."""


class Interrupted(BotError):
    """A person cancelled while a step was under way."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How long a worker may be silent, and how often it looks."""

    lease: timedelta = timedelta(seconds=30)
    renew_s: float = 10.0
    look_s: float = 1.0
    margin_s: float = 5.0  # of the lease, in which nothing is begun any more
    backoff_s: float = 1.0  # doubled with each try
    tries: int = 3


class Journal:
    """One worker's hold on one run. `run` is the newest version that this worker knows."""

    def __init__(self, shelf: Shelf, clock: Clock, tempo: Tempo, run: Run) -> None:
        """Hold `run`, which this worker has just taken."""
        self.run = run
        self._shelf = shelf
        self._clock = clock
        self._tempo = tempo
        self._epoch = run.epoch
        self._turns = asyncio.Lock()
        self._now = asyncio.get_running_loop().time
        self._sure_until = 0.0
        self.assure(self._now())

    async def write(self, move: Move, then: Then) -> Run:
        """Commit what `move` makes of the newest version, with what `then` adds.

        Raises:
            Lost: the epoch has moved.
            Unavailable: the store does not answer; what was written is found out at the next try.
        """
        async with self._turns:
            unheard: list[Run] = []  # sent, and the answer was lost: it may be done, also later
            for _ in range(TRIES):
                kept, turn = await self._decided(move, then)
                try:
                    await self._shelf.memory.commit(turn.change())
                except Stale:
                    self.run = await self._shelf.run(self.run.id)
                except Unavailable:
                    unheard.append(kept)
                    if len(unheard) >= REDIS_TRIES:
                        raise
                    await asyncio.sleep(REDIS_PAUSE_S)
                    self.run = await self._shelf.run(self.run.id)
                else:
                    self.run = kept
                    return kept
                if self.run in unheard:
                    return self.run
            message = f"{self.run.id} lost {TRIES} races in a row."
            raise Unavailable(message)

    async def renew(self) -> None:
        """Keep the lease, and the alarm at its end."""
        began = self._now()
        until = self._clock.now() + self._tempo.lease

        async def then(turn: Turn, run: Run) -> Run:
            turn.timer("run", run.id, until)
            return self._shelf.keep(turn, run)

        await self.write(lambda run: progress.renew(run, until=until), then)
        self.assure(began)

    async def look(self) -> None:
        """Learn what others have done to the run meanwhile."""
        async with self._turns:
            newest = await self._shelf.run(self.run.id)
            if newest.epoch == self._epoch:
                self.run = newest
            else:
                self._sure_until = 0.0

    def assure(self, began: float) -> None:
        """Note that the lease was ours at `began`, by this process's own clock."""
        self._sure_until = began + self._tempo.lease.total_seconds() - self._tempo.margin_s

    def guard(self) -> None:
        """Return when one more call may be made.

        Raises:
            Lost: the lease may be over; a process that was frozen learns it here.
            Interrupted: a person cancelled.
        """
        if self._now() > self._sure_until:
            message = f"The lease of {self.run.id} may be over."
            raise Lost(message)
        if self.run.cancel_by is not None and self.run.state is RunState.RUNNING:
            message = f"<@{self.run.cancel_by}> cancelled."
            raise Interrupted(message)

    async def _decided(self, move: Move, then: Then) -> tuple[Run, Turn]:
        try:
            progress.holds(self.run, self._epoch)
        except Stale as error:
            raise Lost(str(error)) from error
        turn = own_turn(self.run, self._clock.now())
        return await then(turn, move(self.run)), turn


def own_turn(run: Run, now: datetime) -> Turn:
    """Return a turn of the bot itself; the same version of a run mints the same ids."""
    intent = Intent(
        id=f"run:{run.id}:{run.version}",
        kind=IntentKind.TIMER,
        name=f"run:{run.id}",
        user="signalbox",
        team=run.team,
        received_at=now,
    )
    return Turn(intent, now)
