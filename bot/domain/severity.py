"""Severities: four normalised levels, many names, one timetable per system."""

from datetime import timedelta
from enum import StrEnum

from bot.domain.values import Value
from bot.errors import Invalid


class Severity(StrEnum):
    """SEV1 is the worst."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"

    @property
    def rank(self) -> int:
        """1 for the worst, 4 for the least."""
        return int(self.value[-1])

    @property
    def word(self) -> str:
        """The seed's word: CRITICAL, HIGH, MEDIUM or LOW."""
        return ("CRITICAL", "HIGH", "MEDIUM", "LOW")[self.rank - 1]


WORDS = {
    word: severity
    for severity, words in {
        Severity.SEV1: ("sev1", "p0", "critical"),
        Severity.SEV2: ("sev2", "p1", "high"),
        Severity.SEV3: ("sev3", "p2", "medium"),
        Severity.SEV4: ("sev4", "p3", "low"),
    }.items()
    for word in words
}


def severity_named(word: str) -> Severity:
    """Return the severity that `word` names, in any case.

    Raises:
        Invalid: no severity has that name.
    """
    try:
        return WORDS[word.strip().lower()]
    except KeyError:
        message = (
            "Severities are `critical high medium low`, `p0 p1 p2 p3` or `sev1 sev2 sev3 sev4`."
        )
        raise Invalid(message, "severity") from None


class Timetable(Value):
    """What a system promises at one severity; times from its own runbook."""

    label: str  # as the system's people say it: "Critical", "P0 - Critical"
    meaning: str
    response: timedelta  # first response is due
    escalation: timedelta | None = None  # None: the runbook names none
    cadence: timedelta = timedelta(minutes=30)  # between updates while open
    examples: tuple[str, ...] = ()
    note: str = ""  # what the runbook says besides times: "Page on-call engineer"


DEFAULT_TIMETABLES: dict[Severity, Timetable] = {
    Severity.SEV1: Timetable(
        label="Critical",
        meaning="Service down, major impact",
        response=timedelta(minutes=5),
        escalation=timedelta(0),
    ),
    Severity.SEV2: Timetable(
        label="High",
        meaning="Degraded performance, significant impact",
        response=timedelta(minutes=15),
        escalation=timedelta(minutes=30),
    ),
    Severity.SEV3: Timetable(
        label="Medium",
        meaning="Partial functionality, moderate impact",
        response=timedelta(hours=1),
        escalation=timedelta(hours=4),
        cadence=timedelta(hours=1),
    ),
    Severity.SEV4: Timetable(
        label="Low",
        meaning="Minor issues, low impact",
        response=timedelta(hours=4),
        escalation=timedelta(hours=24),
        cadence=timedelta(hours=4),
    ),
}
"""The Cortex table (inventory, table a): the default of systems whose runbook has none.

The seed gives one rhythm, 30 minutes; it is kept for SEV1 and SEV2, and SEV3 and SEV4 follow
their own response times, so that a low incident does not nag all night.
"""
