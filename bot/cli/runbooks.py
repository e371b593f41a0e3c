"""`signalbox runbooks`: the catalog without Slack. Nothing here changes anything outside."""

import argparse
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bot.domain.config import Config
from bot.engine import cli_text
from bot.engine.catalog import Catalog, Listing
from bot.engine.catalog_coverage import coverage
from bot.engine.lint import Linted, as_json
from bot.engine.params import typed, words_to_values
from bot.engine.planner import Planner, Request
from bot.engine.trial_check import Tried
from bot.errors import ConfigError

FINE, FAILED = 0, 1


class Toolbox(Protocol):
    """What bootstrap builds."""

    @property
    def config(self) -> Config:
        """What people decided."""

    @property
    def catalog(self) -> Catalog:
        """The runbooks."""

    def planner(self, system: str) -> Planner:
        """The planner of a system."""


Open = Callable[[], AbstractAsyncContextManager[Toolbox]]
Lint = Callable[[list[Path]], tuple[Linted, int]]
Try = Callable[[Path], Awaitable[Tried]]
Say = Callable[[str], None]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the words behind `signalbox runbooks`."""
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    words.add_parser("list", help="every runbook, its risk and policy").add_argument(
        "system", nargs="?"
    )
    words.add_parser("show", help="all of one runbook").add_argument("id")
    words.add_parser("search", help="by words").add_argument("words", nargs="+")
    check = words.add_parser("lint", help="find mistakes: file, line, cause, cure")
    check.add_argument("path", nargs="*", type=Path)
    check.add_argument("--json", action="store_true", help="for machines")
    plan = words.add_parser("plan", help="the exact calls and current -> new; changes nothing")
    plan.add_argument("id")
    plan.add_argument("params", nargs="*", metavar="name=value")
    test = words.add_parser("test", help="run runbooks against recorded answers, for your CI")
    test.add_argument("file", nargs="+", type=Path)
    cover = words.add_parser("coverage", help="which procedures of an inventory have a runbook")
    cover.add_argument("inventory", type=Path)
    cover.add_argument("--missing", action="store_true", help="only those without one")


async def run(said: argparse.Namespace, opened: Open, check: Lint, attempt: Try, say: Say) -> int:
    """Do what was said; returns the exit code."""
    if said.word == "lint":
        found, count = check(said.path)
        say(as_json(found.findings) if said.json else cli_text.lint_text(found.findings, count))
        return FAILED if found.findings else FINE
    if said.word == "test":
        return await _test(said.file, attempt, say)
    async with opened() as box:
        return await _WORDS[said.word](said, box, say)


async def _list(said: argparse.Namespace, box: Toolbox, say: Say) -> int:
    found = box.catalog.for_system(said.system) if said.system else box.catalog.all()
    say(cli_text.list_text(found))
    _mistakes(box, say)
    return FINE


async def _show(said: argparse.Namespace, box: Toolbox, say: Say) -> int:
    say(cli_text.show_text(box.catalog.get(said.id)))
    return FINE


async def _search(said: argparse.Namespace, box: Toolbox, say: Say) -> int:
    say(cli_text.list_text(box.catalog.search(" ".join(said.words))))
    return FINE


async def _plan(said: argparse.Namespace, box: Toolbox, say: Say) -> int:
    listing = box.catalog.get(said.id)
    params = typed(listing.runbook.params, words_to_values(said.params))
    plan = await box.planner(listing.runbook.system).plan(listing, params, _request(listing, box))
    say(cli_text.plan_text(plan))
    return FINE


async def _coverage(said: argparse.Namespace, box: Toolbox, say: Say) -> int:
    try:
        text = said.inventory.read_text(encoding="utf-8")
        found = coverage(text, box.catalog)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        message = f"{said.inventory} is no inventory that can be read: {error}"
        raise ConfigError(message) from error
    say(cli_text.coverage_text(found, missing_only=said.missing))
    return FINE


async def _test(files: list[Path], attempt: Try, say: Say) -> int:
    found = [await attempt(file) for file in files]
    for one in found:
        say(one.text)
    return FAILED if any(one.differences for one in found) else FINE


def _request(listing: Listing, box: Toolbox) -> Request:
    policy = box.config.known_policies[listing.policy]
    return Request(
        requester="command line",
        nonce=secrets.token_hex(16),
        policy_name=listing.policy,
        policy=policy,
        own=policy,
        now=datetime.now(UTC),
    )


def _mistakes(box: Toolbox, say: Say) -> None:
    if box.catalog.findings:
        say("")
        say(cli_text.lint_text(box.catalog.findings, len(box.catalog.all())))


_WORDS: dict[str, Callable[[argparse.Namespace, Toolbox, Say], Awaitable[int]]] = {
    "list": _list,
    "show": _show,
    "search": _search,
    "plan": _plan,
    "coverage": _coverage,
}
