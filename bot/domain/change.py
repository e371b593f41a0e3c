"""One atomic step of the bot's memory."""

from datetime import datetime
from typing import Any

from bot.domain.incident import TimelineLine
from bot.domain.outbox import Entry
from bot.domain.values import Value


class Put(Value):
    """Store `body` (JSON) as version `version` of (kind, id): the stored one must be version - 1.

    Version 0 means that nothing is stored yet.
    """

    kind: str
    id: str
    version: int
    body: str


class Check(Value):
    """Nothing is written, but (kind, id) must still be at `version`."""

    kind: str
    id: str
    version: int


class Mark(Value):
    """Set a member of an index; `score` None removes it. Scores are seconds since the epoch."""

    index: str
    member: str
    score: float | None


class Timer(Value):
    """Wake (kind, subject) at `at`; None forgets it. One timer per (kind, subject)."""

    kind: str
    subject: str
    at: datetime | None


class AuditRecord(Value):
    """What happened, who did it and why. Appended to the hash chain by the store.

    `what` is "noun.verb" ("incident.declared", "command.refused"). `facts` are JSON values
    already redacted. Private incidents put no titles or texts in `facts`.
    """

    at: datetime
    who: str  # a Slack user id, or "signalbox"
    what: str
    subject: str = ""  # incident, run or intent id
    source: str = ""  # "command", "click", "timer", "delivery", "webhook"
    facts: dict[str, Any] = {}


class Change(Value):
    """All of it happens, or none of it."""

    intent: str | None = None  # becomes done; AlreadyDone when it is
    puts: tuple[Put, ...] = ()
    checks: tuple[Check, ...] = ()
    marks: tuple[Mark, ...] = ()
    refs: dict[str, dict[str, str]] = {}  # incident -> reference -> value ("" removes)
    lines: dict[str, tuple[TimelineLine, ...]] = {}  # incident -> lines to append
    entries: tuple[Entry, ...] = ()
    timers: tuple[Timer, ...] = ()
    audit: tuple[AuditRecord, ...] = ()
    retry_lanes: tuple[tuple[str, str], ...] = ()  # (lane, incident): failed -> pending
    drop_lanes: tuple[tuple[str, str], ...] = ()  # (lane, incident): waiting entries are forgotten
    releases: tuple[tuple[str, str], ...] = ()  # (incident, reference): no longer worth a wait
