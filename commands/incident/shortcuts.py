"""The shortcuts of incidents."""

from bot.command import Shortcut
from bot.usecases import UseCases
from bot.usecases.turn import Turn


async def note(turn: Turn, use: UseCases) -> None:
    """Put a message on the timeline."""
    await use.listening.noted(turn)


SHORTCUTS = (
    Shortcut(
        "incident.declare",
        "Declare an incident",
        "Open the form that declares an incident",
        opens="incident.declare",
    ),
    Shortcut(
        "incident.note",
        "Add to timeline",
        "Put this message on the incident's timeline",
        message=True,
        handle=note,
    ),
    Shortcut(
        "incident.task",
        "Make a task",
        "Make a task of this message",
        message=True,
        opens="incident.task",
    ),
)
