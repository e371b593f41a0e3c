"""What somebody is told directly: called in, something failed, something was noted."""

from bot.domain.incident import Incident
from bot.views.facts import headline, impact_line, started_line
from bot.views.kit import actions, button, context, message, section
from bot.views.lanes import lane_missed, lane_name
from bot.views.limits import Message
from bot.views.mrkdwn import channel, line, user


def called_in(incident: Incident, channel_id: str | None, by: str) -> Message:
    """Tell somebody that they are needed, for what, and where."""
    place = channel(channel_id or incident.channel_name)
    said = f"📟 {user(by)} calls you in on {headline(incident)}"
    about = f"{started_line(incident)}\n{impact_line(incident)}\n*Where* {place}"
    row = actions(button("Acknowledge", "incident.ack", incident.id, "primary"))
    buttons = [row] if incident.acknowledged_by is None and incident.is_open else []
    return message(said, section(f"{said}\n{about}"), *buttons)


def lane_failing(incident: Incident, lane: str, error: str, *, made: bool = True) -> Message:
    """Tell who leads what does not happen, why and the cure, with Retry.

    `made`: whether the incident's channel exists.
    """
    why = line(error, 600) or "no reason was given."
    said = f"⚠️ {lane_missed(lane, made=made)}: {why}"
    row = actions(button("Retry", "lane.retry", f"{incident.id}|{lane}", "primary"))
    hint = context("Nothing is lost: what waits goes out when Retry succeeds.")
    return message(said, section(f"{said}\n{headline(incident)}"), row, hint)


def retrying(incident: Incident, lane: str, *, made: bool = True) -> Message:
    """Say that a lane goes on."""
    said = f"🔁 Trying again: {lane_name(lane, made=made)} · {headline(incident)}"
    return message(said, section(said))


def private_stopped(incident: Incident, error: str = "") -> Message:
    """Say that a private incident was not opened: its channel never becomes public (P8)."""
    said = (
        f"🔒 {incident.id} was *not* opened: its private channel could not be made, and a private "
        f"incident never becomes public. {line(error, 600)}"
    ).rstrip()
    hint = "Nobody else was told. Whoever runs Signalbox: `signalbox check` names what is missing."
    return message(said, section(said), context(hint))


def channel_gone(incident: Incident) -> Message:
    """Tell who leads that the channel of an open incident is gone."""
    said = (
        f"⚠️ The channel of {headline(incident)} was archived or deleted while the incident is "
        f"open. Unarchive it, or end the incident: `/incident resolve {incident.id} TEXT`."
    )
    return message(said, section(said))


def noted(incident: Incident) -> Message:
    """Say that a message is on the timeline."""
    said = f"📍 Added to the timeline of {headline(incident)}"
    return message(said, section(said))


def postmortem_comment(incident: Incident) -> str:
    """Return what stands beside the draft's file, as finished mrkdwn."""
    return (
        f"📝 Post-mortem draft of {headline(incident)}. Times and people come from the timeline; "
        "the questions are for you."
    )


def postmortem_coming(incident: Incident) -> Message:
    """Say where the draft will be."""
    said = f"📝 The post-mortem draft of {incident.id} comes as a file into its channel."
    return message(said, section(said))
