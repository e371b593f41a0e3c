"""What signalbox.yml and system.yml may say. Each shape turns into its value of `bot.domain`."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from bot.domain.config import Channels, Config, Freeze, Policy, System
from bot.domain.duration import PATTERN, parse_duration
from bot.domain.person import Holders, Role
from bot.domain.reminders import QUIET_AFTER_UPDATE
from bot.domain.severity import WORDS, Severity, Timetable, severity_named
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


class ChannelsShape(Shape):
    """Names or ids of channels."""

    incidents: Channel = Field(default=None, description="Announcements and the live cards.")
    alerts: Channel = Field(default=None, description="Alerts.")
    approvals: Channel = Field(default=None, description="Absent: requests stay where asked.")
    digests: Channel = Field(default=None, description="Scheduled digests.")

    def value(self) -> Channels:
        """Return the domain's value."""
        return Channels(**self.model_dump())


class HoldersShape(Shape):
    """Who holds a role; nobody when all of it is absent."""

    everyone: StrictBool = Field(default=False, description="Every full member of the workspace.")
    users: tuple[UserId, ...] = ()
    groups: tuple[GroupId, ...] = ()

    def value(self) -> Holders:
        """Return the domain's value."""
        return Holders(**self.model_dump())


class PolicyShape(Shape):
    """An approval policy."""

    approve: StrictInt = Field(default=1, ge=0, le=10, description="How many must approve.")
    deny: StrictInt = Field(default=1, ge=1, le=10, description="How many can stop it.")
    from_: tuple[Role, ...] = Field(default=(), alias="from", description="Who may approve.")
    one_of: tuple[Role, ...] = Field(
        default=(), description="At least one approver holds one of these."
    )
    pending: Duration = Field(
        default=timedelta(minutes=15), description="How long a request waits."
    )
    valid: Duration = Field(
        default=timedelta(minutes=10), description="How long an approval may wait."
    )

    def value(self) -> Policy:
        """Return the domain's value."""
        return Policy(**self.model_dump())


class FreezeShape(Shape):
    """A time in which changes need the freeze approvers."""

    name: Text
    from_: LocalTime = Field(alias="from")
    to: LocalTime
    zone: Zone = "UTC"
    systems: tuple[StrictStr, ...] = ("all",)
    approvers: tuple[Role, ...] = ()

    @model_validator(mode="after")
    def _forward(self) -> "FreezeShape":
        if self.to <= self.from_:
            message = f"`{self.name}` ends before it begins"
            raise ValueError(message)
        return self

    def value(self) -> Freeze:
        """Return the domain's value."""
        return Freeze(**self.model_dump())


class TimetableShape(Shape):
    """What the system promises at one severity."""

    label: Text = Field(description="As the system's people say it.")
    meaning: Text
    response: Duration = Field(description="The first response is due.")
    escalation: MaybeDuration = Field(default=None, description="Absent: the runbook names none.")
    cadence: Duration = Field(
        default=timedelta(minutes=30), description="Between updates while open."
    )
    examples: tuple[Text, ...] = ()
    note: str = Field(default="", description="What the runbook says besides times.")

    @field_validator("cadence")
    @classmethod
    def _paced(cls, value: timedelta) -> timedelta:
        if value < QUIET_AFTER_UPDATE:
            message = "under 5m it would remind people right after an update"
            raise ValueError(message)
        return value

    def value(self) -> Timetable:
        """Return the domain's value."""
        return Timetable(**self.model_dump())


class SystemShape(BaseModel):
    """A system under care. Keys besides these are its settings, for its runbooks."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: SystemId
    title: Text = Field(description="What messages call it.")
    owner: str = ""
    platform: str = Field(default="", description="compose, kubernetes, swarm or what it runs on.")
    urls: dict[StrictStr, Text] = Field(
        default={}, description="Base URLs; ${NAME} or ${NAME:-default}."
    )
    secrets: tuple[Name, ...] = Field(
        default=(), description="Names of variables; never their values."
    )
    links: dict[Text, Text] = Field(default={}, description="Bookmarked in its incident channels.")
    channels: ChannelsShape = ChannelsShape()
    severities: dict[SeverityWord, TimetableShape] = {}
    responders: tuple[ResponderId, ...] = Field(default=(), description="Invited to its incidents.")

    @field_validator("severities", mode="before")
    @classmethod
    def _once_each(cls, value: Any) -> Any:
        levels = [WORDS.get(str(word).lower()) for word in value] if isinstance(value, dict) else []
        twice = {level for level in levels if level and levels.count(level) > 1}
        if twice:
            message = f"{min(twice)} stands here under two of its names: keep one"
            raise ValueError(message)
        return value

    def value(self) -> System:
        """Return the domain's value."""
        plain = self.model_dump(exclude={"channels", "severities", *(self.model_extra or {})})
        return System(
            **plain,
            channels=self.channels.value(),
            severities={level: row.value() for level, row in self.severities.items()},
            settings=self.model_extra or {},
        )


class ConfigShape(Shape):
    """signalbox.yml: people, channels and rules."""

    channels: ChannelsShape = ChannelsShape()
    roles: dict[Role, HoldersShape] = Field(default={}, description="An absent role has nobody.")
    policies: dict[SystemId, PolicyShape] = {}
    freeze: tuple[FreezeShape, ...] = ()
    systems: dict[SystemId, dict[str, Any]] = Field(
        default={}, description="On top of each system's system.yml."
    )
    team: StrictStr | None = Field(
        default=None, description="The workspace, T...; learnt from Slack."
    )

    def value(self, systems: dict[str, System]) -> Config:
        """Return the domain's value."""
        return Config(
            channels=self.channels.value(),
            roles={role: holders.value() for role, holders in self.roles.items()},
            policies={name: policy.value() for name, policy in self.policies.items()},
            freeze=tuple(freeze.value() for freeze in self.freeze),
            systems=systems,
            team=self.team,
        )
