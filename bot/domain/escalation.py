"""Who is called when nobody acknowledges: the matrices of the systems' runbooks. Pure.

The clock starts with the incident; acknowledgement, in Slack or in PagerDuty, stops it.
"""

import re
from datetime import datetime, timedelta

from bot.domain.incident import Incident
from bot.domain.severity import Severity
from bot.domain.values import Value


class Level(Value):
    """One rung: whom to call, and how long after the incident began."""

    after: timedelta
    to: tuple[str, ...]  # "oncall", or titles of signalbox.yml's `oncall.contacts`


class Matrix(Value):
    """The levels of one alert type of a system."""

    alert: str  # "Service Down"
    words: tuple[str, ...] = ()  # in the title of an incident: it is of this type
    severities: tuple[Severity, ...] = ()  # without a telling word: these are of this type
    levels: tuple[Level, ...] = ()


class Tried(Value):
    """A rung that was reached. `users` empty: nobody is set up for it."""

    level: int  # from 1
    at: datetime
    to: tuple[str, ...]
    users: tuple[str, ...] = ()
    asked_by: str = ""  # a person who did not want to wait; "" for the clock


class Ladder(Value):
    """How far an incident has been escalated. `id` is the incident's."""

    id: str
    alert: str
    levels: tuple[Level, ...]
    since: datetime
    tried: tuple[Tried, ...] = ()
    version: int = 0

    @property
    def reached(self) -> int:
        """The highest level that was called; 0 before the first."""
        return max((one.level for one in self.tried), default=0)


def matrix_for(matrices: tuple[Matrix, ...], title: str, severity: Severity) -> Matrix | None:
    """Return the matrix of an incident: by its title's words, else by severity, else none."""
    for matrix in matrices:
        words = "|".join(re.escape(word) for word in matrix.words)
        if words and re.search(rf"\b(?:{words})\b", title, re.IGNORECASE):
            return matrix
    return next((one for one in matrices if severity in one.severities), None)


def next_call(ladder: Ladder) -> datetime | None:
    """Return when the next level is due; None at the top."""
    if ladder.reached >= len(ladder.levels):
        return None
    return ladder.since + ladder.levels[ladder.reached].after


def due(ladder: Ladder, now: datetime) -> tuple[int, ...]:
    """Return the levels to call now, lowest first: several after an outage of the bot."""
    return tuple(
        number
        for number, level in enumerate(ladder.levels, 1)
        if number > ladder.reached and ladder.since + level.after <= now
    )


def is_waiting(incident: Incident, page_status: str | None = None) -> bool:
    """Whether somebody still has to be found."""
    return incident.is_open and incident.acknowledged_by is None and page_status != "acknowledged"


def called(ladder: Ladder, tried: Tried) -> Ladder:
    """Note a level that was reached."""
    return ladder.model_copy(update={"tried": (*ladder.tried, tried)})
