"""Messages posted in an incident's channel: handover, reminder, tasks, archive, one-liners."""

from collections.abc import Collection
from typing import Final

from bot.domain.incident import Incident, IncidentRole, Task
from bot.domain.reminders import Nag
from bot.domain.severity import Severity
from bot.views.card import archive_button, task_button
from bot.views.facts import (
    MARKS,
    ROLE_NAMES,
    due_line,
    headline,
    impact_line,
    started_line,
    unfinished,
)
from bot.views.kit import actions, button, context, message, section
from bot.views.limits import Message
from bot.views.mrkdwn import ago, esc, line, span_hours, user, users, when

NOTE: Final = 1000
MINUTE: Final = 60  # seconds


def handover_offer(incident: Incident, answered: str = "") -> Message:
    """Ask somebody to take command, with what they need to decide; Accept and Decline.

    `answered` ("accepted", "declined") takes the place of the buttons.

    Raises:
        ValueError: command is not offered to anybody.
    """
    offer = incident.handover
    if offer is None:
        reason = f"command of {incident.id} is not offered"
        raise ValueError(reason)
    to, by = user(offer.to), user(offer.by)
    said = f"{to}: {by} offers you command of {headline(incident)}"
    about = [started_line(incident), impact_line(incident), due_line(incident)]
    note = esc(offer.note.strip(), NOTE)
    row = actions(
        button("Accept", "incident.handover:accept", incident.id, "primary"),
        button("Decline", "incident.handover:decline", incident.id),
    )
    hint = context(f"{by} leads until you accept. `/incident catchup` tells you the rest.")
    return message(
        said,
        section(said),
        section("\n".join(about)),
        *([section(f"*Note* {note}")] if note else []),
        *([context(f"Answered: {answered}.")] if answered else [row, hint]),
    )


def handover_accepted(incident: Incident) -> Message:
    """Say who leads now."""
    before = incident.roles.get(IncidentRole.DEPUTY)
    deputy = f"; {user(before)} is deputy" if before else ""
    said = f"🧭 {user(incident.roles.get(IncidentRole.COMMANDER))} leads {incident.id} now{deputy}"
    return message(said, section(said))


def handover_declined(incident: Incident, by: str) -> Message:
    """Say that command stays where it was."""
    leader = user(incident.roles.get(IncidentRole.COMMANDER))
    said = f"{user(by)} declined command of {incident.id}. Commander: {leader}"
    return message(said, section(said))


def seated(incident: Incident, role: IncidentRole, holder: str, by: str) -> Message:
    """Say on one quiet line who does what now."""
    giver = "" if holder == by else f", given by {user(by)}"
    said = f"🧭 {user(holder)} is {ROLE_NAMES[role]} of {incident.id}{giver}"
    return message(said, context(said))


def called(incident: Incident, holders: Collection[str], by: str) -> Message:
    """Call people in, by mention."""
    said = f"📟 {users(holders, 20)}: {user(by)} calls you in on {headline(incident)}"
    return message(said, section(said), context("`/incident catchup` tells you what you missed."))


def severity_changed(incident: Incident, before: Severity, by: str) -> Message:
    """Say that it is worse or better than thought, and when the next update is due."""
    now = f"{MARKS[incident.severity]} *{incident.severity.value.upper()}*"
    change = f"{MARKS[before]} {before.value.upper()} → {now}"
    said = f"{change} · {incident.id}, by {user(by)} · {due_line(incident)}"
    return message(said, section(said))


def reopened(incident: Incident, by: str) -> Message:
    """Say that it goes on."""
    said = f"♻️ {user(by)} reopened {headline(incident)} · {due_line(incident)}"
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


def task_message(incident: Incident, task: Task) -> Message:
    """Say what there is to do, for whom and how far it is, with the buttons that move it on."""
    owner = user(task.owner) if task.owner else "nobody yet: who takes it?"
    about = f"Task {task.number} of {incident.id}: {line(task.text, 600)} · {owner}"
    if task.status == "open":
        start = button("Start", "incident.task:start", f"{incident.id}|{task.number}")
        said = f"📌 {about}"
        return message(said, section(said), actions(start, task_button(incident, task)))
    state = f"*{line(task.status, 40)}*"
    if task.status == "done":
        said = f"☑️ {about} · {state}"
        return message(said, context(said))
    said = f"🔧 {about} · {state}"
    return message(said, section(said), actions(task_button(incident, task)))


def archive_offer(incident: Incident) -> Message:
    """Offer to archive the channel after the end, with what is left to do."""
    left = len(unfinished(incident))
    follow = f" Follow-up tasks still open: {left}." if left else ""
    said = (
        f"{incident.id} has ended {ago(incident.ended_at)}. This channel can be archived.{follow}"
    )
    hint = "`/incident postmortem` drafts the post-mortem first."
    return message(said, section(said), actions(archive_button(incident)), context(hint))
