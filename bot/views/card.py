"""The one live card of an incident: at most eight lines, edited in place (P10).

What an action id carries behind its colon says which one is meant; the value is the incident's id
(with `|` and a word, number or lane behind it where one of several is meant).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from bot.domain.config import Config
from bot.domain.incident import Incident, IncidentRole, Status, Task
from bot.domain.outbox import LaneStatus
from bot.views.facts import (
    ROLE_NAMES,
    due_line,
    headline,
    impact_line,
    mark,
    numbered,
    own_label,
    roles_line,
    started_line,
    status_words,
    title_line,
    unfinished,
)
from bot.views.inputs import option
from bot.views.kit import Element, actions, button, confirm, context, message, overflow, section
from bot.views.lanes import lane_blocks
from bot.views.limits import Block, Message, pieces
from bot.views.mrkdwn import channel, line, link

BUTTONS = 5  # more wrap to a third row on a phone
LANES = 2  # lines left for failing lanes
PANEL_TASKS = 10  # with a button each
TOPIC = 250  # conversations.setTopic: too_long above it
MENU = {
    "timeline": "Timeline",
    "catchup": "Catch me up",
    "escalate": "Escalate now",
    "customers": "Tell customers…",
    "postmortem": "Draft the post-mortem",
    "reopen": "Reopen",
}


def incident_card(  # noqa: PLR0913 - one card has this many sources, all by name
    incident: Incident,
    *,
    refs: Mapping[str, str],
    config: Config,
    lanes: Sequence[LaneStatus] = (),
    where: Literal["incident", "announce"],
    permalink: str | None = None,
    place: bool | None = None,
    extra: Sequence[str] = (),
    now: datetime | None = None,
) -> Message:
    """Return the card for the incident's own channel or for the announcements.

    With `now` "overdue" is exact; without it, it means that a reminder was sent. `place` says
    whether the channel is named: not in itself, unless it is asked for. `extra` are finished lines
    on who was woken.

    Raises:
        ValueError: a card of a private incident is asked for the announcements (P8).
    """
    if where == "announce" and incident.private:
        reason = f"{incident.id} is private: it has no card among the announcements"
        raise ValueError(reason)
    inside = where == "incident"
    room = refs.get("channel")
    shown = (
        channel(room or incident.channel_name) if (not inside if place is None else place) else ""
    )
    body = "\n".join([*_lines(incident, config, shown, permalink, now), *extra])
    blocks = [section(body), *lane_blocks(lanes, LANES, made=room is not None)]
    row = _incident_row(incident) if inside else _announce_row(incident)
    blocks += [actions(*row)] if row else []
    blocks += [context(_after(incident))] if inside and not incident.is_open else []
    return message(headline(incident), *blocks)


def status_panel(
    incident: Incident,
    *,
    refs: Mapping[str, str],
    config: Config,
    lanes: Sequence[LaneStatus] = (),
    here: str | None = None,
    now: datetime | None = None,
) -> Message:
    """Return the private panel: the card, every failing lane with its Retry, the open tasks.

    `here` is the channel in which it is shown.
    """
    room = refs.get("channel")
    elsewhere = room is None or room != here
    card = incident_card(
        incident, refs=refs, config=config, where="incident", place=elsewhere, now=now
    )
    return message(
        card["text"],
        *card["blocks"],
        *lane_blocks(lanes, made=room is not None),
        *_tasks(incident),
        context("`/incident help` lists what else can be done."),
    )


def topic(incident: Incident) -> str:
    """Return the topic of the incident's channel."""
    level = f"{mark(incident)} {incident.severity.value.upper()}"
    lock = "🔒 private · " if incident.private else ""
    end = " · /incident shows how it stands"
    room = TOPIC - len(level) - len(lock) - len(end) - len(" · ")
    return f"{level} · {lock}{line(incident.title, room)}{end}"


def _tasks(incident: Incident) -> list[Block]:
    if not incident.tasks:
        return []
    left = unfinished(incident)
    done = len(incident.tasks) - len(left)
    rows = [section(numbered(task), task_button(incident, task)) for task in left[:PANEL_TASKS]]
    rest = [numbered(task, 80) for task in left[PANEL_TASKS:]]
    more = [section(piece) for piece in pieces("\n".join(rest))]
    return [section(f"*Tasks* {len(left)} open, {done} done"), *rows, *more]


def task_button(incident: Incident, task: Task) -> Element:
    """Return the button that moves a task on."""
    return button("Done", "incident.task:done", f"{incident.id}|{task.number}")


def _lines(
    incident: Incident, config: Config, place: str, permalink: str | None, now: datetime | None
) -> list[str]:
    lock = "🔒 private" if incident.private else ""
    service = line(config.service_name(incident.system), 100)
    level = own_label(incident, config)
    more = link(permalink, "details") if permalink else ""
    second = [f"*{status_words(incident)}*", level, service, place, lock, more]
    return [
        title_line(incident),
        " · ".join(part for part in second if part),
        roles_line(incident),
        started_line(incident),
        impact_line(incident),
        *([due_line(incident, now)] if incident.is_open else []),
    ]


def _incident_row(incident: Incident) -> list[Element]:
    """Return the five buttons a person needs next, and a menu of the rest."""
    if not incident.is_open:
        archive = [] if incident.archived else [archive_button(incident)]
        return [*archive, menu(incident, "postmortem", "timeline", "reopen")]
    row = [
        button("Post update", "incident.update", incident.id, "primary"),
        button("Resolve", "incident.resolve", incident.id),
        *_acknowledge(incident),
        *claims(incident, IncidentRole.COMMANDER, IncidentRole.ONCALL),
        button("Add task", "incident.task", incident.id),
        button("Snooze", "incident.snooze", incident.id),
        button("Hand over", "incident.handover", incident.id),
    ]
    customers = [] if incident.private else ["customers"]  # P8
    words = ("timeline", "catchup", "escalate", *customers, "postmortem")
    return [*row[:BUTTONS], menu(incident, *words)]


def _announce_row(incident: Incident) -> list[Element]:
    if not incident.is_open:
        return []
    return [*_acknowledge(incident), *claims(incident, IncidentRole.COMMANDER)]


def menu(incident: Incident, *names: str) -> Element:
    """Return the "..." menu; an option's value is the incident and the word it stands for."""
    choices = [option(MENU[name], f"{incident.id}|{name}") for name in names]
    return overflow("incident.more", choices)


def claims(incident: Incident, *roles: IncidentRole) -> list[Element]:
    """Return a claim button for each role that is free."""
    return [
        button(f"Claim {ROLE_NAMES[role]}", f"incident.role:{role.value}", incident.id)
        for role in roles
        if role not in incident.roles
    ]


def archive_button(incident: Incident) -> Element:
    """Return the button that archives the incident's channel; it asks first."""
    ask = confirm(
        "Archive this channel?",
        "Nobody can post in it any more; everything stays readable.",
        "Archive",
    )
    return button("Archive channel", "incident.archive", incident.id, ask=ask)


def _acknowledge(incident: Incident) -> list[Element]:
    if incident.acknowledged_by is not None:
        return []
    return [button("Acknowledge", "incident.ack", incident.id)]


def _after(incident: Incident) -> str:
    if incident.archived:
        return f"The channel is archived. `/incident reopen {incident.id}` takes it up again."
    hint = "`/incident reopen` takes it up again"
    if incident.status is Status.RESOLVED:
        hint += " · `/incident postmortem` drafts the post-mortem"
    return f"{hint}."
