"""The runbooks and what they act through, built from the settings."""

import functools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.bootstrap.found import find_integrations
from bot.config_files import read_config
from bot.config_files.yaml_tree import read_tree
from bot.domain.config import Config
from bot.domain.redaction import Redactor
from bot.engine.bindings import Bindings
from bot.engine.catalog import Catalog, of_linted
from bot.engine.executor import Executor
from bot.engine.lint import Linted, lint
from bot.engine.lint_sheet import Known
from bot.engine.planner import Planner
from bot.engine.reach import World
from bot.errors import NotFound
from bot.integration import Integration
from bot.settings import Settings, environment, secret_values

SYSTEM = "system.yml"
TESTS = "tests"  # a folder of test files beside the runbooks; no runbook is read from it


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Everything runs need besides the store. `secrets` are by name."""

    config: Config
    catalog: Catalog
    bindings: Bindings
    executor: Executor
    redactor: Redactor
    secrets: Mapping[str, str]

    def planner(self, system: str) -> Planner:
        """Return the planner of a system.

        Raises:
            NotFound: there is no such system.
        """
        known = self.config.systems.get(system)
        if known is None:
            message = f"No system is called `{system}`."
            raise NotFound(message)
        mine = {name: self.secrets[name] for name in known.secrets if name in self.secrets}
        bind = functools.partial(self.bindings.bind, system)
        return Planner(World(known, bind, self.redactor.text, mine))


@asynccontextmanager
async def opened_toolbox(
    settings: Settings,
    config: Config | None = None,
    stand_in: Callable[[Integration], Integration] = lambda real: real,
) -> AsyncIterator[Toolbox]:
    """Load the catalog and close every client at the end. `stand_in` replaces integrations."""
    told = config or read_config(
        settings.signalbox_config, settings.signalbox_runbooks, environment()
    )
    secrets = _secrets(told)
    bindings = Bindings(map(stand_in, find_integrations()), told.systems)
    known = _known(told, bindings)
    catalog = of_linted(lint(_files(settings.signalbox_runbooks), read_tree, known), known)
    try:
        yield Toolbox(
            config=told,
            catalog=catalog,
            bindings=bindings,
            executor=Executor(bindings, told.systems, secrets),
            redactor=Redactor([*secrets.values(), *secret_values(settings)]),
            secrets=secrets,
        )
    finally:
        await bindings.close()


def linted(settings: Settings, paths: Iterable[Path]) -> tuple[Linted, int]:
    """Check runbook files (or all of the folders when none is named); how many were read."""
    config = read_config(settings.signalbox_config, settings.signalbox_runbooks, environment())
    bindings = Bindings(find_integrations(), config.systems)
    every = list(_files(settings.signalbox_runbooks))
    wanted = list(_files(tuple(paths))) if paths else every
    others = {path.stem for path, _ in every} - {path.stem for path, _ in wanted}
    known = _known(config, bindings, others)
    return lint(wanted, read_tree, known), len(wanted)


def _known(config: Config, bindings: Bindings, others: Iterable[str] = ()) -> Known:
    return Known(
        actions=bindings.actions,
        systems=config.systems,
        policies=config.known_policies,
        others=frozenset(others),
    )


def _files(places: Iterable[Path]) -> Iterable[tuple[Path, str]]:
    """Yield path and text of every runbook: a file, or those in a folder's folders."""
    for place in places:
        found = [place] if place.is_file() else sorted(place.glob("**/*.yml"))
        for path in found:
            if path.name != SYSTEM and path.parent.name != TESTS:
                yield path, path.read_text(encoding="utf-8", errors="replace")


def _secrets(config: Config) -> dict[str, str]:
    environ = environment()
    names = {name for system in config.systems.values() for name in system.secrets}
    return {name: environ[name] for name in sorted(names) if environ.get(name)}
