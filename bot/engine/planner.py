"""The planner: what a runbook would do just now, exactly, and touching nothing.

`plan` reads the world and returns what people approve. `recheck` does the same again for the same
request, so that a moved world shows (P3). `resolve` plans one step that had to wait for what an
earlier one found. Planning never looks at the clock: the same world gives the same digest.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.action import Result
from bot.domain.plan import Plan, PlannedStep, Risk
from bot.domain.policy import Policy
from bot.domain.runbook import HumanStep, RunbookText, Step
from bot.domain.runbook_params import LiveParam
from bot.engine.catalog import Listing
from bot.engine.demands import short_of_risk, short_of_runbook
from bot.engine.plan_steps import HUMAN, Work, one_step, precondition, resolved_wait, steps_of
from bot.engine.reach import World
from bot.engine.substitution import facts
from bot.errors import Denied, Invalid, NotFound

__all__ = ["Planner", "Request", "human_steps", "policy_digest", "resolved_wait"]


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, under which policy. `own` is the policy that the runbook names.

    `nonce` makes two requests of the same thing two plans; a recheck keeps it.
    """

    requester: str
    nonce: str
    policy_name: str
    policy: Policy
    own: Policy
    now: datetime


class Planner:
    """Plans on one system."""

    def __init__(self, world: World) -> None:
        """Plan on `world`."""
        self._world = world

    async def plan(self, listing: Listing, params: Mapping[str, Any], request: Request) -> Plan:
        """Return what would be done, and what the reads before it found.

        `params` are typed already (`bot.engine.params`).

        Raises:
            Denied: the policy asks for less than the runbook or its risk demand.
            Conflict: a precondition does not hold, or a read found what it should not.
            Invalid: a parameter or a setting does not fit.
            Unavailable: something cannot be read; nothing was done.
        """
        runbook = listing.runbook
        _must_suffice(listing, request)
        self._must_be_mine(runbook)
        work = Work(self._world, params, request.nonce, request.now)
        for one in runbook.preconditions:
            await precondition(work, one)
        steps = await _steps(work, runbook)
        verify = [one for step in runbook.verify for one in await steps_of(work, step, late=True)]
        return Plan(
            runbook=runbook.id,
            runbook_digest=runbook.digest,
            title=runbook.title,
            system=runbook.system,
            params=dict(params),
            requester=request.requester,
            nonce=request.nonce,
            policy=request.policy_name,
            policy_digest=policy_digest(request.policy),
            risk=listing.risk,
            steps=tuple(steps),
            verify=tuple(verify),
            made_at=request.now,
            evidence=work.evidence,
        )

    async def recheck(
        self, plan: Plan, listing: Listing, *, policy: Policy, own: Policy, now: datetime
    ) -> Plan:
        """Return the plan of the same request as the world, the runbook and the policy are now.

        Its digest is the same when nothing moved; `Plan.differences` says what did.

        Raises:
            Denied, Conflict, Invalid, Unavailable: as `plan`.
        """
        request = Request(plan.requester, plan.nonce, plan.policy, policy, own, now)
        return await self.plan(listing, plan.params, request)

    async def resolve(
        self,
        plan: Plan,
        runbook: RunbookText,
        step: PlannedStep,
        results: Mapping[str, Result],
        *,
        now: datetime,
    ) -> PlannedStep:
        """Return a deferred step, planned with what the steps before it found.

        `results` are by step id; a skipped step has none, and what needs it is skipped too.

        Raises:
            Conflict, Invalid, Unavailable: as `plan`; nothing of this step was done.
        """
        work = self._resumed(plan, results, now)
        work.skipped = {known.id for known in (*plan.steps, *plan.verify) if known.skipped}
        for known in (*runbook.steps, *runbook.verify):
            if known.id != step.id:
                continue
            if isinstance(known, HumanStep):
                return (await steps_of(work, known, late=True))[0]
            return await one_step(work, known, step.id, None, late=True)
        message = f"The runbook `{plan.runbook}` has no step `{step.id}` any more."
        raise NotFound(message)

    async def way_back(
        self,
        plan: Plan,
        steps: Iterable[Step],
        results: Mapping[str, Result],
        *,
        now: datetime,
    ) -> tuple[PlannedStep, ...]:
        """Return the steps of a `rollback:` planned with what the run found, in their order.

        Raises:
            Conflict, Invalid, Unavailable: as `plan`.
        """
        work = self._resumed(plan, results, now)
        return tuple([one for step in steps for one in await steps_of(work, step, late=True)])

    async def choices_of(self, runbook: RunbookText, name: str) -> tuple[str, ...]:
        """Ask the system what a live parameter may be just now.

        Raises:
            Invalid: the parameter is not live, or its `field` holds no list.
            Conflict, Unavailable: as `plan`.
        """
        spec = runbook.params.get(name)
        if not isinstance(spec, LiveParam):
            message = f"`{name}` of `{runbook.id}` has no live choices."
            raise Invalid(message, name)
        work = Work(self._world, {}, "choices", _NO_TIME)
        step = Step.model_validate({"id": "choices", "uses": spec.uses, "with": spec.with_})
        seen = await work.read(name, work.use(name, step, work.scope()))
        return _listed(name, spec.field, facts(seen.result))

    def _resumed(self, plan: Plan, results: Mapping[str, Result], now: datetime) -> Work:
        work = Work(self._world, plan.params, plan.nonce, now)
        work.results = dict(results)
        return work

    def _must_be_mine(self, runbook: RunbookText) -> None:
        if runbook.system != self._world.system.id:
            message = f"`{runbook.id}` is for {runbook.system}, not {self._world.system.id}."
            raise Invalid(message)


_NO_TIME = datetime.min  # noqa: DTZ901 - choices are of no moment, and reads get no time to use


def human_steps(plan: Plan) -> frozenset[str]:
    """Return the ids of the steps that people do, for `journal_of`."""
    return frozenset(step.id for step in plan.steps if step.uses.startswith(HUMAN))


def policy_digest(policy: Policy) -> str:
    """SHA-256 (hex) of what a policy says: a changed one is another version."""
    canonical = json.dumps(policy.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def _steps(work: Work, runbook: RunbookText) -> list[PlannedStep]:
    """Plan the steps. Reads before the first change run now; without any change they all wait."""
    found: list[PlannedStep] = []
    late = not _may_change(work, runbook)
    for step in runbook.steps:
        planned = await steps_of(work, step, late=late)
        late = late or any(one.changes for one in planned)
        found += planned
    return found


def _may_change(work: Work, runbook: RunbookText) -> bool:
    return any(
        not work.world.bind(step.uses)[0].only_reads(step.with_)
        for step in runbook.steps
        if isinstance(step, Step)
    )


def _must_suffice(listing: Listing, request: Request) -> None:
    lacks = short_of_risk(request.policy, listing.risk)
    if listing.risk is Risk.READ and lacks is None:
        return
    lacks = lacks or short_of_runbook(request.policy, request.own)
    if lacks:
        message = (
            f"`{request.policy_name}` is not enough for `{listing.runbook.id}`: {lacks}. "
            f"It needs `{listing.policy}` or stricter."
        )
        raise Denied(message)


def _listed(name: str, path: str, found: Any) -> tuple[str, ...]:
    """Return the texts at a dotted path; a list of blocks gives the next key of each."""
    values = [found]
    for key in path.split("."):
        flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
        values = [one[key] for one in flat if isinstance(one, dict) and key in one]
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    if not all(isinstance(one, str) for one in flat):
        message = f"The choices of `{name}` cannot be read: `{path}` holds no list of texts."
        raise Invalid(message, name)
    return tuple(dict.fromkeys(flat))
