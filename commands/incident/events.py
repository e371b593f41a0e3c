"""What an incident hears without a command."""

from collections.abc import Mapping
from typing import Any

from bot.command import Event
from bot.usecases import UseCases
from bot.usecases.turn import Turn

OWN_LINES = frozenset(
    {"channel_topic", "group_topic", "channel_purpose", "group_purpose", "pinned_item"}
)


async def pinned(turn: Turn, use: UseCases) -> None:
    """A :pushpin: was put on a message."""
    await use.listening.pinned(turn)


async def own_line(turn: Turn, use: UseCases) -> None:
    """Slack announced a topic or a pin."""
    await use.listening.own_line(turn)


async def home_opened(turn: Turn, use: UseCases) -> None:
    """Somebody opened the App Home."""
    await use.listening.home_opened(turn)


async def channel_gone(turn: Turn, use: UseCases) -> None:
    """A channel was archived or deleted."""
    await use.listening.channel_gone(turn)


async def update_due(turn: Turn, use: UseCases, incident: str) -> None:
    """The reminder's timer fired."""
    await use.reminders.due(turn, incident)


def _is_pushpin(event: Mapping[str, Any]) -> bool:
    return event.get("reaction") in {"pushpin", "round_pushpin"}


def _is_own_line(event: Mapping[str, Any]) -> bool:
    return event.get("subtype") in OWN_LINES


def _is_home(event: Mapping[str, Any]) -> bool:
    return event.get("tab") == "home"


EVENTS = (
    Event("reaction_added", pinned, _is_pushpin),
    Event("message.channels", own_line, _is_own_line, own=True),
    Event("message.groups", own_line, _is_own_line, own=True),
    Event("app_home_opened", home_opened, _is_home),
    Event("channel_archive", channel_gone),
    Event("channel_deleted", channel_gone),
    Event("group_archive", channel_gone),
    Event("group_deleted", channel_gone),
)
TIMERS = {"update-due": update_due}
