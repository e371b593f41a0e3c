"""Deciding requests. One commit counts the vote and, when it decides, starts the run."""

from dataclasses import dataclass

from bot.domain import decision, progress
from bot.domain.approval import Approval, Decision, Voter
from bot.domain.person import Role
from bot.domain.plan import Plan
from bot.domain.review import DEADLINE, Review, overdue, reviewed
from bot.domain.run import Run, RunState
from bot.errors import Conflict, Denied, Invalid
from bot.usecases.ending import Ending
from bot.usecases.people import People
from bot.usecases.runs import Runs
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn
from bot.usecases.voters import Voters
from bot.views import runs as views

COPIES = 10  # direct messages for one request at most


@dataclass(frozen=True, slots=True)
class Approvals:
    """The button's value names the request; who may press is looked up at the click."""

    people: People
    shelf: Shelf
    voters: Voters
    runs: Runs
    ending: Ending

    async def approve(self, turn: Turn, approval_id: str) -> Approval:
        """Say yes."""
        run, approval = await self._found(turn, approval_id)
        voter = await self._voter(turn, approval)
        digest = run.plan.digest
        voted = decision.vote(approval, voter, yes=True, digest=digest, now=turn.now)
        return await self._counted(turn, run, voted, "approval.approved")

    async def deny(self, turn: Turn, approval_id: str, reason: str) -> Approval:
        """Say no, and why."""
        run, approval = await self._found(turn, approval_id)
        voter = await self._voter(turn, approval)
        clean = self.runs.planning.redactor.text(reason)
        digest = run.plan.digest
        voted = decision.vote(approval, voter, yes=False, digest=digest, now=turn.now, reason=clean)
        return await self._counted(turn, run, voted, "approval.denied")

    async def confirm(self, turn: Turn, approval_id: str, typed: str = "") -> Approval:
        """Take the requester's own word."""
        run, approval = await self._found(turn, approval_id)
        await self._voter(turn, approval)
        expected = to_type(approval.plan)
        said = decision.confirm(approval, turn.user, now=turn.now, typed=typed, expected=expected)
        return await self._counted(turn, run, said, "approval.confirmed")

    async def alone(self, turn: Turn, approval_id: str, reason: str) -> Approval:
        """Break the glass: go on without approvers, and owe a review."""
        run, approval = await self._found(turn, approval_id)
        voter = await self._voter(turn, approval)
        owed = [one for one in await self.shelf.reviews(turn.user) if overdue(one, turn.now)]
        if owed:
            message = (
                f"You cannot go on alone: the review of {owed[0].id} is overdue. "
                f"<@{owed[0].owner}> can do it: `/runbook review {owed[0].id} what you found`."
            )
            raise Denied(message)
        clean = self.runs.planning.redactor.text(reason)
        gone = decision.alone(approval, voter, now=turn.now, reason=clean)
        await self._owe(turn, gone)
        return await self._counted(turn, run, gone, "approval.alone")

    async def review(self, turn: Turn, run_id: str, finding: str) -> Review:
        """Review what somebody did alone."""
        await self.people.act(turn, Role.LEAD, Role.ADMIN)
        if not finding.strip():
            message = "Say what you found: `/runbook review RUN-… it was right, because …`"
            raise Invalid(message)
        review = await self.shelf.review(run_id)
        clean = self.runs.planning.redactor.text(finding.strip())
        done = self.shelf.keep_review(turn, reviewed(review, turn.user, clean, turn.now))
        turn.audit("approval.reviewed", done.id, of=done.by)
        turn.answer(views.review_done(done))
        return done

    async def expired(self, turn: Turn, approval_id: str) -> None:
        """Look at a request when its time is over; silence never means yes."""
        approval = await self.shelf.approval(approval_id)
        gone = decision.expire(approval, turn.now)
        if not approval.is_pending:
            return
        if gone.is_pending:  # the timer came early
            self.shelf.keep_approval(turn, approval)
            return
        run = await self.shelf.run(approval.run)
        turn.audit("approval.expired", run.id, approval=approval.id)
        kept = self.shelf.keep_approval(turn, gone)
        self.ending.telling.request_changed(turn, kept)
        self.ending.telling.direct(turn, run.requester, views.ended(kept))
        if run.approval == approval.id and run.state is RunState.AWAITING:
            why = "Nobody said no, and too few answered in time."
            await self.ending.end(turn, run, RunState.EXPIRED, why)

    async def escalated(self, turn: Turn, approval_id: str) -> None:
        """Ask the fallback too, when nobody answered; they get a copy of their own."""
        approval = await self.shelf.approval(approval_id)
        moved = decision.escalate(approval, turn.now)
        if not approval.is_pending:
            return
        if not moved.escalated:
            self.shelf.keep_approval(turn, approval)
            return
        run = await self.shelf.run(approval.run)
        named = await self.voters.people(approval.policy.fallback)
        users = () if run.private else tuple(u for u in named if u != approval.requester)[:COPIES]
        moved = moved.model_copy(update={"copies": (*moved.copies, *users)})
        kept = self.shelf.keep_approval(turn, moved)
        turn.audit("approval.escalated", run.id, to=list(users))
        self.ending.telling.copied(turn, kept, users)
        self.ending.telling.request_changed(turn, kept)

    async def review_due(self, turn: Turn, run_id: str) -> None:
        """Remind who owes a review."""
        review = await self.shelf.review(run_id)
        if not overdue(review, turn.now):
            self.shelf.keep_review(turn, review)
            return
        turn.audit("approval.review-overdue", review.id, owner=review.owner)
        self.ending.telling.direct(turn, review.owner, views.review_due(review))

    async def plan(self, turn: Turn, approval_id: str) -> None:
        """Show everything a request asks for, privately."""
        approval = await self.shelf.approval(approval_id)
        await self.people.act(turn, *Role)
        await self.runs.must_see(turn, await self.shelf.run(approval.run))
        turn.answer(views.plan_message(approval.plan, approval))

    async def _found(self, turn: Turn, approval_id: str) -> tuple[Run, Approval]:
        approval = await self.shelf.approval(approval_id)
        run = await self.shelf.run(approval.run)
        await self.runs.must_see(turn, run)
        if approval.is_pending and (run.approval != approval.id or run.is_over):
            message = f"{run.id} is {run.state.value}; this request counts no more."
            raise Conflict(message)
        return run, approval

    async def _voter(self, turn: Turn, approval: Approval) -> Voter:
        intent = turn.intent
        voter = await self.voters.voter(intent.user, intent.team, approval.incident)
        turn.person = await self.voters.directory.person(intent.user, intent.team)
        return voter

    async def _counted(self, turn: Turn, run: Run, approval: Approval, what: str) -> Approval:
        kept = self.shelf.keep_approval(turn, approval)
        facts = {"approval": kept.id, "digest": kept.digest, "decision": kept.decision.value}
        turn.audit(what, run.id, **facts)
        self.ending.telling.request_changed(turn, kept)
        if kept.decision is Decision.APPROVED:
            queued = self.shelf.keep(turn, progress.queue(run))
            turn.timer("run", run.id, turn.now)
            self.ending.telling.changed(turn, queued)
        elif kept.decision is Decision.DENIED:
            await self._refused(turn, run, kept)
        turn.answer(views.voted(kept))
        return kept

    async def _refused(self, turn: Turn, run: Run, approval: Approval) -> None:
        no = next(vote for vote in approval.votes if not vote.yes)
        why = f"<@{no.by}> said no: {quiet(no.reason)}"
        await self.ending.end(turn, run, RunState.DENIED, why)
        self.ending.telling.direct(turn, run.requester, views.ended(approval))

    async def _owe(self, turn: Turn, approval: Approval) -> None:
        leads = await self.voters.people((Role.LEAD, Role.ADMIN))
        others = [user for user in leads if user != turn.user]
        review = Review(
            id=approval.run,
            by=turn.user,
            reason=approval.reason,
            owner=others[0] if others else turn.user,
            opened_at=turn.now,
            due_at=turn.now + DEADLINE,
        )
        kept = self.shelf.keep_review(turn, review, new=True)
        for user in others[:COPIES]:
            self.ending.telling.direct(turn, user, views.paged(approval, kept))


def to_type(plan: Plan) -> str:
    """Return what the requester types: the system, and the first thing that is touched."""
    touched = [target for step in plan.steps if step.changes for target in step.targets]
    last = touched[0].rstrip("/").rpartition("/")[2] if touched else plan.runbook
    return f"{plan.system} {last}"


def quiet(text: str) -> str:
    """Return a sentence from outside so that nothing in it is alive when it is shown."""
    return " ".join(text.replace("<", "‹").replace(">", "›").split())
