"""Whether what a step gives to its action is what the action takes."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from bot.action import Action
from bot.domain.config import System
from bot.domain.placeholders import PLACEHOLDER as SECRET
from bot.domain.runbook import RunbookText
from bot.engine.lint_format import dotted, where
from bot.engine.lint_names import Spot, Try, tries
from bot.engine.lint_sheet import Finding, Place, Sheet, nearest
from bot.engine.substitution import fill, names, texts
from bot.errors import Invalid, NotFound

_OF_TYPE = re.compile(r"_(type|parsing)$")


def check_with(
    sheet: Sheet, path: Place, action: Action, given: dict[str, Any], system: System | None
) -> Iterator[Finding]:
    """Yield what is wrong with the parameters at `path` (the `with` of a step)."""
    seen: set[Place] = set()
    fixed = given.get(action.reads_if)
    if action.reads_if and isinstance(fixed, str):
        cause = f"`{action.reads_if}` decides what may be approved, so it cannot be `{fixed}`"
        yield sheet.finding((*path, action.reads_if), cause, "Write true or false")
        return
    for one in tries(names(given), sheet.runbook, system):
        for place, finding in _tried(sheet, path, action, given, one):
            if place not in seen:
                seen.add(place)
                yield finding


def _tried(
    sheet: Sheet, path: Place, action: Action, given: dict[str, Any], one: Try
) -> Iterator[tuple[Place, Finding]]:
    try:
        action.params.model_validate(fill(given, one))
    except Invalid as error:
        yield (), sheet.finding(path, str(error), "Name secrets as `${NAME}`")
    except ValidationError as error:
        for problem in error.errors():
            place = where(given, problem["loc"], problem["type"])
            if not _excused(given, place, problem["type"], one):
                cause, cure = _said(action, dict(problem), place)
                yield place, sheet.finding((*path, *place), cause, cure)


def _excused(given: dict[str, Any], place: Place, kind: str, one: Try) -> bool:
    """Whether the problem may be gone once the real values are known."""
    used = names(_at(given, place))
    if one.free(used):
        return True
    if not place:  # a rule over several parameters
        return one.vague(used)
    return one.vague(used) and not _OF_TYPE.search(kind)


def _at(given: Any, place: Place) -> Any:
    """Return what stands at `place`; of a text, the text itself for all that is inside of it."""
    for key in place:
        if isinstance(given, str):
            return given
        try:
            given = given[key]
        except (KeyError, IndexError, TypeError):
            return None
    return given


def _said(action: Action, problem: dict[str, Any], place: Place) -> tuple[str, str]:
    name = dotted(place)
    known = [field.alias or key for key, field in action.params.model_fields.items()]
    if problem["type"] == "extra_forbidden":
        if len(place) > 1:
            return f"`{action.name}` knows no `{name}`", "Correct the name or leave it out"
        return f"`{action.name}` has no parameter `{name}`", nearest(name, known)
    if problem["type"] == "missing":
        return f"`{action.name}` needs `{name}`", f"Add `{place[-1]}:` to its `with`"
    said = str(problem["msg"]).removeprefix("Value error, ")
    what = f"`{name}` of `{action.name}`" if name else f"`{action.name}`"
    cure = "Correct the value, or the type and bounds of the parameter that stands there"
    return f"{what}: {said[:1].lower()}{said[1:]}", cure


def check_names(
    sheet: Sheet, path: Place, value: Any, spot: Spot, system: System | None
) -> Iterator[Finding]:
    """Yield every name in `value` that means nothing at this spot."""
    for inner, text in texts(value):
        place = (*path, *inner)
        try:
            used = names(text)
        except Invalid as error:
            yield sheet.finding(place, str(error), "Names look like `{tail}` or `{steps.id.field}`")
            continue
        for name in used:
            yield from check_name(sheet, place, name, spot, system)
        yield from _secrets(sheet, place, text, system)


def check_name(
    sheet: Sheet, place: Place, name: str, spot: Spot, system: System | None
) -> Iterator[Finding]:
    """Yield why `name` means nothing at this spot."""
    runbook = sheet.runbook
    first, _, rest = name.partition(".")
    if first == "steps":
        yield from _step_named(sheet, place, rest.partition(".")[0], spot)
    elif first == "item":
        if getattr(spot.step, "for_each", None) is None:
            cure = "Add `for_each:` to the step, or name something else"
            yield sheet.finding(place, "`{item}` stands in a step without `for_each`", cure)
    elif first == "system":
        try:
            _ = system.lookup(rest) if system else None
        except NotFound as error:
            cure = f"Add it to runbooks/{runbook.system}/system.yml, or correct the name"
            yield sheet.finding(place, str(error).rstrip("."), cure)
        except Invalid:
            return  # set where the bot runs; `signalbox check` says so
    elif name not in runbook.params:
        yield sheet.finding(
            place, f"There is no parameter `{name}`", nearest(name, list(runbook.params))
        )


def _step_named(sheet: Sheet, place: Place, step: str, spot: Spot) -> Iterator[Finding]:
    if step in spot.before:
        if step in _repeated(sheet.runbook):
            cause = f"`{step}` runs once for each item, so `{{steps.{step}...}}` is not one result"
            yield sheet.finding(place, cause, "Name a step without `for_each`")
        return
    later = step in {
        one.id
        for one in (
            *sheet.runbook.preconditions,
            *sheet.runbook.steps,
            *sheet.runbook.verify,
            *sheet.runbook.rollback,
        )
    }
    if later:
        cause = f"`{step}` has not run yet when `{spot.step.id}` needs it"
        yield sheet.finding(place, cause, f"Move `{step}` before it, or name an earlier step")
    else:
        yield sheet.finding(place, f"There is no step `{step}`", nearest(step, spot.before))


def _repeated(runbook: RunbookText) -> set[str]:
    steps = (*runbook.steps, *runbook.verify, *runbook.rollback)
    return {step.id for step in steps if getattr(step, "for_each", None) is not None}


def _secrets(sheet: Sheet, place: Place, text: str, system: System | None) -> Iterator[Finding]:
    for match in SECRET.finditer(text):
        if system is not None and match[1] not in system.secrets:
            cause = f"`${{{match[1]}}}` is no secret of {system.id}"
            cure = f"Add {match[1]} to `secrets` in runbooks/{system.id}/system.yml"
            yield sheet.finding(place, cause, cure)
