"""Which names a text may use where, and with what values to try them out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from bot.domain.config import System
from bot.domain.duration import say_duration
from bot.domain.runbook import HumanStep, Precondition, RunbookText, Step
from bot.domain.runbook_params import (
    BoolParam,
    ChoiceParam,
    DurationParam,
    IntParam,
    ParamSpec,
    TextParam,
)
from bot.engine.lint_sheet import Place
from bot.errors import Invalid, NotFound

TRIED_MAX = 200  # combinations of parameters tried to find a step that can never run


@dataclass(frozen=True, slots=True)
class Spot:
    """One step of a runbook: where it stands and which results it may use."""

    path: Place
    section: str
    step: Step | HumanStep | Precondition
    before: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A value that a name may have. Not `exact`: only its type counts; `free`: not even that."""

    value: Any
    exact: bool = True
    free: bool = False


ANYTHING = Sample(None, exact=False, free=True)


def spots(runbook: RunbookText) -> Iterator[Spot]:
    """Yield every step, in the order they run; the ways back after all others."""
    before: set[str] = set()
    for section in ("preconditions", "steps", "verify", "rollback"):
        for place, step in enumerate(getattr(runbook, section)):
            path = (section, place)
            yield Spot(path, section, step, frozenset(before))
            before.add(step.id)
            if isinstance(step, Step) and not isinstance(step.rollback, str):
                for at, back in enumerate(step.rollback):
                    where = (*path, "rollback", at)
                    yield Spot(where, "rollback", back, frozenset(before))


def samples(name: str, runbook: RunbookText, system: System | None) -> tuple[Sample, ...]:
    """Return values that `name` may have.

    Raises:
        NotFound: it never has one; says why.
    """
    first, _, rest = name.partition(".")
    if first in {"steps", "item"}:
        return (ANYTHING,)
    if first == "system":
        return (_of_system(rest, system),)
    if name not in runbook.params:
        message = f"there is no parameter `{name}`"
        raise NotFound(message)
    return tuple(_of_param(runbook.params[name]))


def _of_system(path: str, system: System | None) -> Sample:
    if system is None:
        return ANYTHING
    try:
        return Sample(system.lookup(path))
    except Invalid:  # an environment variable that is not set here
        return Sample("x", exact=False)


def _of_param(spec: ParamSpec) -> Iterator[Sample]:
    if not spec.must_be_given and getattr(spec, "default", None) is None:
        yield ANYTHING  # may stay empty; the action says whether it minds
    match spec:
        case ChoiceParam():
            yield from map(Sample, spec.options)
        case IntParam():
            yield from map(Sample, (spec.min, spec.max))
        case BoolParam():
            yield from map(Sample, (True, False))
        case DurationParam():
            yield from (Sample(say_duration(end)) for end in (spec.min, spec.max))
        case TextParam() if spec.default or spec.example:
            yield Sample(spec.default or spec.example)
        case _:
            yield Sample("x", exact=False)


@dataclass(frozen=True, slots=True)
class Try:
    """One choice of values; what is not exact, or free, is told apart."""

    values: Mapping[str, Sample]

    def __call__(self, name: str) -> Any:
        """Return the value of `name`."""
        return self.values[name].value

    def vague(self, names: Iterable[str]) -> bool:
        """Whether one of the names has no exact value."""
        return any(not self.values[name].exact for name in names)

    def free(self, names: Iterable[str]) -> bool:
        """Whether nothing is known of one of the names."""
        return any(self.values[name].free for name in names)


def tries(names: Iterable[str], runbook: RunbookText, system: System | None) -> Iterator[Try]:
    """Yield choices in which every value of every name comes up at least once.

    Raises:
        NotFound: a name that never has a value.
    """
    known = {name: samples(name, runbook, system) for name in names}
    most = max((len(found) for found in known.values()), default=1)
    for turn in range(most):
        yield Try({name: found[turn % len(found)] for name, found in known.items()})


def all_tries(names: Iterable[str], runbook: RunbookText) -> Iterator[Try] | None:
    """Yield every combination, or return None when there are too many or some are endless."""
    known = {}
    count = 1
    for name in names:
        spec = runbook.params.get(name)
        if not isinstance(spec, ChoiceParam | BoolParam) or not _is_closed(spec):
            return None
        known[name] = tuple(_of_param(spec))
        count *= len(known[name])
    if count > TRIED_MAX:
        return None
    return (Try(dict(zip(known, values, strict=True))) for values in product(*known.values()))


def _is_closed(spec: ChoiceParam | BoolParam) -> bool:
    return spec.must_be_given or spec.default is not None
