"""Names in what people type, as Slack sends them on.

A message has `<@U0ANN>`; a command whose manifest says `should_escape` has `<@U0ANN|ann>` and its
`&`, `<`, `>` escaped; any other command has the plain `@ann`.
"""

import re
from typing import Final

from sandbox.slack.workspace import Workspace

_AT: Final = re.compile(r"(?<![\w<])@([\w.-]*\w)")
_HASH: Final = re.compile(r"(?<![\w<])#([\w-]+)")
_SYNTAX: Final = re.compile(r"(<(?:@U|#[CD]|!)[^<>\s]*>)")


def linked(ws: Workspace, text: str) -> str:
    """@ann becomes <@U0ANN>, #ops becomes <#C0OPS>; other words stay."""
    people = {u.name: u.id for u in ws.users.values()}
    rooms = {c.name: c.id for c in ws.channels.values() if c.kind == "channel"}
    text = _AT.sub(lambda m: f"<@{people[m[1]]}>" if m[1] in people else m[0], text)
    return _HASH.sub(lambda m: f"<#{rooms[m[1]]}>" if m[1] in rooms else m[0], text)


def escaped(ws: Workspace, text: str) -> str:
    """For a command with should_escape: links carry their names, the rest is escaped."""
    pieces = _SYNTAX.split(linked(ws, text))
    return "".join(_labelled(ws, p) if n % 2 else _safe(p) for n, p in enumerate(pieces))


def unlinked(ws: Workspace, text: str) -> str:
    """For any other command: names as a person reads them."""
    pieces = _SYNTAX.split(text)
    return "".join(_name(ws, p) if n % 2 else p for n, p in enumerate(pieces))


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _labelled(ws: Workspace, link: str) -> str:
    name = _name(ws, link)
    return link if "|" in link or name == link else f"{link[:-1]}|{name[1:]}>"


def _name(ws: Workspace, link: str) -> str:
    wanted = link[2:-1].partition("|")[0]
    if link.startswith("<@") and wanted in ws.users:
        return f"@{ws.users[wanted].name}"
    if link.startswith("<#") and wanted in ws.channels:
        return f"#{ws.channels[wanted].name}"
    return link
