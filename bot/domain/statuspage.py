"""What customers read: components, published incidents, and how both follow ours. Pure.

A draft is sealed by a digest of everything customers would see; what may happen to a draft is in
`statuspage_draft.py`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.incident import Incident, Status
from bot.domain.severity import Severity
from bot.domain.values import Value

HISTORY = timedelta(days=90)
NAME_MAX = 255  # Statuspage's contract: "There is a maximum limit of 255 characters."
BODY_MAX = 2500  # a draft must fit into one form field and one section of a card


class PageStatus(StrEnum):
    """How far a published incident is; the words every status page uses."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Health(StrEnum):
    """How a component is; worse ones come later."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"

    @property
    def rank(self) -> int:
        """0 for operational, 3 for the worst."""
        return list(Health).index(self)

    @property
    def words(self) -> str:
        """What people read: "Partial outage"."""
        return self.value.replace("_", " ").capitalize()


class Impact(StrEnum):
    """How bad an incident is for customers; worse ones come later."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for none, 3 for the worst."""
        return list(Impact).index(self)


class Component(Value):
    """A part of the product that customers know. `id` is the provider's own."""

    id: str
    name: str
    description: str = ""


SUFFERS: Mapping[Severity, tuple[Health, Impact]] = {
    Severity.SEV1: (Health.MAJOR, Impact.CRITICAL),
    Severity.SEV2: (Health.PARTIAL, Impact.MAJOR),
    Severity.SEV3: (Health.DEGRADED, Impact.MINOR),
    Severity.SEV4: (Health.DEGRADED, Impact.MINOR),
}
"""What customers are told of a severity: their component's health and the impact."""


class Notice(Value):
    """All that customers would see of one publication."""

    name: str
    status: PageStatus
    body: str
    impact: Impact
    health: Health  # of the components, while it lasts; operational when it ends
    components: tuple[Component, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of exactly this, in hex."""
        plain = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    @property
    def ends(self) -> bool:
        """Whether it is the last one of its incident."""
        return self.status is PageStatus.RESOLVED


class PageUpdate(Value):
    """One text of a published incident. `id` is ours, `page_id` the provider's."""

    id: str
    status: PageStatus
    body: str
    at: datetime
    page_id: str = ""
    corrected_at: datetime | None = None


class PageIncident(Value):
    """An incident as customers see it; updates oldest first. `closed`: ended, but never "fixed"."""

    id: str  # ours: INC-00042
    page_id: str = ""  # the provider's
    name: str
    status: PageStatus
    impact: Impact
    components: dict[str, Health] = {}
    updates: tuple[PageUpdate, ...] = ()
    started_at: datetime
    ended_at: datetime | None = None
    closed: bool = False
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether customers are told that it lasts."""
        return self.status is not PageStatus.RESOLVED

    @property
    def worst(self) -> Health:
        """The worst health it ever gave a component; `impact` remembers it after the end."""
        return _WORST[self.impact]


_WORST = {
    Impact.NONE: Health.OPERATIONAL,
    Impact.MINOR: Health.DEGRADED,
    Impact.MAJOR: Health.PARTIAL,
    Impact.CRITICAL: Health.MAJOR,
}


def page_status(incident: Incident) -> PageStatus:
    """Return the word customers read for where our incident stands."""
    if incident.status in (Status.RESOLVED, Status.CLOSED):
        return PageStatus.RESOLVED
    return PageStatus(incident.status.value)


def suffering(incident: Incident) -> tuple[Health, Impact]:
    """Return the components' health and the impact while the incident lasts, and when it ended."""
    health, impact = SUFFERS[incident.severity]
    return (health if incident.is_open else Health.OPERATIONAL), impact


def healths(
    components: Iterable[Component], incidents: Iterable[PageIncident]
) -> dict[str, Health]:
    """Return each component's health: the worst that an open published incident gives it."""
    found = {component.id: Health.OPERATIONAL for component in components}
    for incident in incidents:
        for name, health in incident.components.items() if incident.is_open else ():
            if name in found and health.rank > found[name].rank:
                found[name] = health
    return found


def shown_after(
    before: PageIncident | None,
    notice: Notice,
    update: PageUpdate,
    *,
    incident: str,
    started_at: datetime,
    closed: bool,
) -> PageIncident:
    """Return the published incident after one more text; `closed` as in `PageIncident`."""
    told = before or PageIncident(
        id=incident,
        name=notice.name,
        status=notice.status,
        impact=notice.impact,
        started_at=started_at,
    )
    worst = max(told.impact, notice.impact, key=_rank)
    return told.model_copy(
        update={
            "name": notice.name,
            "status": notice.status,
            "impact": worst if notice.ends else notice.impact,
            "components": {one.id: notice.health for one in notice.components},
            "updates": (*told.updates, update),
            "ended_at": update.at if notice.ends else None,
            "closed": notice.ends and closed,
        }
    )


def corrected(told: PageIncident, update_id: str, body: str, at: datetime) -> PageIncident:
    """Return the published incident with one of its texts put right, in its place."""
    updates = tuple(
        one.model_copy(update={"body": body, "corrected_at": at}) if one.id == update_id else one
        for one in told.updates
    )
    return told.model_copy(update={"updates": updates})


def days(
    component: Component, incidents: Iterable[PageIncident], today: date
) -> tuple[tuple[date, Health], ...]:
    """Return the worst health of each of the last 90 days (UTC), oldest first, today last."""
    first = today - HISTORY + timedelta(days=1)
    worst = {first + timedelta(days=n): Health.OPERATIONAL for n in range(HISTORY.days)}
    for incident in incidents:
        if component.id not in incident.components or incident.closed:  # nothing was wrong
            continue
        day = max(incident.started_at.date(), first)
        last = incident.ended_at.date() if incident.ended_at else today
        while day <= min(last, today):
            worst[day] = max(worst[day], incident.worst, key=lambda one: one.rank)
            day += timedelta(days=1)
    return tuple(worst.items())


def indicator(found: Mapping[str, Health], incidents: Iterable[PageIncident]) -> tuple[Impact, str]:
    """Return the page's own state: indicator and description, as summary.json has them."""
    known = {health: impact for impact, health in _WORST.items()}
    worst = max((known[health] for health in found.values()), key=_rank, default=Impact.NONE)
    for incident in incidents:
        if incident.is_open:
            worst = max(worst, incident.impact, key=_rank)
    return worst, _DESCRIPTIONS[worst]


def _rank(impact: Impact) -> int:
    return impact.rank


_DESCRIPTIONS = {
    Impact.NONE: "All systems operational",
    Impact.MINOR: "Minor service disruption",
    Impact.MAJOR: "Partial system outage",
    Impact.CRITICAL: "Major system outage",
}
