"""PagerDuty and the escalation ladder in words: on the card, in the channel, on the form."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.escalation import Ladder, Tried, is_waiting, next_call
from bot.domain.incident import Incident
from bot.domain.paging import Duty, Heard, Page, PagerStatus
from bot.views.kit import message, section
from bot.views.limits import Message
from bot.views.mrkdwn import Safe, line, link, time_of_day, users

PEOPLE = 5
_DID = {
    "incident.acknowledged": "acknowledged it",
    "incident.unacknowledged": "the acknowledgement ran out; it pages again",
    "incident.escalated": "escalated",
    "incident.delegated": "handed to another policy",
    "incident.reassigned": "reassigned",
    "incident.annotated": "noted",
    "incident.status_update_published": "told subscribers",
    "incident.priority_updated": "changed the priority",
    "incident.responder.added": "asked for help",
    "incident.responder.replied": "the answer to a call for help",
}


def card_lines(incident: Incident, page: Page | None, ladder: Ladder | None) -> list[Safe]:
    """Return the card's lines on who was woken and who is next; none when nobody was."""
    lines = [pager_line(page)] if page is not None and page.key else []
    if ladder is not None and (ladder.tried or incident.is_open):
        lines.append(ladder_line(incident, ladder, page))
    return [one for one in lines if one]


def pager_line(page: Page) -> Safe:
    """Return where PagerDuty's incident stands and whom it pages."""
    status = page.status.value if page.status else "sent, not confirmed yet"
    if page.ended and page.status is not PagerStatus.RESOLVED:
        status = "its end is on the way"
    shown = link(page.url or None, f"PagerDuty {status}")
    people = ", ".join(line(name, 80) for name in page.assignees[:PEOPLE])
    by = f" by {line(page.status_by, 80)}" if page.status_by and page.status else ""
    pages = page.status is PagerStatus.TRIGGERED and people
    who = f" · pages {people}" if pages else by
    urgency = f" · {page.urgency.value} urgency"
    priority = f" · {line(page.priority, 40)}" if page.priority else ""
    return Safe(f"📟 {shown}{who}{urgency}{priority}")


def ladder_line(incident: Incident, ladder: Ladder, page: Page | None) -> Safe:
    """Return who was tried last, what came of it, and who is next."""
    parts = [str(tried_words(one)) for one in ladder.tried[-2:]]
    if incident.acknowledged_at is not None and ladder.tried:
        parts.append(f"acknowledged {time_of_day(incident.acknowledged_at)}")
    upcoming = next_call(ladder)
    if upcoming is not None and is_waiting(incident, page.status if page else None):
        to = ", ".join(line(one, 40) for one in ladder.levels[ladder.reached].to)
        parts.append(f"next {time_of_day(upcoming)}: {to}")
    return Safe(f"📣 *{line(ladder.alert, 60)}* {' · '.join(parts)}" if parts else "")


def tried_words(tried: Tried) -> Safe:
    """Return "level 2 team-lead 03:15: @lea"."""
    who = users(tried.users, PEOPLE) if tried.users else "nobody is set up for it"
    to = ", ".join(line(one, 40) for one in tried.to)
    return Safe(f"level {tried.level} {to} {time_of_day(tried.at)}: {who}")


def pager_said(heard: Heard) -> Safe:
    """Return what happened in PagerDuty, as one sentence."""
    who = line(heard.agent, 80) if heard.agent else "PagerDuty"
    did = _DID.get(heard.type, "changed it")
    to = ""
    if heard.type in ("incident.escalated", "incident.delegated", "incident.reassigned"):
        people = ", ".join(line(name, 80) for name in (heard.assignees or ())[:PEOPLE])
        to = f" to {people}" if people else ""
    more = heard.who or heard.text
    return Safe(f"{who}: {did}{to}" + (f": {line(more, 1000)}" if more else ""))


def pager_message(heard: Heard) -> Message:
    """Return that sentence for the incident's channel."""
    said = f"📟 PagerDuty · {pager_said(heard)}"
    return message(said, section(said))


def pager_gone_quiet(incident: Incident, why: str) -> Message:
    """Say that PagerDuty's incident ended while ours goes on."""
    said = f"📟 {why} {incident.id} stays open here: resolve it when it is over."
    return message(said, section(said))


def nobody_called(tried: Tried) -> Message:
    """Say that a level has nobody behind it."""
    titles = ", ".join(f"`{line(one, 40)}`" for one in tried.to)
    said = (
        f"📣 Nobody acknowledged, and nobody is set up as {titles} (level {tried.level}). "
        "Whoever runs Signalbox: `oncall.contacts` in signalbox.yml."
    )
    return message(said, section(said))


def woken_line(duties: Sequence[Duty], urgent: str) -> Safe:
    """Return who will be woken, for the form: policy, level, person."""
    first = [one for one in duties if one.level == min(each.level for each in duties)]
    people = ", ".join(line(one.name, 80) for one in first[:PEOPLE])
    policy = line(first[0].policy, 80) if first and first[0].policy else ""
    return Safe(f"📟 {urgent}: {policy}{', ' if policy else ''}level {first[0].level}, {people}")


def until(moment: datetime | None) -> Safe:
    """Return " until 09:00", or nothing."""
    return Safe(f" until {time_of_day(moment)}" if moment else "")
