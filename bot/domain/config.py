"""What signalbox.yml and the systems' system.yml say, as values. Reading them is wiring's work."""

from datetime import datetime
from typing import Any

from bot.domain.escalation import Matrix
from bot.domain.oncall import OnCallPlan
from bot.domain.paging import Urgency
from bot.domain.person import Holders, Role
from bot.domain.placeholders import unset
from bot.domain.policy import BUILT_IN, Policy
from bot.domain.severity import DEFAULT_TIMETABLES, Severity, Timetable
from bot.domain.statuspage import Component
from bot.domain.values import Value
from bot.errors import Invalid, NotFound

OF_A_RUNBOOK = {"id", "title", "owner", "platform", "urls", "links"}
"""What `{system...}` may name in a runbook, besides the system's free settings."""


class Channels(Value):
    """Names or ids of the channels the bot posts to; None: not set up."""

    incidents: str | None = None
    alerts: str | None = None
    approvals: str | None = None
    digests: str | None = None


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
    links: dict[str, str] = {}  # title -> URL, bookmarked in its incident channels
    channels: Channels = Channels()
    severities: dict[Severity, Timetable] = {}
    responders: tuple[str, ...] = ()  # users (U...) and groups (S...) invited to its incidents
    components: tuple[Component, ...] = ()  # what customers call it on the status page
    paging: dict[Severity, Urgency] = {}  # absent: the seed's rule
    escalation: tuple[Matrix, ...] = ()
    settings: dict[str, Any] = {}  # the rest of system.yml, for its runbooks

    def timetable(self, severity: Severity) -> Timetable:
        """Return the system's own row, or the default one."""
        return self.severities.get(severity, DEFAULT_TIMETABLES[severity])

    @property
    def pager_service(self) -> str | None:
        """Return PagerDuty's id of the system's own service; None: the bot's is used."""
        said = self.settings.get("pagerduty")
        found = said.get("service") if isinstance(said, dict) else None
        return str(found) if found and not unset(found) else None

    def lookup(self, path: str) -> Any:
        """Return what system.yml says at a dotted path, such as `urls.base` or `compose.project`.

        Raises:
            NotFound: it says nothing there.
            Invalid: it waits for an environment variable that is not set; names it.
        """
        found: Any = {**self.settings, **self.model_dump(include=OF_A_RUNBOOK)}
        for key in path.split("."):
            if not isinstance(found, dict) or key not in found:
                message = f"runbooks/{self.id}/system.yml says nothing at `{path}`."
                raise NotFound(message)
            found = found[key]
        waits = [name for name in unset(found) if name not in self.secrets]
        if waits:
            message = (
                f"`{path}` of {self.id} needs the environment variable {' and '.join(waits)}. "
                "Whoever runs Signalbox can set it."
            )
            raise Invalid(message)
        return found

    def waiting(self) -> dict[str, list[str]]:
        """Return path -> environment variables that are not set, for those that lack one."""
        said = {f"urls.{key}": value for key, value in self.urls.items()}
        said |= {f"links.{key}": value for key, value in self.links.items()} | self.settings
        found = {
            path: [name for name in unset(value) if name not in self.secrets]
            for path, value in said.items()
        }
        return {path: names for path, names in found.items() if names}


class Config(Value):
    """Everything people decide about the bot, besides secrets and addresses."""

    channels: Channels = Channels()
    roles: dict[Role, Holders] = {}
    policies: dict[str, Policy] = {}
    freeze: tuple[Freeze, ...] = ()
    oncall: OnCallPlan = OnCallPlan()
    systems: dict[str, System] = {}
    team: str | None = None  # the workspace; learnt from Slack at start when not set
    status_page: str = "Service status"  # the title of the built-in page

    @property
    def known_policies(self) -> dict[str, Policy]:
        """The approval policies by name: the built-in ones under those of signalbox.yml."""
        return {**BUILT_IN, **self.policies}

    def timetable(self, system: str | None, severity: Severity) -> Timetable:
        """Return the timetable of a system, or the default when there is no such system."""
        known = self.systems.get(system or "")
        return known.timetable(severity) if known else DEFAULT_TIMETABLES[severity]

    def service_name(self, system: str | None) -> str:
        """Return what messages call the system ("Service: ..."); "" when none was named."""
        known = self.systems.get(system or "")
        return known.title if known else (system or "")

    @property
    def components(self) -> tuple[Component, ...]:
        """Everything customers know by name, each once."""
        known = {one.id: one for system in self.systems.values() for one in system.components}
        return tuple(known.values())

    def announcements(self, system: str | None) -> str | None:
        """Return the channel of the live cards: the system's own, else the general one."""
        known = self.systems.get(system or "")
        return (known.channels.incidents if known else None) or self.channels.incidents
