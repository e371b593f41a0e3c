"""Private panels of one incident: timeline, catch-up."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.incident import Incident, TimelineLine
from bot.views.facts import (
    due_line,
    headline,
    impact_line,
    involved,
    numbered,
    roles_line,
    started_line,
    status_words,
    unfinished,
)
from bot.views.kit import context, header, message, section
from bot.views.limits import Block, Message, pieces
from bot.views.mrkdwn import ago, heard, known, line, link, prose, user, users, when

RECENT: Final = timedelta(minutes=30)
ROOM: Final = 9_000  # characters of timeline in one message; the JSON around them fits beside
LINE: Final = 400  # one timeline line
RECENT_LINES: Final = 15
TASKS: Final = 10
_PINNED: Final = re.compile(r"<@([UW][A-Z0-9]{1,30})>: (.*)")


def timeline(incident: Incident, lines: Sequence[TimelineLine]) -> Message:
    """Show what happened, oldest first; when it is too long the oldest lines go, with a note."""
    told = [timeline_line(incident, one) for one in lines]
    kept = newest(told, ROOM)
    blocks = [section(f"*Timeline* of {headline(incident)}")]
    if gone := len(told) - len(kept):
        count = "1 older line is" if gone == 1 else f"{gone} older lines are"
        blocks.append(context(f"… {count} left out; `/incident postmortem` has all of them"))
    if not told:
        blocks.append(section("Nothing has been noted yet."))
    return message(
        f"Timeline of {headline(incident)}",
        *blocks,
        *_sections(kept),
        more="`/incident postmortem`",
    )


def catchup(incident: Incident, lines: Sequence[TimelineLine], *, now: datetime) -> Message:
    """Tell somebody who comes late what it is, who does what, what changed and what is due."""
    recent = [timeline_line(incident, one) for one in lines if one.at >= now - RECENT]
    kept = newest(recent, ROOM // 2)[-RECENT_LINES:]
    shown = kept or ["Nothing was noted."]
    return message(
        f"Catch-up on {headline(incident)}",
        header(f"Catch-up: {incident.id}"),
        section("\n".join(_now(incident))),
        section(_last_update(incident)),
        *_sections([f"*The last 30 minutes* ({len(recent)})", *shown]),
        *_sections(_open_tasks(incident)),
        section(due_line(incident, now)),
        context("`/incident timeline` has everything."),
    )


def timeline_line(incident: Incident, fact: TimelineLine) -> str:
    """Return "when · who · what: text"; people of the incident are mentioned, nobody else.

    A pinned line begins with its author's mention and is Slack's own markup behind it.
    """
    people = {*involved(incident), *incident.invited, fact.who}
    text = " ".join(fact.text.split())
    if pinned := _PINNED.fullmatch(text) if fact.what == "pinned" else None:
        people.add(pinned[1])
        text = f"<@{pinned[1]}>: {heard(pinned[2])}"
    source = f" · {link(fact.source, 'message')}" if fact.source else ""
    said = f": {prose(text, people, LINE)}" if text else ""
    return f"{when(fact.at)} · {user(fact.who)} · {line(fact.what, 40)}{said}{source}"


def newest(lines: Sequence[str], room: int) -> list[str]:
    """Return the last lines that fit in `room` characters, in their order."""
    kept: list[str] = []
    for one in reversed(lines):
        room -= len(one) + 1
        if room < 0:
            break
        kept.append(one)
    return kept[::-1]


def _now(incident: Incident) -> list[str]:
    others = [one for one in involved(incident) if one not in incident.roles.values()]
    return [
        f"{headline(incident)} · *{status_words(incident)}*",
        started_line(incident),
        impact_line(incident, 600),
        roles_line(incident),
        *([f"*Also in it* {users(others)}"] if others else []),
    ]


def _last_update(incident: Incident) -> str:
    said = incident.last_update
    if said is None:
        return "*Last update* none has been sent yet"
    head = f"*Last update* {ago(said.at)} by {user(said.by)}"
    parts = {
        "": said.text,
        "Investigation: ": said.investigation,
        "Mitigation: ": said.mitigation,
        "ETA: ": said.eta,
    }
    told = [f"• {label}{known(text, 600)}" for label, text in parts.items() if text.strip()]
    return "\n".join([head, *told])


def _open_tasks(incident: Incident) -> list[str]:
    left = unfinished(incident)
    shown = [numbered(task) for task in left[:TASKS]]
    more = [f"… and {len(left) - TASKS} more"] if len(left) > TASKS else []
    return [f"*Open tasks* ({len(left)})", *shown, *more]


def _sections(lines: Sequence[str]) -> list[Block]:
    return [section(piece) for piece in pieces("\n".join(lines))]
