"""Private answers about the request itself: done, refused, broken, unknown, help."""

from collections.abc import Sequence

from bot.domain.incident import Incident
from bot.views.facts import headline
from bot.views.kit import header, message, section
from bot.views.limits import Block, Message
from bot.views.mrkdwn import line, notice

HELP_LINES = 8  # in one section


def done(incident: Incident, what: str) -> Message:
    """Say that it is done. `what` is a short sentence of ours; it may name people."""
    said = f"✔️ {notice(what, 300)} · {headline(incident)}"
    return message(said, section(said))


def refused(text: str) -> Message:
    """Say no. `text` is a UserError's sentence; it may name people and commands."""
    said = f"🚫 {notice(text, 2500) or 'That is not possible.'}"
    return message(said, section(said))


def unavailable(text: str) -> Message:
    """Say that an outside system is silent, and that nothing was done. `text` names it."""
    said = f"⏳ {notice(text, 2000)}\nNothing was done. Try again in a minute."
    return message(said, section(said))


def broken(reference: str) -> Message:
    """Say that we failed, under which reference, and what to do."""
    said = (
        "💥 Signalbox could not finish this; nothing of it was done. Try again. If it happens "
        f"again, give whoever runs Signalbox this reference: `{line(reference, 80)}`"
    )
    return message(said, section(said))


def unknown_word(command: str, word: str, nearest: str | None = None, usage: str = "") -> Message:
    """Answer a word that no command has, with the nearest one, if any, and how to use it."""
    name = line(command, 40)
    lines = [f"🤔 `{name}` does not know “{line(word, 80)}”."]
    if nearest:
        lines.append(f"Did you mean `{name} {line(nearest, 80)}`?")
        lines.append(f"Usage: `{notice(usage, 1000)}`")
    if nearest != "help":
        lines.append(f"`{name} help` lists what it knows.")
    return message(lines[0], section("\n".join(lines)))


def help_text(
    command: str, usages: Sequence[tuple[str, ...]], rare: Sequence[tuple[str, ...]] = ()
) -> Message:
    """Explain a command: (usage, what it does) and, where one helps, an example that works.

    `rare` comes below, under a line of its own.
    """
    blocks = [header(command), *_explained(usages)]
    if rare:
        blocks += [section("*Now and then*"), *_explained(rare)]
    return message(f"How to use {line(command, 40)}", *blocks, more=f"`{line(command, 40)} help`")


def _explained(usages: Sequence[tuple[str, ...]]) -> list[Block]:
    lines = [_usage(*one) for one in usages]
    parts = [lines[at : at + HELP_LINES] for at in range(0, len(lines), HELP_LINES)]
    return [section("\n".join(part)) for part in parts]


def _usage(usage: str, does: str, example: str = "") -> str:
    """Return a line of help; an example that is the usage itself shows nothing."""
    shown = f", as in `{notice(example, 120)}`" if example not in ("", usage) else ""
    return f"`{notice(usage, 150)}` {notice(does, 300)}{shown}"
