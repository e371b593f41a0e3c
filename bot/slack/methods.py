"""Every Web API method the bot calls: how, how often, and with which scopes.

Checked against Slack's reference in tests/slack/test_methods.py; the manifest's scopes follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Send(StrEnum):
    """How the arguments travel."""

    JSON = "json"
    FORM = "form"  # methods that do not read JSON
    QUERY = "query"  # GET


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `tier` 1..4 as documented, 0: special. `scopes`: all that our use of it needs."""

    tier: int
    scopes: tuple[str, ...] = ()
    send: Send = Send.JSON


_WRITE: Final = ("channels:manage", "groups:write")
_READ: Final = ("channels:read", "groups:read")
_HISTORY: Final = ("channels:history", "groups:history", "im:history")

METHODS: Final[Mapping[str, Method]] = {
    "auth.test": Method(0),
    "apps.connections.open": Method(3),  # by the app-level token (connections:write)
    "bookmarks.add": Method(2, ("bookmarks:write",)),
    "bookmarks.list": Method(3, ("bookmarks:read",)),
    "chat.delete": Method(3, ("chat:write",)),
    "chat.getPermalink": Method(0, send=Send.QUERY),
    "chat.postEphemeral": Method(4, ("chat:write",)),
    "chat.postMessage": Method(0, ("chat:write",)),
    "chat.update": Method(3, ("chat:write",)),
    "conversations.archive": Method(2, _WRITE),
    "conversations.create": Method(2, _WRITE),
    "conversations.history": Method(3, _HISTORY, Send.QUERY),
    "conversations.invite": Method(3, _WRITE),
    "conversations.join": Method(3, ("channels:join",)),
    "conversations.list": Method(2, _READ, Send.QUERY),
    "conversations.members": Method(4, _READ, Send.QUERY),
    "conversations.open": Method(3, ("im:write",)),
    "conversations.replies": Method(3, _HISTORY, Send.QUERY),
    "conversations.setTopic": Method(2, _WRITE),
    "conversations.unarchive": Method(2, _WRITE),
    "files.completeUploadExternal": Method(4, ("files:write",)),
    "files.getUploadURLExternal": Method(4, ("files:write",), Send.FORM),
    "pins.add": Method(2, ("pins:write",)),
    "usergroups.users.list": Method(2, ("usergroups:read",), Send.QUERY),
    "users.conversations": Method(3, _READ, Send.QUERY),
    "users.info": Method(4, ("users:read",), Send.QUERY),
    "views.open": Method(4),
    "views.publish": Method(4),
    "views.push": Method(4),
    "views.update": Method(4),
}

EVENT_SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "channel_archive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": _READ,
    "member_left_channel": _READ,
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "pin_added": ("pins:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_members_changed": ("usergroups:read",),
    "user_change": ("users:read",),
}
