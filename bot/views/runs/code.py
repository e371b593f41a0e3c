"""Values as code: shown to the letter, and still nothing that Slack would act on."""

from typing import Final

from bot.views.mrkdwn import Safe, cut
from bot.views.tidy import one_line, tidy

_ENTITIES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("`"): "ˋ"}


def code(value: object, limit: int = 200) -> Safe:
    """Return `value` on one line as code; an empty one is shown as empty quotes."""
    words = one_line(value).translate(_ENTITIES) or "''"
    return Safe(f"`{cut(words, limit)}`")


def block(text: str, limit: int) -> Safe:
    """Return the end of `text` as a block of code of at most `limit` characters; whole lines."""
    lines = tidy(text).rstrip().split("\n")
    kept: list[str] = []
    room = limit - len("```\n…\n```")
    for line in reversed(lines):
        shown = line.translate(_ENTITIES)
        room -= len(shown) + 1
        if room < 0:
            break
        kept.append(shown)
    if not kept:
        kept = [cut(lines[-1].translate(_ENTITIES), max(limit - 10, 1))]
    head = "…\n" if len(kept) < len(lines) else ""
    return Safe("```\n" + head + "\n".join(reversed(kept)) + "\n```")
