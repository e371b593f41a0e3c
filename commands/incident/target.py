"""Which incident a click, a form or a shortcut means. The value is routing, never authority."""

from bot.domain.incident import Incident
from bot.domain.intent import Intent
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from commands.incident import parsing


async def target(turn: Turn, use: UseCases) -> Incident:
    """Return the incident that the intent names, else the one of its channel."""
    return await use.finding.meant(turn, named(turn.intent))


def named(intent: Intent) -> str | None:
    """Return the incident id in a form's memory, a button's value or a command's words."""
    opened = intent.payload.get("opened") or {}
    value = intent.value.partition("|")[0]
    words = parsing.words(intent.text or str(opened.get("text") or "")).incident
    for candidate in (opened.get("incident"), value, opened.get("value"), words):
        if candidate and parsing.INCIDENT.match(str(candidate)):
            return str(candidate)
    return None


def reading(intent: Intent) -> Turn:
    """Return a turn for looking things up while a form is made; it is never committed."""
    return Turn(intent, intent.received_at)
