"""What a program wrote for a terminal, as plain lines: no colours, no cursor, nothing invisible."""

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)"  # OSC and the like: titles, links
    r"|\x1b[ -/]*[0-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")


def plain(text: str) -> str:
    """Return `text` with no control but newline and tab; a lone carriage return ends a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    return _CONTROLS.sub("", text)


def tail(text: str, characters: int) -> str:
    """Return the end of `text`, whole lines when they fit."""
    if len(text) <= characters:
        return text
    cut = text[-characters:]
    first = cut.find("\n")
    return cut[first + 1 :] if 0 <= first < characters // 2 else cut
