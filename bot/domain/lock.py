"""A lock on one target or system: who holds it, and who waits in which order."""

from bot.domain.values import Value


class Lock(Value):
    """`id` is the target's name or "system:<id>". `holder` and `waiting` are run ids."""

    id: str
    holder: str = ""
    waiting: tuple[str, ...] = ()
    version: int = -1  # not stored yet

    def free_for(self, run: str) -> bool:
        """Whether `run` may take it: it holds it, or it is free and nobody is before it."""
        first = self.waiting[0] if self.waiting else run
        return self.holder == run or (not self.holder and first == run)

    def taken(self, run: str) -> "Lock":
        """Return it held by `run`."""
        return self.model_copy(update={"holder": run, "waiting": self._without(run)})

    def joined(self, run: str) -> "Lock":
        """Return it with `run` in its queue, once."""
        if run in self.waiting or run == self.holder:
            return self
        return self.model_copy(update={"waiting": (*self.waiting, run)})

    def left(self, run: str) -> "Lock":
        """Return it without `run`, as holder or in the queue."""
        holder = "" if self.holder == run else self.holder
        return self.model_copy(update={"holder": holder, "waiting": self._without(run)})

    @property
    def next(self) -> str | None:
        """Who may take it now; None while it is held or nobody waits."""
        return None if self.holder or not self.waiting else self.waiting[0]

    def before(self, run: str) -> tuple[str, ...]:
        """Return who comes before `run`, the holder first."""
        queue = ((self.holder,) if self.holder else ()) + self.waiting
        return queue[: queue.index(run)] if run in queue else queue

    def _without(self, run: str) -> tuple[str, ...]:
        return tuple(one for one in self.waiting if one != run)


def lock_names(system: str, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a changing run locks, sorted: its targets, and its system as a whole."""
    return tuple(sorted({f"system:{system}", *targets}))
