"""What may happen to an incident, from declared to closed. Each returns the new incident.

The version is raised by whoever stores it (`Turn.keep`), so rules compose.
"""

import math
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from bot.domain.channel_name import channel_name
from bot.domain.duration import say_duration
from bot.domain.incident import (
    CloseReason,
    Incident,
    IncidentRole,
    Resolution,
    Situation,
    Status,
    Update,
    incident_id,
)
from bot.domain.severity import Severity, Timetable
from bot.domain.values import Value
from bot.errors import Conflict, Invalid

TITLE_MAX = 200
TEXT_MAX = 2500  # leaves a section's 3,000 characters room for its label and escapes
QUIET: dict[str, Any] = {
    "update_due_at": None,
    "snoozed_until": None,
    "handover": None,
    "nags": 0,
    "nagged_at": None,
}
"""What an ended incident forgets."""


class Declaration(Value):
    """What somebody says when declaring."""

    title: str
    severity: Severity = Severity.SEV2
    system: str | None = None
    private: bool = False
    situation: Situation = Situation()
    commander: str | None = None
    invite: tuple[str, ...] = ()


def declare(
    number: int, said: Declaration, *, by: str, now: datetime, timetable: Timetable
) -> Incident:
    """Open an incident; its first update is due one cadence from now.

    Raises:
        Invalid: the title is empty, or nothing of it can be seen.
    """
    title = " ".join(said.title.split())
    if not _visible(title):
        message = "An incident needs a title: what do people notice?"
        raise Invalid(message, "title")
    roles = {IncidentRole.COMMANDER: said.commander} if said.commander else {}
    return Incident(
        id=incident_id(number),
        number=number,
        title=shorten(title, TITLE_MAX),
        severity=said.severity,
        system=said.system,
        private=said.private,
        channel_name=channel_name(number, title),
        declared_by=by,
        declared_at=now,
        roles=roles,
        invited=tuple(dict.fromkeys((by, *said.invite, *roles.values()))),
        situation=said.situation,
        cadence=timetable.cadence,
        update_due_at=now + timetable.cadence,
    )


def post_update(incident: Incident, update: Update, status: Status | None = None) -> Incident:
    """Record what readers were told; the cadence starts again and a snooze ends."""
    must_be_open(incident)
    if status is not None and status not in (
        Status.INVESTIGATING,
        Status.IDENTIFIED,
        Status.MONITORING,
    ):
        message = "An update cannot end an incident: use `/incident resolve`."
        raise Invalid(message, "status")
    impact = update.impact or incident.situation.impact
    reached = _not_before(incident, update.at) if status is Status.MONITORING else None
    return _moved(
        incident,
        status=status or incident.status,
        last_update=update,
        updates=incident.updates + 1,
        update_due_at=update.at + incident.cadence,
        snoozed_until=None,
        nags=0,
        nagged_at=None,
        situation=incident.situation.model_copy(update={"impact": impact}),
        mitigated_at=incident.mitigated_at or reached,
    )


def change_severity(
    incident: Incident, severity: Severity, *, now: datetime, timetable: Timetable
) -> Incident:
    """Give it another severity; the next update is due by the new cadence, or at once.

    Reminders count anew, and a snooze made for a lesser severity ends.

    Raises:
        Conflict: it has that severity already.
    """
    must_be_open(incident)
    if incident.severity is severity:
        message = f"{incident.id} is {severity.value.upper()} already."
        raise Conflict(message)
    due = max(now, incident.spoken_at + timetable.cadence)
    snoozed = incident.snoozed_until if severity.rank > incident.severity.rank else None
    return _moved(
        incident,
        severity=severity,
        cadence=timetable.cadence,
        update_due_at=due,
        snoozed_until=snoozed,
        nags=0,
    )


def acknowledge(incident: Incident, *, by: str, now: datetime) -> Incident:
    """Note who saw it first.

    Raises:
        Conflict: somebody has.
    """
    must_be_open(incident)
    if incident.acknowledged_by is not None:
        who = incident.acknowledged_by
        named = who if " " in who else f"<@{who}>"  # a name with blanks comes from PagerDuty
        message = f"{named} has acknowledged {incident.id} already."
        raise Conflict(message)
    return _moved(incident, acknowledged_by=by, acknowledged_at=now)


def resolve(incident: Incident, resolution: Resolution) -> Incident:
    """End it well."""
    must_be_open(incident)
    ended = _not_before(incident, resolution.at)
    return _moved(
        incident,
        status=Status.RESOLVED,
        resolution=resolution,
        ended_at=ended,
        mitigated_at=incident.mitigated_at or ended,
        **QUIET,
    )


def close_without_resolving(
    incident: Incident, reason: CloseReason, *, now: datetime, duplicate_of: str | None = None
) -> Incident:
    """End it as a duplicate or a false alarm; nobody is told "resolved".

    Raises:
        Invalid: a duplicate must name another incident.
    """
    must_be_open(incident)
    if reason is CloseReason.DUPLICATE and duplicate_of in (None, incident.id):
        message = "Name the incident that this one is a duplicate of."
        raise Invalid(message, "duplicate_of")
    return _moved(
        incident,
        status=Status.CLOSED,
        close_reason=reason,
        duplicate_of=duplicate_of,
        ended_at=_not_before(incident, now),
        **QUIET,
    )


def reopen(incident: Incident, *, now: datetime) -> Incident:
    """Take an ended incident up again; an update is due one cadence from now.

    Raises:
        Conflict: it is open, or its private channel never existed.
    """
    if incident.is_open:
        message = f"{incident.id} is open already."
        raise Conflict(message)
    if incident.close_reason is CloseReason.NO_CHANNEL:
        message = f"{incident.id} never had a channel: declare a new incident."
        raise Conflict(message)
    return _moved(
        incident,
        status=Status.INVESTIGATING,
        ended_at=None,
        mitigated_at=None,
        close_reason=None,
        duplicate_of=None,
        resolution=None,
        reopened=incident.reopened + 1,
        update_due_at=now + incident.cadence,
        archived=False,
    )


def snooze(incident: Incident, duration: timedelta, *, now: datetime) -> Incident:
    """Put the next reminder off once, from now; the cadence stays as it is.

    Raises:
        Invalid: not between a minute and a day, or over before the update is due at all.
    """
    must_be_open(incident)
    if not timedelta(minutes=1) <= duration <= timedelta(days=1):
        message = "Snooze for `1m` to `24h`, for example `/incident snooze 45m`."
        raise Invalid(message, "duration")
    left = (incident.update_due_at or now) - now
    if duration <= left:
        longer = _in_minutes(left + timedelta(minutes=15))
        message = (
            f"The next update is due in {_in_minutes(left)} and no reminder comes before it. "
            f"Snooze for longer: `/incident snooze {longer}`."
        )
        raise Invalid(message, "duration")
    return _moved(incident, snoozed_until=now + duration, nags=0)


def must_be_open(incident: Incident) -> None:
    """Raise Conflict, with the way on, when the incident has ended."""
    if not incident.is_open:
        message = f"{incident.id} is {incident.status.value}. `/incident reopen` takes it up again."
        raise Conflict(message)


def shorten(text: str, limit: int) -> str:
    """Return `text` within `limit` characters, an ellipsis at the cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _visible(text: str) -> bool:
    """Whether anything of `text` can be seen: zero-width and control characters cannot."""
    return any(unicodedata.category(letter)[0] not in "CZ" for letter in text)


def _in_minutes(length: timedelta) -> str:
    return say_duration(timedelta(minutes=math.ceil(length / timedelta(minutes=1))))


def _not_before(incident: Incident, now: datetime) -> datetime:
    """Return `now`, or the last thing that happened when the clock was set back since."""
    return max(now, incident.declared_at, incident.mitigated_at or incident.declared_at)


def _moved(incident: Incident, **changes: Any) -> Incident:
    return incident.model_copy(update=changes)
