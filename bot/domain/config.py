"""What signalbox.yml and the systems' system.yml say, as values. Reading them is wiring's work."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.person import Holders, Role
from bot.domain.severity import DEFAULT_TIMETABLES, Severity, Timetable
from bot.domain.values import Value


class Channels(Value):
    """Names or ids of the channels the bot posts to; None: not set up."""

    incidents: str | None = None
    alerts: str | None = None
    approvals: str | None = None
    digests: str | None = None


class Policy(Value):
    """An approval policy; the seven of the design are built in under the configured ones."""

    approve: int = 1
    deny: int = 1
    from_: tuple[Role, ...] = ()
    one_of: tuple[Role, ...] = ()
    pending: timedelta = timedelta(minutes=15)
    valid: timedelta = timedelta(minutes=10)


class Freeze(Value):
    """A time in which changes need the freeze approvers. Local times in `zone`."""

    name: str
    from_: datetime
    to: datetime
    zone: str = "UTC"
    systems: tuple[str, ...] = ("all",)
    approvers: tuple[Role, ...] = ()


class System(Value):
    """A system under care: what incidents need of its system.yml."""

    id: str
    title: str
    owner: str = ""
    platform: str = ""
    urls: dict[str, str] = {}
    secrets: tuple[str, ...] = ()
    channels: Channels = Channels()
    severities: dict[Severity, Timetable] = {}
    responders: tuple[str, ...] = ()  # users (U...) and groups (S...) invited to its incidents
    settings: dict[str, Any] = {}  # the rest of system.yml, for its runbooks

    def timetable(self, severity: Severity) -> Timetable:
        """Return the system's own row, or the default one."""
        return self.severities.get(severity, DEFAULT_TIMETABLES[severity])


class Config(Value):
    """Everything people decide about the bot, besides secrets and addresses."""

    channels: Channels = Channels()
    roles: dict[Role, Holders] = {}
    policies: dict[str, Policy] = {}
    freeze: tuple[Freeze, ...] = ()
    systems: dict[str, System] = {}
    team: str | None = None  # the workspace; learnt from Slack at start when not set

    def timetable(self, system: str | None, severity: Severity) -> Timetable:
        """Return the timetable of a system, or the default when there is no such system."""
        known = self.systems.get(system or "")
        return known.timetable(severity) if known else DEFAULT_TIMETABLES[severity]

    def service_name(self, system: str | None) -> str:
        """Return what messages call the system ("Service: ...")."""
        known = self.systems.get(system or "")
        return known.title if known else (system or "All services")

    def announcements(self, system: str | None) -> str | None:
        """Return the channel of the live cards: the system's own, else the general one."""
        known = self.systems.get(system or "")
        return (known.channels.incidents if known else None) or self.channels.incidents
