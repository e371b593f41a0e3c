"""Calling people in: into the channel, by mention there and by direct message."""

from dataclasses import dataclass

from bot.domain.incident import Incident
from bot.domain.outbox import Priority
from bot.errors import Conflict
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import answers

WAIT_S = 30  # for the channel to exist, so that the direct message can link it


@dataclass(frozen=True, slots=True)
class Calling:
    """Adds what it takes to a turn."""

    telling: Telling

    def call(self, turn: Turn, incident: Incident, users: list[str], what: str) -> Incident:
        """Call these people; `what` is the timeline's word ("paged", "escalated").

        Raises:
            Conflict: the incident has ended.
        """
        if not incident.is_open:
            message = f"{incident.id} is {incident.status.value}; nobody is called in for it."
            raise Conflict(message)
        invited = tuple(dict.fromkeys((*incident.invited, *users)))
        moved = turn.keep(incident.model_copy(update={"invited": invited}))
        names = " ".join(f"<@{user}>" for user in users)
        turn.line(moved, what, f"{what.capitalize()}: {names}")
        turn.audit(f"incident.{what}", moved.id, users=users)
        self.telling.invite(turn, moved, users)
        said = answers.called(moved, users, turn.user)
        self.telling.say(turn, moved, said, priority=Priority.URGENT)
        for user in users:
            self.telling.direct(
                turn,
                user,
                {"$view": {"name": "called", "incident": moved.id, "by": turn.user}},
                incident=moved.id,
                after="channel",
                after_until=turn.within(WAIT_S),
                priority=Priority.URGENT,
            )
        self.telling.changed(turn, moved)
        return moved
