"""/oncall: who is on call now and next, and handing the shift over.

PagerDuty's webhooks and the timers of paging and escalation are routed from here too.
"""

from bot.command import Click, SlashCommand
from bot.errors import Invalid
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from bot.views import answers
from bot.views.mrkdwn import heard, mentioned

USAGES = [
    ("/oncall [system]", "who is on call, now and next", "/oncall mcp-cortex"),
    ("/oncall handover @user [note]", "offer your shift, with a brief", "/oncall handover @bob"),
]


async def handle(turn: Turn, use: UseCases) -> None:
    """Show who is on call, or hand the shift over."""
    word, _, rest = turn.intent.text.strip().partition(" ")
    if word.lower() == "help":
        turn.audit("command.help", turn.intent.id)
        turn.answer(answers.help_text("/oncall", USAGES))
    elif word.lower() in {"handover", "handoff"}:
        first, _, note = rest.strip().partition(" ")
        user = mentioned(first)
        if user is None:
            message = "Name a person with @, such as `/oncall handover @bob my shift ends`."
            raise Invalid(message, "user")
        await use.oncall.offer(turn, user, heard(note.strip())[:1500])
    else:
        await use.oncall.show(turn, word.lower() or None)


async def accept(turn: Turn, use: UseCases) -> None:
    """I take the shift."""
    await use.oncall.answer(turn, accepted=True)


async def decline(turn: Turn, use: UseCases) -> None:
    """I do not."""
    await use.oncall.answer(turn, accepted=False)


async def from_pagerduty(turn: Turn, use: UseCases) -> None:
    """A webhook."""
    await use.pagerduty_in.heard(turn)


async def sweep(turn: Turn, use: UseCases, subject: str) -> None:
    """Look at what PagerDuty knows."""
    del subject
    await use.pagerduty_in.sweep(turn)


async def look(turn: Turn, use: UseCases, incident: str) -> None:
    """Look at one incident there."""
    await use.pagerduty_in.look(turn, incident)


async def escalation_due(turn: Turn, use: UseCases, incident: str) -> None:
    """Nobody acknowledged for as long as a level waits."""
    await use.escalations.due(turn, incident)


command = SlashCommand(
    name="/oncall",
    summary="Who is on call, now and next; hand the shift over",
    usage="[system] | handover @user [note] | help",
    handle=handle,
    clicks=(Click("oncall.accept", accept), Click("oncall.decline", decline)),
    webhooks={"pagerduty": from_pagerduty},
    timers={"pagerduty-sync": sweep, "pagerduty-look": look, "escalation": escalation_due},
)
