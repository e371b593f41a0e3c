"""A Markdown runbook as a draft: every heading a step that a person does and ticks.

Nothing is turned into actions by itself: a command in a fence is text in the question. The draft
says `draft: true`, which the linter refuses, so somebody must finish it first.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from bot.errors import Invalid

HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
TEXT_MAX = 2_500  # characters of one question: a Slack section holds 3,000
STEPS_MAX = 100
SHOUTED = "# A draft made from Markdown: a person does every step. Replace steps by actions.\n"


def draft(markdown: str, system: str) -> str:
    """Return the YAML text of a draft for `system`.

    Raises:
        Invalid: there is nothing to make steps of.
    """
    clean = markdown.replace("\r\n", "\n").replace("\xa0", " ")
    clean = "".join(sign for sign in clean if sign.isprintable() or sign in "\n\t")
    sections = list(_sections(clean))
    if sections and sections[0][0] == 1:
        title, opening = sections[0][1], sections[0][2]
    else:
        title, opening = "Imported runbook", ""
    steps = [one for one in sections if (one[1], one[2]) != (title, opening)] or sections
    steps = [one for one in steps if one[1] or one[2]]
    if not steps:
        message = "The Markdown has no headings and no text: there is nothing to import."
        raise Invalid(message)
    if len(steps) > STEPS_MAX:
        message = f"The Markdown has {len(steps)} headings; at most {STEPS_MAX} become steps."
        raise Invalid(message)
    used: set[str] = set()
    said: dict[str, Any] = {
        "id": _slug(title, used, "imported")[:60].strip("-"),
        "title": title,
        "summary": _first_line(opening),
        "system": system,
        "owner": "TODO",
        "draft": True,
        "steps": [_step(heading, body, used) for _, heading, body in steps],
    }
    return SHOUTED + yaml.dump(said, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _sections(markdown: str) -> Iterator[tuple[int, str, str]]:
    """Yield (level, heading, body); level 0 for what stands before the first heading."""
    level, heading, body, fence = 0, "", list[str](), ""
    for line in markdown.split("\n"):
        mark = FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        found = None if fence or mark else HEADING.match(line)
        if found:
            yield from _unless_empty(level, heading, body)
            level, heading, body = len(found[1]), found[2], []
        else:
            body.append(line)
    yield from _unless_empty(level, heading, body)


def _unless_empty(level: int, heading: str, body: list[str]) -> Iterator[tuple[int, str, str]]:
    text = "\n".join(body).strip("\n").rstrip()
    if heading or text.strip():
        yield level, heading, text


def _step(heading: str, body: str, used: set[str]) -> dict[str, Any]:
    text = body or heading
    if len(text) > TEXT_MAX:
        text = text[:TEXT_MAX] + "\n… (cut: see the original)"
    return {
        "id": _slug(heading, used, "step")[:40].strip("-"),
        "title": heading or "Before the first heading",
        "ask": "checkbox",
        "text": _escaped(text),
    }


def _escaped(text: str) -> str:
    """Return `text` so that none of its braces is a name and none of its `$` a secret."""
    return text.replace("{", "{{").replace("}", "}}")


def _slug(text: str, used: set[str], otherwise: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:34].strip("-")
    if not plain or not plain[0].isalpha():
        plain = f"{otherwise}-{plain}".strip("-")[:34].strip("-")
    name, number = plain, 1
    while name in used:
        number += 1
        name = f"{plain}-{number}"
    used.add(name)
    return name


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.split("\n") if line.strip()), "")[:200]


class _Dumper(yaml.SafeDumper):
    """Writes long texts as people do, line under line."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _as_block)
