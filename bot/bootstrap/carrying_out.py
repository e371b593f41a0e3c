"""Everything about runs, wired: asking, approving, carrying out, telling."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.bootstrap.runbooks import Toolbox
from bot.engine.live import LiveChoices
from bot.ports import Clock, Directory, Memory, Output
from bot.usecases.approvals import Approvals
from bot.usecases.desk import Desk
from bot.usecases.ending import Ending
from bot.usecases.execution import Execution
from bot.usecases.finding import Finding
from bot.usecases.gate import Gate
from bot.usecases.journal import Tempo
from bot.usecases.limits import Limits
from bot.usecases.locks import Locks
from bot.usecases.output import Speaker
from bot.usecases.people import People
from bot.usecases.planning import Planning
from bot.usecases.requesting import Requesting
from bot.usecases.run_delivery import RunDelivery
from bot.usecases.run_reading import RunReading
from bot.usecases.run_telling import RunTelling
from bot.usecases.runs import Runs
from bot.usecases.shelf import Shelf
from bot.usecases.voters import Voters


class Kept(Protocol):
    """What runs need of a store."""

    @property
    def memory(self) -> Memory:
        """Their journals."""

    @property
    def output(self) -> Output:
        """What their steps said."""


@dataclass(frozen=True, slots=True)
class CarryingOut:
    """The use cases of runs."""

    limits: Limits
    runs: Runs
    approvals: Approvals
    execution: Execution
    run_reading: RunReading
    run_delivery: RunDelivery


def carrying_out(  # noqa: PLR0913 - wiring gives each once
    box: Toolbox,
    store: Kept,
    clock: Clock,
    directory: Directory,
    people: People,
    finding: Finding,
    *,
    tempo: Tempo | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    name: str = "",
) -> CarryingOut:
    """Wire the use cases of runs to their ports. `name` "": host, process and a random word."""
    config = box.config
    shelf, telling = Shelf(store.memory), RunTelling(config)
    voters = Voters(config, directory, store.memory)
    live = LiveChoices(
        lambda runbook, param: box.planner(runbook.system).choices_of(runbook, param)
    )
    planning = Planning(config, lambda: box.catalog, box.planner, live, box.redactor)
    limits = Limits(people, shelf)
    requesting = Requesting(shelf, voters, telling)
    locks = Locks(shelf)
    ending = Ending(shelf, locks, telling)
    runs = Runs(people, finding, shelf, planning, limits, requesting, ending)
    desk = Desk(
        shelf=shelf,
        clock=clock,
        planning=planning,
        executor=box.executor,
        speaker=Speaker(shelf, store.output, telling, box.redactor, clock),
        gate=Gate(shelf, clock, limits, planning, voters, requesting, ending),
        ending=ending,
        tempo=tempo or Tempo(),
        sleep=sleep,
    )
    return CarryingOut(
        limits=limits,
        runs=runs,
        approvals=Approvals(people, shelf, voters, runs, ending),
        execution=Execution(desk, name or _name()),
        run_reading=RunReading(clock, shelf, store.output, planning, voters, runs),
        run_delivery=RunDelivery(shelf, store.output, locks, telling, voters),
    )


def _name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
