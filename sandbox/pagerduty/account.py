"""The account's state and what may happen to an incident; each change makes a webhook event."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sandbox.pagerduty import seed

Json = dict[str, Any]
EVENT_URGENCY = {"critical": "high", "error": "high", "warning": "low", "info": "low"}


@dataclass(frozen=True, slots=True)
class Paged:
    """A person was woken."""

    incident: str
    user: str
    level: int
    why: str


@dataclass
class PdIncident:
    """One incident."""

    id: str
    number: int
    title: str
    key: str
    service: str
    urgency: str
    created_at: str
    status: str = "triggered"
    level: int = 1
    assignees: tuple[str, ...] = ()
    priority: Json | None = None
    changed_at: str = ""
    changed_by: Json | None = None
    resolve_reason: Json | None = None
    details: str = ""
    notes: list[Json] = field(default_factory=list)
    status_updates: list[Json] = field(default_factory=list)
    responders: list[Json] = field(default_factory=list)
    log: list[Json] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it is not resolved."""
        return self.status != "resolved"


class Account:
    """Everything of the account. `on_event` gets each webhook event, in order."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Fill it with the seed; `clock` is PagerDuty's own."""
        self._clock = clock
        self.users, self.services = seed.users(), seed.services()
        self.policies, self.schedules = seed.policies(), seed.schedules()
        self.priorities = seed.priorities()
        self.incidents: dict[str, PdIncident] = {}
        self.pages: list[Paged] = []
        self.events: list[Json] = []
        self.on_event: list[Callable[[Json], None]] = []
        self.base_url = ""
        self._serial = count(1)
        self._last = datetime(2000, 1, 1, tzinfo=UTC)

    # ------------------------------------------------------------ changes

    def trigger(  # noqa: PLR0913 - an incident's facts, by name
        self,
        *,
        title: str,
        key: str,
        service: str,
        urgency: str,
        details: str = "",
        by: Json | None = None,
        priority: Json | None = None,
    ) -> PdIncident:
        """Open an incident and wake level 1."""
        number = next(self._serial)
        made = PdIncident(
            id=f"Q{number:06d}",
            number=number,
            title=title,
            key=key,
            service=service,
            urgency=urgency,
            created_at=self.stamp(),
            details=details,
            priority=priority,
        )
        self.incidents[made.id] = made
        self._call_level(made, 1, "triggered")
        self._changed(made, "incident.triggered", by)
        return made

    def acknowledge(self, one: PdIncident, by: Json | None) -> None:
        """Somebody has it."""
        if one.status == "triggered":
            one.status = "acknowledged"
            self._changed(one, "incident.acknowledged", by)

    def unacknowledge(self, one: PdIncident) -> None:
        """The acknowledgement ran out; the level is woken again."""
        if one.status == "acknowledged":
            one.status = "triggered"
            self._call_level(one, one.level, "unacknowledged")
            self._changed(one, "incident.unacknowledged", None)

    def resolve(self, one: PdIncident, by: Json | None, reason: Json | None = None) -> None:
        """End it."""
        if one.is_open:
            one.status, one.resolve_reason = "resolved", reason
            self._changed(one, "incident.resolved", by)

    def reopen(self, one: PdIncident, by: Json | None) -> None:
        """Take it up again; level 1 is woken."""
        if not one.is_open:
            one.status, one.resolve_reason = "triggered", None
            self._call_level(one, 1, "reopened")
            self._changed(one, "incident.reopened", by)

    def escalate(self, one: PdIncident, level: int, by: Json | None) -> None:
        """Wake another level."""
        one.status = "triggered"
        self._call_level(one, level, "escalated")
        one.log.append(self._entry("escalate_log_entry", by))
        self._changed(one, "incident.escalated", by)

    def reassign(self, one: PdIncident, users: tuple[str, ...], by: Json | None) -> None:
        """Give it to others, who are woken."""
        one.assignees = users
        self.pages += [Paged(one.id, user, one.level, "reassigned") for user in users]
        self._changed(one, "incident.reassigned", by)

    def delegate(self, one: PdIncident, by: Json | None) -> None:
        """Hand it to the policy again, from level 1."""
        self._call_level(one, 1, "delegated")
        self._changed(one, "incident.delegated", by)

    def set_priority(self, one: PdIncident, priority: Json | None, by: Json | None) -> None:
        """Give it a priority."""
        if one.priority != priority:
            one.priority = priority
            self._changed(one, "incident.priority_updated", by)

    def set_urgency(self, one: PdIncident, urgency: str) -> None:
        """Make it louder or quieter; louder wakes. There is no webhook for it."""
        if urgency == "high" and one.urgency == "low" and one.is_open:
            one.urgency = urgency
            self._call_level(one, one.level, "urgency raised")
        one.urgency = urgency

    def merge(self, target: PdIncident, sources: list[PdIncident], by: Json | None) -> None:
        """Fold incidents into another; they are resolved with that as the reason."""
        reason = {"type": "merge_resolve_reason", "incident": self.reference(target)}
        for one in sources:
            self.resolve(one, by, reason)

    def note(self, one: PdIncident, text: str, by: Json | None) -> Json:
        """Add a note."""
        made = {"id": self._id("PN"), "content": text, "created_at": self.stamp(), "user": by}
        one.notes.append(made)
        data = {"content": text, "id": made["id"], "trimmed": False, "type": "incident_note"}
        self._emit("incident.annotated", {"incident": self.reference(one), **data}, by)
        return made

    def publish(self, one: PdIncident, text: str, by: Json | None) -> Json:
        """Add a status update."""
        made = {"id": self._id("PU"), "message": text, "created_at": self.stamp(), "sender": by}
        one.status_updates.append(made)
        entry = {**self._entry("status_update_log_entry", by), "message": text}
        one.log.append(entry)
        data = {"message": text, "id": made["id"], "trimmed": False}
        data |= {"type": "incident_status_update", "incident": self.reference(one)}
        self._emit("incident.status_update_published", data, by)
        return made

    def ask_responder(self, one: PdIncident, user: str, text: str, by: Json | None) -> Json:
        """Ask somebody to help; they are woken."""
        self.pages.append(Paged(one.id, user, 0, "responder"))
        made = {"user": self.person(user), "state": "pending", "message": text}
        one.responders.append(made)
        self._emit("incident.responder.added", self._responder(one, made), by)
        return made

    def reply(self, one: PdIncident, user: str, state: str) -> None:
        """Let a responder accept or decline."""
        asked = next(each for each in one.responders if each["user"]["id"] == user)
        asked["state"] = state
        self._emit("incident.responder.replied", self._responder(one, asked), self.person(user))

    # ------------------------------------------------------------ looking

    def with_key(self, key: str) -> list[PdIncident]:
        """Return the incidents of a key, the newest first."""
        return [one for one in reversed(self.incidents.values()) if one.key == key]

    def open_with_key(self, key: str) -> PdIncident | None:
        """Return the open incident of a key."""
        return next((one for one in self.with_key(key) if one.is_open), None)

    def person(self, key: str) -> Json:
        """Return the reference to a user."""
        name = self.users[key]["name"] if key in self.users else key
        return {"id": key, "type": "user_reference", "summary": name}

    def by_email(self, email: str | None) -> Json | None:
        """Return the reference to the user with that login."""
        found = [key for key, one in self.users.items() if one["email"] == email]
        return self.person(found[0]) if found else None

    def reference(self, one: PdIncident) -> Json:
        """Return the reference to an incident."""
        return {
            "id": one.id,
            "type": "incident_reference",
            "summary": one.title,
            "html_url": f"{self.base_url}/incidents/{one.id}/page",
        }

    def shown(self, one: PdIncident) -> Json:
        """Return an incident as webhooks carry it."""
        return {
            **self.reference(one),
            "type": "incident",
            "number": one.number,
            "status": one.status,
            "incident_key": one.key,
            "created_at": one.created_at,
            "title": one.title,
            "service": {"id": one.service, "type": "service_reference"},
            "assignees": [self.person(user) for user in one.assignees],
            "priority": one.priority and {**one.priority, "type": "priority_reference"},
            "urgency": one.urgency,
            "resolve_reason": one.resolve_reason,
        }

    def stamp(self) -> str:
        """Return now, never the same twice: PagerDuty's order can be told by it."""
        now = self._clock().replace(microsecond=self._clock().microsecond // 1000 * 1000)
        self._last = max(now, self._last + timedelta(milliseconds=1))
        return self._last.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def now(self) -> datetime:
        """Return the account's own time."""
        return max(self._clock(), self._last)

    # ------------------------------------------------------------ inside

    def _call_level(self, one: PdIncident, level: int, why: str) -> None:
        one.level = level
        one.assignees = seed.LEVELS.get(level, seed.LEVELS[3])
        self.pages += [
            Paged(one.id, user, level, why) for user in one.assignees if one.urgency == "high"
        ]

    def _changed(self, one: PdIncident, event: str, by: Json | None) -> None:
        one.changed_by = by
        at = self._emit(event, self.shown(one), by)
        if event != "incident.priority_updated":
            one.changed_at = at

    def _emit(self, event: str, data: Json, by: Json | None) -> str:
        at = self.stamp()
        made = {
            "id": self._id("01"),
            "event_type": event,
            "resource_type": "incident",
            "occurred_at": at,
            "agent": by,
            "client": None,
            "data": data,
        }
        self.events.append(made)
        for hear in self.on_event:
            hear(made)
        return at

    def _responder(self, one: PdIncident, asked: Json) -> Json:
        return {"incident": self.reference(one), "type": "incident_responder", **asked}

    def _entry(self, kind: str, by: Json | None) -> Json:
        return {"id": self._id("PL"), "type": kind, "created_at": self.stamp(), "agent": by}

    def _id(self, prefix: str) -> str:
        return f"{prefix}{next(self._serial):08d}"
