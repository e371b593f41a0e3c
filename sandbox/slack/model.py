"""What a workspace is made of. Records are mutable: they are the state that the sandbox keeps."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]
Kind = Literal["channel", "group", "im"]

TEAM_ID = "T0DEMO"
TEAM_NAME = "Signalbox Demo"
TEAM_DOMAIN = "signalbox-demo"
APP_ID = "A0SIGNALBOX"
BOT_USER = "U0SIGNALBOX"
BOT_ID = "B0SIGNALBOX"
SLACKBOT = "USLACKBOT"


@dataclass(slots=True)
class User:
    """A person or the bot. `team_id` other than ours makes a stranger of a shared channel."""

    id: str
    name: str
    real_name: str
    tz: str = "Etc/UTC"
    tz_label: str = "Coordinated Universal Time"
    tz_offset: int = 0
    team_id: str = TEAM_ID
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    updated: int = 0

    @property
    def email(self) -> str:
        """Made from the name: ann@example.com."""
        return f"{self.name}@example.com"


@dataclass(slots=True)
class Group:
    """A user group (`<!subteam^S...>`)."""

    id: str
    handle: str
    name: str
    members: list[str]
    created: int = 0


@dataclass(slots=True)
class Note:
    """A topic or a purpose."""

    value: str = ""
    creator: str = ""
    last_set: int = 0

    def shown(self) -> Json:
        """Slack's shape."""
        return {"value": self.value, "creator": self.creator, "last_set": self.last_set}


@dataclass(slots=True)
class Message:
    """One message. `ephemeral_for` is the only reader, None for everyone in the channel.

    `extra` holds the fields of a subtype (topic, inviter, files, item). `tombstone` is a deleted
    message that still has replies.
    """

    ts: str
    channel: str
    user: str
    text: str
    subtype: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    broadcast: bool = False
    metadata: Json | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    extra: Json = field(default_factory=dict)
    ephemeral_for: str | None = None
    tombstone: bool = False
    state: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it lives in a thread under another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True)
class Pin:
    """A pinned message."""

    ts: str
    created: int
    created_by: str


@dataclass(slots=True)
class Channel:
    """A public channel, a private one (`group`) or a direct message with the bot (`im`)."""

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    topic: Note = field(default_factory=Note)
    purpose: Note = field(default_factory=Note)
    is_archived: bool = False
    is_ext_shared: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)
    previous_names: list[str] = field(default_factory=list)
    last_read: dict[str, str] = field(default_factory=dict)
    im_with: str = ""

    def replies(self, ts: str) -> list[Message]:
        """The replies under a message, oldest first."""
        return [m for m in self.messages.values() if m.thread_ts == ts and m.ts != ts]


@dataclass(slots=True)
class View:
    """A modal on somebody's screen, or somebody's Home. `body` is what the app sent, completed."""

    id: str
    user: str
    type: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    state: Json = field(default_factory=dict)


@dataclass(slots=True)
class File:
    """An upload. `complete` once files.completeUploadExternal named it."""

    id: str
    name: str
    user: str
    created: int
    length: int
    title: str = ""
    data: bytes = b""
    mimetype: str = "application/octet-stream"
    complete: bool = False
    deleted: bool = False
    shares: dict[str, str] = field(default_factory=dict)  # channel -> ts of its message


@dataclass(frozen=True, slots=True)
class Change:
    """A hint to the page: read this again. `user` limits who is told; `members` likewise."""

    kind: str
    channel: str = ""
    thread: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One Web API call as it came and as it was answered. `args` have JSON parsed."""

    method: str
    args: Json
    ok: bool
    error: str
    at: float
    status: int
    ms: float
    warnings: tuple[str, ...] = ()

    def shown(self) -> Json:
        """The fault panel's shape."""
        return {
            "at": self.at,
            "method": self.method,
            "args": self.args,
            "ok": self.ok,
            "error": self.error,
            "status": self.status,
            "ms": self.ms,
        }
