"""What each word behind /incident does."""

import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.duration import parse_duration
from bot.domain.incident import Resolution, Update
from bot.domain.intent import Intent
from bot.domain.person import Role
from bot.domain.severity import severity_named
from bot.errors import Invalid
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from bot.views import answers
from bot.views.mrkdwn import heard
from commands.incident import parsing
from commands.incident.parsing import Words

Do = Callable[[Turn, UseCases, Words], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the command. `form` opens when nothing follows the word."""

    usage: str
    does: str
    example: str
    do: Do
    form: str | None = None


def opens(intent: Intent) -> str | None:
    """Return the form that these words open, or None."""
    said = parsing.words(intent.text)
    word = WORDS.get(ALIASES.get(said.verb, said.verb))
    return word.form if word is not None and not said.rest else None


async def handle(turn: Turn, use: UseCases) -> None:
    """Do what the first word says; an unknown one gets the nearest."""
    said = parsing.words(turn.intent.text)
    verb = ALIASES.get(said.verb, said.verb)
    if verb != "help":  # before anything is said of incidents
        await use.people.check(turn.intent, Role.VIEWER, Role.RESPONDER)
    if not verb or parsing.INCIDENT.match(verb):
        await _panel(turn, use, verb or None)
    elif verb in WORDS:
        await WORDS[verb].do(turn, use, said)
    else:
        near = difflib.get_close_matches(verb, WORDS, n=1, cutoff=0.5)
        nearest = near[0] if near else None
        usage = f"/incident {WORDS[nearest].usage}" if nearest else ""
        turn.audit("command.unknown", turn.intent.id, nearest=nearest or "")  # not what was typed
        turn.answer(answers.unknown_word("/incident", said.verb, nearest, usage))


async def _panel(turn: Turn, use: UseCases, named: str | None) -> None:
    incident = await (use.finding.by_id(turn, named) if named else use.finding.here(turn))
    if incident is not None:
        await use.reading.status(turn, incident)
    else:
        await use.reading.open_incidents(turn)


async def _declare(turn: Turn, use: UseCases, said: Words) -> None:
    named = f"{said.incident} " if said.incident else ""
    await use.incidents.declare(turn, parsing.declaration(named + said.rest))


async def _update(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    update = Update(by=turn.intent.user, at=turn.now, investigation=heard(said.rest))
    moved = await use.incidents.update(turn, incident, update)
    await use.reading.confirm(turn, moved, "Update posted")


async def _resolve(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    resolution = Resolution(by=turn.intent.user, at=turn.now, applied=heard(said.rest))
    moved = await use.incidents.resolve(turn, incident, resolution)
    await use.reading.confirm(turn, moved, "Resolved")


async def _close(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    reason, other = parsing.close_reason(said.list)
    moved = await use.incidents.close(turn, incident, reason, other)
    await use.reading.confirm(turn, moved, "Closed")


async def _reopen(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    moved = await use.incidents.reopen(turn, incident)
    await use.reading.confirm(turn, moved, "Reopened")


async def _severity(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    severity = severity_named(said.rest)
    moved = await use.incidents.severity(turn, incident, severity)
    await use.reading.confirm(turn, moved, "Severity changed")


async def _role(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    if len(said.list) not in (1, 2):  # a role alone: I take it
        raise Invalid(_usage("role"))
    role = parsing.role(said.list[0])
    if len(said.list) == 1:
        moved = await use.crew.claim(turn, incident, role)
    else:
        moved = await use.crew.assign(turn, incident, role, parsing.mention(said.list[1]))
    await use.reading.confirm(turn, moved, f"{role.value.capitalize()} set")


async def _task(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    match said.list:
        case ["add", *rest] if rest:
            owner = parsing.mention(rest.pop()) if parsing.MENTION.match(rest[-1]) else None
            moved = await use.crew.add_task(turn, incident, heard(" ".join(rest)), owner)
            await use.reading.confirm(turn, moved, "Task added")
        case ["done", number] if number.isdecimal():
            moved = await use.crew.set_task(turn, incident, int(number[:6]), "done")
            await use.reading.confirm_task(turn, moved, int(number[:6]), "done")
        case ["start", number] if number.isdecimal():
            moved = await use.crew.set_task(turn, incident, int(number[:6]), "in progress")
            await use.reading.confirm_task(turn, moved, int(number[:6]), "in progress")
        case _:
            raise Invalid(_usage("task"))


async def _status(turn: Turn, use: UseCases, said: Words) -> None:
    await use.reading.status(turn, await use.finding.meant(turn, said.incident))


async def _list(turn: Turn, use: UseCases, said: Words) -> None:  # noqa: ARG001 -- one shape
    await use.reading.open_incidents(turn)


async def _timeline(turn: Turn, use: UseCases, said: Words) -> None:
    await use.reading.timeline(turn, await use.finding.meant(turn, said.incident))


async def _catchup(turn: Turn, use: UseCases, said: Words) -> None:
    await use.reading.catchup(turn, await use.finding.meant(turn, said.incident))


async def _page(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    user = parsing.mention(said.rest) if said.rest else None
    moved = await use.crew.page(turn, incident, user)
    await use.reading.confirm(turn, moved, "Paged")


async def _escalate(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    moved = await use.crew.escalate(turn, incident)
    await use.reading.confirm(turn, moved, "Escalated")


async def _acknowledge(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    moved = await use.incidents.acknowledge(turn, incident)
    turn.answer(answers.done(moved, "Acknowledged"))


async def _snooze(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    moved = await use.incidents.snooze(turn, incident, parse_duration(said.rest))
    turn.answer(answers.done(moved, f"Reminder snoozed for {said.rest.strip()}"))


async def _handover(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    first, _, note = said.rest.partition(" ")
    moved = await use.crew.offer(turn, incident, parsing.mention(first), heard(note.strip()))
    await use.reading.confirm(turn, moved, "Handover offered")


async def _postmortem(turn: Turn, use: UseCases, said: Words) -> None:
    await use.reading.postmortem(turn, await use.finding.meant(turn, said.incident))


async def _archive(turn: Turn, use: UseCases, said: Words) -> None:
    incident = await use.finding.meant(turn, said.incident)
    moved = await use.incidents.archive(turn, incident)
    await use.reading.confirm(turn, moved, "Channel archived")


async def _help(turn: Turn, use: UseCases, said: Words) -> None:  # noqa: ARG001 -- one shape
    turn.audit("command.help", turn.intent.id)
    usages = {name: (f"/incident {w.usage}", w.does, w.example) for name, w in WORDS.items()}
    daily = [usages[name] for name in WORDS if name not in RARE]
    turn.answer(answers.help_text("/incident", daily, [usages[name] for name in RARE]))


def _usage(verb: str) -> str:
    return f"Usage: `/incident {WORDS[verb].usage}`, for example `{WORDS[verb].example}`"


WORDS = {
    "declare": Word(
        "declare [severity] [title] [--system ID] [--private]",
        "open an incident; without words, by a form",
        "/incident declare sev1 checkout is slow",
        _declare,
        "incident.declare",
    ),
    "update": Word(
        "update [text]",
        "tell everybody how it stands",
        "/incident update rolled back, errors are falling",
        _update,
        "incident.update",
    ),
    "resolve": Word(
        "resolve [text]",
        "end it and say what fixed it",
        "/incident resolve rolled back to 41",
        _resolve,
        "incident.resolve",
    ),
    "sev": Word(
        "sev LEVEL", "change how bad it is", "/incident sev p0", _severity, "incident.severity"
    ),
    "ack": Word("ack", "say that you have seen it", "/incident ack", _acknowledge),
    "role": Word(
        "role ROLE [@user]",
        "give a role, or take it yourself",
        "/incident role commander @ann",
        _role,
    ),
    "task": Word(
        "task add TEXT [@owner] | start N | done N",
        "note work and move it on",
        "/incident task add drain node-3 @bob",
        _task,
        "incident.task",
    ),
    "status": Word("status [INC-42]", "show the panel", "/incident status INC-42", _status),
    "list": Word("list", "show the open incidents", "/incident list", _list),
    "timeline": Word("timeline", "show what happened", "/incident timeline", _timeline),
    "catchup": Word("catchup", "what you missed, for you alone", "/incident catchup", _catchup),
    "page": Word("page [@user]", "call somebody in", "/incident page @ann", _page),
    "escalate": Word("escalate", "call the next level now", "/incident escalate", _escalate),
    "snooze": Word(
        "snooze DURATION",
        "put the next reminder off, once",
        "/incident snooze 45m",
        _snooze,
        "incident.snooze",
    ),
    "handover": Word(
        "handover @user [note]",
        "offer command; they accept or decline",
        "/incident handover @bob my shift ends",
        _handover,
        "incident.handover",
    ),
    "close": Word(
        "close duplicate INC-7 | close false-alarm",
        "end it without resolving",
        "/incident close duplicate INC-7",
        _close,
    ),
    "reopen": Word("reopen", "take it up again", "/incident reopen", _reopen),
    "postmortem": Word(
        "postmortem", "a draft from the timeline, as a file", "/incident postmortem", _postmortem
    ),
    "archive": Word("archive", "archive the channel after the end", "/incident archive", _archive),
    "help": Word("help", "show this", "/incident help", _help),
}
RARE = ("close", "reopen", "postmortem", "archive", "help")
"""What help shows last."""
ALIASES = {
    "severity": "sev",
    "acknowledge": "ack",
    "new": "declare",
    "open": "declare",
    "tasks": "status",
    "resolved": "resolve",
    "fixed": "resolve",
}
