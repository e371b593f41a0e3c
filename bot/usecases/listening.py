"""What happens in channels without a command: pins, Slack's own lines, Home, channels that go."""

from dataclasses import dataclass
from typing import Any

from bot.domain.incident import Incident, IncidentRole
from bot.domain.outbox import Priority
from bot.ports import Memory, Messages
from bot.usecases.finding import Finding
from bot.usecases.people import People
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import answers
from bot.views.mrkdwn import heard

LINE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Listening:
    """Reacts to events. `bot_user` is the bot's own Slack user id."""

    memory: Memory
    messages: Messages
    people: People
    finding: Finding
    telling: Telling
    bot_user: str

    async def pinned(self, turn: Turn) -> None:
        """`:pushpin:` puts a message on the timeline of its channel's incident."""
        item = turn.intent.payload.get("item", {})
        found = await self.memory.incident_of_channel(item.get("channel", ""))
        if found is None:
            return
        await self.people.act(turn)
        said = await self.messages.find(item["channel"], item["ts"])
        if said is None:
            return
        incident = await self.memory.incident(found)
        self._noted(turn, incident, said.user, said.text, said.permalink)

    async def noted(self, turn: Turn) -> None:
        """Do the same by the message shortcut."""
        message: dict[str, Any] = turn.intent.payload.get("message", {})
        incident = await self.finding.meant(turn)
        await self.people.act(turn)
        author = message.get("user") or "signalbox"
        self._noted(turn, incident, author, message.get("text", ""), "")
        turn.answer(answers.noted(incident))

    async def own_line(self, turn: Turn) -> None:
        """Remove Slack's line about the bot's own topic or pin (P10)."""
        event = turn.intent.payload
        if event.get("user") != self.bot_user:
            return
        found = await self.memory.incident_of_channel(event.get("channel", ""))
        if found is None:
            return
        turn.post(
            f"housekeeping:{found}",
            "chat.delete",
            {"channel": event["channel"], "ts": event["ts"]},
            incident=found,
            optional=True,
            priority=Priority.CHATTER,
        )

    async def home_opened(self, turn: Turn) -> None:
        """Show somebody their Home."""
        user = turn.intent.user
        turn.post(
            f"home:{user}",
            "views.publish",
            {"user_id": user, "$view": {"name": "home", "user": user}},
            coalesce="home",
            optional=True,
        )

    async def channel_gone(self, turn: Turn) -> None:
        """Note that somebody archived or deleted the channel of an open incident."""
        found = await self.memory.incident_of_channel(_channel(turn.intent.payload))
        if found is None:
            return
        incident = await self.memory.incident(found)
        if not incident.is_open:  # archived by hand: a reopening has to take it out again
            if not incident.archived:
                turn.keep(incident.model_copy(update={"archived": True}))
            return
        turn.check(incident)
        how = "deleted" if turn.intent.name.endswith("deleted") else "archived"
        turn.line(incident, "channel", f"The incident channel was {how}.")
        turn.audit("incident.channel-gone", incident.id, how=turn.intent.name)
        self.telling.changed(turn, incident)
        owner = incident.roles.get(IncidentRole.COMMANDER, incident.declared_by)
        self.telling.direct(turn, owner, answers.channel_gone(incident))

    def _noted(self, turn: Turn, incident: Incident, author: str, text: str, link: str) -> None:
        turn.check(incident)
        turn.line(incident, "pinned", f"<@{author}>: {heard(text)[:LINE_MAX]}", link)
        turn.audit("incident.noted", incident.id, author=author)


def _channel(event: dict[str, Any]) -> str:
    channel = event.get("channel", "")
    return str(channel.get("id", "") if isinstance(channel, dict) else channel)
