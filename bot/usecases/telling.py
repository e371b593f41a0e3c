"""What is said where: the entries that follow when an incident changes.

An incident channel gets everything as messages of its own. The announcement channel gets one card,
with Initial, Update and Resolved in the card's thread, so that readers are not flooded (P10). A
private incident is told nowhere but in its own channel (P8).
"""

from dataclasses import dataclass
from typing import Any

from bot.domain.config import Config
from bot.domain.incident import Incident
from bot.domain.outbox import Priority
from bot.domain.placeholders import unset
from bot.domain.reminders import next_wake
from bot.usecases.turn import Turn
from bot.views.templates import Templates

CHANNEL = {"$ref": "channel"}
WAIT_FOR_CHANNEL_S = 15  # the announcement goes out without a channel link after that (P5)
CARDS = {"incident": ("channel", "card"), "announce": ("announced_channel", "announced")}
"""Where a card is: the references of its channel and of its message."""
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """Adds the entries to a turn."""

    config: Config
    templates: Templates

    def opened(self, turn: Turn, incident: Incident) -> None:
        """Make the channel, announce, and say the Initial message in both."""
        self._open_channel(turn, incident)
        self._announce(turn, incident)
        self._card(turn, incident, "announce", after="channel announced", late=True)
        self._say_stage(turn, incident, "initial", Priority.URGENT)
        self._furnish(turn, incident)
        self.remind(turn, incident)

    def updated(self, turn: Turn, incident: Incident) -> None:
        """Say the Update message in both channels."""
        self._say_stage(turn, incident, "update", Priority.NORMAL)
        self.changed(turn, incident)

    def resolved(self, turn: Turn, incident: Incident) -> None:
        """Say the Resolved message in both; in the announcement channel everybody sees it."""
        self._say_stage(turn, incident, "resolved", Priority.URGENT, reply_broadcast=True)
        self.changed(turn, incident, topic=True)

    def closed(self, turn: Turn, incident: Incident) -> None:
        """Say that it ended without being resolved."""
        self._say_stage(turn, incident, "closed", Priority.URGENT)
        self.changed(turn, incident, topic=True)

    def changed(self, turn: Turn, incident: Incident, *, topic: bool = False) -> None:
        """Bring cards (and the topic) up to date and set the reminder by the new state."""
        self._card(turn, incident, "incident", after="card")
        self._card(turn, incident, "announce", after="announced")
        if topic:
            self._topic(turn, incident)
        self.remind(turn, incident)

    def say(self, turn: Turn, incident: Incident, message: Message, **rest: Any) -> None:
        """Say something in the incident's channel."""
        args = {"channel": CHANNEL, **message}
        turn.post(f"incident:{incident.id}", "chat.postMessage", args, incident=incident.id, **rest)

    def edit(self, turn: Turn, incident: Incident, ref: str, message: Message) -> None:
        """Replace a message of the incident's channel by the reference that its post saved."""
        turn.post(
            f"incident:{incident.id}",
            "chat.update",
            {"channel": CHANNEL, "ts": {"$ref": ref}, **message},
            incident=incident.id,
            after=ref,
            after_until=turn.within(WAIT_FOR_CHANNEL_S),
            optional=True,
            priority=Priority.CHATTER,
        )

    def direct(self, turn: Turn, user: str, message: Message, **rest: Any) -> None:
        """Send somebody a direct message."""
        turn.post(f"user:{user}", "chat.postMessage", {"channel": user, **message}, **rest)

    def invite(self, turn: Turn, incident: Incident, users: list[str]) -> None:
        """Invite people to the channel; those in it already do no harm."""
        if users:
            turn.post(
                f"incident:{incident.id}",
                "conversations.invite",
                {"channel": CHANNEL, "users": ",".join(users)},
                incident=incident.id,
                optional=True,
            )

    def archive(self, turn: Turn, incident: Incident) -> None:
        """Archive the channel, after everything that is still to be said in it."""
        self._channel_call(turn, incident, "conversations.archive")

    def unarchive(self, turn: Turn, incident: Incident) -> None:
        """Open the archived channel again."""
        self._channel_call(turn, incident, "conversations.unarchive")

    def remind(self, turn: Turn, incident: Incident) -> None:
        """Set the reminder that the incident's state asks for, or none."""
        turn.timer("update-due", incident.id, next_wake(incident))

    def _open_channel(self, turn: Turn, incident: Incident) -> None:
        lane = f"incident:{incident.id}"
        turn.post(
            lane,
            "conversations.create",
            {"name": incident.channel_name, "is_private": incident.private},
            incident=incident.id,
            priority=Priority.URGENT,
            saves={"channel": "channel.id", "channel_name": "channel.name"},
        )
        self.invite(turn, incident, list(incident.invited))
        turn.post(
            lane,
            "chat.postMessage",
            {
                "channel": CHANNEL,
                "$view": {"name": "card", "incident": incident.id, "where": "incident"},
            },
            incident=incident.id,
            priority=Priority.URGENT,
            saves={"card": "ts"},
        )

    def _announce(self, turn: Turn, incident: Incident) -> None:
        channel = self._announcements(incident)
        if channel is None:
            return
        turn.post(
            f"channel:{channel}",
            "chat.postMessage",
            {
                "channel": channel,
                "$view": {"name": "card", "incident": incident.id, "where": "announce"},
            },
            incident=incident.id,
            priority=Priority.URGENT,
            saves={"announced": "ts", "announced_channel": "channel"},
            after="channel",
            after_until=turn.within(WAIT_FOR_CHANNEL_S),
        )

    def _say_stage(
        self, turn: Turn, incident: Incident, stage: str, priority: Priority, **thread: Any
    ) -> None:
        inside = self.templates.render(stage, incident, self.config, audience="internal")
        self.say(turn, incident, inside, priority=priority)
        channel = self._announcements(incident)
        if channel is None:
            return
        outside = self.templates.render(stage, incident, self.config, audience="announcement")
        turn.post(
            f"channel:{channel}",
            "chat.postMessage",
            {"channel": channel, "thread_ts": {"$ref": "announced"}, **thread, **outside},
            incident=incident.id,
            priority=priority,
            after="announced",
        )

    def _furnish(self, turn: Turn, incident: Incident) -> None:
        lane = f"housekeeping:{incident.id}"
        self._topic(turn, incident)
        turn.post(
            lane,
            "pins.add",
            {"channel": CHANNEL, "timestamp": {"$ref": "card"}},
            incident=incident.id,
            after="card",
            optional=True,
            priority=Priority.CHATTER,
        )
        known = self.config.systems.get(incident.system or "")
        links = known.links if known else {}
        for title, link in links.items():
            if unset(link):  # `signalbox check` names the variable
                continue
            turn.post(
                lane,
                "bookmarks.add",
                {"channel_id": CHANNEL, "title": title, "type": "link", "link": link},
                incident=incident.id,
                after="channel",
                optional=True,
                priority=Priority.CHATTER,
            )

    def _card(
        self, turn: Turn, incident: Incident, where: str, *, after: str, late: bool = False
    ) -> None:
        """Edit a card; `late`: only when it went out without the incident's channel."""
        if where == "announce" and self._announcements(incident) is None:
            return
        channel, stamp = CARDS[where]
        key = "link" if late else where
        turn.post(
            f"card:{key}:{incident.id}",  # one that waits does not hold up the other
            "chat.update",
            {
                "channel": {"$ref": channel},
                "ts": {"$ref": stamp},
                "$view": {"name": "card", "incident": incident.id, "where": where, "late": late},
            },
            incident=incident.id,
            after=after,
            coalesce=key,
            priority=Priority.CHATTER,
            optional=True,
        )

    def _topic(self, turn: Turn, incident: Incident) -> None:
        turn.post(
            f"housekeeping:{incident.id}",
            "conversations.setTopic",
            {
                "channel": CHANNEL,
                "$view": {"name": "topic", "incident": incident.id},
            },
            incident=incident.id,
            after="channel",
            coalesce="topic",
            optional=True,
            priority=Priority.CHATTER,
        )

    def _channel_call(self, turn: Turn, incident: Incident, call: str) -> None:
        args = {"channel": CHANNEL}
        turn.post(f"incident:{incident.id}", call, args, incident=incident.id, optional=True)

    def _announcements(self, incident: Incident) -> str | None:
        return None if incident.private else self.config.announcements(incident.system)
