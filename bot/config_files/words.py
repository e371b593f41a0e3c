"""The kinds of words in signalbox.yml and system.yml, each with the cure when it is wrong."""

import re
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
)

from bot.domain.duration import PATTERN, parse_duration
from bot.domain.severity import WORDS, Severity, severity_named
from bot.errors import Invalid

CHANNEL_MAX = 80  # as in bot/domain/channel_name.py
CHANNEL_ID = re.compile(r"^[CG][A-Z0-9]{6,}$")
USER_ID = r"^[UW][A-Z0-9]{2,}$"
GROUP_ID = r"^S[A-Z0-9]{2,}$"
NOT_AN_ID = (
    "write the member id, such as U024BE7LH: in Slack, open the profile, then Copy member ID"
)
NOT_A_GROUP = "write the user group's id, such as S0614TZR7, not its @handle"


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        message = f"{value} has no unit: write a duration such as 15m, 2h or 1h30m"
        raise ValueError(message)  # noqa: TRY004 - pydantic turns only ValueError into a problem
    try:
        return parse_duration(value)
    except Invalid as error:
        message = f"`{value}` is no duration: write 15m, 2h or 1h30m"
        raise ValueError(message) from error


def _channel(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        message = "names no channel: leave the line out, or write the name without # (a comment)"
        raise ValueError(message)
    name = value.strip().removeprefix("#")
    if CHANNEL_ID.match(name):
        return name
    if len(name) > CHANNEL_MAX or name != name.lower() or re.search(r"[\s,.#@<>]", name):
        message = f"`{value}` cannot be a channel: write its name (lower case) or its id (C...)"
        raise ValueError(message)
    return name


def _local_time(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        message = f"`{value}` is no date: write 2026-12-24T18:00 or 2026-12-24"
        raise ValueError(message) from None
    if moment.tzinfo is not None:
        message = f"`{value}`: leave the offset out and name the time zone in `zone`"
        raise ValueError(message)
    return moment


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        message = f"`{value}` is no time zone: write an IANA name such as Europe/Berlin or UTC"
        raise ValueError(message) from None
    return value


def _matching(pattern: str, otherwise: str) -> tuple[AfterValidator, WithJsonSchema]:
    """Return what checks a text and what describes it; `otherwise` is the cure."""

    def check(value: str) -> str:
        if not re.match(pattern, value):
            message = f"`{value}`: {otherwise}"
            raise ValueError(message)
        return value

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": pattern})


def _severity(value: object) -> Severity:
    try:
        return severity_named(str(value))
    except Invalid as error:
        raise ValueError(str(error).replace("`", "")) from error


DURATION_SCHEMA = WithJsonSchema(
    {"type": "string", "pattern": PATTERN, "examples": ["15m", "2h", "1h30m"]}
)
Duration = Annotated[timedelta, BeforeValidator(_duration), DURATION_SCHEMA]
MaybeDuration = Annotated[timedelta | None, BeforeValidator(_duration), DURATION_SCHEMA]
Channel = Annotated[
    str | None,  # None only when the line is absent
    BeforeValidator(_channel),
    WithJsonSchema({"type": "string", "maxLength": CHANNEL_MAX}),
]
LocalTime = Annotated[
    datetime,
    BeforeValidator(_local_time),
    WithJsonSchema({"type": "string", "examples": ["2026-12-24T18:00", "2026-12-24"]}),
]
Zone = Annotated[StrictStr, AfterValidator(_zone)]
UserId = Annotated[StrictStr, *_matching(USER_ID, NOT_AN_ID)]
GroupId = Annotated[StrictStr, *_matching(GROUP_ID, NOT_A_GROUP)]
ResponderId = Annotated[StrictStr, *_matching(f"{USER_ID}|{GROUP_ID}", NOT_AN_ID)]
SeverityWord = Annotated[
    Severity,
    BeforeValidator(_severity),
    WithJsonSchema({"enum": [*WORDS, *map(str.upper, WORDS), *map(str.title, WORDS)]}),
]
Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
SystemId = Annotated[StrictStr, *_matching(r"^[a-z][a-z0-9-]{0,40}$", "write a-z, 0-9 and -")]
Name = Annotated[
    StrictStr, *_matching(r"^[A-Za-z_][A-Za-z0-9_]*$", "write the name of an environment variable")
]


class Shape(BaseModel):
    """Closed: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
