"""Which form, click, shortcut or event a name means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Self

from bot.command import Click, Event, Form, Shortcut, SlashCommand

REOPEN: Final = "form.reopen"  # the button that opens a form whose trigger had expired


@dataclass(frozen=True, slots=True)
class Routes:
    """Everything the commands declare, by the names that Slack sends."""

    commands: Mapping[str, SlashCommand]
    forms: Mapping[str, Form]
    clicks: Mapping[str, Click]
    shortcuts: Mapping[str, Shortcut]
    events: Mapping[str, tuple[Event, ...]]

    @classmethod
    def of(cls, commands: Iterable[SlashCommand]) -> Self:
        """Return the routes of `commands`."""
        known = tuple(commands)
        events: dict[str, tuple[Event, ...]] = {}
        for event in chain.from_iterable(command.events for command in known):
            events[event.type] = (*events.get(event.type, ()), event)
        return cls(
            commands={command.name: command for command in known},
            forms={form.callback_id: form for c in known for form in c.forms},
            clicks={click.action_id: click for c in known for click in c.clicks},
            shortcuts={short.callback_id: short for c in known for short in c.shortcuts},
            events=events,
        )

    def click(self, action_id: str) -> Click | None:
        """Return the click of `id` or `id:anything`."""
        return self.clicks.get(action_id) or self.clicks.get(action_id.partition(":")[0])

    def wanted(self, event: Mapping[str, Any], *, own: bool) -> bool:
        """Say whether any command wants this event; `own`: a bot caused it."""
        known = self.events.get(event_type(event), ())
        return any(one.wanted(event) for one in known if one.own or not own)


_ROOMS: Final = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def event_type(event: Mapping[str, Any]) -> str:
    """Return the type as the manifest names it: messages by the kind of conversation."""
    kind = str(event.get("type") or "")
    if kind != "message":
        return kind
    first = str(event.get("channel") or "")[:1]
    room = event.get("channel_type") or {"G": "group", "D": "im"}.get(first, "channel")
    return f"message.{_ROOMS.get(room, room)}"
