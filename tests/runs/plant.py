"""A system under care in memory: actions with counters, and faults that tests switch on.

`Plant.effects` counts what really happened at the other side, so a test can say "once". `faults`
maps an action to what happens at its next calls: each is taken once, before or after the effect.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.action import (
    ActionSet,
    Call,
    Context,
    Diff,
    Effect,
    Params,
    Planned,
    Probe,
    Result,
    Risk,
)
from bot.domain.runbook import Runbook
from bot.engine.catalog import Listing
from bot.errors import Rejected
from bot.integration import Integration

Fault = Callable[[], Awaitable[None]]


class Killed(BaseException):
    """The process died here."""


@dataclass
class Plant:
    """What the actions touch."""

    values: dict[str, Any] = field(default_factory=lambda: {"replicas": 2, "state": "healthy"})
    effects: Counter[str] = field(default_factory=Counter)
    restarted_at: dict[str, datetime] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    before: dict[str, list[BaseException | Fault]] = field(
        default_factory=lambda: defaultdict(list)
    )
    after: dict[str, list[BaseException | Fault]] = field(default_factory=lambda: defaultdict(list))
    says: list[str] = field(default_factory=list)
    by_key: Counter[str] = field(default_factory=Counter)  # run/step -> effects
    watch: Callable[[str], Awaitable[None]] | None = None  # asked before each effect
    clock: Any = None

    async def fault(self, where: dict[str, list[Any]], name: str) -> None:
        if where[name]:
            fault = where[name].pop(0)
            if isinstance(fault, BaseException):
                raise fault
            await fault()

    async def effect(self, name: str, context: Context) -> None:
        """Let it happen, and count it."""
        if self.watch is not None:
            await self.watch(context.step_key)
        self.effects[name] += 1
        self.by_key[f"{name} {context.step_key}"] += 1


class Set(Params):
    key: str
    value: Any


class Look(Params):
    key: str = "state"
    expect: Any = None


class Name(Params):
    name: str = "api"


def integration(plant: Plant) -> Integration:  # noqa: C901, PLR0915 - its actions, one by one
    """Return the integration `plant` whose client is the plant."""
    actions: ActionSet[Plant] = ActionSet("plant")

    @actions.read(Look, timeout_s=100)
    async def look(client: Plant, params: Look, context: Context) -> Result:
        """Read a value, and want it to be something."""
        await client.fault(client.before, "look")
        for line in client.says:
            await context.emit(line)
        found = client.values.get(params.key)
        client.calls.append(f"GET {params.key}")
        if params.expect is not None and found != params.expect:
            message = f"{params.key} is {found}, not {params.expect}"
            raise Rejected(message)
        return Result(summary=f"{params.key} is {found}", data={"value": found})

    @actions.change(Set, risk=Risk.HIGH, effect=Effect.IDEMPOTENT, timeout_s=5)
    async def set_value(client: Plant, params: Set, planned: Planned, context: Context) -> Result:
        """Set a value."""
        await client.fault(client.before, "set")
        await context.emit(f"setting {params.key}\n")
        client.values[params.key] = params.value
        await client.effect("set", context)
        client.calls.extend(call.text for call in planned.calls)
        await client.fault(client.after, "set")
        await context.emit("set\n")
        return Result(summary=f"{params.key} set", data={"value": params.value})

    @set_value.plan
    async def _(client: Plant, params: Set, context: Context) -> Planned:
        del context
        old = client.values.get(params.key)
        return Planned(
            targets=(f"plant/{params.key}",),
            calls=(Call(target=params.key, text=f"PUT {params.key}={params.value}"),),
            diffs=(Diff(subject=params.key, current=str(old), new=str(params.value)),),
            captured={"old": old},
        )

    @set_value.undo
    async def _(client: Plant, params: Set, planned: Planned, context: Context) -> Result:
        await client.fault(client.before, "undo")
        await context.emit("undoing\n")
        client.values[params.key] = planned.captured["old"]
        await client.effect("undo", context)
        await client.fault(client.after, "undo")
        return Result(summary=f"{params.key} is {planned.captured['old']} again")

    @actions.change(Name, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=5)
    async def restart(client: Plant, params: Name, planned: Planned, context: Context) -> Result:
        """Restart something."""
        await client.fault(client.before, "restart")
        await client.effect("restart", context)
        client.restarted_at[params.name] = client.clock.now()
        client.calls.extend(call.text for call in planned.calls)
        await client.fault(client.after, "restart")
        await context.emit("restarted\n")
        return Result(summary=f"{params.name} restarted")

    @restart.plan
    async def _(client: Plant, params: Name, context: Context) -> Planned:
        del context, client
        text = f"POST /{params.name}/restart"
        return Planned(
            targets=(f"plant/{params.name}",), calls=(Call(target=params.name, text=text),)
        )

    @restart.probe
    async def _(client: Plant, params: Name, planned: Planned, context: Context) -> Probe:
        del planned
        await client.fault(client.before, "probe")
        at = client.restarted_at.get(params.name)
        return Probe.DONE if at is not None and at >= context.begun_at else Probe.NOT_DONE

    @actions.change(Name, risk=Risk.DESTRUCTIVE, effect=Effect.MANUAL, timeout_s=5)
    async def flush(client: Plant, params: Name, planned: Planned, context: Context) -> Result:
        """Forget everything."""
        await client.fault(client.before, "flush")
        await client.effect("flush", context)
        client.calls.extend(call.text for call in planned.calls)
        await client.fault(client.after, "flush")
        return Result(summary=f"{params.name} flushed")

    @flush.plan
    async def _(client: Plant, params: Name, context: Context) -> Planned:
        del context, client
        text = f"FLUSH {params.name}"
        return Planned(
            targets=(f"plant/{params.name}",), calls=(Call(target=params.name, text=text),)
        )

    async def check(_client: Any) -> str:
        return "well"

    async def close(_client: Any) -> None: ...

    return Integration("plant", lambda _settings: plant, actions, check, close)


def book(runbook: str, steps: list[dict[str, Any]], **keys: Any) -> Listing:
    """Return a runbook on the system `shop`. `risk` high unless it says otherwise."""
    risk = keys.pop("risk", Risk.HIGH)
    said = {"id": runbook, "title": f"Do {runbook}", "system": "shop", "owner": "shop-team"}
    made = Runbook.model_validate({**said, "source": f"{runbook}.yml", "steps": steps, **keys})
    return Listing(made, risk)


def step(name: str, uses: str, **keys: Any) -> dict[str, Any]:
    return {"id": name, "uses": f"plant.{uses}", **keys}


LOOK = step("look", "look", **{"with": {"key": "replicas"}})
GROW = step("grow", "set_value", **{"with": {"key": "replicas", "value": 5}})
RESTART = step("restart", "restart")
FLUSH = step("flush", "flush")
WELL = step("well", "look", **{"with": {"key": "state", "expect": "healthy"}})

BOOKS = (
    book("see", [LOOK], risk=Risk.READ),
    book("grow", [LOOK, GROW], verify=[WELL], approval="one-approver"),
    book("restart", [RESTART], verify=[WELL], approval="one-approver"),
    book("both", [GROW, RESTART], verify=[WELL], approval="one-approver"),
    book("flush", [FLUSH], risk=Risk.DESTRUCTIVE, approval="two-approvers-typed"),
    book("confirmed", [GROW], approval="confirm", risk=Risk.LOW),
    book("two", [GROW], approval="two-approvers"),
    book("commanded", [GROW], approval="commander-plus-one"),
    book("guarded", [GROW], approval="security"),
    book(
        "sized",
        [step("size", "set_value", **{"with": {"key": "replicas", "value": "{count}"}})],
        params={"count": {"type": "int", "min": 1, "max": 50}},
        approval="one-approver",
    ),
    book(
        "asking",
        [
            GROW,
            {"id": "look-yourself", "ask": "confirm", "text": "Is the page green?"},
            RESTART,
        ],
        approval="one-approver",
    ),
)
