"""The contract of a runbook action: what an integration author writes against.

A reading action is one coroutine. A changing action plans first: `plan` reads the world and returns
the exact calls it would make, with current -> new; `run` makes those calls and no others. What was
planned is what people approve and what the digest seals (P3), so `run` gets the sealed plan back.

    actions: ActionSet[DockerClient] = ActionSet("docker")

    @actions.read(Logs, timeout_s=15)
    async def logs(client, params, context): "..."; return Result(...)

    @actions.change(Restart, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=120)
    async def restart(client, params, planned, context): "..."; return Result(...)

    @restart.plan
    async def _(client, params, context): return Planned(...)

    @restart.probe     # did it happen? needed for Effect.PROBE
    @restart.undo      # how to go back, from what `plan` captured; absent: it cannot be undone
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.domain.plan import Call, Diff, Effect, Risk
from bot.domain.values import Value

ClientT = TypeVar("ClientT")
ParamsT = TypeVar("ParamsT", bound="Params")

__all__ = [
    "Action",
    "ActionSet",
    "Call",
    "Context",
    "Diff",
    "Effect",
    "Params",
    "Planned",
    "Probe",
    "Result",
    "Risk",
]


class Params(BaseModel):
    """Base of every action's parameters: unknown keys are errors, nothing is coerced to text."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Planned(Value):
    """What an action would do, resolved against the world just now.

    `targets` are stable names of what is touched ("docker:demo/container/mcp-cortex-ai-1"): they
    are locked while the run goes on. `calls` are in order. `captured` is JSON that `run` and `undo`
    need and that the digest seals; it holds no secrets.
    """

    targets: tuple[str, ...]
    calls: tuple[Call, ...]
    diffs: tuple[Diff, ...] = ()
    captured: dict[str, Any] = {}


class Result(Value):
    """What an action did or found: one line for people, and JSON for later steps."""

    summary: str
    data: dict[str, Any] = {}


class Probe(StrEnum):
    """Did a begun action happen?"""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Context:
    """What an action may use besides its client.

    `emit` takes output as it comes (already text; it is redacted and cleaned behind `emit`).
    `step_key` is the same whenever this step of this run is tried again. `begun_at` is when its
    first try was journalled. `system` holds the settings of the system under care, `secrets` the
    values behind `${NAME}`, by name.
    """

    emit: Callable[[str], Awaitable[None]]
    step_key: str
    begun_at: datetime
    system: Mapping[str, Any]
    secrets: Mapping[str, str]


Read = Callable[[Any, Any, Context], Awaitable[Result]]
Plan = Callable[[Any, Any, Context], Awaitable[Planned]]
Run = Callable[[Any, Any, Planned, Context], Awaitable[Result]]
Undo = Callable[[Any, Any, Planned, Context], Awaitable[Result]]
Look = Callable[[Any, Any, Planned, Context], Awaitable[Probe]]


@dataclass(slots=True)
class Action:
    """One action. `read` for reading ones; `planning`, `run` (and the rest) for changing ones.

    One that does either (a POST that only asks) has both, and `only_reads` says which it is.
    """

    name: str
    summary: str
    params: type[Params]
    risk: Risk
    effect: Effect
    timeout_s: float
    read: Read | None = None
    run: Run | None = None
    planning: Plan | None = None
    probing: Look | None = None
    undoing: Undo | None = None
    reads_if: str = ""

    def only_reads(self, given: Mapping[str, Any]) -> bool:
        """Whether it changes nothing with these parameters: `read` is called, risk is READ."""
        return self.run is None or (bool(self.reads_if) and given.get(self.reads_if) is True)

    def reads_when(self, param: str) -> Callable[[Read], Read]:
        """Register what a changing action does instead when its boolean `param` is true."""

        def register(call: Read) -> Read:
            self.read, self.reads_if = call, param
            return call

        return register

    def plan(self, call: Plan) -> Plan:
        """Register how the action plans."""
        self.planning = call
        return call

    def probe(self, call: Look) -> Look:
        """Register how to tell whether the action happened."""
        self.probing = call
        return call

    def undo(self, call: Undo) -> Undo:
        """Register how to go back; it gets the plan the action ran by."""
        self.undoing = call
        return call


@dataclass(frozen=True, slots=True)
class ActionSet(Generic[ClientT]):
    """The actions of one integration; filled by the decorators in its actions.py."""

    integration: str
    actions: dict[str, Action] = field(default_factory=dict)

    def read(
        self, params: type[ParamsT], *, timeout_s: float
    ) -> Callable[[Callable[[ClientT, ParamsT, Context], Awaitable[Result]]], Action]:
        """Register the decorated coroutine as the reading action `<integration>.<its name>`."""

        def register(call: Callable[[ClientT, ParamsT, Context], Awaitable[Result]]) -> Action:
            action = Action(
                *self._named(call), params, Risk.READ, Effect.IDEMPOTENT, timeout_s, read=call
            )
            self.actions[action.name] = action
            return action

        return register

    def change(
        self, params: type[ParamsT], *, risk: Risk, effect: Effect, timeout_s: float
    ) -> Callable[[Callable[[ClientT, ParamsT, Planned, Context], Awaitable[Result]]], Action]:
        """Register the decorated coroutine as the changing action `<integration>.<its name>`."""

        def register(
            call: Callable[[ClientT, ParamsT, Planned, Context], Awaitable[Result]],
        ) -> Action:
            action = Action(*self._named(call), params, risk, effect, timeout_s, run=call)
            self.actions[action.name] = action
            return action

        return register

    def _named(self, call: Callable[..., Any]) -> tuple[str, str]:
        summary = (call.__doc__ or "").strip().splitlines()[0]
        return f"{self.integration}.{call.__name__}", summary
