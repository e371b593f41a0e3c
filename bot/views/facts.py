"""What can be said of an incident in words: computed once, used by every message."""

from datetime import datetime, timedelta
from typing import Final

from bot.domain.config import Config
from bot.domain.incident import CloseReason, Incident, IncidentRole, Status, Task
from bot.domain.severity import DEFAULT_TIMETABLES, Severity
from bot.views.mrkdwn import (
    NOT_KNOWN,
    Safe,
    ago,
    bold,
    line,
    span_hours,
    time_of_day,
    user,
    when,
)

MARKS: Final = {
    Severity.SEV1: "🔴",
    Severity.SEV2: "🟠",
    Severity.SEV3: "🟡",
    Severity.SEV4: "🔵",
}
ROLE_NAMES: Final = {
    IncidentRole.COMMANDER: "commander",
    IncidentRole.ONCALL: "on-call",
    IncidentRole.COMMS: "comms",
    IncidentRole.DEPUTY: "deputy",
}
TITLE: Final = 400  # 200 characters of title, some of them escaped


def mark(incident: Incident) -> str:
    """Return the emoji in front of an incident: its severity, or how it ended."""
    if incident.is_open:
        return MARKS[incident.severity]
    return "✅" if incident.status is Status.RESOLVED else "🗂️"


def severity_label(incident: Incident, config: Config) -> str:
    """Return "SEV1 · P0 - Critical": ours and what the system's own people say."""
    label = config.timetable(incident.system, incident.severity).label
    return f"{incident.severity.value.upper()} · {label}"


def own_label(incident: Incident, config: Config) -> Safe:
    """Return "P0 - Critical" where the system's people call it otherwise than we do, else ""."""
    label = config.timetable(incident.system, incident.severity).label
    usual = DEFAULT_TIMETABLES[incident.severity].label
    return Safe("") if label == usual else line(label, 60)


def headline(incident: Incident, *, marked: bool = True) -> Safe:
    """Return "🔴 SEV1 · checkout is slow (INC-00042)": what an incident is called everywhere."""
    before = f"{mark(incident)} " if marked else ""
    level = incident.severity.value.upper()
    return Safe(f"{before}{level} · {line(incident.title, TITLE)} ({incident.id})")


def title_line(incident: Incident) -> Safe:
    """Return the headline as the first line of the card."""
    title = bold(f"{incident.severity.value.upper()} · {incident.title}", TITLE)
    return Safe(f"{mark(incident)} {title} ({incident.id})")


def status_words(incident: Incident) -> Safe:
    """Return where it stands; a closed incident says why and never "resolved"."""
    if incident.status is not Status.CLOSED:
        return Safe(incident.status.value.capitalize())
    return Safe(f"Closed: {_reason(incident)}")


def closing_sentence(incident: Incident) -> Safe:
    """Return what readers are told about an incident that ended without a fix."""
    if incident.close_reason is CloseReason.DUPLICATE:
        other = line(incident.duplicate_of or "another incident", 80)
        return Safe(f"This is a duplicate of {other}: the work and the updates go on there.")
    if incident.close_reason is CloseReason.NO_CHANNEL:
        return Safe("Its private channel could not be created, so it was not opened at all.")
    return Safe("This was a false alarm: nothing was wrong, and nothing had to be fixed.")


def due_line(incident: Incident, now: datetime | None = None) -> Safe:
    """Return when readers hear more. Without `now` a reminder that was sent means overdue."""
    due = incident.update_due_at
    if due is None:
        return Safe("No further update is planned")
    if is_snoozed(incident, now):
        until = time_of_day(incident.snoozed_until)
        return Safe(f"*Reminders snoozed* until {until} · update due {when(due)}")
    if is_overdue(incident, now):
        return Safe(f"⚠️ *Update overdue* since {when(due)} ({ago(due)})")
    return Safe(f"*Next update* due {when(due)}")


def is_snoozed(incident: Incident, now: datetime | None = None) -> bool:
    """Whether a reminder is put off: until after the update is due, and not over yet."""
    until, due = incident.snoozed_until, incident.update_due_at
    if until is None or due is None or until <= due:
        return False
    return now is None or until > now


def is_overdue(incident: Incident, now: datetime | None = None) -> bool:
    """Whether readers wait for an update that was promised for earlier."""
    if not incident.is_open or incident.update_due_at is None:
        return False
    return incident.nags > 0 if now is None else incident.update_due_at < now


def started_line(incident: Incident) -> Safe:
    """Return when it began and how old it is, or how long it lasted."""
    began = f"*Started* {when(incident.declared_at)}"
    if incident.ended_at is None:
        return Safe(f"{began} · {ago(incident.declared_at)}")
    lasted = span_hours(incident.ended_at - incident.declared_at)
    return Safe(f"{began} · *ended* {when(incident.ended_at)} · lasted {lasted}")


def roles_line(incident: Incident) -> Safe:
    """Return who leads and who is on call; others and an open offer when there are any."""
    roles = incident.roles
    shown = [IncidentRole.COMMANDER, IncidentRole.ONCALL]
    shown += [role for role in (IncidentRole.DEPUTY, IncidentRole.COMMS) if role in roles]
    text = " · ".join(
        f"*{ROLE_NAMES[role].capitalize()}* {user(roles.get(role))}" for role in shown
    )
    offer = f" · command offered to {user(incident.handover.to)}" if incident.handover else ""
    return Safe(text + offer)


def impact_line(incident: Incident, limit: int = 300) -> Safe:
    """Return what customers notice, on one line."""
    return Safe(f"*Impact* {line(incident.situation.impact, limit) or NOT_KNOWN}")


def acknowledged_after(incident: Incident) -> timedelta | None:
    """Return declaration to acknowledgement; None when nobody has."""
    at = incident.acknowledged_at
    return at - incident.declared_at if at else None


def mitigated_after(incident: Incident) -> timedelta | None:
    """Return declaration to the end of the impact (monitoring or resolved); None while it lasts."""
    at = incident.mitigated_at
    return at - incident.declared_at if at else None


def involved(incident: Incident) -> tuple[str, ...]:
    """Return who did something in it, leaders first, each once; being invited is not enough."""
    spoke = [said.by for said in (incident.last_update, incident.resolution) if said]
    owners = [task.owner for task in incident.tasks]
    leaders = [incident.roles.get(role) for role in ROLE_NAMES]
    everyone = [*leaders, incident.declared_by, incident.acknowledged_by, *spoke, *owners]
    return tuple(dict.fromkeys(one for one in everyone if one))


def unfinished(incident: Incident) -> list[Task]:
    """Return the tasks that are not done, those in progress first."""
    left = [task for task in incident.tasks if task.status != "done"]
    return sorted(left, key=lambda task: task.status != "in progress")


def numbered(task: Task, limit: int = 200) -> Safe:
    """Return a task with the number that `/incident task done N` takes."""
    text = f"{task.number}. {line(task.text, limit)} · {user(task.owner)} · {line(task.status, 40)}"
    return Safe(text)


def _reason(incident: Incident) -> str:
    if incident.close_reason is CloseReason.DUPLICATE:
        return f"duplicate of {line(incident.duplicate_of or 'another incident', 80)}"
    return incident.close_reason.value if incident.close_reason else "no reason given"
