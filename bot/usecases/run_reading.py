"""Answers about runbooks and runs that change nothing; filtered to what the person may run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.approval import Approval
from bot.domain.intent import Intent
from bot.domain.person import Role
from bot.domain.run import Question, Run
from bot.domain.runbook_params import LiveParam
from bot.engine.catalog import Listing
from bot.errors import Conflict, IntegrationError, UserError
from bot.ports import Clock, Output
from bot.usecases.planning import Planning
from bot.usecases.runs import Runs
from bot.usecases.shelf import RUNS, Shelf, of_runbook
from bot.usecases.turn import Turn
from bot.usecases.voters import Voters
from bot.views import runs as views
from bot.views.runs import forms

HISTORY = 50
TAILS = 6
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunReading:
    """Each method answers the person privately, or makes a form."""

    clock: Clock
    shelf: Shelf
    output: Output
    planning: Planning
    voters: Voters
    runs: Runs

    async def list(self, turn: Turn, system: str | None = None) -> None:
        """Show what the person may run, of one system or of all."""
        mine = await self._mine(turn)
        if system is not None:
            known = self.planning.config.systems
            if system not in known:
                named = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
                message = f"No system is called `{system[:40]}`. Known systems: {named}."
                raise Conflict(message)
            mine = [one for one in mine if one.runbook.system == system]
        what = f"Runbooks of {system}" if system else "Runbooks"
        turn.answer(views.offers([_offer(one) for one in mine], what))

    async def search(self, turn: Turn, words: str) -> None:
        """Show what the person may run and that these words are in."""
        mine = {one.runbook.id for one in await self._mine(turn)}
        found = [one for one in self.planning.catalog().search(words) if one.runbook.id in mine]
        turn.answer(views.offers([_offer(one) for one in found], f"Runbooks with “{words[:80]}”"))

    async def show(self, turn: Turn, runbook: str) -> None:
        """Show one runbook."""
        listing = self.planning.listing(runbook)
        await self._reader(turn)
        turn.answer(views.offer(_offer(listing)))

    async def history(self, turn: Turn, runbook: str | None = None) -> None:
        """Show the newest runs, of one runbook or of all, that the person may know of."""
        await self._reader(turn)
        index = of_runbook(runbook) if runbook else RUNS
        found = await self.shelf.newest(index, HISTORY)
        turn.answer(views.history([r for r in found if await self._seen(turn, r)], runbook))

    async def pending(self, turn: Turn) -> None:
        """Show the requests that wait."""
        await self._reader(turn)
        found = [one for one in await self.shelf.pending() if await self._known(turn, one)]
        turn.answer(views.pending(found, turn.intent.user))

    async def outputs(self, turn: Turn, run_id: str) -> None:
        """Show the end of what a run's steps said."""
        await self._reader(turn)
        run = await self.shelf.run(run_id)
        await self.runs.must_see(turn, run)
        tails = [
            (entry.planned.title or entry.key, await self.output.tail(run.id, entry.key, 1000))
            for entry in run.journal
        ]
        turn.answer(views.outputs(run, [one for one in tails if one[1].strip()][-TAILS:]))

    async def params_form(self, intent: Intent, runbook: str, given: Mapping[str, Any]) -> View:
        """Make the form of a runbook's parameters, with the live choices that can be read."""
        listing = self.planning.listing(runbook)
        turn = Turn(intent, self.clock.now())
        await self.runs.people.check(intent, *listing.asked_by, Role.OPERATOR)
        return forms.params(listing.runbook, given, await self._choices(listing, turn))

    async def edit_form(self, intent: Intent, approval_id: str) -> View:
        """Make the form that changes a waiting request."""
        approval = await self._request(intent, approval_id)
        listing = self.planning.listing(approval.plan.runbook)
        await self.runs.people.check(intent, *listing.asked_by, Role.OPERATOR)
        choices = await self._choices(listing, Turn(intent, self.clock.now()))
        note = "The request is replaced: votes so far do not count, and you may not approve it."
        return forms.params(listing.runbook, approval.plan.params, choices, note)

    async def request(self, intent: Intent, approval_id: str) -> Approval:
        """Return a request for a form about it, when the person may know of it."""
        return await self._request(intent, approval_id)

    async def question(self, intent: Intent, run_id: str, number: int) -> tuple[Run, Question]:
        """Return a question that waits, for the form that answers it."""
        run = await self.shelf.run(run_id)
        await self.runs.may_steer(Turn(intent, self.clock.now()), run)
        if run.question is None or run.question.number != number:
            message = f"{run.id} does not ask this any more; it is {run.state.value}."
            raise Conflict(message)
        return run, run.question

    async def _request(self, intent: Intent, approval_id: str) -> Approval:
        approval = await self.shelf.approval(approval_id)
        turn = Turn(intent, self.clock.now())
        await self.runs.must_see(turn, await self.shelf.run(approval.run))
        if not approval.is_pending:
            message = f"This request is {approval.decision.value}."
            raise Conflict(message)
        return approval

    async def _choices(self, listing: Listing, turn: Turn) -> dict[str, tuple[str, ...]]:
        found = {}
        for name, spec in listing.runbook.params.items():
            if not isinstance(spec, LiveParam):
                continue
            try:
                live = self.planning.live
                found[name] = await live.choices(listing.runbook, name, now=turn.now)
            except (IntegrationError, UserError):  # it is typed instead, and checked at submit
                continue
        return found

    async def _mine(self, turn: Turn) -> Sequence[Listing]:
        await self._reader(turn)
        intent = turn.intent
        voter = await self.voters.voter(intent.user, intent.team, None)
        return self.planning.catalog().may_run(voter.roles)

    async def _reader(self, turn: Turn) -> None:
        await self.runs.people.act(turn, *Role)

    async def _seen(self, turn: Turn, run: Run) -> bool:
        try:
            await self.runs.must_see(turn, run)
        except UserError:
            return False
        return True

    async def _known(self, turn: Turn, approval: Approval) -> bool:
        return await self._seen(turn, await self.shelf.run(approval.run))


def _offer(listing: Listing) -> views.Offer:
    return views.Offer(runbook=listing.runbook, risk=listing.risk, policy=listing.policy)
