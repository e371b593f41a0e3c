"""The command line: `signalbox`, also `python -m bot`.

Exit codes: 0 fine, 1 a check failed or it could not be done, 2 wrong usage or settings.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.errors import BotError, ConfigError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.cli.runbooks import Toolbox
    from bot.doctor.facts import Probes
    from bot.doctor.report import Finding
    from bot.domain.config import Config
    from bot.engine.lint import Linted
    from bot.engine.trial_check import Tried
    from bot.ports import Audit
    from bot.settings import Settings

# Everything else is imported by the command that needs it, so that `--help` is instant.

T = TypeVar("T")
ROLES = ("listener", "worker", "scheduler")
MANIFEST = Path("manifest.yml")
FINE, FAILED, WRONG = 0, 1, 2


class Wiring(Protocol):
    """What the commands need of `bot.bootstrap`. Each may raise ConfigError or BotError."""

    async def run(self, settings: "Settings", roles: frozenset[str]) -> None:
        """Run these of ROLES until a signal; then drain and return."""

    async def demo(self, settings: "Settings") -> None:
        """Run everything embedded until a signal; print the address to open."""

    def open_audit(self, settings: "Settings") -> "AbstractAsyncContextManager[Audit]":
        """Open the audit for reading."""

    def open_probes(
        self, settings: "Settings", config: "Config"
    ) -> "AbstractAsyncContextManager[Probes]":
        """Open what the doctor asks with; None for what no setting allows to ask."""

    async def backup(self, settings: "Settings", file: Path) -> int:
        """Write all state to `file`; return how many keys."""

    async def restore(self, settings: "Settings", file: Path) -> int:
        """Read all state back into an empty store; return how many keys."""

    def open_toolbox(self, settings: "Settings") -> "AbstractAsyncContextManager[Toolbox]":
        """Open the runbooks and what they act through."""

    def lint(self, settings: "Settings", paths: list[Path]) -> "tuple[Linted, int]":
        """Check runbook files; without a path all of them. Returns also how many were read."""

    async def tried(self, settings: "Settings", file: Path) -> "Tried":
        """Run a runbook against the recorded answers of a test file."""

    def manifest(self) -> str:
        """Return the text of manifest.yml."""


def main(arguments: Sequence[str] | None = None, wiring: Wiring | None = None) -> int:
    """Do what the command line says and return the exit code."""
    said = _parser().parse_args(arguments)
    try:
        return int(said.do(said, wiring or _bootstrap()))
    except ConfigError as error:
        return _stop(str(error), WRONG)
    except BotError as error:
        return _stop(str(error), FAILED)
    except BrokenPipeError:  # `signalbox audit export | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        return FINE if said.command in {"demo", "run"} else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="signalbox", description="Incidents from Slack.")
    parser.add_argument("--version", action="version", version=f"signalbox {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="start a whole workspace to try it in; needs no Slack")
    demo.set_defaults(do=_demo)
    run = commands.add_parser("run", help="run the bot")
    run.add_argument("--role", action="append", choices=("all", *ROLES), help="default: all")
    run.set_defaults(do=_run)
    check = commands.add_parser("check", help="the doctor: what is missing, and the cure")
    check.add_argument("--json", action="store_true", help="for machines")
    check.set_defaults(do=_check)
    runbooks = commands.add_parser("runbooks", help="the catalog without Slack")
    _add_runbooks(runbooks)
    _add_audit(commands.add_parser("audit", help="the record of who did what"))
    for name, does in (("backup", "all state of the bot into one file"), ("restore", "and back")):
        command = commands.add_parser(name, help=does)
        command.add_argument("file", type=Path, metavar="FILE")
        command.set_defaults(do=_backup if name == "backup" else _restore)
    manifest = commands.add_parser("manifest", help="write manifest.yml from the code")
    manifest.add_argument("--check", action="store_true", help="fail when it is stale instead")
    manifest.set_defaults(do=_manifest)
    return parser


def _add_runbooks(parser: argparse.ArgumentParser) -> None:
    from bot.cli import runbooks  # noqa: PLC0415 - late

    runbooks.add(parser)
    parser.set_defaults(do=_runbooks)


def _add_audit(audit: argparse.ArgumentParser) -> None:
    actions = audit.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="find an edit or a hole in the chain")
    verify.set_defaults(do=_verify)
    export = actions.add_parser("export", help="write the records to standard output")
    export.add_argument("--since", help="2026-11-20, 2026-11-20T09:00 (UTC) or 7d")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    export.set_defaults(do=_export)


def _demo(_said: argparse.Namespace, wiring: Wiring) -> int:
    from bot import logs  # noqa: PLC0415 - late, see above
    from bot.settings import read_settings, secret_values  # noqa: PLC0415 - late

    settings = read_settings()
    told = settings.model_fields_set  # a person looks: few lines, unless they asked for more
    logs.set_up(
        settings.log_level if "log_level" in told else "warning",
        settings.log_format if "log_format" in told else "console",
        secrets=secret_values(settings),
    )
    asyncio.run(wiring.demo(settings))
    return FINE


def _run(said: argparse.Namespace, wiring: Wiring) -> int:
    from bot import logs  # noqa: PLC0415 - late
    from bot.settings import read_settings, secret_values  # noqa: PLC0415 - late

    settings = read_settings()
    logs.set_up(settings.log_level, settings.log_format, secrets=secret_values(settings))
    asked = set(said.role or ["all"])
    roles = frozenset(ROLES if "all" in asked else asked)
    asyncio.run(wiring.run(settings, roles))
    return FINE


def _check(said: argparse.Namespace, wiring: Wiring) -> int:
    from bot.doctor.report import as_json, as_text, passed  # noqa: PLC0415 - late

    findings = asyncio.run(_examined(wiring))
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    _say(as_json(findings) if said.json else as_text(findings, colour=colour))
    return FINE if passed(findings) else FAILED


async def _examined(wiring: Wiring) -> "list[Finding]":
    from bot import logs  # noqa: PLC0415 - late
    from bot import settings as ours  # noqa: PLC0415 - late
    from bot.config_files import read_config  # noqa: PLC0415 - late
    from bot.doctor.examination import attempt, examine  # noqa: PLC0415 - late
    from bot.domain.config import Config  # noqa: PLC0415 - late

    logs.set_up("error", "console")
    found: list[Finding] = []
    environ = ours.environment()
    settings = attempt("settings", ours.read_settings, found)
    usable = settings or ours.Settings.model_construct()  # the defaults
    config = attempt(
        "config",
        lambda: read_config(usable.signalbox_config, usable.signalbox_runbooks, environ),
        found,
    )
    if settings is None:
        return found
    known = config or Config()
    rest = await examine(
        known,
        ours.told(settings),
        ours.known_names(),
        environ,
        lambda: wiring.open_probes(settings, known),
    )
    return [*found, *rest]


def _runbooks(said: argparse.Namespace, wiring: Wiring) -> int:
    from bot.cli import runbooks  # noqa: PLC0415 - late
    from bot.settings import read_settings  # noqa: PLC0415 - late

    settings = read_settings()
    return asyncio.run(
        runbooks.run(
            said,
            lambda: wiring.open_toolbox(settings),
            lambda paths: wiring.lint(settings, paths),
            lambda file: wiring.tried(settings, file),
            _say,
        )
    )


def _verify(_said: argparse.Namespace, wiring: Wiring) -> int:
    count, head = asyncio.run(_with_audit(wiring, lambda audit: audit.verify()))
    _say(f"{count} records, unbroken. Head: {head}" if count else "The audit is empty.")
    return FINE


def _export(said: argparse.Namespace, wiring: Wiring) -> int:
    from bot.cli.audit import export, moment  # noqa: PLC0415 - late

    since = moment(said.since, datetime.now(UTC)) if said.since else None
    asyncio.run(_with_audit(wiring, lambda audit: export(audit, since, said.format, sys.stdout)))
    return FINE


async def _with_audit(wiring: Wiring, use: "Callable[[Audit], Awaitable[T]]") -> T:
    from bot.settings import read_settings  # noqa: PLC0415 - late

    async with wiring.open_audit(read_settings()) as audit:
        return await use(audit)


def _backup(said: argparse.Namespace, wiring: Wiring) -> int:
    from bot.settings import read_settings  # noqa: PLC0415 - late

    count = asyncio.run(wiring.backup(read_settings(), said.file))
    _say(f"{count} keys written to {said.file}.")
    return FINE


def _restore(said: argparse.Namespace, wiring: Wiring) -> int:
    from bot.settings import read_settings  # noqa: PLC0415 - late

    if not said.file.is_file():
        message = f"{said.file} is no file."
        raise ConfigError(message)
    count = asyncio.run(wiring.restore(read_settings(), said.file))
    _say(f"{count} keys restored from {said.file}.")
    return FINE


def _manifest(said: argparse.Namespace, wiring: Wiring) -> int:

    text = wiring.manifest()
    if not said.check:
        MANIFEST.write_text(text, encoding="utf-8")
        _say(f"{MANIFEST} written.")
        return FINE
    if MANIFEST.is_file() and MANIFEST.read_text(encoding="utf-8") == text:
        return FINE
    return _stop(f"{MANIFEST} is not what the code needs: run `signalbox manifest`.", FAILED)


def _bootstrap() -> Wiring:
    from bot import bootstrap  # noqa: PLC0415 - late

    return bootstrap


def _version() -> str:
    try:
        return version("signalbox")
    except PackageNotFoundError:
        return "from source"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _stop(text: str, code: int) -> int:
    sys.stderr.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
