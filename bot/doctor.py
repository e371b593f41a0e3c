"""`signalbox check`: what is set up, what is not, and the cure. All it asks comes in as probes."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from bot.domain.config import Config
from bot.domain.person import Role
from bot.domain.values import Value
from bot.errors import BotError

PROBE_TIMEOUT_S = 15.0
OLDEST_REDIS = (6, 2)  # the scripts use commands of 6.2
DEMO = "To try everything without Slack: make demo"
T = TypeVar("T")


class Level(StrEnum):
    """How bad it is."""

    OK = "OK"
    WARN = "WARN"  # it runs, with something missing
    FAIL = "FAIL"  # it cannot do its job


class Finding(Value):
    """One line of the report. `cure`: what to do about it; empty when all is well."""

    name: str
    level: Level
    says: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. `look` may raise BotError, which is a FAIL with its sentence."""

    name: str
    look: Callable[[], Awaitable[Iterable[Finding]]]
    cure: str = ""  # when `look` raises or does not end


class SlackFacts(Value):
    """What Slack says of the bot token."""

    team: str
    bot: str
    scopes: frozenset[str]
    wanted: frozenset[str]  # of the manifest


class ChannelFacts(Value):
    """What Slack says of a channel, for the bot."""

    exists: bool
    member: bool = False
    archived: bool = False


class RedisFacts(Value):
    """What the bot's own Redis says of itself."""

    version: str
    appendonly: bool
    policy: str  # maxmemory-policy
    place: str  # address without password, or the folder of the embedded one
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Probes:
    """How to ask the world. None: cannot be asked (no token), so it is not checked.

    Each may raise IntegrationError. `templates` returns one sentence per problem.
    """

    slack: Callable[[], Awaitable[SlackFacts]] | None = None
    socket: Callable[[], Awaitable[None]] | None = None
    channel: Callable[[str], Awaitable[ChannelFacts]] | None = None
    group: Callable[[str], Awaitable[Collection[str]]] | None = None
    redis: Callable[[], Awaitable[RedisFacts]] | None = None
    templates: Callable[[], Awaitable[Sequence[str]]] | None = None


async def run_checks(
    checks: Sequence[Check], timeout_s: float = PROBE_TIMEOUT_S
) -> list[Finding]:
    """Return the findings of all checks, in their order; they run side by side."""
    found = await asyncio.gather(*(_look(check, timeout_s) for check in checks))
    return [finding for findings in found for finding in findings]


def passed(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.level is not Level.FAIL for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the report for machines."""
    lines = [finding.model_dump(mode="json") for finding in findings]
    return json.dumps({"ok": passed(findings), "findings": lines}, indent=2, ensure_ascii=False)


def as_text(findings: Sequence[Finding], *, colour: bool = False) -> str:
    """Return the report for people: level, name, sentence; the cure stands below."""
    width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        level = _painted(finding.level) if colour else f"{finding.level.value:<4}"
        lines.append(f"{level}  {finding.name:<{width}}  {finding.says}")
        if finding.cure:
            lines.append(f"{'':<4}  {'':<{width}}  -> {finding.cure}")
    counts = {level: sum(one.level is level for one in findings) for level in Level}
    lines.append("")
    lines.append(", ".join(f"{count} {level.value}" for level, count in counts.items() if count))
    return "\n".join(lines)


def settings_check(told: Mapping[str, str], known: Collection[str]) -> Check:
    """Look at the settings by themselves.

    `told`: environment name -> value (secrets: any text) of every setting that is set.
    `known`: every name there is, to find misspelt ones among the environment's SIGNALBOX_*.
    """

    async def look() -> list[Finding]:
        return [*_tokens(told), *_halves(told), *_misspelt(told, known)]

    return Check("settings", look)


def config_check(config: Config) -> Check:
    """Look at what the configuration files leave open."""

    async def look() -> list[Finding]:
        found = [_announcements(config), *_broad_roles(config)]
        for system in config.systems.values():
            names = sorted({name for names in system.waiting().values() for name in names})
            if names:
                says = f"{system.id}: {', '.join(names)} not set; only what uses them is affected."
                cure = "Set them in the environment or in .env (they fill ${NAME} in system.yml)."
                found.append(Finding(name="systems", level=Level.WARN, says=says, cure=cure))
        if not any(finding.name == "systems" for finding in found):
            says = f"{len(config.systems)} systems under care."
            found.append(Finding(name="systems", level=Level.OK, says=says))
        return found

    return Check("config", look)


def roles_check(config: Config, probes: Probes) -> Check:
    """Look whether the roles that incidents need have somebody."""

    async def holds(role: Role) -> bool:
        holders = config.roles.get(role)
        if holders is None:
            return False
        if holders.everyone or holders.users or probes.group is None:
            return bool(holders.everyone or holders.users or holders.groups)
        return any([await probes.group(group) for group in holders.groups])

    async def look() -> list[Finding]:
        empty = [role for role in (Role.RESPONDER, Role.ADMIN) if not await holds(role)]
        if not empty:
            says = f"{len(config.roles)} of {len(Role)} roles are given to somebody."
            return [Finding(name="roles", level=Level.OK, says=says)]
        return [
            Finding(name="roles", level=Level.WARN, says=_nobody(role), cure=_ROLE_CURE[role])
            for role in empty
        ]

    return Check("roles", look, "Correct `roles` in signalbox.yml, then check again.")


def slack_checks(config: Config, probes: Probes) -> list[Check]:
    """Look at the token, its scopes, the socket and every configured channel."""
    checks = []
    if probes.slack is not None:
        checks.append(Check("slack", _bound(_slack, probes.slack), _TOKEN_CURE))
    if probes.socket is not None:
        checks.append(Check("socket", _bound(_socket, probes.socket), _SOCKET_CURE))
    if probes.channel is not None:
        cure = "Create the channel or correct `channels` in signalbox.yml."
        checks += [
            Check("channel", _bound(_channel, probes.channel, name), cure)
            for name in _channel_names(config)
        ]
    return checks


def store_checks(probes: Probes) -> list[Check]:
    """Look at the bot's own Redis and at the message templates."""
    checks = []
    if probes.redis is not None:
        cure = "Check REDIS_URL and that the server runs; unset REDIS_URL for an embedded one."
        checks.append(Check("redis", _bound(_redis, probes.redis), cure))
    if probes.templates is not None:
        checks.append(Check("templates", _bound(_templates, probes.templates)))
    return checks
