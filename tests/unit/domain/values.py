"""Values the tests of the domain share: one incident, one clock to count from, strategies."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.incident import Incident, Resolution, Update
from bot.domain.lifecycle import Declaration, declare
from bot.domain.severity import DEFAULT_TIMETABLES, Severity

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN, BOB, EVE = "U0ANN", "U0BOB", "U0EVE"
PEOPLE = (ANN, BOB, EVE)

severities = st.sampled_from(list(Severity))
people = st.sampled_from(PEOPLE)
# What people paste: mentions, links, right-to-left, zero-width, emoji, very long.
texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "  ", "\u200b", "<!channel> down", "x" * 10_000, "\u202etxet", "é🚨 ﷺ", "\x00"]
    ),
)


def incident(**said) -> Incident:
    """Return INC-00042, declared by Ann at noon."""
    severity = said.pop("severity", Severity.SEV2)
    words = {"title": "checkout is slow", "severity": severity, **said}
    timetable = DEFAULT_TIMETABLES[severity]
    return declare(42, Declaration(**words), by=ANN, now=NOON, timetable=timetable)


def update(minutes: float, text: str = "looking", by: str = ANN, **said) -> Update:
    """Return an update said some minutes after noon."""
    return Update(by=by, at=NOON + timedelta(minutes=minutes), text=text, **said)


def resolution(minutes: float, by: str = ANN) -> Resolution:
    """Return a resolution some minutes after noon."""
    return Resolution(by=by, at=NOON + timedelta(minutes=minutes), root_cause="a full disk")


def at(minutes: float) -> datetime:
    """Return the time some minutes after noon."""
    return NOON + timedelta(minutes=minutes)
