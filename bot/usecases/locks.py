"""One run at a time on a target and on a system; the others wait in a line that people can see."""

from dataclasses import dataclass

from bot.domain.lock import Lock, lock_names
from bot.domain.run import Run
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn


@dataclass(frozen=True, slots=True)
class Locks:
    """All of a run's locks are taken, joined or left in one commit, so nobody waits in a circle.

    Who joined one line before somebody else is before them in every line they share.
    """

    shelf: Shelf

    async def take(self, turn: Turn, run: Run) -> Run | None:
        """Hold everything `run` touches; None when it must wait, and then it stands in line.

        What only reads holds nothing.
        """
        names = lock_names(run.plan.system, run.plan.targets) if run.plan.changes else ()
        locks = await self.shelf.locks(names)
        if all(lock.free_for(run.id) for lock in locks):
            self._store(turn, locks, [lock.taken(run.id) for lock in locks])
            return run.model_copy(update={"locks": names})
        self._store(turn, locks, [lock.joined(run.id) for lock in locks])
        return None

    async def leave(self, turn: Turn, run: Run) -> Run:
        """Let go of everything `run` holds or waits for, and wake who is next."""
        names = lock_names(run.plan.system, run.plan.targets) if run.plan.changes else ()
        locks = await self.shelf.locks(tuple(sorted({*names, *run.locks})))
        left = [lock.left(run.id) for lock in locks]
        self._store(turn, locks, left)
        waiting = {new.next for old, new in zip(locks, left, strict=True) if old != new}
        for one in sorted(name for name in waiting if name):
            turn.timer("run", one, turn.now)
        return run.model_copy(update={"locks": ()})

    async def before(self, run: Run) -> tuple[str, ...]:
        """Return the runs that `run` waits for, the longest line of all its locks."""
        names = lock_names(run.plan.system, run.plan.targets) if run.plan.changes else ()
        lines = [lock.before(run.id) for lock in await self.shelf.locks(names)]
        return max(lines, key=len, default=())

    @staticmethod
    def _store(turn: Turn, old: list[Lock], new: list[Lock]) -> None:
        for before, after in zip(old, new, strict=True):
            if before != after:
                turn.store("lock", after)
