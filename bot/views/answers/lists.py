"""Lists of incidents, and the answer to whoever declared one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.incident import Incident, IncidentRole
from bot.views.facts import headline, is_overdue, is_snoozed, status_words
from bot.views.kit import actions, button, context, message, section
from bot.views.limits import Message
from bot.views.mrkdwn import Safe, ago, channel, time_of_day, user

LIST = 20  # incidents shown; the rest are counted
Channels = Mapping[str, str | None]
"""Incident id -> channel id; None or absent: the channel's name is shown."""


def incident_list(
    incidents: Sequence[Incident], channels: Channels | None, now: datetime
) -> Message:
    """Show the open incidents, the worst first, and a Declare button."""
    row = actions(button("Declare an incident", "incident.declare", "new", "primary"))
    if not incidents:
        return message("No open incidents", section("✅ No open incidents."), row)
    ordered = worst_first(incidents)
    rows = [section(incident_row(one, now, channels or {})) for one in ordered[:LIST]]
    rest = len(ordered) - LIST
    note = [context(f"… and {rest} more open incidents")] if rest > 0 else []
    count = "1 open incident" if len(ordered) == 1 else f"{len(ordered)} open incidents"
    return message(count, section(f"*{count}*"), *rows, *note, row, more="`/incident list`")


def worst_first(incidents: Iterable[Incident]) -> list[Incident]:
    """Return incidents by severity, then the oldest first."""
    return sorted(incidents, key=lambda one: (one.severity.rank, one.declared_at))


def incident_row(incident: Incident, now: datetime, channels: Channels) -> Safe:
    """Return two lines: what it is and where, who leads and what is due."""
    lock = " 🔒" if incident.private else ""
    commander = user(incident.roles.get(IncidentRole.COMMANDER))
    return Safe(
        f"{headline(incident)}{lock}\n"
        f"{place_of(incident, channels)} · {status_words(incident)} · commander {commander}"
        f" · started {ago(incident.declared_at)} · {_due(incident, now)}"
    )


def place_of(incident: Incident, channels: Channels) -> Safe:
    """Return where people work on it: a link, or the name while there is no channel."""
    return channel(channels.get(incident.id) or incident.channel_name)


def declared(incident: Incident, channel_ref: str | None = None, *, stuck: bool = False) -> Message:
    """Tell the person who declared where to go.

    Without `channel_ref` the channel is on its way, or `stuck`: Slack refused it.
    """
    said = f"Declared {headline(incident)}. {_where(incident, channel_ref, stuck=stuck)}"
    if incident.private:
        said += " 🔒 Only the people invited to it know of it."
    commander = incident.roles.get(IncidentRole.COMMANDER)
    hint = "" if commander else "Nobody leads it yet: *Claim commander* is on its card."
    return message(said, section(said), *([context(hint)] if hint else []))


def _where(incident: Incident, channel_ref: str | None, *, stuck: bool) -> str:
    if channel_ref:
        return f"Work goes on in {channel(channel_ref)}."
    name = channel(incident.channel_name)
    if stuck:
        panel = f"`/incident status {incident.id}`"
        return f"Its channel {name} could not be made: {panel} says why and has *Retry*."
    return f"Its channel {name} is being made."


def _due(incident: Incident, now: datetime) -> str:
    if incident.update_due_at is None:
        return "no update planned"
    if is_snoozed(incident, now):
        return f"snoozed until {time_of_day(incident.snoozed_until)}"
    if is_overdue(incident, now):
        return f"⚠️ *update overdue* since {time_of_day(incident.update_due_at)}"
    return f"*update due* {time_of_day(incident.update_due_at)}"
