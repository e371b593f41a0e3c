"""Does one planned step: makes the sealed calls, bounds the time, says how it ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.action import Context, Planned, Probe, Result
from bot.domain.config import System
from bot.domain.plan import PlannedStep
from bot.engine.bindings import Bindings, Bound, settings_of
from bot.errors import OutcomeUnknown, Unavailable

T = TypeVar("T")
Emit = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Executor:
    """Calls actions. `secrets` are the values behind `${NAME}`, by name."""

    bindings: Bindings
    systems: Mapping[str, System]
    secrets: Mapping[str, str]

    async def perform(
        self, system: str, step: PlannedStep, *, key: str, begun_at: datetime, emit: Emit
    ) -> Result:
        """Make the calls of a step, those that were planned and no others.

        Raises:
            Unavailable: nothing was done.
            Rejected: it was answered no.
            OutcomeUnknown: the time is over or the line broke while a changing call was out.
        """
        bound = self.bindings.bind(system, step.uses)
        context = self._context(system, step, key, begun_at, emit)
        params = bound.action.params.model_validate(step.params)
        if bound.action.read is not None and bound.action.only_reads(step.params):
            reading = bound.action.read(bound.client, params, context)
            return await _within(step, reading, Unavailable)
        if bound.action.run is None:
            message = f"{step.uses} can neither read nor run."
            raise TypeError(message)
        changing = bound.action.run(bound.client, params, planned(step), context)
        return await _within(step, changing, OutcomeUnknown)

    async def probe(
        self, system: str, step: PlannedStep, *, key: str, begun_at: datetime, emit: Emit
    ) -> Probe:
        """Look whether a begun step happened; UNKNOWN when nobody can tell."""
        bound = self.bindings.bind(system, step.uses)
        if bound.action.probing is None:
            return Probe.UNKNOWN
        context = self._context(system, step, key, begun_at, emit)
        params = bound.action.params.model_validate(step.params)
        looking = bound.action.probing(bound.client, params, planned(step), context)
        return await _within(step, looking, Unavailable)

    async def undo(
        self, system: str, step: PlannedStep, *, key: str, begun_at: datetime, emit: Emit
    ) -> Result | None:
        """Go back by what the plan captured; None when the action has no way back."""
        bound = self.bindings.bind(system, step.uses)
        if bound.action.undoing is None:
            return None
        context = self._context(system, step, key, begun_at, emit)
        params = bound.action.params.model_validate(step.params)
        undoing = bound.action.undoing(bound.client, params, planned(step), context)
        return await _within(step, undoing, OutcomeUnknown)

    def bound(self, system: str, uses: str) -> Bound:
        """Return an action with its client."""
        return self.bindings.bind(system, uses)

    def _context(
        self, system: str, step: PlannedStep, key: str, begun_at: datetime, emit: Emit
    ) -> Context:
        known = self.systems[system]
        return Context(
            emit=emit,
            step_key=f"{key}/{step.id}",
            begun_at=begun_at,
            system=settings_of(known),
            secrets={name: self.secrets[name] for name in known.secrets if name in self.secrets},
        )


def planned(step: PlannedStep) -> Planned:
    """Return what an action planned, as it was sealed."""
    return Planned(targets=step.targets, calls=step.calls, diffs=step.diffs, captured=step.captured)


async def _within(
    step: PlannedStep, work: Awaitable[T], late: type[Unavailable | OutcomeUnknown]
) -> T:
    try:
        async with asyncio.timeout(step.timeout_s):
            return await work
    except TimeoutError as error:
        message = f"{step.uses} did not end within {step.timeout_s:g} s."
        raise late(message) from error
