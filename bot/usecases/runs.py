"""A run from asked to approved, and what people may do to one afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import asking, decision, progress
from bot.domain.approval import Approval, Decision
from bot.domain.incident import Incident
from bot.domain.person import Role
from bot.domain.plan import Plan
from bot.domain.run import Answer, Run, RunState, journal_of, run_id
from bot.engine.catalog import Listing
from bot.engine.params import missing, words_to_values
from bot.errors import Conflict, Denied, Invalid, Unavailable
from bot.usecases.ending import Ending
from bot.usecases.finding import Finding
from bot.usecases.limits import Limits
from bot.usecases.people import People
from bot.usecases.planning import Planning, Terms, human, kept_runbook
from bot.usecases.requesting import Requesting, must_be_in
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn
from bot.views import runs as views

HELPERS = (Role.OPERATOR, Role.LEAD, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Runs:
    """Each method decides one thing and adds what follows to the turn."""

    people: People
    finding: Finding
    shelf: Shelf
    planning: Planning
    limits: Limits
    requesting: Requesting
    ending: Ending

    async def ask(self, turn: Turn, runbook: str, words: Sequence[str]) -> Run | None:
        """Ask for a run by words such as `tail=100`; without all it needs, offer the form."""
        listing = self.planning.listing(runbook)
        given = words_to_values(words)
        names = missing(listing.runbook.params, given)
        if names:
            await self._may_ask(turn, listing)
            turn.answer(views.missing(runbook, names))
            return None
        return await self.propose(turn, runbook, given)

    def lacks(self, runbook: str, words: Sequence[str]) -> bool:
        """Whether words such as `tail=100` leave out what the runbook needs."""
        listing = self.planning.listing(runbook)
        return bool(missing(listing.runbook.params, words_to_values(words)))

    async def propose(
        self, turn: Turn, runbook: str, given: Mapping[str, Any], again_of: Run | None = None
    ) -> Run:
        """Plan it, and either start it or ask for approval.

        The id comes from the intent: however often this is decided, it is one run.
        """
        listing = self.planning.listing(runbook)
        await self._may_ask(turn, listing)
        await self.limits.must_allow(turn, runbook, changes=listing.changes)
        incident = await self._incident(turn, again_of)
        must_be_in(incident, self.planning.terms(listing, turn.now).policy.incident)
        plan, terms = await self._plan(turn, listing, given, turn.user)
        run = await self._new(turn, listing, plan, incident, again_of)
        self._audit_asked(turn, run, plan)
        if terms.policy.needs_nobody:
            return self._start(turn, run)
        run, approval, lacking = await self.requesting.first(turn, run, terms)
        turn.answer(views.asked(run, approval, lacking))
        return run

    async def planned(self, turn: Turn, runbook: str, words: Sequence[str]) -> None:
        """Show the plan of what words such as `tail=100` ask for."""
        listing = self.planning.listing(runbook)
        given = words_to_values(words)
        names = missing(listing.runbook.params, given)
        if names:
            listed = ", ".join(f"`{name}`" for name in names)
            message = f"`{runbook}` needs {listed}: `/runbook plan {runbook} {names[0]}=…`"
            raise Invalid(message, names[0])
        await self.preview(turn, runbook, given)

    async def preview(self, turn: Turn, runbook: str, given: Mapping[str, Any]) -> Plan:
        """Show the plan privately; nothing is changed or asked."""
        listing = self.planning.listing(runbook)
        await self._may_ask(turn, listing)
        plan, _ = await self._plan(turn, listing, given, turn.user)
        turn.answer(views.plan_message(plan))
        return plan

    async def edit(self, turn: Turn, approval_id: str, given: Mapping[str, Any]) -> Run:
        """Change what a waiting request asks for: a new request, without the old one's votes."""
        old = await self.shelf.approval(approval_id)
        run = await self.shelf.run(old.run)
        listing = self.planning.listing(run.plan.runbook)
        await self._may_ask(turn, listing)
        await self.must_see(turn, run)
        superseded = decision.end(_current(run, old), Decision.SUPERSEDED, turn.now)
        plan, terms = await self._plan(turn, listing, given, run.requester)
        if plan.params == run.plan.params:
            message = "Nothing is different from what is asked already."
            raise Conflict(message)
        run = run.model_copy(update={"runbook": kept_runbook(listing)})
        run, approval, lacking = await self.requesting.again(
            turn, run, plan, terms, superseded, turn.user
        )
        turn.answer(views.asked(run, approval, lacking))
        return run

    async def retry(self, turn: Turn, run_id_: str) -> Run:
        """Ask for the same again, with the same parameters: another run, another approval."""
        run = await self.shelf.run(run_id_)
        await self.must_see(turn, run)
        if not run.is_over:
            message = f"{run.id} is {run.state.value}; it can be asked for again when it is over."
            raise Conflict(message)
        return await self.propose(turn, run.plan.runbook, run.plan.params, again_of=run)

    async def cancel(self, turn: Turn, run_id_: str) -> Run:
        """Stop a run, or take its request back."""
        run = await self.shelf.run(run_id_)
        await self.may_steer(turn, run)
        moved = progress.cancel(run, by=turn.user, now=turn.now)
        turn.audit("run.cancelled", run.id, was=run.state.value)
        if run.state is RunState.AWAITING and run.approval:
            await self._take_back(turn, run.approval)
        if moved.is_over:
            moved = await self.ending.ended(turn, moved)
        else:
            moved = self.shelf.keep(turn, moved)
            self.ending.telling.changed(turn, moved)
        turn.answer(views.cancelled(moved))
        return moved

    async def answer(
        self, turn: Turn, run_id_: str, number: int, choice: Answer, said: str = ""
    ) -> Run:
        """Answer what a run asks."""
        run = await self.shelf.run(run_id_)
        await self.may_steer(turn, run)
        question = run.question
        clean = self.planning.redactor.text(said)
        moved = asking.answer(run, number, choice, by=turn.user, now=turn.now, said=clean)
        turn.audit("run.answered", run.id, number=number, choice=choice.value)
        if question is not None:
            self.ending.telling.answered(turn, moved, question)
        if moved.is_over:
            moved = await self.ending.ended(turn, moved)
        else:
            moved = self.shelf.keep(turn, moved)
            turn.timer("run", moved.id, turn.now)
            turn.timer("run-question", moved.id, None)
            self.ending.telling.changed(turn, moved)
        turn.answer(views.answered(moved))
        return moved

    async def must_see(self, turn: Turn, run: Run) -> None:
        """Raise NotFound when the run is of a private incident that the person may not know of."""
        if run.private and run.incident:
            await self.finding.by_id(turn, run.incident)

    async def may_steer(self, turn: Turn, run: Run) -> None:
        """Return when the person may cancel a run or answer its questions.

        That is who asked for it, operators, leads and admins, and the incident's commander.
        """
        await self.must_see(turn, run)
        commands = await self.requesting.voters.commands(turn.intent.user, run.incident)
        mine = turn.intent.user == run.requester or commands
        if mine:
            await self.people.act(turn, Role.VIEWER, Role.RESPONDER, *HELPERS)
            return
        try:
            await self.people.act(turn, *HELPERS)
        except Denied as error:
            message = f"{run.id} is <@{run.requester}>'s. {error}"
            raise Denied(message) from error

    async def _plan(
        self, turn: Turn, listing: Listing, given: Mapping[str, Any], requester: str
    ) -> tuple[Plan, Terms]:
        """Plan what was asked for; a system that is silent is told at once, not waited for."""
        try:
            params = await self.planning.params(listing, given, turn.now)
            nonce = turn.mint("nonce")
            return await self.planning.plan(listing, params, requester, nonce, turn.now)
        except Unavailable as error:
            raise Conflict(str(error)) from error

    async def _may_ask(self, turn: Turn, listing: Listing) -> None:
        await self.people.act(turn, *listing.asked_by, Role.OPERATOR)

    async def _incident(self, turn: Turn, again_of: Run | None) -> Incident | None:
        here = await self.finding.here(turn)
        if here is None and again_of is not None and again_of.incident:
            here = await self.finding.by_id(turn, again_of.incident)
        return here if here is not None and here.is_open else None

    async def _new(
        self,
        turn: Turn,
        listing: Listing,
        plan: Plan,
        incident: Incident | None,
        again_of: Run | None,
    ) -> Run:
        refs = await self.shelf.memory.refs(incident.id) if incident else {}
        return Run(
            id=run_id(turn.mint("run")),
            plan=plan,
            requester=turn.user,
            team=turn.intent.team,
            channel=refs.get("channel") or turn.intent.channel or turn.user,
            incident=incident.id if incident else None,
            private=incident.private if incident else False,
            runbook=kept_runbook(listing),
            journal=journal_of(plan, human(plan)),
            again_of=again_of.id if again_of else None,
            created_at=turn.now,
        )

    def _start(self, turn: Turn, run: Run) -> Run:
        kept = self.shelf.keep(turn, progress.queue(run), new=True)
        turn.timer("run", kept.id, turn.now)
        self.ending.telling.opened(turn, kept)
        turn.answer(views.asked(kept, None))
        return kept

    async def _take_back(self, turn: Turn, approval_id: str) -> None:
        approval = await self.shelf.approval(approval_id)
        if not approval.is_pending:
            return
        ended = decision.expire(approval, turn.now)
        if ended.is_pending:
            ended = decision.end(approval, Decision.CANCELLED, turn.now)
        self.ending.telling.request_changed(turn, self.shelf.keep_approval(turn, ended))

    def _audit_asked(self, turn: Turn, run: Run, plan: Plan) -> None:
        facts: dict[str, Any] = {"runbook": plan.runbook, "digest": plan.digest}
        facts |= {"policy": plan.policy, "risk": plan.risk.value, "incident": run.incident or ""}
        if not run.private:
            facts["params"] = self.planning.redactor.data(plan.params)
        turn.audit("run.asked", run.id, **facts)


def _current(run: Run, approval: Approval) -> Approval:
    if run.approval != approval.id or run.state is not RunState.AWAITING:
        message = f"{run.id} is {run.state.value}; this request is not the newest any more."
        raise Conflict(message)
    return approval
