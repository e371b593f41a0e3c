"""A trial held against its test file: mistakes in the file, and what came out differently."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from bot.action import Action
from bot.domain.run import Entry, StepState
from bot.domain.runbook import HumanStep, Precondition, RunbookText, Step
from bot.domain.trial import Expect, Recorded, Trial, fits
from bot.engine.lint_sheet import Place, nearest

PROBE = "probe"  # the step that a declared probe is planned as


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the test file: at which place of it, and one sentence."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out. `made` are the changing calls; `steps` have one state for each id."""

    ends: str
    why: str
    made: tuple[str, ...] = ()
    steps: Mapping[str, StepState] | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial that was made. Each difference begins with `file:line: `."""

    file: str
    runbook: str
    seen: Seen
    differences: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is printed."""
        if not self.differences:
            return f"ok    {self.file}: {self.runbook} {self.seen.ends}"
        why = [f"  how it ended: {self.seen.why}"] if self.seen.why else []
        head = f"FAIL  {self.file}: {self.runbook} {self.seen.ends}"
        return "\n".join([head, *(f"  {one}" for one in self.differences), *why])


def states(journal: Iterable[Entry]) -> dict[str, StepState]:
    """Return how each step stands; a way back that undoes a step leaves that step's own state."""
    return {entry.planned.id: entry.state for entry in journal if not entry.undo}


def mistakes(trial: Trial, runbook: RunbookText, actions: Mapping[str, Action]) -> list[Remark]:
    """Return what cannot be meant: names that neither the runbook nor an action knows."""
    ids = _ids(runbook)
    found = []
    for place, one in enumerate(trial.world):
        found += list(_wrong_answer(("world", place), one, ids, actions))
    for name in trial.expect.steps:
        if not _known(name, ids):
            found.append(_no_step(("expect", "steps", name), name, ids))
    for name in trial.params:
        if name not in runbook.params:
            text = f"{runbook.id} has no parameter `{name}`. {nearest(name, runbook.params)}."
            found.append(Remark(("params", name), text))
    return found


def differences(expect: Expect, seen: Seen) -> list[Remark]:
    """Return where what came out is not what was expected."""
    found = []
    if expect.ends.value != seen.ends:
        text = f"expected that it ends {expect.ends.value}; it ends {seen.ends}"
        found.append(Remark(("expect", "ends"), text))
    if expect.why is not None and not fits(expect.why, seen.why):
        found.append(Remark(("expect", "why"), f"expected `{expect.why}`"))
    found += _other_calls(expect, seen)
    for name, state in expect.steps.items():
        real = (seen.steps or {}).get(name)
        if real is not state:
            stands = real.value if real else "not there"
            text = f"expected that `{name}` is {state.value}; it is {stands}"
            found.append(Remark(("expect", "steps", name), text))
    return found


def _other_calls(expect: Expect, seen: Seen) -> Iterator[Remark]:
    if expect.calls is None:
        return
    for place, (wanted, made) in enumerate(zip_longest(expect.calls, seen.made)):
        if wanted is None:
            yield Remark(("expect", "calls"), f"call {place + 1} was not expected: {made}")
        elif made is None:
            yield Remark(("expect", "calls", place), f"call {place + 1} was not made: {wanted}")
        elif not fits(wanted, made):
            text = f"call {place + 1}: expected {wanted}; made was {made}"
            yield Remark(("expect", "calls", place), text)


def _wrong_answer(
    place: Place, one: Recorded, ids: Collection[str], actions: Mapping[str, Action]
) -> Iterator[Remark]:
    action = actions.get(one.uses)
    if action is None:
        text = f"no action is called `{one.uses}`. {nearest(one.uses, actions)}."
        yield Remark((*place, "uses"), text)
        return
    known = {field.alias or name for name, field in action.params.model_fields.items()}
    for name in one.with_ or {}:
        if name not in known:
            text = f"`{one.uses}` has no parameter `{name}`. {nearest(name, known)}."
            yield Remark((*place, "with", name), text)
    if one.step is not None and not _known(one.step, ids):
        yield _no_step((*place, "step"), one.step, ids)
    if one.plan is not None and action.run is None:
        yield Remark((*place, "plan"), f"`{one.uses}` only reads; it plans nothing")


def _known(name: str, ids: Collection[str]) -> bool:
    """Whether there is such a step; `each.2` is one of `each`."""
    return name in ids or name.rpartition(".")[0] in ids


def _no_step(place: Place, name: str, ids: Collection[str]) -> Remark:
    return Remark(place, f"the runbook has no step `{name}`. {nearest(name, ids)}.")


def _ids(runbook: RunbookText) -> set[str]:
    """Return every id by which something may be asked: live parameters too, by their names."""
    steps: list[Any] = [*runbook.preconditions, *runbook.steps, *runbook.verify, *runbook.rollback]
    return {PROBE, *runbook.params, *(name for step in steps for name in _named(step))}


def _named(step: Step | HumanStep | Precondition) -> Iterator[str]:
    yield step.id
    if isinstance(step, Step) and not isinstance(step.rollback, str):
        for back in step.rollback:
            yield from _named(back)
