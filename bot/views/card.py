"""The one live card of an incident: at most eight lines, edited in place (P10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from bot.domain.config import Config
from bot.domain.incident import Incident, IncidentRole, Status
from bot.domain.outbox import LaneStatus
from bot.views.facts import (
    ROLE_NAMES,
    due_line,
    headline,
    impact_line,
    roles_line,
    started_line,
    status_words,
    title_line,
)
from bot.views.kit import Element, actions, button, confirm, context, message, section
from bot.views.limits import Block, Message
from bot.views.mrkdwn import channel, line, link, user

BUTTONS = 5  # one row of a phone turned sideways
LANES = 2  # lines left for failing lanes


def incident_card(  # noqa: PLR0913 - one card has this many sources, all by name
    incident: Incident,
    *,
    refs: Mapping[str, str],
    config: Config,
    lanes: Sequence[LaneStatus] = (),
    where: Literal["incident", "announce"],
    permalink: str | None = None,
    now: datetime | None = None,
) -> Message:
    """Return the card for the incident's own channel or for the announcements.

    With `now` "overdue" is exact; without it, it means that a reminder was sent.

    Raises:
        ValueError: a card of a private incident is asked for the announcements (P8).
    """
    if where == "announce" and incident.private:
        reason = f"{incident.id} is private: it has no card among the announcements"
        raise ValueError(reason)
    body = "\n".join(_lines(incident, refs, config, permalink, now))
    blocks = [section(body), *lane_blocks(lanes, LANES)]
    row = _announce_row(incident) if where == "announce" else _incident_row(incident)
    blocks += [actions(*row)] if row else []
    blocks += [] if incident.is_open else [context(_after(incident))]
    return message(headline(incident), *blocks)


def lane_blocks(lanes: Sequence[LaneStatus], most: int = 20) -> list[Block]:
    """Return what cannot be delivered, each with a Retry button."""
    shown = lanes if len(lanes) <= most else lanes[: most - 1]
    blocks = [
        section(lane_sentence(lane), retry_button(lane, index)) for index, lane in enumerate(shown)
    ]
    if len(lanes) > len(shown):
        rest = len(lanes) - len(shown)
        blocks.append(context(f"⚠️ {rest} more cannot be delivered: `/incident status` lists them"))
    return blocks


def lane_sentence(lane: LaneStatus) -> str:
    """Return what is failing and why, on one line."""
    error = line(lane.error, 240) or "no reason given"
    return f"⚠️ {lane_name(lane.lane)}: failing, {lane.waiting} waiting. {error}"


def lane_name(lane: str) -> str:
    """Return a lane as people call it."""
    kind, _, target = lane.partition(":")
    if kind == "channel":
        return f"Announcements in {channel(target)}"
    names = {
        "incident": "Posts to the incident channel",
        "housekeeping": "Topic, pins and bookmarks",
        "user": f"Direct messages to {user(target)}",
        "home": f"App Home of {user(target)}",
        "answer": "Private answers",
    }
    return names.get(kind) or line(lane, 80)


def retry_button(lane: LaneStatus, index: int) -> Element:
    """Return the button that lets a failed lane go on; its value only says which one."""
    return button("Retry", f"lane.retry:{index}", f"{lane.incident}|{lane.lane}")


def _lines(
    incident: Incident,
    refs: Mapping[str, str],
    config: Config,
    permalink: str | None,
    now: datetime | None,
) -> list[str]:
    place = channel(refs.get("channel") or incident.channel_name)
    lock = "🔒 private" if incident.private else ""
    service = line(config.service_name(incident.system), 100)
    more = link(permalink, "details") if permalink else ""
    second = [f"*{status_words(incident)}*", service, incident.id, place, lock, more]
    return [
        title_line(incident, config),
        " · ".join(part for part in second if part),
        roles_line(incident),
        started_line(incident),
        impact_line(incident),
        *([due_line(incident, now)] if incident.is_open else []),
    ]


def _incident_row(incident: Incident) -> list[Element]:
    """Return the buttons a person needs next; the rest are words of `/incident`."""
    if not incident.is_open:
        return [] if incident.archived else [archive_button(incident)]
    row = [
        button("Post update", "incident.update", incident.id, "primary"),
        button("Resolve", "incident.resolve", incident.id),
        *_acknowledge(incident),
        *claims(incident, IncidentRole.COMMANDER, IncidentRole.ONCALL),
        button("Add task", "incident.task", incident.id),
        button("Snooze", "incident.snooze", incident.id),
        *claims(incident, IncidentRole.COMMS),
    ]
    return row[:BUTTONS]


def _announce_row(incident: Incident) -> list[Element]:
    if not incident.is_open:
        return []
    return [*_acknowledge(incident), *claims(incident, IncidentRole.COMMANDER)]


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
