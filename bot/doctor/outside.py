"""What Slack, Redis and the templates say, asked through probes."""

from collections.abc import Awaitable, Callable, Sequence

from bot.doctor.facts import ChannelFacts, Probes, RedisFacts, SlackFacts
from bot.doctor.report import Check, Finding, Look, fail, ok, warn
from bot.domain.config import Config

OLDEST_REDIS = (6, 2)  # the scripts use commands of 6.2
TOKEN = "Install the app again (OAuth & Permissions) and copy the bot token to SLACK_BOT_TOKEN."  # noqa: S105 - a cure
SOCKET = "Make an app-level token with connections:write and turn Socket Mode on in the app."
REDIS = "Check REDIS_URL and that the server runs; unset REDIS_URL for an embedded one."


def outside_checks(config: Config, probes: Probes) -> list[Check]:
    """Return a check for each probe there is, in reading order."""
    checks = []
    if probes.redis is not None:
        checks.append(Check("redis", _redis(probes.redis), REDIS))
    if probes.templates is not None:
        checks.append(Check("templates", _templates(probes.templates)))
    if probes.slack is not None:
        checks.append(Check("slack", _slack(probes.slack), TOKEN))
    if probes.socket is not None:
        checks.append(Check("socket", _socket(probes.socket), SOCKET))
    if probes.channel is not None:
        checks += [
            Check("channels", _channel(probes.channel, name), f"Check #{name} in Slack.")
            for name in channel_names(config)
        ]
    return checks


def channel_names(config: Config) -> list[str]:
    """Return every channel that the configuration names, once."""
    configured = [config.channels, *(system.channels for system in config.systems.values())]
    named = [name for channels in configured for name in channels.model_dump().values()]
    return list(dict.fromkeys(name for name in named if name))


def _slack(probe: Callable[[], Awaitable[SlackFacts]]) -> Look:
    async def look() -> list[Finding]:
        facts = await probe()
        signed_in = ok("slack", f"Signed in to {facts.team} as {facts.bot}.")
        missing = sorted(facts.wanted - facts.scopes)
        if missing:
            says = f"The bot token lacks {', '.join(missing)}."
            cure = "Put manifest.yml into the app's configuration again and reinstall the app."
            return [signed_in, fail("scopes", says, cure)]
        return [signed_in, ok("scopes", f"All {len(facts.wanted)} scopes are granted.")]

    return look


def _socket(probe: Callable[[], Awaitable[None]]) -> Look:
    async def look() -> list[Finding]:
        await probe()
        return [ok("socket", "A socket can be opened.")]

    return look


def _channel(probe: Callable[[str], Awaitable[ChannelFacts]], name: str) -> Look:
    async def look() -> list[Finding]:
        facts = await probe(name)
        if not facts.exists:
            says = f"#{name} does not exist, or is private and without the bot."
            cure = f"Create it, or `/invite @Signalbox` there, or correct signalbox.yml ({name})."
            return [fail("channels", says, cure)]
        if facts.archived:
            cure = "Unarchive it, or name another one in signalbox.yml."
            return [fail("channels", f"#{name} is archived.", cure)]
        if not facts.member:
            return [fail("channels", f"The bot is not in #{name}.", "/invite @Signalbox there.")]
        return [ok("channels", f"The bot is in #{name}.")]

    return look


def _redis(probe: Callable[[], Awaitable[RedisFacts]]) -> Look:
    async def look() -> list[Finding]:
        facts = await probe()
        kind = "embedded, data in" if facts.embedded else "at"
        found = [ok("redis", f"{facts.version} {kind} {facts.place}.")]
        if _version(facts.version) < OLDEST_REDIS:
            found = [fail("redis", f"{facts.version} at {facts.place}.", "6.2 or newer is needed.")]
        if not facts.appendonly:
            says = "appendonly is off: a restart loses incidents that were acknowledged."
            found.append(fail("redis", says, "CONFIG SET appendonly yes, and in redis.conf."))
        if not facts.policy:
            says = "The server does not tell its maxmemory-policy."
            found.append(warn("redis", says, "Make sure that it is noeviction."))
        elif facts.policy != "noeviction":
            says = f"maxmemory-policy is {facts.policy}: full memory would throw incidents away."
            cure = "CONFIG SET maxmemory-policy noeviction, and in redis.conf."
            found.append(fail("redis", says, cure))
        return found

    return look


def _templates(probe: Callable[[], Awaitable[Sequence[str]]]) -> Look:
    async def look() -> list[Finding]:
        cure = "Correct the file, or remove it to use the built-in one (docs/templates.md)."
        found = [fail("templates", problem, cure) for problem in await probe()]
        return found or [ok("templates", "All render.")]

    return look


def _version(text: str) -> tuple[int, ...]:
    """Return (7, 0, 15) for "7.0.15"; what is no number counts as 0."""
    parts = text.split(".")[:3]
    return tuple(int(part) if part.isdigit() else 0 for part in parts)
