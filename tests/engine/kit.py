"""A toy system to plan on: actions of every kind, a world that can move, and a linter around it."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from bot.action import (
    Action,
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
from bot.config_files.yaml_tree import read_tree
from bot.domain.config import System
from bot.domain.policy import BUILT_IN
from bot.engine.catalog import Catalog, Listing, of_linted
from bot.engine.lint import Linted, lint
from bot.engine.lint_sheet import Finding, Known
from bot.engine.planner import Planner, Request
from bot.engine.reach import World
from bot.errors import NotFound

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SECRET = "hunter2-canary"  # noqa: S105 - a canary that must not come out


@dataclass
class Toy:
    """A system: services with replicas. It counts what is read and never changes by planning."""

    replicas: dict[str, int] = field(default_factory=lambda: {"api": 2, "worker": 3})
    healthy: bool = True
    broken: Exception | None = None
    slow_s: float = 0
    reads: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


class Named(Params):
    service: str = Field(default="api", pattern=r"^[a-z0-9-]+$")
    tail: int = Field(default=100, ge=1, le=2000)


class Scaled(Params):
    service: str
    replicas: int = Field(ge=0, le=9)


class Asked(Params):
    url: str = Field(pattern=r"^https?://")
    body: dict[str, Any] = {}
    headers: dict[str, str] = {}
    reads: bool = False


toys: ActionSet[Toy] = ActionSet("toy")


async def _seen(toy: Toy, what: str) -> None:
    toy.reads.append(what)
    await asyncio.sleep(toy.slow_s)
    if toy.broken is not None:
        raise toy.broken


@toys.read(Named, timeout_s=5)
async def look(toy: Toy, params: Named, context: Context) -> Result:
    """Look at a service."""
    await _seen(toy, params.service)
    await context.emit(f"log of {params.service}, password {SECRET}")
    data = {"replicas": toy.replicas.get(params.service, 0), "healthy": toy.healthy}
    return Result(summary=f"{params.service} looked at", data=data)


@toys.read(Params, timeout_s=5)
async def services(toy: Toy, _params: Params, _context: Context) -> Result:
    """List the services."""
    await _seen(toy, "services")
    names = sorted(toy.replicas)
    return Result(summary=f"{len(names)} services", data={"names": names})


@toys.change(Named, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=60)
async def restart(toy: Toy, params: Named, _planned: Planned, _context: Context) -> Result:
    """Restart a service."""
    toy.changes.append(params.service)
    return Result(summary="restarted")


@restart.plan
async def _(_toy: Toy, params: Named, _context: Context) -> Planned:
    call = Call(target=f"toy/{params.service}", text=f"POST /{params.service}/restart")
    return Planned(targets=(call.target,), calls=(call,))


@restart.probe
async def _(_toy: Toy, _params: Named, _planned: Planned, _context: Context) -> Probe:
    return Probe.UNKNOWN


@toys.change(Scaled, risk=Risk.LOW, effect=Effect.IDEMPOTENT, timeout_s=60)
async def scale(toy: Toy, params: Scaled, _planned: Planned, _context: Context) -> Result:
    """Scale a service."""
    toy.replicas[params.service] = params.replicas
    return Result(summary="scaled")


@scale.plan
async def _(toy: Toy, params: Scaled, _context: Context) -> Planned:
    await _seen(toy, f"plan {params.service}")
    old = toy.replicas[params.service]
    target = f"toy/{params.service}"
    return Planned(
        targets=(target,),
        calls=(Call(target=target, text=f"PUT /{params.service}?replicas={params.replicas}"),),
        diffs=(Diff(subject="replicas", current=str(old), new=str(params.replicas)),),
        captured={"replicas": old},
    )


@toys.change(Named, risk=Risk.DESTRUCTIVE, effect=Effect.MANUAL, timeout_s=60)
async def drop(toy: Toy, params: Named, _planned: Planned, _context: Context) -> Result:
    """Drop everything of a service."""
    del toy.replicas[params.service]
    return Result(summary="dropped")


@drop.plan
async def _(_toy: Toy, params: Named, _context: Context) -> Planned:
    return Planned(targets=(params.service,), calls=(Call(target="t", text="DELETE /"),))


@toys.change(Asked, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=60)
async def post(toy: Toy, params: Asked, _planned: Planned, _context: Context) -> Result:
    """Post something; nobody can tell afterwards."""
    toy.changes.append(params.url)
    return Result(summary="posted")


@post.plan
async def _(_toy: Toy, params: Asked, _context: Context) -> Planned:
    return Planned(targets=(params.url,), calls=(Call(target="t", text=f"POST {params.url}"),))


@post.reads_when("reads")
async def _(toy: Toy, params: Asked, _context: Context) -> Result:
    await _seen(toy, params.url)
    return Result(summary="asked", data={"json": {"max": 5}})


SYSTEM = System(
    id="demo",
    title="Demo",
    urls={"base": "https://demo.example", "off": "${DEMO_URL}"},
    secrets=("API_TOKEN",),
    settings={"compose": {"project": "demo", "services": ["api", "worker"]}},
)
KNOWN = Known(actions=toys.actions, systems={"demo": SYSTEM}, policies=BUILT_IN)

HEAD = "id: {id}\ntitle: A title\nsystem: demo\nowner: team\n"
READING = "steps:\n  - {id: one, uses: toy.look}\n"
CHANGING = """approval: one-approver
steps:
  - {id: before, uses: toy.look}
  - {id: again, uses: toy.restart, timeout: 1m}
verify:
  - {uses: toy.look, wait: {first: 1s, deadline: 1m}}
"""


def write(folder: Path, text: str, name: str = "a-runbook") -> Path:
    """Write a runbook whose first four lines are the usual head."""
    file = folder / f"{name}.yml"
    file.write_text(HEAD.replace("{id}", name) + text)
    return file


def linted(*files: Path, known: Known = KNOWN) -> Linted:
    return lint([(file, file.read_text()) for file in files], read_tree, known)


def findings(folder: Path, text: str, known: Known = KNOWN) -> tuple[Finding, ...]:
    return linted(write(folder, text), known=known).findings


def catalog(*files: Path, known: Known = KNOWN) -> Catalog:
    return of_linted(linted(*files, known=known), known)


def listing(folder: Path, text: str, known: Known = KNOWN) -> Listing:
    """Return a runbook that must be sound."""
    found = catalog(write(folder, text), known=known)
    assert not found.findings, [one.text for one in found.findings]
    return found.get("a-runbook")


def bind(toy: Toy, actions: dict[str, Action] | None = None) -> Any:
    known = actions or toys.actions

    def bound(name: str) -> tuple[Action, Toy]:
        if name not in known:
            raise NotFound(name)
        return known[name], toy

    return bound


def planner(toy: Toy) -> Planner:
    def redact(text: str) -> str:
        return text.replace(SECRET, "[redacted]")

    return Planner(World(SYSTEM, bind(toy), redact, {"API_TOKEN": SECRET}))


def request(policy: str = "one-approver", own: str | None = None, nonce: str = "n1") -> Request:
    return Request("U0ANN", nonce, policy, BUILT_IN[policy], BUILT_IN[own or policy], NOW)
