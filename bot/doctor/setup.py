"""What settings and configuration files say by themselves; nothing outside is asked."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from bot.doctor.facts import Probes
from bot.doctor.report import Check, Finding, fail, ok, warn
from bot.domain.config import Config
from bot.domain.person import Role

DEMO = "To try everything without Slack: `make demo`."
NARROW = (Role.ADMIN, Role.DATA_OWNER, Role.SECURITY_LEAD)
"""Roles whose approval is the last line; given to everyone they stop nothing."""
NEEDED = {
    Role.RESPONDER: "nobody may declare or run an incident",
    Role.ADMIN: "nobody is named in refusals as the one who can give a role",
}
GIVE = "Give it to somebody under `roles` in signalbox.yml (signalbox.example.yml shows how)."
TOGETHER: dict[str, tuple[str, ...]] = {
    "PAGERDUTY_API_TOKEN": ("PAGERDUTY_FROM_EMAIL",),
    "STATUS_PAGE_TOKEN": ("STATUS_PAGE_API",),
}
PROVIDER_NEEDS: dict[str, tuple[str, ...]] = {
    "statuspage": ("STATUS_PAGE_TOKEN", "STATUS_PAGE_ID"),
    "generic": ("STATUS_PAGE_API", "STATUS_PAGE_TOKEN"),
}


def settings_check(
    told: Mapping[str, str], known: Collection[str], environ: Collection[str]
) -> Check:
    """Look at the settings.

    `told`: environment name -> value of every setting that is set; a secret's value may be any
    text. `known`: all names there are, to find misspelt ones in `environ`.
    """

    async def look() -> list[Finding]:
        found = [*_tokens(told), *_halves(told), *_misspelt(known, environ)]
        return found or [ok("settings", f"{len(told)} set.")]

    return Check("settings", look)


def config_check(config: Config) -> Check:
    """Look at what the configuration files leave open."""

    async def look() -> list[Finding]:
        return [*_announcements(config), *_too_broad(config), *_systems(config)]

    return Check("config", look)


def roles_check(config: Config, probes: Probes) -> Check:
    """Look whether the roles that incidents need have somebody."""

    async def held(role: Role) -> bool:
        holders = config.roles.get(role)
        if holders is None or holders.everyone or holders.users or probes.group is None:
            return bool(holders and (holders.everyone or holders.users or holders.groups))
        return any([await probes.group(group) for group in holders.groups])

    async def look() -> list[Finding]:
        empty = [
            warn("roles", f"No one holds `{role}`: {why}.", GIVE)
            for role, why in NEEDED.items()
            if not await held(role)
        ]
        return empty or [ok("roles", f"{len(config.roles)} of {len(Role)} roles are given.")]

    return Check("roles", look, "Check the user groups named under `roles` in signalbox.yml.")


def _tokens(told: Mapping[str, str]) -> Iterator[Finding]:
    if "SLACK_BOT_TOKEN" not in told:
        yield fail(
            "slack",
            "SLACK_BOT_TOKEN is not set, so Slack cannot be reached.",
            f"docs/getting-started.md leads to it in ten minutes. {DEMO}",
        )
    if "SLACK_APP_TOKEN" in told:
        yield ok("slack", "Listens over Socket Mode (SLACK_APP_TOKEN is set).")
    elif "SLACK_SIGNING_SECRET" in told:
        place = f"{told.get('HOST', '127.0.0.1')}:{told.get('PORT', '8080')}"
        yield ok("slack", f"Listens over HTTP on {place} (SLACK_APP_TOKEN is not set).")
    else:
        yield fail(
            "slack",
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack cannot be heard.",
            "Set SLACK_APP_TOKEN (Socket Mode, no public address needed), "
            "or SLACK_SIGNING_SECRET for HTTP.",
        )


def _halves(told: Mapping[str, str]) -> Iterator[Finding]:
    provider = told.get("STATUS_PAGE_PROVIDER", "builtin")
    wanted = [(f"STATUS_PAGE_PROVIDER={provider}", PROVIDER_NEEDS.get(provider, ()))]
    wanted += [(name, others) for name, others in TOGETHER.items() if name in told]
    for name, others in wanted:
        missing = [other for other in others if other not in told]
        if missing:
            needs = " and ".join(missing)
            yield warn("settings", f"{name} needs {needs} too.", f"Set {needs} or unset it.")


def _misspelt(known: Collection[str], environ: Collection[str]) -> Iterator[Finding]:
    ours = ("SIGNALBOX_", "SLACK_", "PAGERDUTY_", "STATUS_PAGE_", "ALERTMANAGER_")
    for name in sorted(environ):
        if name in known or name.removesuffix("_FILE") in known or not name.startswith(ours):
            continue
        close = get_close_matches(name, list(known), 1, 0.85)
        if close:
            yield warn("settings", f"{name} is no setting.", f"Did you mean {close[0]}?")


def _announcements(config: Config) -> Iterator[Finding]:
    if config.channels.incidents is None:
        yield warn(
            "channels",
            "`channels.incidents` is not set: incidents get their channel, but no announcement.",
            "Name a channel in signalbox.yml (signalbox.example.yml shows how).",
        )


def _too_broad(config: Config) -> Iterator[Finding]:
    for role in NARROW:
        if role in config.roles and config.roles[role].everyone:
            says = f"Everyone holds `{role}`: its approvals protect nothing."
            yield warn("roles", says, "Name the people under `roles` in signalbox.yml.")


def _systems(config: Config) -> Iterator[Finding]:
    yield ok("systems", f"{len(config.systems)} under care: {', '.join(config.systems) or 'none'}.")
    for system in config.systems.values():
        names = sorted({name for names in system.waiting().values() for name in names})
        if names:
            yield warn(
                "systems",
                f"{system.id}: {', '.join(names)} not set. Incidents work; what uses them waits.",
                "Set them in the environment or .env: they fill ${NAME} in its system.yml.",
            )
