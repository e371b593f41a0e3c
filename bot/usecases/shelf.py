"""Runs and what belongs to them, as they are stored: kinds of documents and their indices."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.approval import Approval
from bot.domain.decision import escalates_at
from bot.domain.kill_switch import SWITCH, KillSwitch
from bot.domain.lock import Lock
from bot.domain.review import Review
from bot.domain.run import Run
from bot.errors import NotFound
from bot.ports import Memory
from bot.usecases.turn import Turn

RUNS = "runs"
OPEN_RUNS = "runs-open"
PENDING = "approvals-pending"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Reads them, and adds new versions to a turn."""

    memory: Memory

    async def run(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            NotFound: there is none of that id.
        """
        named = run_id.strip().upper()
        body = await self.memory.document("run", named)
        if body is None:
            message = f"There is no run {named[:40]}. `/runbook history` lists the newest."
            raise NotFound(message)
        return Run.model_validate_json(body)

    async def runs(self, ids: Sequence[str]) -> list[Run]:
        """Return those that exist, in the order asked."""
        return [Run.model_validate_json(one) for one in await self.memory.documents("run", ids)]

    async def newest(self, index: str, limit: int) -> list[Run]:
        """Return the runs of an index, the newest first."""
        return await self.runs(await self.memory.marked(index, limit=limit))

    def keep(self, turn: Turn, run: Run, *, new: bool = False) -> Run:
        """Store a run and its indices; returns it with the version it will have."""
        kept = turn.store("run", run, new=new)
        stamp = kept.created_at.timestamp()
        turn.mark(OPEN_RUNS, kept.id, None if kept.is_over else stamp)
        if new:
            for index in (RUNS, of_runbook(kept.plan.runbook), by_person(kept.requester)):
                turn.mark(index, kept.id, stamp)
            if kept.incident:
                turn.mark(of_incident(kept.incident), kept.id, stamp)
        return kept

    async def approval(self, approval_id: str) -> Approval:
        """Return a request.

        Raises:
            NotFound: there is none of that id.
        """
        body = await self.memory.document("approval", approval_id)
        if body is None:
            message = "This request is not known; it may be from another Signalbox."
            raise NotFound(message)
        return Approval.model_validate_json(body)

    async def pending(self) -> list[Approval]:
        """Return the requests that wait, those that expire first in front."""
        ids = await self.memory.marked(PENDING, newest_first=False)
        found = await self.memory.documents("approval", ids)
        return [Approval.model_validate_json(body) for body in found]

    def keep_approval(self, turn: Turn, approval: Approval, *, new: bool = False) -> Approval:
        """Store a request, its index and its timers."""
        kept = turn.store("approval", approval, new=new)
        waits = kept.is_pending
        turn.mark(PENDING, kept.id, kept.expires_at.timestamp() if waits else None)
        turn.timer("approval", kept.id, kept.expires_at if waits else None)
        turn.timer("approval-escalate", kept.id, escalates_at(kept))
        return kept

    async def locks(self, names: Sequence[str]) -> list[Lock]:
        """Return the locks of these names, those that never were taken too."""
        stored = await self.memory.documents("lock", names)
        known = {lock.id: lock for lock in map(Lock.model_validate_json, stored)}
        return [known.get(name, Lock(id=name)) for name in names]

    async def switch(self) -> KillSwitch:
        """Return the kill switch."""
        body = await self.memory.document("kill-switch", SWITCH)
        return KillSwitch() if body is None else KillSwitch.model_validate_json(body)

    async def reviews(self, user: str) -> list[Review]:
        """Return the reviews that are owed for what `user` did alone, the oldest first."""
        ids = await self.memory.marked(reviews_of(user), newest_first=False)
        stored = await self.memory.documents("review", ids)
        return [Review.model_validate_json(body) for body in stored]

    async def review(self, run_id: str) -> Review:
        """Return the review of a run.

        Raises:
            NotFound: nobody has to review it.
        """
        body = await self.memory.document("review", run_id.strip().upper())
        if body is None:
            message = f"{run_id[:40]} was not started alone; there is nothing to review."
            raise NotFound(message)
        return Review.model_validate_json(body)

    def keep_review(self, turn: Turn, review: Review, *, new: bool = False) -> Review:
        """Store a review, its index and its reminder."""
        kept = turn.store("review", review, new=new)
        owed = kept.done_at is None
        turn.mark(reviews_of(kept.by), kept.id, kept.due_at.timestamp() if owed else None)
        turn.timer("review", kept.id, kept.due_at if owed else None)
        return kept


def of_runbook(runbook: str) -> str:
    """Return the index of a runbook's runs."""
    return f"runs-of:{runbook}"


def by_person(user: str) -> str:
    """Return the index of what somebody asked for."""
    return f"runs-by:{user}"


def of_incident(incident: str) -> str:
    """Return the index of an incident's runs."""
    return f"runs-in:{incident}"


def reviews_of(user: str) -> str:
    """Return the index of the reviews owed for what somebody did alone."""
    return f"reviews:{user}"
