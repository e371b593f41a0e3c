"""A bot without Slack: real store, real boundary, real catalog and planner, people in a table.

`work` does what is due, as workers do; what the bot says is kept in `said`, by channel.
"""

import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from bot.bootstrap.carrying_out import CarryingOut, carrying_out
from bot.bootstrap.runbooks import Toolbox
from bot.boundary import Boundary
from bot.domain.change import AuditRecord
from bot.domain.config import Channels, Config, System
from bot.domain.incident import IncidentRole
from bot.domain.intent import Intent, IntentKind
from bot.domain.lifecycle import Declaration, declare
from bot.domain.redaction import Redactor
from bot.domain.run import Run
from bot.domain.severity import DEFAULT_TIMETABLES, Severity
from bot.engine.bindings import Bindings
from bot.engine.catalog import Catalog
from bot.engine.executor import Executor
from bot.errors import NotFound, Rejected
from bot.ports import Memory, Taken
from bot.routing import Routes
from bot.slack.template import Obsolete, filled, saved
from bot.store.store import RedisStore
from bot.usecases.finding import Finding
from bot.usecases.journal import Tempo
from bot.usecases.people import People
from bot.usecases.turn import Turn
from commands.runbook import command as runbook_command
from tests.runs.plant import BOOKS, Plant, integration
from tests.runs.town import ANN, CANARY, LEA, OPS, ROLES, SAM, Slack, Town, words
from tests.support.redis import StillClock

FAST = Tempo(renew_s=0.3, look_s=0.1, backoff_s=0.001)


@dataclass
class Office:
    """A worker with everything it needs. More than one may share a store and a plant."""

    store: RedisStore
    clock: StillClock
    plant: Plant
    people: Town
    slack: Slack
    config: Config
    box: Toolbox
    about: CarryingOut
    use: Any
    boundary: Boundary
    numbers: Any

    async def command(self, user: str, text: str, channel: str = OPS) -> str:
        """Type a slash command and have it decided; returns the private answer."""
        return await self._asked(
            IntentKind.COMMAND, "/runbook", user=user, text=text, channel=channel
        )

    async def click(self, user: str, action: str, value: str, channel: str = OPS) -> str:
        """Press a button and have it decided; returns the private answer."""
        return await self._asked(IntentKind.CLICK, action, user=user, value=value, channel=channel)

    async def submit(self, user: str, form: str, value: str, **values: Any) -> str:
        """Submit a form that was opened by a button with that value."""
        opened = {"opened": {"value": value}}
        return await self._asked(
            IntentKind.VIEW,
            form,
            user=user,
            value=value,
            values=values,
            payload=opened,
            channel=OPS,
        )

    def intent(self, kind: IntentKind, name: str, **fields: Any) -> Intent:
        number = next(self.numbers)
        return Intent(
            id=f"i{number}", kind=kind, name=name, team="T1", received_at=self.clock.now(), **fields
        )

    async def _asked(self, kind: IntentKind, name: str, **fields: Any) -> str:
        intent = self.intent(kind, name, **fields)
        assert await self.store.inbox.record(intent)
        await self.boundary.intent(intent.id)
        return await self.answer_to(intent)

    async def answer_to(self, intent: Intent) -> str:
        await self._drain(f"answer:{intent.id}")
        mine = [args for user, args in self.slack.private if user == intent.user]
        return words(mine[-1]) if mine else ""

    async def work(self, *, limit: int = 200) -> None:
        """Do everything that is due by now, and what becomes due by it."""
        for _ in range(limit):
            offer = await self.store.due.offer(reoffer=timedelta(minutes=5), limit=20)
            if not offer.items:
                return
            for item, _first in offer.items:
                await self._one(item)
        message = "there is always more to do"
        raise AssertionError(message)

    async def _one(self, item: str) -> None:
        run = await self.store.due.begin(item)
        if run is None:
            return
        word, _, subject = item.partition(":")
        handlers = {
            "intent": self.boundary.intent,
            "timer": self.boundary.timer,
            "failed": self.boundary.failed,
            "lane": self._drain,
        }
        outcome = "stopped"
        try:
            await handlers[word](subject)
            outcome = "ok"
        finally:
            await self.store.due.finish(item, run, outcome=outcome)

    async def _drain(self, lane: str) -> None:
        while True:
            taken = await self.store.outbox.take(
                lane, now=self.clock.now(), lease=timedelta(seconds=20)
            )
            if not isinstance(taken, Taken):
                return
            await self._deliver(taken)

    async def _deliver(self, taken: Taken) -> None:
        entry = taken.entry
        audit = AuditRecord(at=self.clock.now(), who="signalbox", what=f"slack.{entry.call}")
        try:
            args = await filled(
                entry.args, taken.refs, self.about.run_delivery.renderers, call=entry.call
            )
            answer = self.slack.do(entry.call, args)
        except Obsolete:
            answer = {}
        except (Rejected, NotFound) as error:
            await self.store.outbox.fail(entry, error=str(error), audit=audit)
            return
        await self.store.outbox.settle(entry, saved=saved(entry.saves, answer), audit=audit)

    async def pass_time(self, **by: float) -> None:
        """Move the clock and do what becomes due."""
        self.clock.forward(**by)
        await self.work()

    async def run(self, number: int = 0) -> Run:
        """Return the newest run, or one before it."""
        ids = await self.store.memory.marked("runs")
        return await self.about.runs.shelf.run(ids[number])

    async def request(self) -> str:
        """Return the value of the newest run's buttons."""
        run = await self.run()
        assert run.approval is not None
        return run.approval

    async def incident(self, severity: Severity = Severity.SEV1, **said: Any) -> str:
        """Open an incident led by LEA, with ANN and SAM in its channel; returns the channel."""
        number = await self.store.memory.number("incident", f"incident{next(self.numbers)}")
        channel = f"C0INC{number}"
        wanted = Declaration(title="shop is down", severity=severity, invite=(ANN, SAM), **said)
        now, timetable = self.clock.now(), DEFAULT_TIMETABLES[severity]
        made = declare(number, wanted, by=LEA, now=now, timetable=timetable)
        made = made.model_copy(update={"roles": {IncidentRole.COMMANDER: LEA}})
        turn = Turn(self.intent(IntentKind.COMMAND, "/incident", user=LEA), now)
        kept = turn.keep(made, new=True)
        change = turn.change().model_copy(update={"refs": {kept.id: {"channel": channel}}})
        await self.store.memory.commit(change)
        self.people.rooms[channel] = {LEA, ANN, SAM}
        return channel


@dataclass
class Failing:
    """What the boundary asks of bot.usecases.delivery, for runs alone."""

    store: RedisStore
    about: CarryingOut

    async def failed(self, turn: Turn, entry_id: str) -> None:
        entry = await self.store.outbox.failed(entry_id)
        if entry is not None:
            await self.about.run_delivery.failed(turn, entry)


@asynccontextmanager
async def office(  # noqa: PLR0913 - each is what one kind of test shares or replaces
    store: RedisStore,
    clock: StillClock,
    *,
    plant: Plant | None = None,
    people: Town | None = None,
    slack: Slack | None = None,
    memory: Memory | None = None,
    books: Iterable[Any] = BOOKS,
    name: str = "worker-1",
    tempo: Tempo = FAST,
    numbers: Any = None,
    **config: Any,
) -> AsyncIterator[Office]:
    """Open for business. `memory` replaces the store's (to die at a commit)."""
    if memory is not None:
        store.memory = memory  # type: ignore[assignment] # a proxy of it
    plant = plant or Plant()
    plant.clock = clock
    people, slack = people or Town(), slack or Slack()
    told = _config(config)
    bindings = Bindings([integration(plant)], told.systems)
    secrets = {"SHOP_TOKEN": CANARY}
    redactor = Redactor([CANARY])
    executor = Executor(bindings, told.systems, secrets)
    box = Toolbox(told, Catalog(books), bindings, executor, redactor, secrets)
    asked = People(told, people, store.memory)
    finding = Finding(store.memory, asked)

    async def sleep(seconds: float) -> None:
        clock.forward(seconds=seconds)

    about = carrying_out(
        box, store, clock, people, asked, finding, tempo=tempo, sleep=sleep, name=name
    )
    use: Any = SimpleNamespace(
        config=told,
        limits=about.limits,
        runs=about.runs,
        approvals=about.approvals,
        execution=about.execution,
        run_reading=about.run_reading,
        delivery=Failing(store, about),
    )
    routes = Routes.of((runbook_command,))
    boundary = Boundary(store.inbox, store.memory, clock, use, routes.handler, routes.timers)
    counting = numbers or itertools.count()
    yield Office(store, clock, plant, people, slack, told, box, about, use, boundary, counting)


def _config(changes: dict[str, Any]) -> Config:
    system = System(id="shop", title="The shop", secrets=("SHOP_TOKEN",))
    fields = {
        "channels": Channels(approvals="approvals", incidents="incidents"),
        "roles": ROLES,
        "systems": {"shop": system},
    }
    return Config(**{**fields, **changes})
