"""What the bot asked of PagerDuty for an incident, and what PagerDuty last said. Pure.

Pages only go up: an incident is triggered once, its urgency rises at most once, and neither
falls with the severity, so a severity that flaps wakes nobody twice. What PagerDuty says carries
the time at which it happened there; what is older than what is known changes nothing, so events
may come late, twice, in any order or not at all.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.severity import Severity
from bot.domain.values import Value

ECHO_LIVES = timedelta(hours=1)
AWAY = "PagerDuty is away"
"""How the sentence of a passing failure begins: its lane is tried again when PagerDuty answers."""


class Urgency(StrEnum):
    """How loud PagerDuty is."""

    HIGH = "high"
    LOW = "low"
    NONE = "none"  # PagerDuty is not told at all

    @property
    def rank(self) -> int:
        """0 for none, 2 for high."""
        return (Urgency.NONE, Urgency.LOW, Urgency.HIGH).index(self)


SEED_RULE: dict[Severity, Urgency] = {
    Severity.SEV1: Urgency.HIGH,
    Severity.SEV2: Urgency.LOW,
    Severity.SEV3: Urgency.LOW,
    Severity.SEV4: Urgency.LOW,
}
"""Inventory, table (g): high when severity is critical, else low. Systems may say otherwise."""


class PagerStatus(StrEnum):
    """Where PagerDuty's own incident stands."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Ask(StrEnum):
    """What a severity leads to."""

    NOTHING = "nothing"
    TRIGGER = "trigger"
    RAISE = "raise"


class Duty(Value):
    """Somebody on call: who, at which level of which policy, until when (None: always)."""

    level: int
    name: str
    email: str = ""
    policy: str = ""
    until: datetime | None = None


class Heard(Value):
    """What PagerDuty said: one webhook, or one incident as it was read. Unknown fields are None."""

    type: str  # "incident.acknowledged"; "read" for what was asked for
    at: datetime
    pager: str = ""  # PagerDuty's id of its incident
    key: str | None = None
    status: PagerStatus | None = None
    assignees: tuple[str, ...] | None = None
    urgency: str | None = None
    priority: str | None = None
    title: str = ""
    url: str = ""
    agent: str = ""  # who did it, as PagerDuty writes the name; "" when nobody is named
    by_person: bool = False
    text: str = ""  # of a note or status update
    who: str = ""  # the responder that was asked or replied
    merged_into: str = ""  # PagerDuty's id


class Page(Value):
    """An incident's dealings with PagerDuty. `id` is the incident's."""

    id: str
    key: str = ""  # dedup_key of the PagerDuty incident in question; "" while never triggered
    triggers: int = 0
    urgency: Urgency = Urgency.NONE  # the highest that was asked for
    level: int = 1  # of PagerDuty's policy, by our own escalations
    ended: bool = False  # we asked for its resolution
    pager: str = ""
    url: str = ""
    status: PagerStatus | None = None
    status_at: datetime | None = None
    status_by: str = ""
    assignees: tuple[str, ...] = ()
    assigned_at: datetime | None = None
    priority: str = ""
    priority_at: datetime | None = None
    echoes: tuple[tuple[str, datetime], ...] = ()  # (event type, asked at) still to come back
    version: int = 0

    @property
    def is_live(self) -> bool:
        """Whether PagerDuty was told and not told the end."""
        return bool(self.key) and not self.ended


def next_key(page: Page) -> str:
    """Return the dedup_key of the next trigger: the incident's id, then with a number behind it.

    A key is never used twice: what is said of an ended one cannot be taken for the next.
    """
    return f"{page.id}.{page.triggers + 1}" if page.triggers else page.id


def incident_of(key: str) -> str | None:
    """Return whose incident's key that is; None for one that is not ours."""
    stem, _, count = key.partition(".")
    number = stem.removeprefix("INC-")
    ours = stem.startswith("INC-") and number.isdecimal() and (not count or count.isdecimal())
    return stem if ours else None


def urgency_for(rule: dict[Severity, Urgency], severity: Severity) -> Urgency:
    """Return what a system's rule says, else the seed's."""
    return rule.get(severity, SEED_RULE[severity])


def wanted(page: Page, urgency: Urgency) -> tuple[Page, Ask]:
    """Return the page after its incident has this urgency, and what to ask PagerDuty for."""
    if urgency is Urgency.NONE:
        return page, Ask.NOTHING
    if not page.is_live:
        fresh = Page(
            id=page.id,
            key=next_key(page),
            triggers=page.triggers + 1,
            urgency=urgency,
            version=page.version,
        )
        return fresh, Ask.TRIGGER
    if urgency.rank > page.urgency.rank:
        return page.model_copy(update={"urgency": urgency}), Ask.RAISE
    return page, Ask.NOTHING


def expecting(page: Page, event: str, now: datetime) -> Page:
    """Note that PagerDuty will tell us of our own act."""
    live = tuple(one for one in page.echoes if one[1] > now - ECHO_LIVES)
    return page.model_copy(update={"echoes": (*live, (event, now))})


def echoed(page: Page, heard: Heard) -> tuple[Page, bool]:
    """Return the page without the echo that `heard` is, and whether it is one."""
    for place, (event, at) in enumerate(page.echoes):
        if event == heard.type and heard.at < at + ECHO_LIVES:
            left = (*page.echoes[:place], *page.echoes[place + 1 :])
            return page.model_copy(update={"echoes": left}), True
    return page, False


def concerns(page: Page, heard: Heard) -> bool:
    """Whether it is about the PagerDuty incident in question, and not about an earlier one."""
    if heard.key:
        return heard.key == page.key
    return bool(page.pager) and heard.pager == page.pager


def mirrored(page: Page, heard: Heard) -> Page:
    """Return the page with what is newer in `heard`; each fact has a time of its own."""
    found: dict[str, object] = {}
    if heard.pager and not page.pager:
        found |= {"pager": heard.pager}
    if heard.url and not page.url:
        found |= {"url": heard.url}
    if heard.status is not None and _newer(heard.at, page.status_at):
        found |= {"status": heard.status, "status_at": heard.at, "status_by": heard.agent}
    if heard.assignees is not None and _newer(heard.at, page.assigned_at):
        found |= {"assignees": heard.assignees, "assigned_at": heard.at}
    if heard.priority is not None and _newer(heard.at, page.priority_at):
        found |= {"priority": heard.priority, "priority_at": heard.at}
    return page.model_copy(update=found) if found else page


def _newer(at: datetime, known: datetime | None) -> bool:
    """Whether it counts. A read is stamped to the second, so what is as old as it may be newer."""
    return known is None or at >= known
