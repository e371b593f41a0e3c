"""A runbook: what one YAML under runbooks/ says, as frozen values.

Texts may hold `{param}`, `{system.key}`, `{steps.id.field}` and `{item}`; `bot.engine.substitution`
knows how. Everything is checked here that one value can tell by itself; what needs the actions, the
systems and the policies is checked by `bot.engine.lint`.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictBool, StrictInt, Tag, model_validator

from bot.domain.plan import Effect, Risk
from bot.domain.runbook_params import (
    ActionName,
    Id,
    Length,
    Moment,
    ParamName,
    ParamSpec,
    StepId,
    Words,
)
from bot.domain.values import Value


class Look(Value):
    """A read beside a step: what is there now, or whether the step happened.

    `field` of the answer is what counts: it is shown as the current side, or is true when done.
    """

    uses: ActionName
    with_: dict[str, Any] = Field(default={}, alias="with")
    field: str = ""


class Wait(Value):
    """First probe after `first`, then `every`, until it passed `in_a_row` times or `deadline`."""

    first: Moment = timedelta(0)
    deadline: Moment
    every: Length = timedelta(seconds=5)
    in_a_row: Annotated[StrictInt, Field(ge=1, le=10)] = 1


class OnError(StrEnum):
    """What a failed read means."""

    STOP = "stop"
    FAIL_LATER = "fail-later"  # told as FAIL or UNKNOWN; the rest is still read, then it failed
    REPORT = "report"  # told as FAIL or UNKNOWN, and decides nothing: evidence


class Step(Value):
    """One action. `timeout` and `effect` default to the action's own."""

    id: StepId
    title: str = ""
    uses: ActionName
    with_: dict[str, Any] = Field(default={}, alias="with")
    when: str | None = None
    for_each: str | tuple[Any, ...] | None = None
    wait: Wait | None = None
    timeout: Length | None = None
    effect: Effect | None = None
    on_error: OnError = OnError.STOP
    current: Look | None = None
    probe: Look | None = None
    rollback: Annotated[
        Annotated[Literal["undo", "keep"], Tag("word")]
        | Annotated[tuple["Step", ...], Tag("steps")],
        Discriminator(lambda given: "word" if isinstance(given, str) else "steps"),
    ] = "undo"

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        return _numbered(data, "rollback", f"{data.get('id')}-back") if _is_block(data) else data


class Ask(StrEnum):
    """What a person does in a human step."""

    CHECKBOX = "checkbox"
    CONFIRM = "confirm"
    TEXT = "text"


class HumanStep(Value):
    """What only a person can do or know."""

    id: StepId
    title: str = ""
    ask: Ask
    text: Words
    options: tuple[Words, ...] = ()
    when: str | None = None
    timeout: Length = timedelta(minutes=30)


class Precondition(Value):
    """What must hold before anything is planned, and again before the first change.

    The read must succeed, and `check` hold when there is one; `otherwise` is said when it does not.
    """

    id: StepId
    title: str = ""
    uses: ActionName | None = None
    with_: dict[str, Any] = Field(default={}, alias="with")
    check: str | None = None
    otherwise: str = ""


def _kind(value: Any) -> str:
    human = "ask" in value if isinstance(value, dict) else isinstance(value, HumanStep)
    return "human" if human else "action"


AnyStep = Annotated[
    Annotated[Step, Tag("action")] | Annotated[HumanStep, Tag("human")], Discriminator(_kind)
]


class Notify(Value):
    """Who else hears of it: a channel's name or id, and of what."""

    channel: Words
    on: tuple[Literal["start", "success", "failure"], ...] = ("success", "failure")


class Suggest(Value):
    """Which alerts this runbook is for; `fill` gives parameters their values from labels."""

    alerts: tuple[Words, ...] = ()
    labels: dict[str, str] = {}
    fill: dict[ParamName, str] = {}


class RunbookText(Value):
    """The keys of the file, and nothing else."""

    id: Id
    title: Words
    summary: str = ""
    system: Id
    owner: Words
    tags: tuple[Words, ...] = ()
    covers: tuple[Id, ...] = ()
    params: dict[ParamName, ParamSpec] = {}
    preconditions: tuple[Precondition, ...] = ()
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1, max_length=100)]
    verify: tuple[Step, ...] = ()
    rollback: tuple[Step, ...] = ()
    offer: tuple[Id, ...] = ()  # runbooks to offer when this one fails
    approval: Words | None = None
    risk: Risk | None = None  # declared; never lower than what the actions can do
    notify: tuple[Notify, ...] = ()
    suggest: Suggest = Suggest()
    draft: StrictBool = False

    @model_validator(mode="before")
    @classmethod
    def _ids(cls, data: Any) -> Any:
        for section, word in _SECTIONS.items():
            data = _numbered(data, section, word) if _is_block(data) else data
        return data

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what it says; comments and layout do not count."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"source"})
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def actions(self) -> Iterator[str]:
        """The names of all actions it may use, rollback included."""
        for one in (*self.preconditions, *self.steps, *self.verify, *self.rollback):
            if not isinstance(one, HumanStep):
                yield from _used(one)

    @property
    def human(self) -> frozenset[str]:
        """The ids of the steps that a person does."""
        return frozenset(step.id for step in self.steps if isinstance(step, HumanStep))


class Runbook(RunbookText):
    """A runbook with the file it was read from."""

    source: str


_SECTIONS = {
    "preconditions": "precondition",
    "steps": "step",
    "verify": "verify",
    "rollback": "rollback",
}


def _is_block(data: Any) -> bool:
    return isinstance(data, dict)


def _numbered(data: dict[str, Any], section: str, word: str) -> dict[str, Any]:
    """Give the steps of a section that have no id one: `verify-1`."""
    steps = data.get(section)
    if not isinstance(steps, list | tuple):
        return data
    named = [
        {"id": f"{word}-{place}"} | step if _is_block(step) else step
        for place, step in enumerate(steps, 1)
    ]
    return {**data, section: named}


def _used(one: Step | Precondition) -> Iterator[str]:
    if one.uses is not None:
        yield one.uses
    if isinstance(one, Step):
        yield from (look.uses for look in (one.current, one.probe) if look)
        if not isinstance(one.rollback, str):
            for back in one.rollback:
                yield from _used(back)
