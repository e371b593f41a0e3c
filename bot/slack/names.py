"""Names that only Slack's side of the bot uses."""

from collections.abc import Mapping
from typing import Any, Final

REOPEN: Final = "form.reopen"  # the button that opens a form whose trigger had expired

_ROOMS: Final = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def event_type(event: Mapping[str, Any]) -> str:
    """Return the type as the manifest names it: messages by the kind of conversation."""
    kind = str(event.get("type") or "")
    if kind != "message":
        return kind
    first = str(event.get("channel") or "")[:1]
    room = event.get("channel_type") or {"G": "group", "D": "im"}.get(first, "channel")
    return f"message.{_ROOMS.get(room, room)}"
