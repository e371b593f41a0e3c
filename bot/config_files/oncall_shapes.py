"""What signalbox.yml and system.yml may say of on-call, paging and escalation."""

from datetime import timedelta

from pydantic import Field, StrictStr, field_validator

from bot.config_files.words import (
    Duration,
    LocalTime,
    ResponderId,
    SeverityWord,
    Shape,
    SystemId,
    Text,
    UserId,
    Zone,
)
from bot.domain.escalation import Level, Matrix
from bot.domain.oncall import Every, OnCallPlan, Rotation


class LevelShape(Shape):
    """One level of an escalation."""

    after: Duration = Field(description="After the incident began; 0m: at once.")
    to: tuple[SystemId, ...] = Field(
        min_length=1, description="oncall, a title of oncall.contacts, or a role."
    )

    def value(self) -> Level:
        """Return the domain's value."""
        return Level(**self.model_dump())


class MatrixShape(Shape):
    """Who is called, and when, while nobody acknowledges an alert of this type."""

    alert: Text = Field(description="The alert type, as people call it.")
    words: tuple[Text, ...] = Field(
        default=(), description="An incident with one of these in its title is of this type."
    )
    severities: tuple[SeverityWord, ...] = Field(
        default=(), description="Without a telling word, incidents of these severities are."
    )
    levels: tuple[LevelShape, ...] = Field(default=(), description="None: nobody is called.")

    @field_validator("levels")
    @classmethod
    def _upwards(cls, value: tuple[LevelShape, ...]) -> tuple[LevelShape, ...]:
        times = [level.after for level in value]
        if times != sorted(times) or any(time < timedelta(0) for time in times):
            message = "each level comes after the one before"
            raise ValueError(message)
        return value

    def value(self) -> Matrix:
        """Return the domain's value."""
        plain = self.model_dump(exclude={"levels"})
        return Matrix(**plain, levels=tuple(level.value() for level in self.levels))


class RotationShape(Shape):
    """People who take turns."""

    systems: tuple[SystemId, ...] = Field(default=(), description="Absent: all others.")
    zone: Zone = "UTC"
    start: LocalTime = Field(description="When the first one's first shift begins, in `zone`.")
    every: Every = Every.WEEK
    users: tuple[UserId, ...] = Field(min_length=1)

    def value(self, name: str) -> Rotation:
        """Return the domain's value."""
        return Rotation(name=name, **self.model_dump())


class OnCallShape(Shape):
    """Who is on call, who holds which title, and who is who in PagerDuty."""

    rotations: dict[Text, RotationShape] = Field(
        default={}, description="Used where PagerDuty does not say who is on call."
    )
    contacts: dict[SystemId, tuple[ResponderId, ...]] = Field(
        default={}, description="team-lead: [U0LEA]; called by the escalation levels."
    )
    logins: dict[UserId, StrictStr] = Field(
        default={}, description="U0ANN: ann@example.com, the address of the PagerDuty login."
    )

    def value(self) -> OnCallPlan:
        """Return the domain's value."""
        return OnCallPlan(
            rotations=tuple(one.value(name) for name, one in self.rotations.items()),
            contacts=dict(self.contacts),
            logins={user: login.strip().lower() for user, login in self.logins.items()},
        )
