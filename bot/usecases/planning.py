"""What a request would do, under which policy: catalog, planner and freeze windows together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.action import Result
from bot.domain.config import Config
from bot.domain.freeze import freeze_of, policy_in
from bot.domain.plan import Plan, PlannedStep
from bot.domain.policy import Policy
from bot.domain.redaction import Redactor
from bot.domain.run import Entry, Run, StepState
from bot.domain.runbook import RunbookText, Step
from bot.engine.catalog import Catalog, Listing
from bot.engine.live import LiveChoices
from bot.engine.params import typed
from bot.engine.planner import Planner, Request, human_steps
from bot.errors import Invalid


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which policy something is asked. `own` is the one it is measured by."""

    name: str
    policy: Policy
    own: Policy
    freeze: str = ""


@dataclass(frozen=True, slots=True)
class Planning:
    """`catalog` returns the newest catalog, `planner` the planner of a system."""

    config: Config
    catalog: Callable[[], Catalog]
    planner: Callable[[str], Planner]
    live: LiveChoices
    redactor: Redactor

    def listing(self, runbook: str) -> Listing:
        """Return a runbook; NotFound names the nearest."""
        return self.catalog().get(runbook)

    def terms(self, listing: Listing, now: datetime) -> Terms:
        """Return the policy that holds now: the runbook's, or that of a freeze which is on.

        Raises:
            Denied: a freeze is on and names nobody.
            Invalid: the runbook's policy does not exist.
        """
        known = self.config.known_policies
        if listing.policy not in known:
            message = (
                f"`{listing.runbook.id}` asks for the policy `{listing.policy}`, which is not "
                "there. Whoever runs Signalbox can add it to signalbox.yml."
            )
            raise Invalid(message)
        own = known[listing.policy]
        frozen = freeze_of(self.config.freeze, listing.runbook.system, now)
        if frozen is None or not listing.changes:
            return Terms(listing.policy, own, own)
        strict = policy_in(frozen, own)
        return Terms(f"freeze: {frozen.name}", strict, strict, frozen.name)

    async def params(
        self, listing: Listing, given: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Return what was given as the runbook wants it; Invalid names the parameter."""
        values = typed(listing.runbook.params, given)
        await self.live.must_be_there(listing.runbook, values, now=now)
        return values

    async def plan(
        self, listing: Listing, params: Mapping[str, Any], requester: str, nonce: str, now: datetime
    ) -> tuple[Plan, Terms]:
        """Return what would be done now, and under which terms."""
        terms = self.terms(listing, now)
        request = Request(requester, nonce, terms.name, terms.policy, terms.own, now)
        plan = await self.planner(listing.runbook.system).plan(listing, params, request)
        return self._shown(plan), terms

    async def again(self, plan: Plan, now: datetime) -> tuple[Plan, Terms, Listing]:
        """Return the plan of the same request as world, runbook, policy and freezes are now."""
        listing = self.listing(plan.runbook)
        params = typed(listing.runbook.params, plan.params)
        newer, terms = await self.plan(listing, params, plan.requester, plan.nonce, now)
        return newer, terms, listing

    async def resolved(self, run: Run, entry: Entry, now: datetime) -> PlannedStep:
        """Return a deferred step, planned with what the run has found."""
        planner = self.planner(run.plan.system)
        book = runbook_of(run)
        return await planner.resolve(run.plan, book, entry.planned, results(run), now=now)

    async def way_back(self, run: Run, steps: tuple[Step, ...], now: datetime) -> list[PlannedStep]:
        """Return declared steps back, planned with what the run has found."""
        planner = self.planner(run.plan.system)
        return list(await planner.way_back(run.plan, steps, results(run), now=now))

    def _shown(self, plan: Plan) -> Plan:
        """Return the plan, which may be stored and shown.

        Raises:
            Invalid: a secret's value is in what is sealed; hiding it would change what is run.
        """
        sealed = plan.model_dump_json(exclude={"evidence"})
        if self.redactor.knows(sealed):
            message = (
                f"The plan of `{plan.runbook}` holds the value of a secret; it is neither shown "
                "nor stored. Name the secret as `${NAME}` in the runbook instead."
            )
            raise Invalid(message)
        return plan.model_copy(update={"evidence": self.redactor.data(plan.evidence)})


def runbook_of(run: Run) -> RunbookText:
    """Return the runbook as it was when the run's plan was made."""
    return RunbookText.model_validate_json(run.runbook)


def kept_runbook(listing: Listing) -> str:
    """Return the runbook as a run keeps it."""
    return listing.runbook.model_dump_json(by_alias=True, exclude={"source"}, round_trip=True)


def human(plan: Plan) -> frozenset[str]:
    """Return the ids of the steps that people do."""
    return human_steps(plan)


def results(run: Run) -> dict[str, Result]:
    """Return what the steps of a run found, by step id."""
    return {
        entry.planned.id: Result(summary=entry.summary, data=entry.data)
        for entry in run.journal
        if entry.state is StepState.DONE
    }
