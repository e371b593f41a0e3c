"""/incident: declare, update and resolve incidents, and everything around them."""

from bot.command import SlashCommand
from commands.incident import customers
from commands.incident.clicks import CLICKS
from commands.incident.events import EVENTS, TIMERS
from commands.incident.forms import FORMS
from commands.incident.shortcuts import SHORTCUTS
from commands.incident.words import handle, opens

__all__ = ["command"]

command = SlashCommand(
    name="/incident",
    summary="Declare, update and resolve incidents",
    usage="declare [severity] [title] | update | resolve | status | list | help",
    handle=handle,
    opens=opens,
    forms=(*FORMS, *customers.FORMS),
    clicks=(*CLICKS, *customers.CLICKS),
    shortcuts=SHORTCUTS,
    events=EVENTS,
    timers={**TIMERS, **customers.TIMERS},
)
