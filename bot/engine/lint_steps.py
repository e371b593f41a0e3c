"""Rules for steps: actions that exist, results that are there, waits that end, a way to know."""

from collections.abc import Iterator
from datetime import timedelta

from bot.action import Action
from bot.domain.plan import Effect, Risk
from bot.domain.runbook import HumanStep, Look, OnError, Precondition, Step
from bot.domain.runbook_params import DurationParam, IntParam
from bot.engine.conditions import refs, unmet
from bot.engine.lint_names import Spot, all_tries, spots
from bot.engine.lint_sheet import Finding, Known, Place, Sheet, nearest, risk_of
from bot.engine.lint_with import check_name, check_names, check_with
from bot.engine.plan_steps import needs_of
from bot.engine.substitution import names, parts
from bot.errors import Invalid

TIMEOUT_MAX = timedelta(hours=1)


def check_steps(sheet: Sheet, known: Known) -> Iterator[Finding]:
    """Yield what is wrong with each step."""
    seen: dict[str, Place] = {}
    for spot in spots(sheet.runbook):
        if spot.step.id in seen:
            cause = f"Two steps have the id `{spot.step.id}`"
            yield sheet.finding((*spot.path, "id"), cause, "Give each its own")
        seen[spot.step.id] = spot.path
        yield from _conditions(sheet, spot, known)
        match spot.step:
            case Step() as step:
                yield from _step(sheet, spot, step, known)
            case Precondition() as one:
                yield from _precondition(sheet, spot, one, known)
            case HumanStep() as human:
                yield from _human(sheet, spot, human, known)


def _step(sheet: Sheet, spot: Spot, step: Step, known: Known) -> Iterator[Finding]:
    yield from _called(sheet, spot, "", step, known)
    for key, look in (("current", step.current), ("probe", step.probe)):
        if look is not None:
            yield from _look(sheet, spot, key, look, known)
    yield from _repeats(sheet, spot, step, known)
    yield from _waits(sheet, spot, step)
    action = known.actions.get(step.uses)
    if action is None:
        return
    if action.only_reads(step.with_):
        yield from _reading(sheet, spot, step)
    else:
        yield from _changing(sheet, spot, step, action)


def _called(
    sheet: Sheet, spot: Spot, key: str, look: Step | Look | Precondition, known: Known
) -> Iterator[Finding]:
    """Check one `uses` and `with`; `key` is "current", "probe" or nothing."""
    path = (*spot.path, key) if key else spot.path
    if look.uses is None:
        return
    system = known.systems.get(sheet.runbook.system)
    wrong = list(check_names(sheet, (*path, "with"), look.with_, spot, system))
    yield from wrong
    action = known.actions.get(look.uses)
    if action is None:
        cause = f"There is no action `{look.uses}`"
        yield sheet.finding((*path, "uses"), cause, nearest(look.uses, list(known.actions)))
    elif not wrong:
        yield from check_with(sheet, (*path, "with"), action, look.with_, system)


def _look(sheet: Sheet, spot: Spot, key: str, look: Look, known: Known) -> Iterator[Finding]:
    yield from _called(sheet, spot, key, look, known)
    yield from _only_reads(sheet, (*spot.path, key), look, known, f"`{key}`")
    if not look.field:
        cause = f"`{key}` does not say which `field` of the answer counts"
        yield sheet.finding((*spot.path, key), cause, "Add one, such as `field: json.replicas`")


def _only_reads(
    sheet: Sheet, path: Place, look: Step | Look | Precondition, known: Known, what: str
) -> Iterator[Finding]:
    action = known.actions.get(look.uses or "")
    if action is not None and risk_of(action, look.with_) is not Risk.READ:
        cause = f"{what} may only read, and `{action.name}` changes something"
        yield sheet.finding((*path, "uses"), cause, "Use a reading action, or make it a step")


def _precondition(sheet: Sheet, spot: Spot, one: Precondition, known: Known) -> Iterator[Finding]:
    yield from _called(sheet, spot, "", one, known)
    yield from _only_reads(sheet, spot.path, one, known, "A precondition")
    if one.uses is None and one.check is None:
        cause = f"The precondition `{one.id}` tests nothing"
        yield sheet.finding(spot.path, cause, "Add `uses:` or `check:`")
    if one.check is not None and not one.otherwise:
        cause = f"The precondition `{one.id}` does not say what its failing means"
        yield sheet.finding(spot.path, cause, "Add `otherwise:` with one sentence for people")


def _human(sheet: Sheet, spot: Spot, human: HumanStep, known: Known) -> Iterator[Finding]:
    system = known.systems.get(sheet.runbook.system)
    for key, text in (("text", human.text), ("options", human.options)):
        yield from check_names(sheet, (*spot.path, key), text, spot, system)


def _conditions(sheet: Sheet, spot: Spot, known: Known) -> Iterator[Finding]:
    key = "check" if isinstance(spot.step, Precondition) else "when"
    text = getattr(spot.step, key)
    if text is None:
        return
    path = (*spot.path, key)
    own = {spot.step.id} if key == "check" else set()
    allowed = Spot(spot.path, spot.section, spot.step, spot.before | own)
    try:
        used = refs(text)
    except Invalid as error:
        yield sheet.finding(path, f"`{key}` cannot be read: {error}", "Correct the comparison")
        return
    system = known.systems.get(sheet.runbook.system)
    wrong = [one for name in used for one in check_name(sheet, path, name, allowed, system)]
    yield from wrong
    if not wrong and key == "when":
        yield from _reachable(sheet, spot, text, used)


def _reachable(sheet: Sheet, spot: Spot, text: str, used: tuple[str, ...]) -> Iterator[Finding]:
    choices = all_tries(used, sheet.runbook)
    if choices is None:
        return
    try:
        never = all(unmet(text, one) is not None for one in choices)
    except Invalid as error:
        yield sheet.finding((*spot.path, "when"), str(error), "Compare numbers with numbers")
        return
    if never:
        cause = f"`{spot.step.id}` can never run: no parameters make its `when` true"
        yield sheet.finding((*spot.path, "when"), cause, "Correct the condition or drop the step")


def _repeats(sheet: Sheet, spot: Spot, step: Step, known: Known) -> Iterator[Finding]:
    if step.for_each is None:
        return
    path = (*spot.path, "for_each")
    if isinstance(step.for_each, str):
        yield from _one_name(sheet, path, step.for_each)
    elif not step.for_each:
        cause = f"`{step.id}` can never run: its `for_each` is empty"
        yield sheet.finding(path, cause, "Add what to do it for, or drop the step")
    system = known.systems.get(sheet.runbook.system)
    yield from check_names(sheet, path, step.for_each, spot, system)


def _one_name(sheet: Sheet, path: Place, text: str) -> Iterator[Finding]:
    try:
        whole = len(parts(text)) == 1 and len(names(text)) == 1
    except Invalid:
        return  # said by check_names
    if not whole:
        cause = "`for_each` takes a list or exactly one name"
        yield sheet.finding(path, cause, "Write `[a, b]` or `{steps.list.names}`")


def _waits(sheet: Sheet, spot: Spot, step: Step) -> Iterator[Finding]:
    for key in ("first", "deadline"):
        value = getattr(step.wait, key, None)
        if not isinstance(value, str):
            continue
        spec = sheet.runbook.params.get(value[1:-1])
        if not isinstance(spec, DurationParam | IntParam):
            cause = f"`wait.{key}` is `{value}`, which is no duration and no number of seconds"
            cure = "Name a parameter of type duration or int"
            yield sheet.finding((*spot.path, "wait", key), cause, cure)


def _reading(sheet: Sheet, spot: Spot, step: Step) -> Iterator[Finding]:
    for key in ("effect", "probe", "current"):
        if getattr(step, key) is not None:
            cause = f"`{step.id}` only reads, so `{key}` says nothing"
            yield sheet.finding((*spot.path, key), cause, "Leave it out")
    yield from _timeout(sheet, spot, step)


def _changing(sheet: Sheet, spot: Spot, step: Step, action: Action) -> Iterator[Finding]:
    found: list[tuple[bool, str, str, str]] = [
        (
            step.timeout is None,
            "uses",
            f"`{step.id}` changes something and has no `timeout`",
            "Say how long it may take, such as `timeout: 2m`",
        ),
        (
            spot.section == "verify",
            "uses",
            f"`{step.id}` changes something, and verifying only reads",
            "Move it to `steps`",
        ),
        (
            step.wait is not None,
            "wait",
            f"`{step.id}` changes something, so it is not tried until it works",
            "Put the `wait` on a reading step of `verify`",
        ),
        (
            step.on_error is not OnError.STOP,
            "on_error",
            f"`{step.id}` changes something, so its failing cannot be passed over",
            "Leave `on_error` out",
        ),
        (
            (step.effect or action.effect) is Effect.PROBE and not _has_probe(step, action),
            "effect",
            f"Nobody could tell whether `{step.id}` happened: there is no probe",
            "Add `probe: {uses, with, field}` or write `effect: manual`",
        ),
    ]
    for wrong, key, cause, cure in found:
        if wrong:
            yield sheet.finding((*spot.path, key), cause, cure)
    yield from _timeout(sheet, spot, step)


def _has_probe(step: Step, action: Action) -> bool:
    return step.probe is not None or action.probing is not None


def _timeout(sheet: Sheet, spot: Spot, step: Step) -> Iterator[Finding]:
    if step.timeout is not None and not timedelta(0) < step.timeout <= TIMEOUT_MAX:
        cause = f"The `timeout` of `{step.id}` is not between 1s and 1h"
        yield sheet.finding((*spot.path, "timeout"), cause, "Correct it, or split the step")


def check_order(sheet: Sheet, known: Known) -> Iterator[Finding]:
    """Yield the `for_each` steps that could not be planned before the first change."""
    late: set[str] = set()
    changed = not _changes(sheet, known)
    for place, step in enumerate(sheet.runbook.steps):
        if isinstance(step, HumanStep):
            late.add(step.id)
            continue
        try:
            needs = needs_of(step)
        except Invalid:
            return  # said by check_steps
        if step.for_each is not None and needs & late:
            cause = f"`{step.id}` repeats over what is only known while it runs"
            cure = "Let `for_each` and its `with` name what is read before the first change"
            yield sheet.finding(("steps", place, "for_each"), cause, cure)
        action = known.actions.get(step.uses)
        changed = changed or (action is not None and not action.only_reads(step.with_))
        if changed or needs & late or step.wait is not None:
            late.add(step.id)


def _changes(sheet: Sheet, known: Known) -> bool:
    return any(
        not known.actions[step.uses].only_reads(step.with_)
        for step in sheet.runbook.steps
        if isinstance(step, Step) and step.uses in known.actions
    )
