"""The people of the workspace, and a Slack that keeps what was said where."""

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.domain.person import Holders, Person, Role
from bot.errors import Rejected, Unavailable

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


@dataclass
class Town:
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

    async def members(self, channel: str, *, anew: bool = False) -> Collection[str]:
        del anew
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
