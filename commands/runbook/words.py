"""What each word behind /runbook does."""

import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.intent import Intent
from bot.errors import Invalid, UserError
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from bot.views import answers
from commands.runbook import parsing

Do = Callable[[Turn, UseCases, list[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the command; at least `least` words follow it."""

    usage: str
    does: str
    example: str
    do: Do
    least: int = 0


async def handle(turn: Turn, use: UseCases) -> None:
    """Do what the first word says; an unknown one gets the nearest."""
    said = parsing.words(turn.intent.text) or ["help"]
    verb, rest = ALIASES.get(said[0].lower(), said[0].lower()), said[1:]
    word = WORDS.get(verb)
    if word is None:
        near = difflib.get_close_matches(verb, WORDS, n=1, cutoff=0.5)
        nearest = near[0] if near else None
        turn.audit("command.unknown", turn.intent.id, word=verb[:40])
        usage = f"/runbook {WORDS[nearest].usage}" if nearest else ""
        turn.answer(answers.unknown_word("/runbook", verb, nearest, usage))
    elif len(rest) < word.least:
        message = f"Usage: `/runbook {word.usage}`, for example `{word.example}`"
        raise Invalid(message)
    else:
        await word.do(turn, use, rest)


def asks(intent: Intent, use: UseCases) -> str | None:
    """Return the form of parameters when `run ID` lacks some; what is wrong the handler says."""
    try:
        said = parsing.words(intent.text)
        verb = ALIASES.get(said[0].lower(), said[0].lower()) if said else ""
        lacks = verb == "run" and len(said) > 1 and use.runs.lacks(said[1], said[2:])
    except UserError:
        return None
    return "runbook.params" if lacks else None


async def _list(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.run_reading.list(turn, rest[0] if rest else None)


async def _search(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.run_reading.search(turn, " ".join(rest))


async def _show(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.run_reading.show(turn, rest[0])


async def _run(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.runs.ask(turn, rest[0], rest[1:])


async def _plan(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.runs.planned(turn, rest[0], rest[1:])


async def _history(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.run_reading.history(turn, rest[0] if rest else None)


async def _cancel(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.runs.cancel(turn, rest[0])


async def _pending(turn: Turn, use: UseCases, _rest: list[str]) -> None:
    await use.run_reading.pending(turn)


async def _halt(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.limits.halt(turn, " ".join(rest))


async def _resume(turn: Turn, use: UseCases, _rest: list[str]) -> None:
    await use.limits.resume(turn)


async def _review(turn: Turn, use: UseCases, rest: list[str]) -> None:
    await use.approvals.review(turn, rest[0], " ".join(rest[1:]))


async def _help(turn: Turn, _use: UseCases, _rest: list[str]) -> None:
    usages = [(f"/runbook {w.usage}", w.does, w.example) for w in WORDS.values()]
    turn.answer(answers.help_text("/runbook", usages))


WORDS = {
    "list": Word("list [system]", "what you may run", "/runbook list mcp-cortex", _list),
    "search": Word("search WORDS", "find by words", "/runbook search restart redis", _search, 1),
    "show": Word("show ID", "what one does", "/runbook show cortex-restart", _show, 1),
    "run": Word(
        "run ID [k=v...]",
        "plan it, and run it or ask for approval",
        "/runbook run cortex-logs tail=100",
        _run,
        1,
    ),
    "plan": Word(
        "plan ID [k=v...]",
        "the exact calls and what they change; nothing is done",
        "/runbook plan cortex-restart",
        _plan,
        1,
    ),
    "history": Word(
        "history [ID]", "the newest runs, and how they went", "/runbook history", _history
    ),
    "cancel": Word(
        "cancel RUN",
        "stop a run before its next step",
        "/runbook cancel RUN-7H3K2M9QXA",
        _cancel,
        1,
    ),
    "pending": Word("pending", "what waits for approval", "/runbook pending", _pending),
    "halt": Word(
        "halt [why]", "stop all runs before their next step", "/runbook halt wrong cluster", _halt
    ),
    "resume": Word("resume", "let runs go on after a halt", "/runbook resume", _resume),
    "review": Word(
        "review RUN what you found",
        "review a run that was started alone",
        "/runbook review RUN-7H3K2M9QXA it was right",
        _review,
        1,
    ),
    "help": Word("help", "show this", "/runbook help", _help),
}
ALIASES = {
    "ls": "list",
    "find": "search",
    "info": "show",
    "start": "run",
    "preview": "plan",
    "runs": "history",
    "stop": "cancel",
    "approvals": "pending",
}
