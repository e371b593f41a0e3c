"""Private answers about the request itself: done, refused, broken, unknown, help."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.views.kit import header, message, section
from bot.views.limits import Message
from bot.views.lists import declared, incident_list
from bot.views.mrkdwn import line, notice

HELP_LINES = 8  # in one section

__all__ = [
    "Usage",
    "broken",
    "declared",
    "done",
    "help_for",
    "incident_list",
    "refused",
    "unknown_word",
]


class Usage(NamedTuple):
    """One line of help. `example` is a whole command that works, or ""."""

    usage: str
    meaning: str
    example: str = ""


def done(text: str) -> Message:
    """Say that it is done. `text` is a sentence of ours; it may name people and commands."""
    said = f"✔️ {notice(text, 2500)}"
    return message(said, section(said))


def refused(text: str) -> Message:
    """Say no. `text` is a UserError's sentence; it may name people and commands."""
    said = f"🚫 {notice(text, 2500) or 'That is not possible.'}"
    return message(said, section(said))


def broken(reference: str) -> Message:
    """Say that we failed, under which reference, and what to do."""
    said = (
        "💥 Signalbox could not finish this; nothing of it was done. Try again. If it happens "
        f"again, give whoever runs Signalbox this reference: `{line(reference, 80)}`"
    )
    return message(said, section(said))


def unknown_word(command: str, word: str, nearest: str | None, usage: str) -> Message:
    """Answer a word that no command has, with the nearest one and how to use it."""
    lines = [f"🤔 `{line(command, 40)}` does not know “{line(word, 80)}”."]
    if nearest:
        lines.append(f"Did you mean `{line(command, 40)} {line(nearest, 80)}`?")
    lines.append(f"Usage: `{notice(usage, 1000)}` · `{line(command, 40)} help` explains each.")
    return message(lines[0], section("\n".join(lines)))


def help_for(command: str, summary: str, usages: Sequence[Usage]) -> Message:
    """Explain a command: one line for each thing it does, with an example that works."""
    lines = [_usage(one) for one in usages]
    parts = [lines[at : at + HELP_LINES] for at in range(0, len(lines), HELP_LINES)]
    blocks = [header(f"{command}: {summary}"), *(section("\n".join(part)) for part in parts)]
    return message(f"How to use {line(command, 40)}", *blocks, more=f"`{line(command, 40)} help`")


def _usage(one: Usage) -> str:
    example = f", for example `{notice(one.example, 120)}`" if one.example else ""
    return f"`{notice(one.usage, 150)}` {notice(one.meaning, 300)}{example}"
