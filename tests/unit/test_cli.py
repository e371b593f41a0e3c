"""The command line: what it calls, what it prints, and its exit codes."""

import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.audit import moment
from bot.doctor.facts import Probes
from bot.errors import BotError, ConfigError, Unavailable
from bot.settings import known_names

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class FakeAudit:
    """bot.ports.Audit over two records."""

    def __init__(self, fault=None):
        self.fault = fault
        self.since = None

    async def records(self, since=None):
        self.since = since
        for seq, who in ((1, "U0ANN"), (2, "=cmd()")):
            yield {
                "seq": seq,
                "at": NOW,
                "who": who,
                "what": "incident.declared",
                "subject": "INC-00042",
                "source": "command",
                "facts": {"title": "Kasse fällt aus"},
                "body": "{}",
                "hash": "ab",
                "link": "cd",
            }

    async def verify(self):
        if self.fault:
            raise self.fault
        return 2, "cd"


class FakeWiring:
    """bot.__main__.Wiring that notes what it was asked for."""

    def __init__(self, audit=None, text="display_information: {}\n"):
        self.asked = []
        self.audit = audit or FakeAudit()
        self.text = text

    async def run(self, settings, roles):
        self.asked.append(("run", settings.port, roles))

    async def demo(self, settings):
        self.asked.append(("demo", settings.port))

    @asynccontextmanager
    async def open_audit(self, settings):
        del settings
        yield self.audit

    @asynccontextmanager
    async def open_probes(self, settings, config):
        del settings, config
        yield Probes()

    async def backup(self, settings, file):
        del settings
        self.asked.append(("backup", file))
        return 7

    async def restore(self, settings, file):
        del settings
        self.asked.append(("restore", file))
        return 7

    def manifest(self):
        return self.text


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.removesuffix("_FILE") in known_names():
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("run", {"listener", "worker", "scheduler"}),
        ("run --role all", {"listener", "worker", "scheduler"}),
        ("run --role worker", {"worker"}),
        ("run --role worker --role listener", {"worker", "listener"}),
    ],
)
def test_run_takes_roles(words, roles):
    wiring = FakeWiring()
    assert main(words.split(), wiring) == 0
    assert wiring.asked == [("run", 8080, roles)]


def test_demo_needs_nothing():
    wiring = FakeWiring()
    assert main(["demo"], wiring) == 0
    assert wiring.asked == [("demo", 8080)]


@pytest.mark.parametrize(
    "words", ["", "bogus", "run --role boss", "audit", "backup", "audit export --format xml"]
)
def test_wrong_usage_is_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words.split(), FakeWiring())
    assert ended.value.code == 2
    assert "usage: signalbox" in capsys.readouterr().err


def test_a_wrong_setting_is_2_with_its_name_and_the_cure(monkeypatch, capsys):
    monkeypatch.setenv("PORT", "x")
    assert main(["run"], FakeWiring()) == 2
    out = capsys.readouterr()
    assert out.err == "PORT must be a number from 0 to 65535 (0: any free one).\n"
    assert out.out == ""


class Failing(FakeWiring):
    def __init__(self, error):
        super().__init__()
        self.error = error

    async def run(self, settings, roles):
        del settings, roles
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("SLACK_BOT_TOKEN is not set."), 2),
        (Unavailable("Redis does not answer."), 1),
        (BotError("No."), 1),
        (KeyboardInterrupt(), 0),
    ],
)
def test_errors_are_sentences_with_their_exit_code(error, code, capsys):
    assert main(["run"], Failing(error)) == code
    assert capsys.readouterr().err.strip() == str(error)


def test_check_on_a_fresh_machine_says_what_is_missing_and_is_1(capsys):
    assert main(["check"], FakeWiring()) == 1
    out = capsys.readouterr().out
    assert "FAIL  slack" in out
    assert "make demo" in out
    assert "\x1b" not in out


def test_check_is_0_when_nothing_fails(monkeypatch, capsys):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert main(["check", "--json"], FakeWiring()) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_check_shows_broken_settings_and_broken_files_together(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PORT", "x")
    (tmp_path / "signalbox.yml").write_text("roles: {boss: {}}\n")
    assert main(["check"], FakeWiring()) == 1
    out = capsys.readouterr().out
    assert "PORT must be" in out
    assert "signalbox.yml:1: roles.boss" in out


def test_verify_says_how_long_the_chain_is(capsys):
    assert main(["audit", "verify"], FakeWiring()) == 0
    assert capsys.readouterr().out == "2 records, unbroken. Head: cd\n"


def test_a_broken_chain_is_1(capsys):
    broken = FakeWiring(FakeAudit(BotError("Record 7 was edited.")))
    assert main(["audit", "verify"], broken) == 1
    assert capsys.readouterr().err == "Record 7 was edited.\n"


def test_export_writes_json_lines(capsys):
    assert main(["audit", "export", "--since", "2026-11-20"], FakeWiring()) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["seq"] for line in lines] == [1, 2]
    assert lines[0]["facts"] == {"title": "Kasse fällt aus"}
    assert lines[0]["at"] == "2026-11-20T12:00:00+00:00"


def test_export_writes_csv_that_no_spreadsheet_runs(capsys):
    wiring = FakeWiring()
    assert main(["audit", "export", "--format", "csv"], wiring) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head == "seq,at,who,what,subject,source,facts,hash,link"
    assert first.startswith("1,2026-11-20T12:00:00+00:00,U0ANN,incident.declared")
    assert "'=cmd()" in second
    assert wiring.audit.since is None


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T09:30", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("2026-11-01T09:30+00:00", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 13, 12, 0, tzinfo=UTC)),
    ],
)
def test_since_is_a_date_or_a_length(said, means):
    assert moment(said, NOW) == means


def test_any_other_since_is_wrong_usage(capsys):
    assert main(["audit", "export", "--since", "yesterday"], FakeWiring()) == 2
    assert "--since yesterday: write 2026-11-20" in capsys.readouterr().err


def test_backup_and_restore_say_what_they_did(tmp_path, capsys):
    wiring = FakeWiring()
    (tmp_path / "all.sb").write_text("")
    assert main(["backup", "all.sb"], wiring) == 0
    assert main(["restore", "all.sb"], wiring) == 0
    assert wiring.asked == [("backup", Path("all.sb")), ("restore", Path("all.sb"))]
    assert capsys.readouterr().out.count("7 keys") == 2
    assert main(["restore", "none.sb"], wiring) == 2


def test_a_stale_manifest_is_1_and_can_be_written(tmp_path, capsys):
    wiring = FakeWiring()
    assert main(["manifest", "--check"], wiring) == 1
    assert "run `signalbox manifest`" in capsys.readouterr().err
    assert main(["manifest"], wiring) == 0
    assert (tmp_path / "manifest.yml").read_text() == wiring.text
    assert main(["manifest", "--check"], wiring) == 0


def test_a_reader_that_went_away_is_no_error():
    """`signalbox audit export | head -1` ends quietly."""
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.unit.test_cli import FakeAudit, FakeWiring\n"
        "from bot.__main__ import main\n"
        "class Long(FakeAudit):\n"
        "    async def records(self, since=None):\n"
        "        for seq in range(100000):\n"
        "            yield {'seq': seq, 'facts': 'x' * 100}\n"
        "sys.exit(main(['audit', 'export'], FakeWiring(Long())))\n"
    )
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and a fixed text
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_help_is_instant_because_nothing_heavy_is_imported():
    code = "import sys, bot.__main__; print(*sorted(set(sys.modules)))"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter and a fixed text
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pydantic", "slack_bolt", "redis", "aiohttp", "docket", "yaml"} & set(loaded)
