"""Asking for approval of a plan: who has to agree, and that they are told."""

from dataclasses import dataclass

from bot.domain import progress
from bot.domain.approval import Approval
from bot.domain.incident import Incident
from bot.domain.plan import Plan
from bot.domain.run import Run
from bot.domain.severity import Severity
from bot.errors import Conflict
from bot.usecases.planning import Terms, human
from bot.usecases.run_telling import RunTelling
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn
from bot.usecases.voters import Voters


@dataclass(frozen=True, slots=True)
class Requesting:
    """Makes requests and stores them with their run."""

    shelf: Shelf
    voters: Voters
    telling: RunTelling

    async def first(self, turn: Turn, run: Run, terms: Terms) -> tuple[Run, Approval, str]:
        """Ask for the first time; also returns why it can never be approved, "" when it can.

        Raises:
            Conflict: it can never be approved, and nobody could go on alone.
        """
        approval, lacking = await self._made(turn, run, run.plan, terms)
        if lacking and terms.policy.alone_after is None:
            message = f"This can never be approved: {lacking}. Nothing was asked."
            raise Conflict(message)
        run = self.shelf.keep(turn, run.model_copy(update={"approval": approval.id}), new=True)
        kept = self.shelf.keep_approval(turn, approval, new=True)
        self.telling.opened(turn, run)
        self.telling.requested(turn, run, kept)
        return run, kept, lacking

    async def again(
        self, turn: Turn, run: Run, plan: Plan, terms: Terms, old: Approval | None, editor: str = ""
    ) -> tuple[Run, Approval, str]:
        """Ask for another plan of the same run; what is different is shown, votes do not count.

        `old` is the request that this one replaces, already ended. `run` holds no locks any more.
        """
        approval, lacking = await self._made(turn, run, plan, terms)
        moved = run.plan.differences(plan)
        approval = approval.model_copy(update={"moved": moved, "editor": editor or None})
        run = progress.replanned(run, plan, human(plan))
        run = self.shelf.keep(turn, run.model_copy(update={"approval": approval.id}))
        kept = self.shelf.keep_approval(turn, approval, new=True)
        if old is not None:
            self.telling.request_changed(turn, self.shelf.keep_approval(turn, old))
        self.telling.requested(turn, run, kept)
        self.telling.changed(turn, run)
        turn.audit("run.asked-again", run.id, digest=plan.digest, moved=len(moved))
        return run, kept, lacking

    async def _made(self, turn: Turn, run: Run, plan: Plan, terms: Terms) -> tuple[Approval, str]:
        found = await self.shelf.memory.incidents([run.incident] if run.incident else [])
        incident = found[0] if found else None
        approval = Approval(
            id=turn.mint("approval"),
            run=run.id,
            plan=plan,
            digest=plan.digest,
            policy_name=terms.name,
            policy=terms.policy,
            requester=run.requester,
            incident=run.incident,
            severity=_severity(incident, run.requester),
            asked_at=turn.now,
            expires_at=turn.now + terms.policy.pending,
            freeze=terms.freeze,
        )
        return approval, await self.voters.lacking(approval, incident) or ""


def must_be_in(incident: Incident | None, needs: str) -> None:
    """Raise Conflict unless the policy's kind of incident is there.

    Raises:
        Conflict: says what is missing and how to get it.
    """
    if not needs:
        return
    if incident is None or not incident.is_open:
        message = (
            "This needs an open incident: declare one with `/incident declare`, and ask in its "
            "channel."
        )
        raise Conflict(message)
    if needs == "private" and not incident.private:
        message = f"This needs a private incident, and {incident.id} is public."
        raise Conflict(message)


def _severity(incident: Incident | None, requester: str) -> Severity | None:
    """Return what may relax the quorum: the requester works on an open incident of it."""
    if incident is None or not incident.is_open:
        return None
    involved = {incident.declared_by, *incident.roles.values(), *incident.invited}
    return incident.severity if requester in involved else None
