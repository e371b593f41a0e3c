"""`signalbox check`, `audit` and `backup` as a person runs them, as processes of their own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bootstrap.found import find_commands
from bot.slack.manifest import manifest
from bot.store.embedded import EmbeddedServer
from sandbox import DEMO_CONFIG
from sandbox.slack import SlackSandbox
from tests.support.world import SIGNING_SECRET

ROOT = Path(__file__).parents[2]


def signalbox(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty folder, with these settings and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(  # noqa: S603 -- our own program
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A workspace that gave the app everything but two scopes."""
    made = manifest(find_commands(), socket_mode=True)
    scopes = frozenset(made["oauth_config"]["scopes"]["bot"]) - {"pins:write", "files:write"}
    sandbox = SlackSandbox(signing_secret=SIGNING_SECRET, manifest=made, granted_scopes=scopes)
    async with sandbox:
        yield sandbox


def of(slack: SlackSandbox) -> dict[str, str]:
    """Return the settings of a bot in that workspace."""
    return {
        "SLACK_BOT_TOKEN": slack.core.bot_token,
        "SLACK_APP_TOKEN": slack.core.app_token,
        "SLACK_API_URL": slack.api_url,
        "SIGNALBOX_CONFIG": str(DEMO_CONFIG),
        "SIGNALBOX_RUNBOOKS": str(ROOT / "runbooks"),
    }


def test_a_fresh_machine_is_told_what_is_missing_and_what_works_without(tmp_path: Path) -> None:
    done = signalbox(tmp_path, "check")
    assert done.returncode == 1
    assert "SLACK_BOT_TOKEN" in done.stdout
    assert "make demo" in done.stdout or "signalbox demo" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_broken_setting_is_named_with_its_cure(tmp_path: Path) -> None:
    done = signalbox(tmp_path, "check", "--json", SLACK_BOT_TOKEN="xoxp-a-user-token")  # noqa: S106 - made up
    assert done.returncode == 1
    findings = json.loads(done.stdout)["findings"]
    failed = [one for one in findings if one["level"] == "FAIL"]
    assert any("SLACK_BOT_TOKEN" in one["says"] and "xoxb-" in one["says"] for one in failed)
    assert "a-user-token" not in done.stdout + done.stderr


async def test_a_missing_scope_is_named(tmp_path: Path, slack: SlackSandbox) -> None:
    done = await asyncio.to_thread(signalbox, tmp_path, "check", **of(slack))
    assert done.returncode == 1, done.stdout
    line = next(one for one in done.stdout.splitlines() if "pins:write" in one)
    assert "files:write" in line
    assert "FAIL" in line


async def test_the_audit_and_a_backup_can_be_taken_while_the_bot_runs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with EmbeddedServer(data):
        where = {"SIGNALBOX_DATA_DIR": str(data)}
        seen = await asyncio.to_thread(signalbox, tmp_path, "audit", "verify", **where)
        assert (seen.returncode, seen.stderr) == (0, "")
        copied = await asyncio.to_thread(signalbox, tmp_path, "backup", "copy.jsonl", **where)
        assert copied.returncode == 0, copied.stderr
        refused = await asyncio.to_thread(signalbox, tmp_path, "restore", "copy.jsonl", **where)
    assert refused.returncode == 2
    assert "Another Signalbox is using" in refused.stderr
