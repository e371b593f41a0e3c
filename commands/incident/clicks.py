"""The buttons of an incident. What an id carries behind its colon says which one was meant."""

from bot.command import Click
from bot.domain.duration import parse_duration
from bot.domain.incident import IncidentRole
from bot.errors import Conflict, Invalid
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from bot.views import answers
from commands.incident import parsing
from commands.incident.forms import preview
from commands.incident.target import target


async def acknowledge(turn: Turn, use: UseCases) -> None:
    """I have seen it."""
    moved = await use.incidents.acknowledge(turn, await target(turn, use))
    await use.reading.confirm(turn, moved, "Acknowledged")


async def role(turn: Turn, use: UseCases) -> None:
    """I take this role."""
    wanted = parsing.role(_suffix(turn))
    moved = await use.crew.claim(turn, await target(turn, use), wanted)
    await use.reading.confirm(turn, moved, f"You are {_shown(wanted)}")


async def task(turn: Turn, use: UseCases) -> None:
    """A task's own button: `done`, with the incident and number as its value."""
    incident = await target(turn, use)
    _, _, number = turn.intent.value.partition("|")
    if not number.isdecimal():
        message = "This button names no task."
        raise Invalid(message)
    status = {"done": "done", "start": "in progress"}.get(_suffix(turn), "done")
    moved = await use.crew.set_task(turn, incident, int(number[:6]), status)
    if (turn.intent.payload.get("view") or {}).get("type") == "home":
        await use.listening.home_opened(turn)  # where the task is gone from the list
    else:
        await use.reading.confirm_task(turn, moved, int(number[:6]), status)


async def snooze(turn: Turn, use: UseCases) -> None:
    """Put the reminder off by what the button says."""
    moved = await use.incidents.snooze(turn, await target(turn, use), parse_duration(_suffix(turn)))
    turn.answer(answers.done(moved, f"Reminder snoozed for {_suffix(turn)}"))


async def escalate(turn: Turn, use: UseCases) -> None:
    """Call the next level in now."""
    moved = await use.crew.escalate(turn, await target(turn, use))
    await use.reading.confirm(turn, moved, "Escalated")


async def handover(turn: Turn, use: UseCases) -> None:
    """Accept or decline command."""
    incident = await target(turn, use)
    if _suffix(turn) == "decline":
        moved = await use.crew.decline(turn, incident)
        await use.reading.confirm(turn, moved, "Declined")
    else:
        moved = await use.crew.accept(turn, incident)
        await use.reading.confirm(turn, moved, "You have command")


async def archive(turn: Turn, use: UseCases) -> None:
    """Archive the channel of an ended incident."""
    moved = await use.incidents.archive(turn, await target(turn, use))
    await use.reading.confirm(turn, moved, "Channel archived")


async def more(turn: Turn, use: UseCases) -> None:
    """An entry of the card's overflow menu: "INC-00042|word"."""
    incident = await target(turn, use)
    _, _, word = turn.intent.value.partition("|")
    match word:
        case "timeline":
            await use.reading.timeline(turn, incident)
        case "catchup":
            await use.reading.catchup(turn, incident)
        case "postmortem":
            await use.reading.postmortem(turn, incident)
        case "escalate":
            await escalate(turn, use)
        case "customers":
            await use.status_pages.ask(turn, incident)
        case "reopen":
            moved = await use.incidents.reopen(turn, incident)
            await use.reading.confirm(turn, moved, "Reopened")
        case _:
            message = "This menu is from an older version; the card has a new one."
            raise Conflict(message)


async def retry(turn: Turn, use: UseCases) -> None:
    """Let a failing lane go on."""
    incident = await target(turn, use)
    _, _, lane = turn.intent.value.partition("|")
    await use.delivery.retry(turn, incident, lane)


def _suffix(turn: Turn) -> str:
    return turn.intent.name.partition(":")[2]


def _shown(wanted: IncidentRole) -> str:
    return "on-call engineer" if wanted is IncidentRole.ONCALL else wanted.value


CLICKS = (
    Click("incident.declare", opens="incident.declare"),
    Click("incident.update", opens="incident.update"),
    Click("incident.resolve", opens="incident.resolve"),
    Click("incident.severity", opens="incident.severity"),
    Click("incident.handover", opens="incident.handover"),
    Click("incident.handover:", handover),
    Click("incident.task", opens="incident.task"),
    Click("incident.task:", task),
    Click("incident.snooze", opens="incident.snooze"),
    Click("incident.snooze:", snooze),
    Click("incident.ack", acknowledge),
    Click("incident.role", role),
    Click("incident.escalate", escalate),
    Click("incident.archive", archive),
    Click("incident.more", more),
    Click("incident.preview", preview=preview),
    Click("lane.retry", retry),
)
