"""The update that is due."""

from dataclasses import dataclass

from bot.domain.reminders import nag, nagged
from bot.ports import Memory
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import answers


@dataclass(frozen=True, slots=True)
class Reminders:
    """Looks at an incident when its timer fires, and decides from its state alone."""

    memory: Memory
    telling: Telling

    async def due(self, turn: Turn, incident_id: str) -> None:
        """Remind who should speak, when it is time, and set the next look."""
        incident = await self.memory.incident(incident_id)
        reminder = nag(incident, now=turn.now)
        if reminder is None:
            turn.check(incident)
            self.telling.remind(turn, incident)
            return
        moved = turn.keep(nagged(incident, now=turn.now))
        turn.line(moved, "reminder", "An update is due.")
        turn.audit("incident.reminded", moved.id, to=reminder.to or "channel", step=reminder.step)
        self.telling.say(turn, moved, answers.nag(moved, reminder))
        self.telling.changed(turn, moved)
