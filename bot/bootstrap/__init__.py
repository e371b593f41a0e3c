"""The composition root: the only place that imports commands, integrations and the outer ring.

What the command line may ask for (`bot.__main__.Wiring`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.bootstrap.demo import demo
from bot.bootstrap.found import find_commands
from bot.bootstrap.parts import SystemClock, opened_store
from bot.bootstrap.probes import open_probes
from bot.bootstrap.runbooks import linted as lint
from bot.bootstrap.runbooks import opened_toolbox as open_toolbox
from bot.bootstrap.serving import run
from bot.bootstrap.trying import tried
from bot.ports import Audit
from bot.settings import Settings
from bot.slack.manifest import manifest_yaml
from bot.store import backup as copies

__all__ = [
    "backup",
    "demo",
    "lint",
    "manifest",
    "open_audit",
    "open_probes",
    "open_toolbox",
    "restore",
    "run",
    "tried",
]


@asynccontextmanager
async def open_audit(settings: Settings) -> AsyncIterator[Audit]:
    """Open the audit for reading."""
    async with opened_store(settings, visit=True) as (store, _):
        yield store.audit


async def backup(settings: Settings, file: Path) -> int:
    """Write all state to `file`; return how many keys."""
    async with opened_store(settings, visit=True) as (store, _):
        return await copies.backup(store.connection, SystemClock(), file)


async def restore(settings: Settings, file: Path) -> int:
    """Read all state back into an empty store; return how many keys."""
    async with opened_store(settings) as (store, _):
        return await copies.restore(store.connection, SystemClock(), file)


def manifest() -> str:
    """Return the text of manifest.yml: Socket Mode, which needs no public address."""
    return manifest_yaml(find_commands(), socket_mode=True)
