"""What customers read: components, published incidents, and how both follow ours. Pure.

A draft is sealed by a digest of everything customers would see; what may happen to a draft is in
`statuspage_draft.py`.
"""

import hashlib
import json
import re
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


class Difference(Value):
    """Something that the page says and we did not publish."""

    what: str  # "status", "name", "missing", "component AI services", "text of update 2", ...
    ours: str
    theirs: str


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


def differences(
    ours: PageIncident,
    theirs: PageIncident | None,
    wanted: Mapping[str, Health],
    shown: Mapping[str, Health],
) -> tuple[Difference, ...]:
    """Return where the page differs from what we published.

    `wanted` and `shown` are the healths of the incident's components, ours and the page's. Texts
    are compared by the provider's ids; one that we did not write is named too.
    """
    if theirs is None:
        return (Difference(what="missing", ours=ours.name, theirs="no such incident"),)
    found = [
        Difference(what=what, ours=said, theirs=read)
        for what, said, read in (
            ("name", ours.name, theirs.name),
            ("status", ours.status.value, theirs.status.value),
        )
        if said != read
    ]
    found += [
        Difference(what=f"component {name}", ours=health.value, theirs=shown[name].value)
        for name, health in sorted(wanted.items())
        if name in shown and shown[name] is not health
    ]
    return (*found, *_texts(ours, theirs))


def _texts(ours: PageIncident, theirs: PageIncident) -> list[Difference]:
    read = {one.page_id: one.body for one in theirs.updates}
    found = []
    for number, one in enumerate(ours.updates, 1):
        if one.page_id and one.page_id not in read:
            found.append(Difference(what=f"text {number}", ours=one.body, theirs="deleted"))
        elif one.page_id and read[one.page_id].strip() != one.body.strip():
            theirs_now = read[one.page_id]
            found.append(Difference(what=f"text {number}", ours=one.body, theirs=theirs_now))
    mine = {one.page_id for one in ours.updates}
    if all(one.page_id for one in ours.updates):
        found += [
            Difference(what="another text", ours="not ours", theirs=body)
            for page_id, body in read.items()
            if page_id not in mine
        ]
    return found


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


class PagePost(Value):
    """One text on its way to the page. `update` is our id of it and marks it at the provider."""

    incident: str
    notice: Notice
    update: str
    healths: dict[str, Health] = {}  # of the notice's components, as they are after it
    started_at: datetime
    at: datetime
    closed: bool = False


class Posted(Value):
    """What the provider calls the incident and the text."""

    page_id: str
    update_id: str


class PageShown(Value):
    """What the page says just now: recent incidents by the provider's ids, and components."""

    incidents: dict[str, PageIncident] = {}
    healths: dict[str, Health] = {}


_REFERENCE = re.compile(r"\n\nRef INC-\d+-[0-9a-f]{8}$")


def signed(body: str, incident: str, update: str) -> str:
    """Return the text with a reference under it, for pages that keep no hidden mark."""
    return f"{unsigned(body)}\n\n{reference(incident, update)}"


def unsigned(body: str) -> str:
    """Return the text without its reference."""
    return _REFERENCE.sub("", body)


def reference(incident: str, update: str) -> str:
    """Return what tells one text from all others: "Ref INC-00042-1a2b3c4d"."""
    return f"Ref {incident}-{update[:8]}"
