"""The last look before something is touched (P3): is it still allowed, and still the same?"""

from dataclasses import dataclass

from bot.domain import decision, progress
from bot.domain.approval import Approval, Decision
from bot.domain.plan import Plan
from bot.domain.run import Run, RunState
from bot.errors import Conflict, UserError
from bot.ports import Clock
from bot.usecases.approvals import quiet
from bot.usecases.ending import Ending
from bot.usecases.journal import Journal
from bot.usecases.limits import Limits
from bot.usecases.planning import Planning, Terms, human, kept_runbook
from bot.usecases.requesting import Requesting
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn
from bot.usecases.voters import Voters


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets a run through, ends it, or asks again."""

    shelf: Shelf
    clock: Clock
    limits: Limits
    planning: Planning
    voters: Voters
    requesting: Requesting
    ending: Ending

    async def passes(self, journal: Journal) -> bool:
        """Whether the first change may be made now. Otherwise the run is ended or asks again.

        Raises:
            Unavailable: the world or the directory cannot be asked; nothing was done.
        """
        run, now = journal.run, self.clock.now()
        try:
            await self.limits.must_run()
            newer, terms, listing = await self.planning.again(run.plan, now)
            approval = await self._valid(run)
        except UserError as error:
            await self._stopped(journal, error)
            return False
        if approval is not None and approval.is_pending:
            await self._reopened(journal, approval)
            return False
        if newer.digest == run.plan.digest:
            return True
        moved = run.model_copy(update={"runbook": kept_runbook(listing)})
        if terms.policy.needs_nobody:
            await self._adopted(journal, moved.runbook, newer)
            return True
        await self._asked_again(journal, moved.runbook, newer, terms, approval)
        return False

    async def _valid(self, run: Run) -> Approval | None:
        """Return the approval as it counts now; None when the policy needs nobody's."""
        if run.approval is None:
            return None
        approval = await self.shelf.approval(run.approval)
        if approval.digest != run.plan.digest:
            message = "What was approved is not what would run."
            raise Conflict(message)
        present = await self.voters.present(approval, run.team)
        now = self.clock.now()
        return decision.still_valid(approval, present, now, started=run.started_at)

    async def _stopped(self, journal: Journal, error: UserError) -> None:
        late = "too long to start" in str(error)
        state = RunState.EXPIRED if late else RunState.FAILED
        why = f"Nothing was changed. {quiet(str(error))}"

        async def then(turn: Turn, run: Run) -> Run:
            return await self.ending.ended(turn, run)

        now = self.clock.now()
        await journal.write(lambda run: progress.end(run, state, now=now, why=why), then)

    async def _reopened(self, journal: Journal, approval: Approval) -> None:
        """Wait again: somebody whose vote counted may not vote any more."""

        async def then(turn: Turn, run: Run) -> Run:
            free = await self.ending.locks.leave(turn, run)
            free = progress.let_go(free).model_copy(
                update={"state": RunState.AWAITING, "started_at": None}
            )
            kept = self.shelf.keep(turn, free)
            turn.timer("run", kept.id, None)
            request = self.shelf.keep_approval(turn, approval)
            self.ending.telling.request_changed(turn, request)
            self.ending.telling.changed(turn, kept)
            turn.audit("approval.reopened", kept.id, approval=approval.id)
            return kept

        await journal.write(lambda run: run, then)

    async def _adopted(self, journal: Journal, runbook: str, newer: Plan) -> None:
        async def then(turn: Turn, run: Run) -> Run:
            turn.audit("run.replanned", run.id, digest=newer.digest)
            return self.shelf.keep(turn, run.model_copy(update={"runbook": runbook}))

        await journal.write(lambda run: progress.adopted(run, newer, human(newer)), then)

    async def _asked_again(
        self, journal: Journal, runbook: str, newer: Plan, terms: Terms, old: Approval | None
    ) -> None:
        async def then(turn: Turn, run: Run) -> Run:
            free = await self.ending.locks.leave(turn, run)
            turn.timer("run", run.id, None)
            free = free.model_copy(update={"runbook": runbook})
            gone = None
            if old is not None:
                ended = {"decision": Decision.SUPERSEDED, "decided_at": turn.now}
                gone = old.model_copy(update=ended)
            kept, _, _ = await self.requesting.again(turn, free, newer, terms, gone)
            return kept

        await journal.write(lambda run: run, then)
