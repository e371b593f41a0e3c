"""One turn: everything that follows from one intent, gathered and then committed at once.

A use case reads, decides, and adds to the turn. The boundary commits it: state, messages, audit
and "this intent is done" happen together or not at all. When the state moved meanwhile, the whole
turn is thrown away and decided again, so a use case must not do anything but read and add.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, Self, TypeVar

from bot.domain.change import AuditRecord, Change, Check, Mark, Put, Timer
from bot.domain.incident import Incident, TimelineLine
from bot.domain.intent import Intent, IntentKind
from bot.domain.outbox import Entry, Priority
from bot.domain.person import Person


class Stored(Protocol):
    """What every stored value has; `version` counts its changes from 0."""

    @property
    def id(self) -> str:
        """What it is stored under."""

    @property
    def version(self) -> int:
        """How often it has changed."""

    def model_copy(self, *, update: dict[str, Any]) -> Self:
        """Return it with these fields changed."""

    def model_dump_json(self) -> str:
        """Return it as JSON."""


StoredT = TypeVar("StoredT", bound=Stored)


@dataclass(slots=True)
class Turn:
    """What one intent leads to. `person` is who asked (None: the bot itself)."""

    intent: Intent
    now: datetime
    person: Person | None = None
    _puts: dict[tuple[str, str], Put] = field(default_factory=dict)
    _checks: list[Check] = field(default_factory=list)
    _marks: list[Mark] = field(default_factory=list)
    _lines: dict[str, list[TimelineLine]] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    _timers: dict[tuple[str, str], Timer] = field(default_factory=dict)
    _audit: list[AuditRecord] = field(default_factory=list)
    _retries: list[tuple[str, str]] = field(default_factory=list)
    _drops: list[tuple[str, str]] = field(default_factory=list)
    _releases: list[tuple[str, str]] = field(default_factory=list)
    _once: str | None = None

    @property
    def user(self) -> str:
        """Who acts: a Slack user id, or "signalbox"."""
        return self.person.id if self.person else "signalbox"

    def keep(self, incident: Incident, *, new: bool = False) -> Incident:
        """Store the incident, its indices and return it with the version it will have."""
        kept = self.store("incident", incident, new=new)
        stamp = kept.declared_at.timestamp()
        self.mark("open", kept.id, stamp if kept.is_open else None)
        if new:
            self.mark("incidents", kept.id, stamp)
        return kept

    def store(self, kind: str, value: StoredT, *, new: bool = False) -> StoredT:
        """Store a value that has an id and a version; returns it with the version it will have."""
        known = self._puts.get((kind, value.id))
        version = 0 if new else (known.version if known else value.version + 1)
        kept = value.model_copy(update={"version": version})
        self._puts[(kind, kept.id)] = Put(
            kind=kind, id=kept.id, version=version, body=kept.model_dump_json()
        )
        return kept

    def mark(self, index: str, member: str, score: float | None) -> None:
        """Put a member into an index, by score; None takes it out."""
        self._marks.append(Mark(index=index, member=member, score=score))

    def check(self, incident: Incident) -> None:
        """Decide again when the incident moves before this turn is committed."""
        self._checks.append(Check(kind="incident", id=incident.id, version=incident.version))

    def line(self, incident: Incident, what: str, text: str, source: str = "") -> None:
        """Add a fact to the incident's timeline."""
        self._lines.setdefault(incident.id, []).append(
            TimelineLine(at=self.now, who=self.user, what=what, text=text, source=source)
        )

    def post(
        self,
        lane: str,
        call: str,
        args: dict[str, Any],
        *,
        incident: str | None = None,
        priority: Priority = Priority.NORMAL,
        **rest: Any,
    ) -> str:
        """Owe the outside one call; `rest` are more fields of Entry. Returns the entry's id."""
        entry_id = self.mint(f"entry{len(self._entries)}")
        self._entries.append(
            Entry(
                id=entry_id,
                lane=lane,
                call=call,
                args=args,
                incident=incident,
                priority=priority,
                **rest,
            )
        )
        return entry_id

    def answer(self, message: dict[str, Any], **rest: Any) -> None:
        """Answer the person privately: through the response URL while it lives, else ephemeral.

        `message` is {"text", "blocks"} or {"$view": ...}; `rest` are more fields of Entry.
        """
        fallback = {"channel": self.intent.channel, "user": self.intent.user}
        args = {"response_url": self.intent.response_url, **fallback, **message}
        rest = {"priority": Priority.URGENT, **rest}
        self.post(f"answer:{self.intent.id}", "answer", args, **rest)

    def timer(self, kind: str, subject: str, at: datetime | None) -> None:
        """Wake (kind, subject) at `at`; None forgets it."""
        self._timers[(kind, subject)] = Timer(kind=kind, subject=subject, at=at)

    def audit(self, what: str, subject: str = "", **facts: Any) -> None:
        """Add a record to the hash chain."""
        self._audit.append(
            AuditRecord(
                at=self.now,
                who=self.user if self.person else self.intent.user or "signalbox",
                what=what,
                subject=subject,
                source=self.intent.kind.value,
                facts=facts,
            )
        )

    def retry_lane(self, lane: str, incident: str) -> None:
        """Let a failed lane of an incident go on."""
        self._retries.append((lane, incident))

    def drop_lane(self, lane: str, incident: str) -> None:
        """Forget what still waits in a lane of an incident."""
        self._drops.append((lane, incident))

    def release(self, incident: str, name: str) -> None:
        """Let what waits for a reference for a time only wait no longer; it may still come."""
        self._releases.append((incident, name))

    def once(self, key: str) -> None:
        """Let nothing of this turn happen when a turn with this key was committed before.

        Intents are so by themselves; this is for what the bot asks of itself.
        """
        self._once = key

    def mint(self, purpose: str) -> str:
        """Return an opaque id, the same each time this turn is decided again (128 bits, hex)."""
        seed = f"{self.intent.id}\0{purpose}".encode()
        return hashlib.sha256(seed).hexdigest()[:32]

    def within(self, seconds: float) -> datetime:
        """Return the moment `seconds` from now."""
        return self.now + timedelta(seconds=seconds)

    def change(self) -> Change:
        """Return all of it as one atomic change."""
        return Change(
            intent=self._once if self.intent.kind is IntentKind.TIMER else self.intent.id,
            puts=tuple(self._puts.values()),
            checks=tuple(self._checks),
            marks=tuple(self._marks),
            lines={incident: tuple(lines) for incident, lines in self._lines.items()},
            entries=tuple(self._entries),
            timers=tuple(self._timers.values()),
            audit=tuple(self._audit),
            retry_lanes=tuple(self._retries),
            drop_lanes=tuple(self._drops),
            releases=tuple(self._releases),
        )
