"""Findings, what makes them, and how they are shown."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from bot.domain.values import Value
from bot.errors import BotError, ConfigError

CHECK_TIMEOUT_S = 15.0
COLOURS = {"OK": "32", "WARN": "33", "FAIL": "31;1"}


class Level(StrEnum):
    """How bad it is."""

    OK = "OK"
    WARN = "WARN"  # it runs, with something missing
    FAIL = "FAIL"  # it cannot do its job


class Finding(Value):
    """One line of the report. `cure`: what to do about it; empty when all is well."""

    name: str
    level: Level
    says: str
    cure: str = ""


def ok(name: str, says: str) -> Finding:
    """All is well."""
    return Finding(name=name, level=Level.OK, says=says)


def warn(name: str, says: str, cure: str) -> Finding:
    """It runs, with something missing."""
    return Finding(name=name, level=Level.WARN, says=says, cure=cure)


def fail(name: str, says: str, cure: str) -> Finding:
    """It cannot do its job."""
    return Finding(name=name, level=Level.FAIL, says=says, cure=cure)


Look = Callable[[], Awaitable[Iterable[Finding]]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. When `look` raises or does not end, that is a FAIL with `cure`."""

    name: str
    look: Look
    cure: str = ""


async def run_checks(checks: Sequence[Check], timeout_s: float = CHECK_TIMEOUT_S) -> list[Finding]:
    """Return the findings of all checks, in their order; they run side by side."""
    found = await asyncio.gather(*(_run(check, timeout_s) for check in checks))
    return [finding for findings in found for finding in findings]


def passed(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.level is not Level.FAIL for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the report for machines."""
    lines = [finding.model_dump(mode="json") for finding in findings]
    return json.dumps({"ok": passed(findings), "findings": lines}, indent=2, ensure_ascii=False)


def as_text(findings: Sequence[Finding], *, colour: bool = False) -> str:
    """Return the report for people: level, name, sentence; the cure stands below."""
    width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding, after in zip_longest(findings, findings[1:]):
        level = f"{finding.level.value:<4}"
        if colour:
            level = f"\x1b[{COLOURS[finding.level.value]}m{level}\x1b[0m"
        lines.append(f"{level}  {finding.name:<{width}}  {finding.says}")
        if finding.cure and (after is None or after.cure != finding.cure):  # said once for a run
            lines.append(f"{'':<{width + 8}}-> {finding.cure}")
    counts = {level: sum(one.level is level for one in findings) for level in Level}
    said = ", ".join(f"{count} {level.value}" for level, count in counts.items() if count)
    return "\n".join([*lines, "", said])


async def _run(check: Check, timeout_s: float) -> list[Finding]:
    try:
        async with asyncio.timeout(timeout_s):
            return list(await check.look())
    except TimeoutError:
        return [fail(check.name, f"No answer within {timeout_s:g} s.", check.cure)]
    except ConfigError as error:  # it names its own cure
        return [fail(check.name, str(error), "")]
    except BotError as error:
        return [fail(check.name, str(error), check.cure)]
