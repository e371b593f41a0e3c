"""A trial of a runbook: what its systems would answer, and how it has to end. From a test file."""

import re
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from bot.domain.plan import Diff
from bot.domain.run import Answer, StepState
from bot.domain.values import Value

OUTCOMES = ("answers", "fails", "silent", "lost")


class Ends(StrEnum):
    """How a trial may end; the words of RunState, and what never becomes a run."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"
    ASKING = "asking"
    AWAITING = "awaiting approval"  # it drifted: the plan was another one before the first change
    REFUSED = "refused"  # it could not even be planned


class RecordedPlan(Value):
    """What a changing action planned: the texts of its calls, and current -> new."""

    calls: tuple[str, ...]
    diffs: tuple[Diff, ...] = ()
    targets: tuple[str, ...] = ()
    captured: dict[str, Any] = {}


class Recorded(Value):
    """One recorded answer. `step`, `with` None: it answers whichever step and parameters.

    `times` None: once, or without end when it is the last that fits.
    """

    uses: str
    step: str | None = None
    with_: dict[str, Any] | None = Field(default=None, alias="with")
    times: int | None = Field(default=None, ge=1)
    plan: RecordedPlan | None = None
    answers: dict[str, Any] | None = None
    summary: str = ""
    fails: str | None = None  # it answers no
    silent: str | None = None  # it cannot be reached; nothing happened
    lost: str | None = None  # the line broke, and it may have happened
    happened: bool | None = None  # what looking finds after `lost`; None: nobody can tell
    undo_fails: str | None = None

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        said = [name for name in OUTCOMES if getattr(self, name) is not None]
        if len(said) != 1:
            message = f"say exactly one of {', '.join(OUTCOMES)}"
            raise ValueError(message)
        return self


def fits(wanted: str, text: str) -> bool:
    """Whether a text is the one wanted: `/.../` is a pattern for the whole of it."""
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        return re.fullmatch(wanted[1:-1], text, re.DOTALL) is not None
    return wanted == text


def _readable(wanted: str) -> str:
    try:
        fits(wanted, "")
    except re.error as error:
        message = f"no pattern that can be read: {error}"
        raise ValueError(message) from error
    return wanted


Wanted = Annotated[str, AfterValidator(_readable)]


class Expect(Value):
    """What has to come out. None: whatever. `calls` are the changing ones that were made."""

    ends: Ends
    why: Wanted | None = None  # how it ended, or what it asks
    calls: tuple[Wanted, ...] | None = None
    steps: dict[str, StepState] = {}


class Trial(Value):
    """A test file. `environment` fills the `${NAME}` of system.yml, over the real one."""

    runbook: str
    params: dict[str, Any] = {}
    environment: dict[str, str] = {}
    world: tuple[Recorded, ...] = ()
    people: tuple[Answer, ...] = ()  # what is answered when the run asks
    expect: Expect
