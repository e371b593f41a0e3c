"""The small text format of the templates, to Block Kit.

`# ` on the first line is the header; `---` a divider; `> ` small grey text; a blank line begins a
new block. `*Label:* value` lines stay lines of one section: on a phone Slack squeezes fields into
two narrow columns, and a label and its value on one line read best there.

Only what the template says makes structure. Values come wrapped (`wrap`), so a value that holds a
blank line, "# " or "---" is text and nothing else.
"""

from itertools import groupby
from typing import Final

from bot.views.kit import context, divider, header, message, section
from bot.views.limits import Block, Message, pieces
from bot.views.mrkdwn import unescaped

_VALUE: Final = "\x02"  # in front of a value; no value contains it: `tidy` shows controls
_NEWLINE: Final = "\x1e"  # a newline inside a value


def wrap(mrkdwn: str) -> str:
    """Return a finished value so that the format sees no structure in it."""
    return _VALUE + mrkdwn.replace("\n", _NEWLINE)


def to_message(rendered: str, fallback: str) -> Message:
    """Return the message that a rendered template describes. `fallback` is finished mrkdwn."""
    blocks = [block for kind, text in _parts(rendered) for block in _blocks(kind, text)]
    return message(fallback, *blocks)


def header_words(rendered: str) -> str:
    """Return the header as plain words, "" when the template has none."""
    first = rendered.strip().split("\n", 1)[0]
    return unescaped(_unwrapped(first[2:])).strip() if first.startswith("# ") else ""


def _parts(rendered: str) -> list[tuple[str, str]]:
    lines = [line.rstrip() for line in rendered.strip().split("\n")]
    kinds = [(_kind(line, first=index == 0), line) for index, line in enumerate(lines)]
    grouped = groupby(kinds, key=lambda pair: pair[0])
    return [(kind, "\n".join(line for _, line in group)) for kind, group in grouped]


def _kind(line: str, *, first: bool) -> str:
    if not line:
        return "blank"
    if first and line.startswith("# "):
        return "header"
    if line == "---":
        return "divider"
    return "context" if line.startswith("> ") else "text"


def _blocks(kind: str, text: str) -> list[Block]:
    if kind == "blank":
        return []
    if kind == "divider":
        return [divider() for _ in text.split("\n")]
    if kind == "header":
        return [header(unescaped(_unwrapped(text[2:])))]
    if kind == "context":
        lines = "\n".join(line[2:] for line in text.split("\n"))
        return [context(_unwrapped(lines))]
    return [section(piece) for piece in pieces(_unwrapped(text))]


def _unwrapped(text: str) -> str:
    return text.replace(_VALUE, "").replace(_NEWLINE, "\n")
