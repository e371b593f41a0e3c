"""When an update is due, who is reminded, and when to look again. All of it from the incident."""

from datetime import datetime, timedelta

from bot.domain.incident import Incident, IncidentRole
from bot.domain.values import Value

QUIET_AFTER_UPDATE = timedelta(minutes=5)  # P10: no nag right after an update
NAG_EVERY = timedelta(minutes=10)  # while overdue, counted from the reminder before
MAX_NAGS = 6  # then the card alone says "overdue"


class Nag(Value):
    """A reminder to send now. `to` is a person, or None for the whole channel."""

    to: str | None
    overdue: timedelta
    step: int  # 0 is the first reminder


def next_wake(incident: Incident) -> datetime | None:
    """Return when the incident must be looked at for a reminder; None when never."""
    if not incident.is_open or incident.update_due_at is None or incident.nags >= MAX_NAGS:
        return None
    due = incident.update_due_at
    if incident.nagged_at is not None:
        due = max(due, incident.nagged_at + NAG_EVERY)
    if incident.snoozed_until is not None:
        due = max(due, incident.snoozed_until)
    return max(due, incident.spoken_at + QUIET_AFTER_UPDATE)


def nag(incident: Incident, *, now: datetime) -> Nag | None:
    """Return the reminder to send at `now`, or None when none is due.

    The first goes to the owner of communication (comms, else commander, else who declared), the
    next to the commander's deputy (else the commander), later ones to the whole channel.
    """
    wake = next_wake(incident)
    if wake is None or now < wake or incident.update_due_at is None:
        return None
    return Nag(
        to=_reminded(incident, incident.nags),
        overdue=max(now - incident.update_due_at, timedelta(0)),
        step=incident.nags,
    )


def nagged(incident: Incident, *, now: datetime) -> Incident:
    """Note that a reminder went out at `now`.

    The next one follows after NAG_EVERY, so that a bot that was down for an hour, or a snooze that
    ran out long after the update was due, does not send all reminders at once.
    """
    said = {"nags": incident.nags + 1, "nagged_at": now}
    return incident.model_copy(update={**said, "snoozed_until": None})


def _reminded(incident: Incident, step: int) -> str | None:
    roles = incident.roles
    commander = roles.get(IncidentRole.COMMANDER)
    if step == 0:
        return roles.get(IncidentRole.COMMS) or commander or incident.declared_by
    if step == 1:
        return roles.get(IncidentRole.DEPUTY) or commander or incident.declared_by
    return None
