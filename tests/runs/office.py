"""A bot without Slack: real store, real boundary, real catalog and planner, people in a table.

`work` does what is due, as workers do; what the bot says is kept in `said`, by channel.
"""

import itertools
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.bootstrap.carrying_out import CarryingOut, carrying_out
from bot.bootstrap.runbooks import Toolbox
from bot.boundary import Boundary
from bot.domain.change import AuditRecord
from bot.domain.config import Channels, Config, System
from bot.domain.intent import Intent, IntentKind
from bot.domain.lifecycle import Declaration
from bot.domain.person import Holders, Person, Role
from bot.domain.redaction import Redactor
from bot.domain.run import Run
from bot.domain.severity import Severity
from bot.engine.bindings import Bindings
from bot.engine.catalog import Catalog
from bot.engine.executor import Executor
from bot.errors import NotFound, Rejected, Unavailable
from bot.ports import Memory, Taken
from bot.routing import Routes
from bot.slack.template import Obsolete, filled, saved
from bot.store.store import RedisStore
from bot.usecases import UseCases
from bot.usecases.crew import Crew
from bot.usecases.delivery import Delivery
from bot.usecases.finding import Finding
from bot.usecases.incidents import Incidents
from bot.usecases.journal import Tempo
from bot.usecases.listening import Listening
from bot.usecases.people import People
from bot.usecases.reading import Reading
from bot.usecases.reminders import Reminders
from bot.usecases.telling import Telling
from bot.views.templates import Templates
from commands.incident import command as incident_command
from commands.runbook import command as runbook_command
from tests.runs.plant import BOOKS, Plant, integration
from tests.support.redis import StillClock

ANN, BOB, LEA, DAN, SAM, ADA, EVE = "U0ANN", "U0BOB", "U0LEA", "U0DAN", "U0SAM", "U0ADA", "U0EVE"
GUEST, STRANGER, GONE = "U0GUEST", "U0STRANGE", "U0GONE"
OPS = "C0OPS"
CANARY = "canary-7f3a9b2c/Zx+9=tail"
ROLES = {
    Role.VIEWER: Holders(everyone=True),
    Role.RESPONDER: Holders(everyone=True),
    Role.OPERATOR: Holders(users=(ANN, BOB), groups=("S0OPS",)),
    Role.LEAD: Holders(users=(LEA,)),
    Role.DATA_OWNER: Holders(users=(DAN,)),
    Role.SECURITY_LEAD: Holders(users=(SAM,)),
    Role.ADMIN: Holders(users=(ADA,)),
}
FAST = Tempo(renew_s=0.3, look_s=0.1, backoff_s=0.001)


@dataclass
class People_:
    """bot.ports.Directory by tables."""

    groups: dict[str, set[str]] = field(default_factory=lambda: {"S0OPS": {EVE}})
    rooms: dict[str, set[str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    down: bool = False

    async def person(self, user: str, team: str) -> Person:
        self._up()
        return Person(
            id=user,
            team=team,
            name=user.lower(),
            guest=user == GUEST,
            foreign=user == STRANGER,
            deleted=user in self.deleted or user == GONE,
        )

    async def group(self, group: str) -> Collection[str]:
        self._up()
        return self.groups.get(group, set())

    async def members(self, channel: str) -> Collection[str]:
        self._up()
        return self.rooms.get(channel, set())

    def _up(self) -> None:
        if self.down:
            message = "Slack is silent."
            raise Unavailable(message)


@dataclass
class Slack:
    """What was said where. `refuse` makes a call fail for good."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)  # ts -> message
    private: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # user, answer
    files: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    _stamps: Iterable[int] = field(default_factory=itertools.count)

    def do(self, call: str, args: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(call)
        if args.get("channel") in self.refuse:
            message = "channel_not_found"
            raise Rejected(message, code="channel_not_found")
        if call == "answer":
            self.private.append((args["user"], args))
        elif call == "chat.postMessage":
            ts = f"{next(iter(self._stamps))}.0"
            self.messages[ts] = args
            return {"ts": ts, "channel": args["channel"]}
        elif call == "chat.update":
            self.messages[args["ts"]] = {**self.messages[args["ts"]], **args}
        elif call == "files.upload":
            self.files.append(args)
        elif call == "conversations.create":
            return {"channel": {"id": f"C{args['name'].upper()[:20]}", "name": args["name"]}}
        return {}

    def in_channel(self, channel: str) -> list[dict[str, Any]]:
        return [one for one in self.messages.values() if one["channel"] == channel]


@dataclass
class Office:
    """A worker with everything it needs. More than one may share a store and a plant."""

    store: RedisStore
    clock: StillClock
    plant: Plant
    people: People_
    slack: Slack
    config: Config
    box: Toolbox
    about: CarryingOut
    use: UseCases
    boundary: Boundary
    numbers: Any

    async def command(
        self, user: str, text: str, channel: str = OPS, name: str = "/runbook"
    ) -> str:
        """Type a slash command and have it decided; returns the private answer."""
        return await self._asked(IntentKind.COMMAND, name, user=user, text=text, channel=channel)

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
        raise AssertionError("there is always more to do")

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
                entry.args, taken.refs, self.use.delivery.runs.renderers, call=entry.call
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
        """Declare an incident led by LEA; returns its channel."""
        title = f"{severity.value} {'--private ' if said.get('private') else ''}shop is down"
        await self.command(LEA, f"declare {title}", name="/incident")
        await self.work()
        newest = (await self.store.memory.marked("incidents"))[0]
        channel = (await self.store.memory.refs(newest))["channel"]
        self.people.rooms[channel] = {LEA, ANN, SAM}
        await self.command(LEA, "role commander", channel=channel, name="/incident")
        await self.work()
        return channel


@asynccontextmanager
async def office(
    store: RedisStore,
    clock: StillClock,
    *,
    plant: Plant | None = None,
    people: People_ | None = None,
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
    people, slack = people or People_(), slack or Slack()
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
    use = _use_cases(told, store, clock, people, asked, finding, about)
    routes = Routes.of((runbook_command, incident_command))
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


def _use_cases(  # noqa: PLR0913, PLR0917 -- wiring
    config: Config,
    store: RedisStore,
    clock: StillClock,
    directory: People_,
    people: People,
    finding: Finding,
    about: CarryingOut,
) -> UseCases:
    memory = store.memory
    telling = Telling(config, Templates(None))
    reading = Reading(memory, clock, config, people, finding)
    return UseCases(
        config=config,
        people=people,
        finding=finding,
        telling=telling,
        incidents=Incidents(memory, config, directory, people, finding, telling),
        crew=Crew(config, directory, people, telling),
        reading=reading,
        reminders=Reminders(memory, telling),
        listening=Listening(memory, None, people, finding, telling, "U0BOT"),  # type: ignore[arg-type] # unused
        delivery=Delivery(
            memory, store.outbox, clock, config, people, telling, reading, about.run_delivery
        ),
        limits=about.limits,
        runs=about.runs,
        approvals=about.approvals,
        execution=about.execution,
        run_reading=about.run_reading,
    )


def words(message: dict[str, Any]) -> str:
    """Return everything a message says, one line each."""
    found = [str(message.get("text", ""))]
    for block in message.get("blocks", ()):
        texts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        found += [
            str(one["text"]) if isinstance(one["text"], str) else str(one["text"]["text"])
            for one in texts
            if isinstance(one, dict) and "text" in one
        ]
    return "\n".join(found)


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Return action id -> value of every button of a message."""
    return {
        one["action_id"]: one["value"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for one in block["elements"]
    }


__all__ = ["Declaration", "Office", "office"]
