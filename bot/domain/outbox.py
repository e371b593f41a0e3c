"""What the bot owes the outside world: one entry per call, in lanes of one order each."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.values import Value


class Priority(IntEnum):
    """In one lane a lower number goes first; entries of one incident keep their order."""

    URGENT = 0  # Initial, Resolved, severity up, a page
    NORMAL = 1
    CHATTER = 2  # card edits, housekeeping


class EntryState(StrEnum):
    """Where an entry stands."""

    PENDING = "pending"
    BEGUN = "begun"  # the call may have left
    FAILED = "failed"  # refused for good; the lane of its incident waits for Retry


class Entry(Value):
    """One call to the outside.

    `id` is minted from the intent, so that a repeated intent mints the same ones.
    `call` is a Slack Web API method ("chat.postMessage"), or "respond" (a response_url post).
    `args` are the call's arguments. A value `{"$ref": "channel"}` anywhere in them is replaced
    at delivery by that reference of the entry's incident; `{"$view": "card", ...}` by what the
    renderer of that name makes of the newest state (so an edit always carries the newest).
    `saves` maps a reference of the incident to its place in the answer: {"channel": "channel.id"}.
    `after` names references to wait for (with blanks between them), at most until `after_until`;
    a reference whose call was refused is waited for no longer by what has such a limit.
    `coalesce`: while an entry of the same lane and key is pending, a newer one takes its place.
    `optional`: housekeeping; a refusal drops it instead of failing the lane.
    """

    id: str
    lane: str
    call: str
    args: dict[str, Any]
    incident: str | None = None
    priority: Priority = Priority.NORMAL
    saves: dict[str, str] = {}
    after: str | None = None
    after_until: datetime | None = None
    coalesce: str | None = None
    optional: bool = False
    # set by the store
    state: EntryState = EntryState.PENDING
    attempts: int = 0
    not_before: datetime | None = None
    begun_at: datetime | None = None
    epoch: int = 0
    error: str = ""


class LaneStatus(Value):
    """A lane that is failing for one incident, as the card shows it."""

    lane: str
    incident: str
    error: str
    since: datetime
    waiting: int  # entries behind the failed one, itself included
