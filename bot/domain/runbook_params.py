"""The typed parameters of a runbook, and the words its keys are made of."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)

from bot.domain.duration import PATTERN, parse_duration, say_duration
from bot.domain.values import Value
from bot.errors import Invalid

TEXT_MAX = 200  # characters of a text parameter, unless it says otherwise
WHOLE = r"^\{[a-z][a-z0-9_]*\}$"  # exactly one parameter


def _length(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        message = f"`{value}` has no unit: write a duration such as 30s, 5m or 1h30m"
        raise ValueError(message)  # noqa: TRY004 - pydantic turns only ValueError into a problem
    try:
        return parse_duration(value)
    except Invalid as error:
        message = f"`{value}` is no duration: write 30s, 5m or 1h30m"
        raise ValueError(message) from error


def _length_or_param(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("{"):
        return _length(value)
    if not re.fullmatch(WHOLE, value):
        message = f"`{value}`: write one parameter such as {{deadline}}, or a duration such as 5m"
        raise ValueError(message)
    return value


def _say(value: object) -> object:
    return say_duration(value) if isinstance(value, timedelta) else value


_SAID = PlainSerializer(_say)
_SCHEMA = {"type": "string", "pattern": PATTERN, "examples": ["30s", "5m", "1h30m"]}
Length = Annotated[timedelta, BeforeValidator(_length), _SAID, WithJsonSchema(_SCHEMA)]
Moment = Annotated[
    timedelta | str,
    BeforeValidator(_length_or_param),
    _SAID,
    WithJsonSchema({"anyOf": [_SCHEMA, {"type": "string", "pattern": WHOLE}]}),
]
Words = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9-]{0,59}$")]
StepId = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
ParamName = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ActionName = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]


class OneParam(Value):
    """What all kinds of parameters have. No default: it must be given, unless not `required`."""

    required: StrictBool = True
    help: str = ""

    @property
    def must_be_given(self) -> bool:
        """Whether a request without it is refused."""
        return self.required and getattr(self, "default", None) is None


class TextParam(OneParam):
    """Words that match `pattern` as a whole; `example` is shown when somebody gets it wrong."""

    type: Literal["text"]
    pattern: Words
    max_length: Annotated[StrictInt, Field(ge=1, le=1000)] = TEXT_MAX
    default: str | None = None
    example: str = ""


class IntParam(OneParam):
    """A whole number from `min` to `max`."""

    type: Literal["int"]
    min: StrictInt
    max: StrictInt
    default: StrictInt | None = None


class ChoiceParam(OneParam):
    """One of the options."""

    type: Literal["choice"]
    options: Annotated[tuple[Words, ...], Field(min_length=1, max_length=100)]
    default: str | None = None


class LiveParam(OneParam):
    """One of what a reading action finds at `field` of its answer, just now."""

    type: Literal["live"]
    uses: ActionName
    with_: dict[str, Any] = Field(default={}, alias="with")
    field: Words
    default: str | None = None
    example: str = ""


class DurationParam(OneParam):
    """A length of time, written `5m`; steps get it as that text."""

    type: Literal["duration"]
    min: Length = timedelta(0)
    max: Length = timedelta(days=7)
    default: Length | None = None


class UserParam(OneParam):
    """A member of the workspace."""

    type: Literal["user"]
    default: None = None


class BoolParam(OneParam):
    """Yes or no."""

    type: Literal["bool"]
    default: StrictBool | None = None


ParamSpec = Annotated[
    TextParam | IntParam | ChoiceParam | LiveParam | DurationParam | UserParam | BoolParam,
    Field(discriminator="type"),
]
