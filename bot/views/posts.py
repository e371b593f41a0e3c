"""Messages posted in an incident's channel: handover, reminder, tasks, archive, one-liners."""

from typing import Final

from bot.domain.incident import Handover, Incident, IncidentRole, Task
from bot.domain.reminders import Nag
from bot.views.card import archive_button, task_button
from bot.views.facts import (
    due_line,
    headline,
    impact_line,
    involved,
    started_line,
    unfinished,
)
from bot.views.kit import actions, button, context, message, section
from bot.views.limits import Message
from bot.views.mrkdwn import ago, esc, line, prose, span_hours, user, when

NOTE: Final = 1000
MINUTE: Final = 60  # seconds


def handover_offer(incident: Incident, offer: Handover) -> Message:
    """Ask somebody to take command, with what they need to decide; Accept and Decline."""
    to, by = user(offer.to), user(offer.by)
    said = f"{to}: {by} offers you command of {headline(incident)}"
    about = [started_line(incident), impact_line(incident), due_line(incident)]
    note = esc(offer.note.strip(), NOTE)
    row = actions(
        button("Accept", "incident.handover:accept", incident.id, "primary"),
        button("Decline", "incident.handover:decline", incident.id),
    )
    return message(
        said,
        section(said),
        section("\n".join(about)),
        *([section(f"*Note* {note}")] if note else []),
        row,
        context(f"{by} leads until you accept. `/incident catchup` tells you the rest."),
    )


def handover_done(incident: Incident, offer: Handover, *, accepted: bool) -> Message:
    """Say who leads now: the one who accepted, or the one who did before."""
    if accepted:
        said = f"🧭 {user(offer.to)} leads {incident.id} now, taken over from {user(offer.by)}"
    else:
        leader = user(incident.roles.get(IncidentRole.COMMANDER))
        said = f"{user(offer.to)} declined command of {incident.id}. Commander: {leader}"
    return message(said, section(said))


def nag(incident: Incident, due: Nag) -> Message:
    """Remind of the update that was promised. Later reminders speak to the whole channel."""
    to = f"{user(due.to)}: the" if due.to else "The"
    late = f", {span_hours(due.overdue)} ago" if due.overdue.total_seconds() >= MINUTE else ""
    promised = f"was due {when(incident.update_due_at)}{late}"
    said = f"⏰ {to} update on {headline(incident)} {promised}."
    row = actions(
        button("Post update", "incident.update", incident.id, "primary"),
        button("Snooze 15m", "incident.snooze:15m", incident.id),
        button("Snooze 30m", "incident.snooze:30m", incident.id),
    )
    return message(said, section(said), row)


def task_added(incident: Incident, task: Task) -> Message:
    """Say what there is to do and for whom; the buttons move it on."""
    owner = user(task.owner) if task.owner else "nobody yet: who takes it?"
    said = f"📌 Task {task.number} of {incident.id}: {line(task.text, 600)} · {owner}"
    start = button("Start", "incident.task:start", f"{incident.id}|{task.number}")
    return message(said, section(said), actions(start, task_button(incident, task)))


def task_moved(incident: Incident, task: Task, by: str) -> Message:
    """Say on one quiet line that a task moved."""
    mark = "☑️" if task.status == "done" else "🔧"
    told = f"task {task.number} of {incident.id} is {line(task.status, 40)}"
    said = f"{mark} {user(by)}: {told} · {line(task.text, 600)}"
    return message(said, context(said))


def archive_offer(incident: Incident) -> Message:
    """Offer to archive the channel after the end, with what is left to do."""
    left = len(unfinished(incident))
    follow = f" Follow-up tasks still open: {left}." if left else ""
    said = (
        f"{incident.id} has ended {ago(incident.ended_at)}. This channel can be archived.{follow}"
    )
    hint = "`/incident postmortem` drafts the post-mortem first."
    return message(said, section(said), actions(archive_button(incident)), context(hint))


def happened(incident: Incident, text: str) -> Message:
    """Say one quiet line. `text` is ours; it may mention people of the incident."""
    said = prose(text, {*involved(incident), *incident.invited}, 600)
    return message(said, context(said))
