"""What somebody asked of the bot, as it is recorded before it is acknowledged."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.values import Value


class IntentKind(StrEnum):
    """Which door it came through."""

    COMMAND = "command"  # name: "/incident"; text: the words
    CLICK = "click"  # name: action id; value: the button's opaque value or the selected option
    VIEW = "view"  # name: callback id; values: the form's fields
    EVENT = "event"  # name: Slack's event type; payload: the event
    SHORTCUT = "shortcut"  # name: callback id (global)
    MESSAGE_SHORTCUT = "message_shortcut"  # name: callback id; payload: the message
    TIMER = "timer"  # name: "kind:subject", made by the bot for itself


class Intent(Value):
    """One request. `id` is the same however often the request is delivered.

    `guard` is a second identity that lives for seconds (one person, one button): a double click
    has another trigger id but the same guard. None where repeating is meant.
    """

    id: str
    kind: IntentKind
    name: str
    user: str
    team: str
    received_at: datetime
    channel: str | None = None
    text: str = ""
    value: str = ""
    values: dict[str, Any] = {}
    payload: dict[str, Any] = {}
    message_ts: str | None = None
    thread_ts: str | None = None
    response_url: str | None = None
    guard: str | None = None
