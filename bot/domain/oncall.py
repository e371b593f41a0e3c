"""Who is on call when, by rotations of local time. Pure: `now` is an argument.

A shift begins at the same wall clock time in its zone all year: on the day the clocks change it
is an hour longer or shorter, and nobody's phone number changes an hour early.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.paging import Duty
from bot.domain.values import Value


class Every(StrEnum):
    """How long a shift is."""

    DAY = "day"
    WEEK = "week"

    @property
    def span(self) -> timedelta:
        """The length in local time."""
        return timedelta(days=1 if self is Every.DAY else 7)


class Rotation(Value):
    """People who take turns. `start` is the local time at which the first one's shift began."""

    name: str
    systems: tuple[str, ...] = ()  # none: every system that has no rotation of its own
    zone: str = "UTC"
    start: datetime  # naive, in `zone`
    every: Every = Every.WEEK
    users: tuple[str, ...]


class Shift(Value):
    """One person's turn, from `since` until `until` (UTC)."""

    rotation: str
    user: str
    since: datetime
    until: datetime


class Rota(Value):
    """What is known of one system. `silent`: why PagerDuty did not say; "" when it did."""

    now: tuple[Duty, ...] = ()
    next: tuple[Duty, ...] = ()
    shifts: tuple[tuple[Shift, Shift], ...] = ()
    silent: str = ""


class OnCallPlan(Value):
    """What signalbox.yml says of on-call: rotations, titles, and people's PagerDuty logins."""

    rotations: tuple[Rotation, ...] = ()
    contacts: dict[str, tuple[str, ...]] = {}  # title ("team-lead") -> users and groups
    logins: dict[str, str] = {}  # Slack user -> email of their PagerDuty login

    def of(self, system: str | None) -> tuple[Rotation, ...]:
        """Return a system's rotations, else those for every system."""
        own = tuple(one for one in self.rotations if system in one.systems)
        return own or tuple(one for one in self.rotations if not one.systems)

    def slack_user(self, email: str) -> str | None:
        """Return whose PagerDuty login that is."""
        return next((user for user, login in self.logins.items() if login == email), None)


def shifts(rotation: Rotation, now: datetime) -> tuple[Shift, Shift]:
    """Return the shift at `now` and the one after it."""
    number = _number(rotation, now)
    return _shift(rotation, number), _shift(rotation, number + 1)


def _number(rotation: Rotation, now: datetime) -> int:
    """Return which shift `now` is in, counted from 0; negative before the start."""
    local = now.astimezone(ZoneInfo(rotation.zone)).replace(tzinfo=None)
    number = (local - rotation.start) // rotation.every.span
    # Where local time jumps the wall clock may be off by one shift; the moments decide.
    while _begins(rotation, number) > now:
        number -= 1
    while _begins(rotation, number + 1) <= now:
        number += 1
    return number


def _shift(rotation: Rotation, number: int) -> Shift:
    return Shift(
        rotation=rotation.name,
        user=rotation.users[number % len(rotation.users)],
        since=_begins(rotation, number),
        until=_begins(rotation, number + 1),
    )


def _begins(rotation: Rotation, number: int) -> datetime:
    """Return when a shift begins. A local time that the clocks skip is the moment after the skip.

    One that comes twice is the first of the two.
    """
    local = rotation.start + number * rotation.every.span
    return local.replace(tzinfo=ZoneInfo(rotation.zone)).astimezone(UTC)
