"""What signalbox.yml and system.yml may say. Each shape turns into its value of `bot.domain`."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

from bot.config_files.oncall_shapes import MatrixShape, OnCallShape
from bot.config_files.words import (
    Channel,
    Duration,
    GroupId,
    LocalTime,
    MaybeDuration,
    Name,
    ResponderId,
    SeverityWord,
    Shape,
    SystemId,
    Text,
    UserId,
    Zone,
)
from bot.domain.config import Channels, Config, Freeze, System
from bot.domain.paging import Urgency
from bot.domain.person import Holders, Role
from bot.domain.policy import BUILT_IN, Policy
from bot.domain.reminders import QUIET_AFTER_UPDATE
from bot.domain.severity import WORDS, Timetable
from bot.domain.statuspage import Component


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
    """An approval policy. What is absent is as in the built-in one of that name."""

    approve: StrictInt = Field(default=1, ge=0, le=10, description="How many must approve.")
    deny: StrictInt = Field(default=1, ge=1, le=10, description="How many can stop it.")
    from_: tuple[Role, ...] = Field(default=(), alias="from", description="Who may approve.")
    one_of: tuple[Role, ...] = Field(
        default=(), description="At least one approver holds one of these."
    )
    each_of: tuple[Role | Literal["commander"], ...] = Field(
        default=(), description="Each of these must approve, as different people."
    )
    commander_counts: StrictBool = Field(
        default=False, description="The commander of the open incident may approve."
    )
    confirm: StrictBool = Field(default=False, description="Who asks must confirm.")
    typed: StrictBool = Field(default=False, description="Who asks must type what is touched.")
    incident: Literal["", "open", "private"] = Field(
        default="", description="Only in an open, or an open private, incident."
    )
    relaxed: dict[SeverityWord, StrictInt] = Field(
        default={}, description="Approvals needed while an incident of that severity is open."
    )
    alone_after: Duration | None = Field(
        default=None, description="Then the commander may go on alone, with a reason."
    )
    fallback: tuple[Role, ...] = Field(
        default=(), description="Asked too when nobody answers; absent: nobody."
    )
    escalate_after: Duration = Field(
        default=timedelta(minutes=5), description="When the fallback is asked."
    )
    pending: Duration = Field(
        default=timedelta(minutes=15), description="How long a request waits."
    )
    valid: Duration = Field(
        default=timedelta(minutes=10), description="How long an approval may wait."
    )

    def value(self, name: str) -> Policy:
        """Return the domain's value. A new policy that names nobody has nobody (P6)."""
        base = BUILT_IN.get(name, Policy(from_=()))
        return base.model_copy(update={key: getattr(self, key) for key in self.model_fields_set})


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


class ComponentShape(Shape):
    """A part of the product as customers know it."""

    id: Text = Field(description="The status page's own id of it.")
    name: Text
    description: str = ""

    def value(self) -> Component:
        """Return the domain's value."""
        return Component(**self.model_dump())


class StatusPageShape(Shape):
    """The built-in status page."""

    title: Text = Field(default="Service status", description="What the page is called.")


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
    paging: dict[SeverityWord, Urgency] = Field(
        default={}, description="PagerDuty urgency; absent: high for sev1, else low."
    )
    escalation: tuple[MatrixShape, ...] = Field(
        default=(), description="Who is called while nobody acknowledges."
    )
    status_page: tuple[ComponentShape, ...] = Field(
        default=(), description="Its components on the status page; absent: customers are not told."
    )

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
        ours = {"channels", "severities", "status_page", "escalation"}
        plain = self.model_dump(exclude={*ours, *(self.model_extra or {})})
        return System(
            **plain,
            channels=self.channels.value(),
            severities={level: row.value() for level, row in self.severities.items()},
            escalation=tuple(matrix.value() for matrix in self.escalation),
            components=tuple(component.value() for component in self.status_page),
            settings=self.model_extra or {},
        )


class ConfigShape(Shape):
    """signalbox.yml: people, channels and rules."""

    channels: ChannelsShape = ChannelsShape()
    roles: dict[Role, HoldersShape] = Field(default={}, description="An absent role has nobody.")
    policies: dict[SystemId, PolicyShape] = {}
    freeze: tuple[FreezeShape, ...] = ()
    oncall: OnCallShape = OnCallShape()
    systems: dict[SystemId, dict[str, Any]] = Field(
        default={}, description="On top of each system's system.yml."
    )
    team: StrictStr | None = Field(
        default=None, description="The workspace, T...; learnt from Slack."
    )
    status_page: StatusPageShape = StatusPageShape()

    def value(self, systems: dict[str, System]) -> Config:
        """Return the domain's value."""
        return Config(
            channels=self.channels.value(),
            roles={role: holders.value() for role, holders in self.roles.items()},
            policies={name: policy.value(name) for name, policy in self.policies.items()},
            freeze=tuple(freeze.value() for freeze in self.freeze),
            oncall=self.oncall.value(),
            systems=systems,
            team=self.team,
            status_page=self.status_page.title,
        )
