"""`signalbox runbooks test`: a runbook carried out against the answers of a test file.

Catalog, planner, gate and journal are the bot's own; the actions are stand-ins, the store is in
memory, and the clock moves when somebody waits.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from bot.bootstrap.carrying_out import CarryingOut, carrying_out
from bot.bootstrap.runbooks import Toolbox, opened_toolbox
from bot.config_files import read_config
from bot.config_files.problems import say
from bot.config_files.yaml_tree import Tree, read_tree
from bot.domain import asking, progress
from bot.domain.person import Person
from bot.domain.plan import Plan
from bot.domain.run import WORKING, Answer, Run, RunState, journal_of
from bot.domain.trial import Ends, Trial
from bot.engine.catalog import Listing
from bot.engine.recorded import RecordedWorld
from bot.engine.trial_check import Remark, Seen, Tried, differences, mistakes, states
from bot.errors import ConfigError, NotFound, Unavailable, UserError
from bot.settings import Settings, environment
from bot.store.in_memory import InMemory, InMemoryOutput
from bot.usecases.finding import Finding
from bot.usecases.journal import own_turn
from bot.usecases.people import People
from bot.usecases.planning import human, kept_runbook

RUN = "RUN-TRIAL"
AGAIN = 20  # a run that is taken more often than this goes in circles


@dataclass
class TrialClock:
    """bot.ports.Clock that moves when somebody sleeps, so that no trial waits."""

    at: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time of the trial."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


class Nobody:
    """bot.ports.Directory of a workspace in which a trial asks for no one."""

    async def person(self, user: str, team: str) -> Person:
        """Return a plain member."""
        return Person(id=user, team=team, name=user)

    async def group(self, group: str) -> Collection[str]:
        """Return no one."""
        del group
        return ()

    async def members(self, channel: str, *, anew: bool = False) -> Collection[str]:
        """Return no one."""
        del channel, anew
        return ()


@dataclass(frozen=True, slots=True)
class TrialStore:
    """bot.bootstrap.carrying_out.Kept, until the trial ends."""

    memory: InMemory = field(default_factory=InMemory)
    output: InMemoryOutput = field(default_factory=InMemoryOutput)


async def tried(settings: Settings, file: Path) -> Tried:
    """Carry out what a test file says and hold the end against what it expects.

    Raises:
        ConfigError: there is a mistake in the file, or no such runbook; says where.
    """
    tree, trial = _read(file)
    environ = {**environment(), **trial.environment}
    told = read_config(settings.signalbox_config, settings.signalbox_runbooks, environ)
    world = RecordedWorld(trial.world)
    config = told.model_copy(update={"freeze": ()})  # a trial is the same on every day
    async with opened_toolbox(settings, config, world.stand_in) as box:
        try:
            listing = box.catalog.get(trial.runbook)
        except UserError as error:
            raise _mistaken(tree, [Remark(("runbook",), str(error))]) from error
        if wrong := mistakes(trial, listing.runbook, box.bindings.actions):
            raise _mistaken(tree, wrong)
        seen = await _seen(box, listing, trial, world)
    found = [*differences(trial.expect, seen), *_unasked(world, trial)]
    lines = (f"{tree.mark(one.place)}: {one.text}" for one in found)
    return Tried(str(file), trial.runbook, seen, tuple(lines))


def _read(file: Path) -> tuple[Tree, Trial]:
    tree = read_tree(file)
    try:
        return tree, Trial.model_validate(tree.data)
    except ValidationError as error:
        raise ConfigError("\n".join(say(error, tree, Trial))) from error


def _mistaken(tree: Tree, found: list[Remark]) -> ConfigError:
    return ConfigError("\n".join(f"{tree.mark(one.place)}: {one.text}" for one in found))


def _unasked(world: RecordedWorld, trial: Trial) -> list[Remark]:
    """Return what was asked and is not recorded, and what is recorded and was not asked."""
    missing = [Remark(("world",), one) for one in dict.fromkeys(world.missing)]
    unused = [
        Remark(("world", place), f"nobody asked for this answer of {trial.world[place].uses}")
        for place in world.unused
    ]
    return [*missing, *unused]


async def _seen(box: Toolbox, listing: Listing, trial: Trial, world: RecordedWorld) -> Seen:
    clock, store, directory = TrialClock(), TrialStore(), Nobody()
    people = People(box.config, directory, store.memory)
    about = carrying_out(
        box,
        store,
        clock,
        directory,
        people,
        Finding(store.memory, people),
        sleep=clock.sleep,
        name="trial",
    )
    planning = about.runs.planning
    try:
        params = await planning.params(listing, trial.params, clock.now())
        plan, _ = await planning.plan(listing, params, "trial", "trial", clock.now())
    except (UserError, Unavailable) as error:
        return Seen(Ends.REFUSED.value, str(error))
    await _begun(about, plan, listing, clock)
    run = await _carried_out(about, clock, list(trial.people))
    why = run.question.text if run.question else run.why
    return Seen(run.state.value, why, tuple(world.made), states(run.journal))


async def _begun(about: CarryingOut, plan: Plan, listing: Listing, clock: TrialClock) -> None:
    """Store the run as it is when it was approved."""
    run = Run(
        id=RUN,
        plan=plan,
        requester="trial",
        team="trial",
        channel="trial",
        runbook=kept_runbook(listing),
        journal=journal_of(plan, human(plan)),
        created_at=clock.now(),
    )
    turn = own_turn(run, clock.now())
    about.runs.shelf.keep(turn, progress.queue(run), new=True)
    await about.runs.shelf.memory.commit(turn.change())


async def _carried_out(about: CarryingOut, clock: TrialClock, answers: list[Answer]) -> Run:
    """Work on it as workers do, and answer what it asks, until it rests."""
    for _ in range(AGAIN):
        await about.execution.advance(RUN)
        run = await about.runs.shelf.run(RUN)
        if run.question is not None and answers:
            turn = own_turn(run, clock.now())
            said = answers.pop(0)
            moved = asking.answer(run, run.question.number, said, by="trial", now=clock.now())
            about.runs.shelf.keep(turn, moved)
            await about.runs.shelf.memory.commit(turn.change())
        elif run.state not in {*WORKING, RunState.QUEUED}:
            return run
    message = f"{run.plan.runbook} does not come to an end."
    raise NotFound(message)
