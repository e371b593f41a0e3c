"""One step of a plan: whether it runs, with what, and what exactly it would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.action import Call, Diff, Result
from bot.domain.duration import parse_duration, say_duration
from bot.domain.plan import Effect, PlannedStep, Risk
from bot.domain.runbook import HumanStep, Look, OnError, Precondition, Step, Wait
from bot.engine.conditions import refs, unmet
from bot.engine.reach import TIMEOUT_MAX_S, UNTOUCHED, Seen, Use, World, foresee, look
from bot.engine.substitution import Scope, as_text, facts, fill, steps_named
from bot.errors import Conflict, Invalid, NotFound, Unavailable

ITEMS_MAX = 50  # a step for each of more than these is a mistake, or a case for an action
HUMAN = "human."


@dataclass(slots=True)
class Work:
    """What planning has learnt so far.

    `later` are the steps whose results are not there before the run, `skipped` those that will
    have none.
    """

    world: World
    params: Mapping[str, Any]
    key: str
    now: datetime
    results: dict[str, Result] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)

    def scope(self, item: Any = None) -> Scope:
        """Return what names mean now."""
        return Scope(self.params, self.world.system.lookup, self.results, item)

    def use(self, step: str, look_: Step | Look | Precondition, scope: Scope) -> Use:
        """Return a use of an action with its parameters filled in."""
        action, client = self.world.bind(look_.uses or "")
        timeout = getattr(look_, "timeout", None)
        timeout_s = timeout.total_seconds() if timeout else action.timeout_s
        return Use(
            step=step,
            action=action,
            client=client,
            given=_filled(step, look_.with_, scope),
            timeout_s=min(timeout_s, TIMEOUT_MAX_S),
            key=f"{self.key}/{step}",
            now=self.now,
        )

    async def read(self, step: str, use: Use, on_error: OnError = OnError.STOP) -> Seen:
        """Read, and keep what was found as result and evidence of `step`."""
        try:
            seen = await look(self.world, use)
        except (Unavailable, Conflict) as error:
            if on_error is OnError.STOP:
                raise
            word = "FAIL" if isinstance(error, Conflict) else "UNKNOWN"
            said = f"{word}: {str(error).removeprefix(UNTOUCHED)}"
            seen = Seen(Result(summary=said, data={"failed": True}), said)
        self.results[step] = seen.result
        self.evidence[step] = seen.evidence
        return seen


async def precondition(work: Work, one: Precondition) -> None:
    """Raise Conflict unless it holds."""
    if one.uses is not None:
        await work.read(one.id, work.use(one.id, one, work.scope()))
    why = None if one.check is None else _unmet(one.id, one.check, work.scope())
    if why is not None:
        message = f"{UNTOUCHED}{one.otherwise or one.title or one.id} ({why})"
        raise Conflict(message)


async def steps_of(work: Work, step: Step | HumanStep, *, late: bool) -> list[PlannedStep]:
    """Return the step planned: one, or one for each item. `late`: reads wait for the run."""
    if isinstance(step, HumanStep):
        return [_human(work, step)]
    if step.for_each is None:
        return [await one_step(work, step, step.id, None, late=late)]
    gone = _gone(work, step.id, steps_named(step.for_each))
    if gone is not None:
        return [_skip(work, step, step.id, gone)]
    items = _items(step, work.scope())
    if not items:
        return [_skip(work, step, step.id, "there is nothing to do it for")]
    return [
        await one_step(work, step, f"{step.id}.{place}", item, late=late)
        for place, item in enumerate(items, 1)
    ]


async def one_step(work: Work, step: Step, step_id: str, item: Any, *, late: bool) -> PlannedStep:
    """Return the step planned for one item."""
    needs = needs_of(step)
    gone = _gone(work, step_id, needs)
    if gone is not None:
        return _skip(work, step, step_id, gone)
    if needs & work.later:
        return _deferred(work, step, step_id)
    scope = work.scope(item)
    why = None if step.when is None else _unmet(step_id, step.when, scope)
    if why is not None:
        return _skip(work, step, step_id, why)
    use = work.use(step_id, step, scope)
    if use.action.only_reads(step.with_):
        return await _reading(work, step, use, late=late)
    return await _changing(work, step, use, scope)


async def _reading(work: Work, step: Step, use: Use, *, late: bool) -> PlannedStep:
    _ = use.params  # wrong ones are told now, not in the run
    if late or step.wait is not None:
        work.later.add(use.step)
    else:
        await work.read(use.step, use, step.on_error)
    return _planned(step, use, Risk.READ, calls=(_read_call(step, use, work.params),))


async def _changing(work: Work, step: Step, use: Use, scope: Scope) -> PlannedStep:
    foreseen = await foresee(work.world, use)
    work.later.add(use.step)
    diffs = foreseen.diffs
    if step.current is not None:
        seen = await look(work.world, work.use(f"{use.step}/current", step.current, scope))
        current = work.world.redact(_field(use.step, step.current, seen.result))
        new = "; ".join(call.text for call in foreseen.calls)
        diffs = (*diffs, Diff(subject=step.title or use.step, current=current, new=new))
    return _planned(step, use, use.action.risk).model_copy(
        update={
            "targets": foreseen.targets,
            "calls": foreseen.calls,
            "diffs": diffs,
            "captured": foreseen.captured,
        }
    )


def _planned(step: Step, use: Use, risk: Risk, calls: tuple[Call, ...] = ()) -> PlannedStep:
    return PlannedStep(
        id=use.step,
        title=step.title or use.action.summary,
        uses=use.action.name,
        params=use.given,
        risk=risk,
        effect=_effect(step, risk, use.action.effect),
        timeout_s=use.timeout_s,
        calls=calls,
    )


def _read_call(step: Step, use: Use, params: Mapping[str, Any]) -> Call:
    """Return how a read is shown and sealed: what it asks, and for how long until it is well."""
    if step.wait is None:
        return Call(target="", text=use.text)
    wait = resolved_wait(step.wait, params)
    first, every, end = map(say_duration, (wait.first, wait.every, wait.deadline))  # type: ignore[arg-type]  # resolved: no names are left
    begin = f"first after {first}, then every" if wait.first else "every"
    times = f", {wait.in_a_row} times in a row" if wait.in_a_row > 1 else ""
    said = f"{begin} {every} until it passes{times}, for at most {end}"
    return Call(target="", text=f"{use.text} ({said})")


def _effect(step: Step, risk: Risk, own: Effect) -> Effect:
    return Effect.IDEMPOTENT if risk is Risk.READ else (step.effect or own)


def _human(work: Work, step: HumanStep) -> PlannedStep:
    work.later.add(step.id)
    scope = work.scope()
    needs = steps_named([step.text, step.options, *_named_in(step.when)])
    planned = PlannedStep(
        id=step.id,
        title=step.title or step.ask.value,
        uses=HUMAN + step.ask.value,
        params={"text": step.text, "options": list(step.options)},
        risk=Risk.READ,
        effect=Effect.MANUAL,
        timeout_s=step.timeout.total_seconds(),
    )
    if needs & (work.later - {step.id}):
        return planned.model_copy(update={"deferred": True})
    why = _gone(work, step.id, needs)
    if why is None and step.when is not None:
        why = _unmet(step.id, step.when, scope)
    if why is not None:
        work.skipped.add(step.id)
        return planned.model_copy(update={"skipped": why})
    return planned.model_copy(update={"params": _filled(step.id, planned.params, scope)})


def _skip(work: Work, step: Step, step_id: str, why: str) -> PlannedStep:
    work.skipped.add(step_id)
    return _unresolved(work, step, step_id).model_copy(update={"skipped": why})


def _deferred(work: Work, step: Step, step_id: str) -> PlannedStep:
    work.later.add(step_id)
    return _unresolved(work, step, step_id).model_copy(update={"deferred": True})


def _unresolved(work: Work, step: Step, step_id: str) -> PlannedStep:
    """Return the step with its names still in it: it is not run from this."""
    action, client = work.world.bind(step.uses)
    timeout_s = step.timeout.total_seconds() if step.timeout else action.timeout_s
    use = Use(
        step_id, action, client, step.with_, min(timeout_s, TIMEOUT_MAX_S), work.key, work.now
    )
    reads = action.only_reads(step.with_)
    calls = (_read_call(step, use, work.params),) if reads else ()
    return _planned(step, use, Risk.READ if reads else action.risk, calls)


def needs_of(step: Step) -> frozenset[str]:
    """Return the ids of the steps whose results it needs to be planned.

    Raises:
        Invalid: a text of it cannot be read.
    """
    current = step.current.with_ if step.current else {}
    return steps_named([step.with_, current, step.for_each, *_named_in(step.when)])


def _named_in(condition: str | None) -> list[str]:
    return [f"{{{name}}}" for name in refs(condition)] if condition else []


def _gone(work: Work, step_id: str, needs: frozenset[str]) -> str | None:
    lost = sorted(needs & work.skipped)
    if not lost:
        return None
    work.skipped.add(step_id)
    return f"it needs what `{lost[0]}` would have found, and that is skipped"


def _items(step: Step, scope: Scope) -> list[Any]:
    found = _filled(step.id, step.for_each, scope)
    if not isinstance(found, list | tuple):
        message = f"Step `{step.id}`: `{step.for_each}` is no list."
        raise Invalid(message)
    if len(found) > ITEMS_MAX:
        message = f"Step `{step.id}` would run {len(found)} times; at most {ITEMS_MAX} are planned."
        raise Conflict(message)
    return list(found)


def _filled(step: str, value: Any, scope: Scope) -> Any:
    try:
        return fill(value, scope)
    except (Invalid, NotFound) as error:
        message = f"Step `{step}`: {str(error).rstrip('.')}."
        raise Invalid(message) from error


def _unmet(step: str, condition: str, scope: Scope) -> str | None:
    try:
        return unmet(condition, scope)
    except (Invalid, NotFound) as error:
        message = f"Step `{step}`: {str(error).rstrip('.')}."
        raise Invalid(message) from error


def _field(step: str, look_: Look, result: Result) -> str:
    found: Any = facts(result)
    for key in look_.field.split(".") if look_.field else ("summary",):
        found = found.get(key, _MISSING) if isinstance(found, dict) else _MISSING
        if found is _MISSING:
            message = f"Step `{step}`: `current` found no `{look_.field}`."
            raise Conflict(message)
    return as_text(found)


_MISSING: Any = object()


def resolved_wait(wait: Wait, params: Mapping[str, Any]) -> Wait:
    """Return the wait with its parameters put in: durations, or whole numbers of seconds."""
    changes = {
        key: _seconds(params[value[1:-1]])
        for key in ("first", "deadline")
        if isinstance(value := getattr(wait, key), str)
    }
    return wait.model_copy(update=changes)


def _seconds(value: Any) -> timedelta:
    return parse_duration(value) if isinstance(value, str) else timedelta(seconds=int(value))
