"""Modals: the skeleton, refusals, the preview, and the small forms."""

from datetime import datetime, timedelta
from typing import Final

from bot.domain.config import Config
from bot.domain.incident import Incident
from bot.domain.roles import TASK_MAX
from bot.domain.severity import Severity
from bot.views import inputs
from bot.views.facts import MARKS, due_line, headline, roles_line
from bot.views.inputs import needed, option, person, prompted, select
from bot.views.kit import Element, context, modal, section
from bot.views.limits import Message, View
from bot.views.mrkdwn import notice, span_hours

SNOOZES: Final = {
    "15m": timedelta(minutes=15),
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
    "4h": timedelta(hours=4),
    "12h": timedelta(hours=12),
}
NOTE: Final = 1000


def loading(title: str, callback_id: str) -> View:
    """Return the skeleton that is opened at once, while the real form is being made."""
    return modal(title, callback_id, [section("⏳ One moment…")])


def refusal(title: str, text: str, callback_id: str = "refusal") -> View:
    """Return what a form becomes when it cannot be used. `text` is a UserError's sentence."""
    return modal(title, callback_id, [section(f"🚫 {notice(text, 2500)}")])


def preview(message: Message, callback_id: str = "incident.preview") -> View:
    """Return a view, pushed on the form, that shows exactly what would be posted."""
    shown = [block for block in message["blocks"] if block["type"] != "actions"]
    hint = context("Nothing has been posted. Close this to go on writing.")
    return modal("Preview", callback_id, [hint, *shown])


def handover(incident: Incident, to: str | None = None) -> View:
    """Ask who takes command, and what they should know. Fields: user, note."""
    return modal(
        "Hand over command",
        "incident.handover",
        [
            section(f"{headline(incident)}\n{roles_line(incident)}"),
            needed(person("user", "Who takes command?", initial=to)),
            inputs.text("note", "What should they know?", most=NOTE, lines=True),
            context("Command stays where it is until they accept."),
        ],
        "Offer",
    )


def task(incident: Incident, text: str = "") -> View:
    """Ask for a task. Fields: text, owner."""
    words = inputs.text("text", "What has to be done?", most=TASK_MAX, initial=text)
    return modal(
        "Add a task",
        "incident.task",
        [
            section(headline(incident)),
            needed(prompted(words, "Drain node-3")),
            person("owner", "Who does it?"),
        ],
        "Add",
    )


def severity(incident: Incident, config: Config) -> View:
    """Ask for another severity. Field: severity."""
    choices = severity_options(config, incident.system)
    now = incident.severity.value
    return modal(
        "Change the severity",
        "incident.severity",
        [
            section(headline(incident)),
            needed(select("severity", "Severity", choices, initial=now)),
            context("The next update is due by the new severity's rhythm."),
        ],
        "Change",
    )


def snooze(incident: Incident, now: datetime) -> View:
    """Ask how long reminders stay quiet. Field: duration, a value of `SNOOZES`.

    Only what ends after the update is due is offered; the longest always is.
    """
    left = (incident.update_due_at or now) - now
    *spans, longest = SNOOZES.items()
    choices = [
        option(span_hours(span), value)
        for value, span in [*(one for one in spans if one[1] > left), longest]
    ]
    usual = next((one["value"] for one in choices if one["value"] == "30m"), choices[0]["value"])
    return modal(
        "Snooze the reminder",
        "incident.snooze",
        [
            section(f"{headline(incident)}\n{due_line(incident, now)}"),
            needed(select("duration", "No reminder for", choices, initial=usual)),
            context("This once. The card still shows when an update was promised."),
        ],
        "Snooze",
    )


def severity_options(config: Config, system: str | None) -> list[Element]:
    """Return the four severities in the words of the system's own people, with their meaning."""
    rows = [(level, config.timetable(system, level)) for level in Severity]
    return [
        option(f"{MARKS[level]} {level.value.upper()} · {row.label}", level.value, row.meaning)
        for level, row in rows
    ]
