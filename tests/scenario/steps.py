"""What scenario tests do and look at, in the words of the people in the channel."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.incident import Incident
from bot.store import keys
from sandbox.slack.acts import rooms
from sandbox.slack.driver import Outcome
from sandbox.slack.model import CallRecord
from tests.support.redis import StillClock
from tests.support.world import World

Json = dict[str, Any]
ANNOUNCE = "C0INCIDENTS"
FAILS = "⚠️ (Nothing more is|The incident channel could not be made)"  # a lane that waits for Retry
ALERTS = "C0ALERTS"  # a channel that has nothing to do with any incident
RESPONDERS = ("U0ANN", "U0BOB", "U0LEA", "U0DAN", "U0SAM", "U0ADA", "U0NEW")


def words(payload: Any) -> str:
    """Return every text a person would see in a message, view or list of them, line by line."""
    if isinstance(payload, Sequence) and not isinstance(payload, str):
        return "\n".join(words(one) for one in payload)
    if not isinstance(payload, dict):
        return ""
    own = payload.get("text") if isinstance(payload.get("text"), str) else ""
    parts = [own, *(words(value) for key, value in payload.items() if key not in IDS)]
    return "\n".join(part for part in parts if part)


IDS = {"metadata", "bot_profile", "state", "values"}


def buttons(message: Json) -> dict[str, Json]:
    """Return the interactive elements of a message or view by action id."""
    found = {}
    for block in message.get("blocks", ()):
        held = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        found.update({one["action_id"]: one for one in held if one and "action_id" in one})
    return found


@dataclass
class Scene:
    """A world, and what tests do in it."""

    world: World
    refusals: set[str] = field(default_factory=set)  # errors that the test switched on

    def __getattr__(self, name: str) -> Any:
        """Everything of the world: slack, bot, settled, incident, channel, person, posted."""
        return getattr(self.world, name)

    # ------------------------------------------------------------ doing

    async def type(self, text: str, *, by: str = "U0ANN", channel: str = ANNOUNCE) -> Outcome:
        """Type /incident, wait until all of it has happened, and return how it went.

        `ephemerals` are the private lines that appeared, also after the acknowledgement.
        """
        person = self.world.person(by)
        before = len(person.ephemerals(channel))
        done = await person.command("/incident", text, channel=channel)
        await self.world.settled()
        return Outcome(done.status, done.body, done.error, self._whispered(by, channel, before))

    async def says(self, text: str, *, by: str = "U0ANN", channel: str = ANNOUNCE) -> str:
        """Type /incident and return the private answer's words."""
        return words((await self.type(text, by=by, channel=channel)).ephemerals)

    async def declare(
        self, text: str = "sev2 checkout is slow", *, by: str = "U0ANN", number: int = 1
    ) -> str:
        """Declare in one line; the channel's id."""
        await self.type(f"declare {text}", by=by)
        return await self.world.channel(number)

    async def enter(self, channel: str, *users: str) -> None:
        """Bring people into a channel."""
        room = self.world.slack.workspace.channel(channel)
        for user in users:
            if user not in room.members:
                await self.people("invite", room.members[-1], channel, user)

    async def press(
        self, action: str, *, by: str = "U0ANN", channel: str, ts: str | None = None, **more: Any
    ) -> str:
        """Press a button of the newest message that has it; the words of the private answer."""
        person = self.world.person(by)
        found = ts or self.newest(channel, action, by=by)["ts"]
        before = len(person.ephemerals(channel))
        done = await person.click(channel, found, action, **more)
        assert done.status == 200, done
        await self.world.settled()
        return words(self._whispered(by, channel, before))

    async def choose(self, word: str, *, by: str = "U0ANN", channel: str) -> str:
        """Choose an entry of the card's overflow menu; the words of the private answer."""
        menu = self.newest(channel, "incident.more", by=by)
        offered = buttons(menu)["incident.more"]["options"]
        option = next(one for one in offered if one["value"].endswith(f"|{word}"))
        return await self.press(
            "incident.more", by=by, channel=channel, ts=menu["ts"], selected_option=option
        )

    async def open(self, text: str, *, by: str = "U0ANN", channel: str = ANNOUNCE) -> Json:
        """Type what opens a form; the form when it is filled."""
        await self.type(text, by=by, channel=channel)
        return self.form(by)

    def form(self, by: str = "U0ANN") -> Json:
        """Return the modal on top."""
        return self.world.person(by).open_views()[-1]

    async def submit(
        self, values: dict[str, Any], *, by: str = "U0ANN", channel: str = ANNOUNCE
    ) -> str:
        """Submit the modal on top by block ids; the words of the private answer in `channel`."""
        person = self.world.person(by)
        before = len(person.ephemerals(channel))
        done = await person.submit(values=values)
        assert (done.status, done.errors) == (200, {}), done
        await self.world.settled()
        return words(self._whispered(by, channel, before))

    def fault(self, kind: str, **what: Any) -> None:
        """Switch a fault on."""
        self.refusals.add(what.get("code", "internal_error"))
        self.world.slack.fault(kind, **what)

    async def people(self, act: str, *what: Any) -> None:
        """Let somebody do something in Slack itself: `people("archive", "U0BOB", channel)`."""
        getattr(rooms, act)(self.world.slack.core, *what)
        await self.world.settled()

    async def later(self, clock: StillClock, **by: float) -> None:
        """Let time pass, and what became due happen."""
        clock.forward(**by)
        await self.world.bot.store.connection.call("LPUSH", keys.WAKE(), "1")
        await self.world.settled()

    # ------------------------------------------------------------ looking

    def _whispered(self, user: str, channel: str, before: int) -> list[Json]:
        if channel not in self.world.slack.workspace.channels:
            return []
        return self.world.person(user).ephemerals(channel)[before:]

    def newest(self, channel: str, action: str, *, by: str = "U0ANN") -> Json:
        """Return the newest message (private ones too) in which that button is."""
        person = self.world.person(by)
        seen = [*person.ephemerals(channel), *person.messages(channel)]
        found = [one for one in seen if action in buttons(one)]
        assert found, f"no {action} in {channel}: {[list(buttons(one)) for one in seen]}"
        return max(found, key=lambda one: one["ts"])

    def said(self, channel: str) -> list[str]:
        """Return the words of the bot's own messages in a channel, oldest first."""
        return [words(one) for one in self.world.posted(channel)]

    def card(self, channel: str) -> Json:
        """Return the first message of the bot in a channel that is a card (it has the menu)."""
        return next(one for one in self.world.posted(channel) if "*Started*" in words(one))

    def thread(self, announced: Json) -> list[str]:
        """Return what the bot wrote under an announcement."""
        everything = self.world.posted(ANNOUNCE, thread=announced["ts"])
        return [words(one) for one in everything if one["ts"] != announced["ts"]]

    def told(self, user: str) -> list[str]:
        """Return what the bot wrote to somebody directly."""
        room = self.world.person(user).dm()
        return [words(one) for one in self.world.person(user).messages(room)]

    def posts(self, since: int = 0) -> list[CallRecord]:
        """Return the posts that everybody in a channel sees, from the `since`-th call on."""
        return [
            call
            for call in self.world.slack.calls[since:]
            if call.method in ("chat.postMessage", "files.completeUploadExternal") and call.ok
        ]

    def mark(self) -> int:
        """Return how many calls there were so far."""
        return len(self.world.slack.calls)

    async def timeline(self, number: int = 1) -> list[str]:
        """Return "what: text" of each line of an incident's timeline."""
        lines = await self.world.bot.store.memory.timeline(f"INC-{number:05d}")
        return [f"{line.what}: {line.text}" for line in lines]

    async def audit(self, what: str = "") -> list[dict[str, Any]]:
        """Return the audit records, those of `what` when it is named."""
        found = [dict(one) async for one in self.world.bot.store.audit.records()]
        return [one for one in found if not what or one["what"] == what]

    async def everything(self) -> tuple[list[Incident], int]:
        """Return all incidents and how many posts there were: what a refusal must not change."""
        memory = self.world.bot.store.memory
        incidents = await memory.incidents(await memory.marked("incidents"))
        return incidents, len(self.posts())


def matching(pattern: str, lines: Iterable[str]) -> list[str]:
    """Return the lines in which the pattern is found."""
    return [one for one in lines if re.search(pattern, one, re.DOTALL)]


def whole(calls: Iterable[CallRecord]) -> str:
    """Return calls as one text, to look for what must not be in them."""
    return json.dumps([call.args for call in calls], ensure_ascii=False)
