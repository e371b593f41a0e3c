"""A person in the workspace, for tests: what the page does, in process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.acts import click, forms, rooms, talk
from sandbox.slack.blockkit.blocks import interactive
from sandbox.slack.errors import fail
from sandbox.slack.model import Json
from sandbox.slack.sandbox import SlackSandbox
from sandbox.slack.state import field_of
from sandbox.slack.ui import reads


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one act went.

    `status`: the bot's HTTP status (200 for an acked socket, 0 for none). `error`: Slack's word
    when it failed. `body`: the bot's immediate answer to a command. `ephemerals`: private lines
    that appeared meanwhile. `response_action` and `errors`: of a modal's submission.
    """

    status: int
    body: Any = None
    error: str = ""
    ephemerals: list[Json] = field(default_factory=list)
    response_action: str = ""
    errors: dict[str, str] = field(default_factory=dict)


class Person:
    """One user of the workspace. Methods raise SlackError where Slack would not let them."""

    def __init__(self, sandbox: SlackSandbox, user_id: str) -> None:
        """`user_id` as in seed.py: U0ANN."""
        self.id = user_id
        self._core = sandbox.core

    async def command(self, command: str, text: str = "", channel: str = "C0INCIDENTS") -> Outcome:
        """Type a slash command."""
        before = len(self.ephemerals(channel))
        done = await talk.command(self._core, self.id, channel, command, text)
        return Outcome(
            done["status"],
            done["response"],
            done.get("error", ""),
            self.ephemerals(channel)[before:],
        )

    async def say(self, channel: str, text: str, thread_ts: str = "") -> str:
        """Write a message; its ts."""
        return str((await talk.say(self._core, self.id, channel, text, thread_ts))["ts"])

    async def click(
        self, channel: str, ts: str, action_id: str, value: str | None = None, **selection: Any
    ) -> Outcome:
        """Press a button or choose in a menu of a message.

        `value` picks among equal action ids and is checked; `selection` is `selected_option=...`,
        `selected_user=...` and so on; `state=` the message's inputs.

        Raises:
            SlackError: naming what is there, when the button is not.
        """
        shown = self._message(channel, ts)
        request = {"as": self.id, "channel": channel, "message_ts": ts, "action_id": action_id}
        block_id = _block_of(shown.get("blocks") or [], action_id, value)
        return await self._act({**request, "block_id": block_id, "value": value, **selection})

    async def click_view(
        self,
        view: Json | str,
        action_id: str,
        value: str | None = None,
        **selection: Any,
    ) -> Outcome:
        """Press or choose in a modal or in Home."""
        found = click.own_view(self._core, self._core.ws.user(self.id), _id(view))
        block_id = _block_of(found.body["blocks"], action_id, value)
        request = {"as": self.id, "view_id": found.id, "action_id": action_id}
        return await self._act({**request, "block_id": block_id, "value": value, **selection})

    async def _act(self, request: Json) -> Outcome:
        done = await click.act(self._core, request)
        return Outcome(done["status"], error=done.get("error", ""))

    async def submit(
        self, view: Json | str | None = None, values: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Fill in and submit a modal (None = the one on top).

        `values`: action id or block id -> text, option value, user id, list of these, or the
        whole `{type, ...}`.
        """
        wanted = self.open_views()[-1] if view is None else view
        found = click.own_view(self._core, self._core.ws.user(self.id), _id(wanted))
        typed = _typed(found.body["blocks"], values or {})
        done = await forms.submit(self._core, self.id, found.id, typed)
        return Outcome(
            done["status"],
            error=done.get("error", ""),
            response_action=done.get("response_action", ""),
            errors=done.get("errors", {}),
        )

    async def close(self, view: Json | str | None = None, *, everything: bool = False) -> None:
        """Close a modal (None = the one on top)."""
        wanted = self.open_views()[-1] if view is None else view
        await forms.close(self._core, self.id, _id(wanted), everything=everything)

    async def options(self, view: Json | str, action_id: str, typed: str = "") -> list[Json]:
        """The live choices that the bot offers in a modal's menu."""
        found = click.own_view(self._core, self._core.ws.user(self.id), _id(view))
        block_id = _block_of(found.body["blocks"], action_id, None)
        asked = {"as": self.id, "view_id": found.id, "block_id": block_id}
        done = await click.suggest(self._core, {**asked, "action_id": action_id, "value": typed})
        grouped = [o for g in done["option_groups"] for o in g["options"]]
        return [*done["options"], *grouped]

    async def shortcut(self, callback_id: str, channel: str = "", ts: str = "") -> Outcome:
        """Use a shortcut, global or of a message."""
        done = await forms.shortcut(self._core, self.id, callback_id, channel, ts)
        return Outcome(done["status"], error=done.get("error", ""))

    async def react(self, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        """Add or take away an emoji."""
        act = rooms.unreact if remove else rooms.react
        act(self._core, self.id, channel, ts, name)

    async def home(self) -> Json | None:
        """Open the app's Home; what was last published (the bot may publish after)."""
        view: Json | None = forms.open_home(self._core, self.id)["view"]
        return view

    def published_home(self) -> Json | None:
        """The Home as it is now, without opening it."""
        held = self._core.ws.homes.get(self.id)
        return held.body if held else None

    def messages(self, channel: str, thread: str = "") -> list[Json]:
        """What this person sees there, oldest first; ephemeral ones are not among them."""
        return [m for m in self._seen(channel, thread) if not m["ephemeral_for"]]

    def ephemerals(self, channel: str, thread: str = "") -> list[Json]:
        """The private lines in a channel, or in one thread of it."""
        return [m for m in self._seen(channel, thread) if m["ephemeral_for"]]

    def open_views(self) -> list[Json]:
        """The modals on the screen, bottom first."""
        stack: list[Json] = reads.open_views(self._core, self.id)["stack"]
        return stack

    def dm(self) -> str:
        """The id of the DM with the bot."""
        return self._core.ws.im(self.id).id

    def _seen(self, channel: str, thread: str) -> list[Json]:
        seen: list[Json] = reads.history(self._core, self.id, channel, thread)["messages"]
        return seen

    def _message(self, channel: str, ts: str) -> Json:
        for shown in [*self._seen(channel, ""), *self._seen(channel, ts)]:
            if shown["ts"] == ts:
                return shown
        held = self._core.ws.channel(channel).messages.get(ts)
        if held is None:
            fail(f"{self.id} sees no message {ts} in {channel}")
        return {"blocks": held.blocks}


def _id(view: Json | str) -> str:
    return view if isinstance(view, str) else str(view["id"])


def _block_of(blocks: list[Json], action_id: str, value: str | None) -> str:
    """The block with that element; among equal ids, the one whose button has that value."""
    for block in blocks:
        for element in interactive(block):
            same = value is None or element.get("value") in (None, value)
            if element.get("action_id") == action_id and same:
                return str(block["block_id"])
    return str(click.find(blocks, action_id)[0]["block_id"])


def _typed(blocks: list[Json], values: Mapping[str, Any]) -> Json:
    typed: Json = {}
    left = set(values)
    for block in blocks:
        for element in interactive(block):
            for name in (element["action_id"], block["block_id"]):
                if name in values:
                    left.discard(name)
                    held = _whole(element, values[name])
                    typed.setdefault(block["block_id"], {})[element["action_id"]] = held
    if left:
        there = [e["action_id"] for b in blocks for e in interactive(b)]
        fail(f"no input named {sorted(left)}: there is {there}")
    return typed


def _whole(element: Json, value: Any) -> Json:
    name = field_of(element["type"])
    if isinstance(value, dict) and name in value:
        return value
    if element["type"] == "external_select" and isinstance(value, str):
        value = {"text": {"type": "plain_text", "text": value}, "value": value}
    return {"type": element["type"], str(name): value}
