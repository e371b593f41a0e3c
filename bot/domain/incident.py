"""An incident: what it is made of. What may happen to it is in `lifecycle.py` and `roles.py`."""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.severity import Severity
from bot.domain.values import Value


class Status(StrEnum):
    """Where an incident stands; the first three are open."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"  # duplicate or false alarm: customers are never told "resolved"


OPEN = frozenset({Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING})


class CloseReason(StrEnum):
    """Why an incident ended without being resolved."""

    DUPLICATE = "duplicate"
    FALSE_ALARM = "false alarm"
    NO_CHANNEL = "no private channel"  # P8: it never becomes public


class IncidentRole(StrEnum):
    """What somebody does in an incident."""

    COMMANDER = "commander"
    DEPUTY = "deputy"
    COMMS = "comms"
    ONCALL = "oncall"


class Task(Value):
    """Work inside an incident. `number` counts from 1."""

    number: int
    text: str
    owner: str | None = None
    status: str = "open"  # "open", "in progress", "done"
    created_by: str
    created_at: datetime
    done_at: datetime | None = None


class Situation(Value):
    """What the Initial message says; empty text means that nobody has said yet."""

    impact: str = ""
    health: str = ""  # healthy, degraded, down
    features: str = ""
    users: str = ""


class Update(Value):
    """What a progress update says (the template's fields) and who said it when."""

    by: str
    at: datetime
    text: str = ""
    investigation: str = ""
    impact: str = ""
    mitigation: str = ""
    eta: str = ""


class Resolution(Value):
    """What the Resolved message says."""

    by: str
    at: datetime
    root_cause: str = ""
    applied: str = ""
    prevention: str = ""
    services: str = "operational"
    performance: str = "normal"
    monitoring: str = "normal"


class Handover(Value):
    """Command offered to somebody who has not accepted yet."""

    to: str
    by: str
    at: datetime
    note: str = ""


class TimelineLine(Value):
    """One fact of the timeline; corrections are new lines, nothing is edited."""

    at: datetime
    who: str  # Slack user id or "signalbox"
    what: str  # "declared", "update", "severity", "role", "task", "pinned", ...
    text: str
    source: str = ""  # permalink of a pinned message, or ""


class Incident(Value):
    """One incident. Times are UTC; people are Slack user ids."""

    id: str  # INC-00042
    number: int
    title: str
    severity: Severity
    status: Status = Status.INVESTIGATING
    system: str | None = None
    private: bool = False
    channel_name: str
    declared_by: str
    declared_at: datetime
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None  # first time it was monitoring or resolved
    ended_at: datetime | None = None
    close_reason: CloseReason | None = None
    duplicate_of: str | None = None
    reopened: int = 0
    roles: dict[IncidentRole, str] = {}
    invited: tuple[str, ...] = ()
    situation: Situation = Situation()
    last_update: Update | None = None
    updates: int = 0
    resolution: Resolution | None = None
    tasks: tuple[Task, ...] = ()
    handover: Handover | None = None
    cadence: timedelta = timedelta(minutes=30)
    update_due_at: datetime | None = None
    snoozed_until: datetime | None = None
    nags: int = 0  # reminders sent since the last update
    nagged_at: datetime | None = None  # when the last of them was sent
    archived: bool = False
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether people are still working on it."""
        return self.status in OPEN

    @property
    def spoken_at(self) -> datetime:
        """When readers last heard something: the last update, or the declaration."""
        return self.last_update.at if self.last_update else self.declared_at

    @property
    def duration(self) -> timedelta | None:
        """From declaration to the end; None while open."""
        return self.ended_at - self.declared_at if self.ended_at else None


def incident_id(number: int) -> str:
    """Return the id shown everywhere: INC-00042."""
    return f"INC-{number:05d}"
