"""Rules for parameters: patterns that hold the whole, defaults that fit, nothing unused."""

import re
from collections.abc import Iterator

from bot.domain.plan import Risk
from bot.domain.runbook import Ask, HumanStep, RunbookText
from bot.domain.runbook_params import (
    ChoiceParam,
    DurationParam,
    IntParam,
    LiveParam,
    ParamSpec,
    TextParam,
)
from bot.engine.conditions import refs
from bot.engine.lint_names import Spot, spots
from bot.engine.lint_sheet import Finding, Known, Place, Sheet, nearest, risk_of
from bot.engine.lint_with import check_names, check_with
from bot.engine.params import checked
from bot.engine.substitution import RESERVED, names
from bot.errors import Invalid


def check_params(sheet: Sheet, known: Known) -> Iterator[Finding]:
    """Yield what is wrong with each parameter."""
    used = _used(sheet.runbook)
    for name, spec in sheet.runbook.params.items():
        path = ("params", name)
        if name in RESERVED:
            cause = f"A parameter cannot be called `{name}`: that word means something else"
            yield sheet.finding(path, cause, "Give it another name")
        if used is not None and name not in used:
            cause = f"The parameter `{name}` is used nowhere"
            yield sheet.finding(path, cause, f"Put `{{{name}}}` where it belongs, or remove it")
        match spec:
            case TextParam():
                yield from _text(sheet, path, spec)
            case LiveParam():
                yield from _live(sheet, path, spec, known)
            case IntParam() | DurationParam():
                yield from _bounds(sheet, path, spec)
        yield from _fits(sheet, path, name, spec)


def _text(sheet: Sheet, path: Place, spec: TextParam) -> Iterator[Finding]:
    where = (*path, "pattern")
    try:
        re.compile(spec.pattern)
    except re.error as error:
        cause = f"The pattern cannot be read ({error})"
        yield sheet.finding(where, cause, "Write a Python regular expression")
        return
    if not spec.pattern.startswith("^") or not _ends(spec.pattern):
        cause = "The pattern is not anchored, so it says nothing of the rest of the text"
        yield sheet.finding(where, cause, f"Write `^{spec.pattern.strip('^$')}$`")
    if not spec.default and not spec.example:
        cause = "Nothing shows what it looks like"
        yield sheet.finding(
            path, cause, "Add `example:` (or a `default:`) that matches the pattern"
        )


def _ends(pattern: str) -> bool:
    """Whether it ends with a `$` that is no escaped dollar sign."""
    body = pattern[:-1]
    escapes = len(body) - len(body.rstrip("\\"))
    return pattern.endswith("$") and escapes % 2 == 0


def _live(sheet: Sheet, path: Place, spec: LiveParam, known: Known) -> Iterator[Finding]:
    action = known.actions.get(spec.uses)
    if action is None:
        cause = f"There is no action `{spec.uses}`"
        yield sheet.finding((*path, "uses"), cause, nearest(spec.uses, list(known.actions)))
        return
    if risk_of(action, spec.with_) is not Risk.READ:
        cause = f"Choices may only be read, and `{spec.uses}` changes something"
        yield sheet.finding((*path, "uses"), cause, "Use a reading action")
    system = known.systems.get(sheet.runbook.system)
    nobody = Spot(path, "params", HumanStep(id="x", ask=Ask.TEXT, text="x"), frozenset())
    where = (*path, "with")
    wrong = list(check_names(sheet, where, spec.with_, nobody, system))
    yield from wrong
    if wrong:
        return
    early = [name for name in names(spec.with_) if not name.startswith("system.")]
    if early:
        cause = f"The choices are read before anything is known, so not `{{{early[0]}}}`"
        yield sheet.finding(where, cause, "Name `{system...}` only")
    else:
        yield from check_with(sheet, where, action, spec.with_, system)


def _bounds(sheet: Sheet, path: Place, spec: IntParam | DurationParam) -> Iterator[Finding]:
    if spec.min > spec.max:  # type: ignore[operator]  # both ends are of the one kind
        yield sheet.finding((*path, "min"), "`min` is above `max`", "Swap them")


def _fits(sheet: Sheet, path: Place, name: str, spec: ParamSpec) -> Iterator[Finding]:
    for key in ("default", "example"):
        value = getattr(spec, key, None)
        if value in (None, ""):
            continue
        try:
            problems = checked({name: spec}, {name: value})[1]
        except re.error:
            return  # said above
        for problem in problems.values():
            cause = f"The {key} would be refused: {problem.rstrip('.')}"
            yield sheet.finding((*path, key), cause, "Correct one or the other")
    if isinstance(spec, ChoiceParam):
        for place, option in enumerate(spec.options):
            for problem in checked({name: spec}, {name: option})[1].values():
                cause = f"The option would be refused: {problem.rstrip('.')}"
                yield sheet.finding((*path, "options", place), cause, "Write it differently")


def _used(runbook: RunbookText) -> set[str] | None:
    """Return the first word of every name in the runbook; None when a text cannot be read."""
    said = runbook.model_dump(mode="json", by_alias=True, exclude={"params"})
    try:
        found = {name.partition(".")[0] for name in names(said)}
        for spot in spots(runbook):
            for key in ("when", "check"):
                text = getattr(spot.step, key, None)
                found |= set(refs(text)) if text else set()
    except Invalid:
        return None
    return found
