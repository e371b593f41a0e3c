"""The whole examination: reads what can be read, and looks at the rest all the same."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from bot.doctor.facts import Probes
from bot.doctor.outside import outside_checks
from bot.doctor.report import Finding, fail, run_checks
from bot.doctor.setup import config_check, roles_check, settings_check
from bot.domain.config import Config
from bot.errors import BotError, ConfigError

T = TypeVar("T")
CURES = {
    "settings": "Correct it in the environment or in .env; docs/configuration.md lists them all.",
    "config": "Correct the file; docs/configuration.md explains every key.",
}


def attempt(name: str, read: Callable[[], T], into: list[Finding]) -> T | None:
    """Return what `read` returns; None when it cannot, with each problem noted `into` findings."""
    try:
        return read()
    except ConfigError as error:
        into += [fail(name, line, CURES[name]) for line in str(error).splitlines()]
        return None


async def examine(
    config: Config,
    told: Mapping[str, str],
    known: Collection[str],
    environ: Collection[str],
    open_probes: Callable[[], AbstractAsyncContextManager[Probes]],
) -> list[Finding]:
    """Look at settings, files and the outside; what cannot be reached is a finding.

    Without a Slack token nothing outside but the bot's own Redis and templates is asked:
    `open_probes` leaves those probes None.
    """
    alone = [settings_check(told, known, environ), config_check(config)]
    try:
        async with open_probes() as probes:
            checks = [*alone, roles_check(config, probes), *outside_checks(config, probes)]
            return await run_checks(checks)
    except BotError as error:
        found = await run_checks([*alone, roles_check(config, Probes())])
        return [*found, fail("outside", str(error), "Put this right, then check again.")]
