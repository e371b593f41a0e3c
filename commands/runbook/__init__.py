"""/runbook: find runbooks, ask for runs, decide requests, and see how runs went."""

from bot.command import SlashCommand
from commands.runbook.clicks import CLICKS
from commands.runbook.forms import FORMS
from commands.runbook.timers import TIMERS
from commands.runbook.words import asks, handle

__all__ = ["command"]

command = SlashCommand(
    name="/runbook",
    summary="Run procedures, behind approval where they change something",
    usage="list | search WORDS | show ID | run ID [k=v...] | plan ID | history | pending | help",
    handle=handle,
    asks=asks,
    forms=FORMS,
    clicks=CLICKS,
    timers=TIMERS,
)
