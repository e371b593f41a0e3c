"""signalbox.yml and system.yml: what they mean, and how every mistake is found by file and line."""

import textwrap
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.config_files import find_templates, read_config, read_systems
from bot.domain.config import Channels, Config
from bot.domain.person import Holders, Role
from bot.domain.severity import Severity
from bot.errors import ConfigError

SYSTEM = """\
id: shop
title: The Shop
urls: {base: "${SHOP_URL}", other: "${OTHER_URL:-http://other}"}
secrets: [SHOP_KEY]
compose: {project: shop, key: "${SHOP_KEY}"}
severities:
  P0: {label: P0 - Critical, meaning: down, response: 5m, escalation: 0m}
  low: {label: P3, meaning: small, response: 1d, cadence: 4h, note: a ticket}
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text))
    return file


def read(text: str | None = None, environ=None) -> Config:
    if text is not None:
        write("signalbox.yml", text)
    return read_config(None, [Path("runbooks")], environ or {})


def problem(text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        read(text)
    return str(refused.value)


def test_with_no_file_nobody_has_any_role():
    assert read() == Config()


def test_an_empty_file_is_as_good_as_none():
    assert read("# nothing yet\n") == Config()


def test_all_of_signalbox_yml():
    config = read(
        """\
        channels: {incidents: "#incidents", alerts: C0ALERTS99, digests: ops-日本}
        roles:
          responder: {everyone: true}
          operator: {users: [U0ANN, W0BOB], groups: [S0OPS]}
        policies:
          two-approvers: {approve: 2, from: [operator], one_of: [lead], pending: 1h30m}
        freeze:
          - {name: year end, from: 2026-12-24, to: 2027-01-02T06:00, zone: Europe/Berlin}
        team: T0TEAM
        """
    )
    assert config.channels == Channels(
        incidents="incidents", alerts="C0ALERTS99", digests="ops-日本"
    )
    assert config.roles[Role.OPERATOR] == Holders(users=("U0ANN", "W0BOB"), groups=("S0OPS",))
    assert config.policies["two-approvers"].pending == timedelta(minutes=90)
    assert config.policies["two-approvers"].from_ == (Role.OPERATOR,)
    assert config.freeze[0].from_ == datetime(2026, 12, 24)  # noqa: DTZ001 - local, in its zone
    assert config.freeze[0].systems == ("all",)
    assert config.team == "T0TEAM"


def test_a_system_is_read_with_its_own_severities():
    write("runbooks/shop/system.yml", SYSTEM)
    shop = read(environ={"SHOP_URL": "http://shop", "SHOP_KEY": "hush"}).systems["shop"]
    assert shop.urls == {"base": "http://shop", "other": "http://other"}
    assert shop.settings == {"compose": {"project": "shop", "key": "${SHOP_KEY}"}}
    worst, least = shop.severities[Severity.SEV1], shop.severities[Severity.SEV4]
    assert (worst.label, worst.escalation) == ("P0 - Critical", timedelta(0))
    assert (least.response, least.escalation, least.note) == (timedelta(days=1), None, "a ticket")


def test_a_variable_that_is_not_set_stops_nothing_until_it_is_used():
    write("runbooks/shop/system.yml", SYSTEM)
    assert read().systems["shop"].waiting() == {"urls.base": ["SHOP_URL"]}


def test_signalbox_yml_has_the_last_word_on_a_system():
    write("runbooks/shop/system.yml", SYSTEM)
    shop = read(
        """\
        systems:
          shop: {channels: {incidents: shop-war}, urls: {base: http://mine}, responders: [S0OPS]}
        """
    ).systems["shop"]
    assert shop.channels.incidents == "shop-war"
    assert shop.urls == {"base": "http://mine", "other": "http://other"}
    assert shop.title == "The Shop"


def test_a_system_may_be_in_signalbox_yml_alone():
    assert read("systems: {mail: {title: Mail}}").systems["mail"].title == "Mail"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("chanels: {}", "signalbox.yml:1: chanels: unknown key; did you mean `channels`?"),
        ("channels:\n  incident: x", "signalbox.yml:2: channels.incident: unknown key"),
        ("channels:\n  alerts: #alerts", "signalbox.yml:2: channels.alerts: names no channel"),
        ("channels: {alerts: Big Alerts}", "cannot be a channel"),
        ("channels: {alerts: 5}", "names no channel"),
        ("roles:\n\n  operatr: {}", "signalbox.yml:3: roles.operatr: no role `operatr`; did you"),
        ("roles: {lead: {users: [ann]}}", "roles.lead.users[0]: `ann`: write the member id"),
        ("roles: {lead: {groups: ['@ops']}}", "write the user group's id"),
        ("roles: {lead: {everyone: yes}}", "must be true or false"),
        ("roles: {lead: }", "must be a block of"),
        ("roles: {lead: {users: U0ANN}}", "must be a list"),
        ("policies: {x: {from: [boss]}}", "policies.x.from[0]: no role `boss`; roles are viewer"),
        ("policies: {x: {from_: [lead]}}", "did you mean `from`?"),
        ("policies: {x: {pending: 15}}", "15 has no unit"),
        ("policies: {x: {pending: soon}}", "`soon` is no duration"),
        ("policies: {x: {approve: 11}}", "must be at most 10"),
        ("policies: {x: {deny: 0}}", "must be at least 1"),
        ("policies: {x: {approve: '2'}}", "must be a whole number"),
        ("freeze: [{from: 2026-01-01, to: 2026-01-02}]", "freeze[0].name: is missing"),
        ("freeze: [{name: x, from: 2026-02-30, to: 2026-03-01}]", "`2026-02-30` is no date"),
        ("freeze: [{name: x, from: 2026-01-02, to: 2026-01-01}]", "`x` ends before it begins"),
        ("freeze: [{name: x, from: 2026-01-01T00:00Z, to: 2026-01-02}]", "leave the offset out"),
        ("freeze: [{name: x, from: 2026-01-01, to: 2026-01-02, zone: CET/X}]", "is no time zone"),
        (
            "freeze: [{name: x, from: 2026-01-01, to: 2026-01-02, systems: [shp]}]",
            "no system `shp`",
        ),
        ("systems: {Shop: {title: x}}", "write a-z, 0-9 and -"),
        ("systems: {shop: {}}", "systems.shop: no folder runbooks/shop"),
        ("systems: {shop: {title: ' '}}", "title: is empty"),
        ("systems: {shop: {title: x, links: {a: 1}}}", "must be text"),
        ("- a list", "signalbox.yml:1: must be a block of"),
        ("team: [", "broken YAML"),
        ("a: \tb: c\n\t- x", "broken YAML"),
        ("team: \x01", "not YAML"),
        ("channels: {}\nroles: {}\nchannels: {}", "signalbox.yml:3: `channels` stands twice here"),
        ("a: &a {b: *a}", "nested deeper than 20"),
        ("[" * 5_000, "nested deeper than 20"),
        ("x: !!python/object/apply:os.system [id]\n", "unknown key"),
        ("team: !!python/name:os.system", "is not allowed here"),
        ("<<: {team: x}", "only plain words may be keys"),
        ("? [a, b]\n: c", "only plain words may be keys"),
        ("team: T1\n---\nteam: T2", "broken YAML"),
    ],
)
def test_a_mistake_is_found_by_file_and_line(text, says):
    found = problem(text)
    assert says in found
    assert found.startswith("signalbox.yml")
    assert "Traceback" not in found


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("id: shop", "id: shopp", "runbooks/shop/system.yml:1: id: must be shop, as its folder"),
        ("title: The Shop", "titel: The Shop", "2: titel: did you mean `title`?"),
        ("title: The Shop\n", "", "shop: title: is missing"),
        ("P0:", "sev9:", "Severities are critical high medium low"),
        ("low:", "critical:", "sev1 stands here under two of its names"),
        ("response: 5m", "response: fast", "7: shop: severities.P0.response: `fast` is no dura"),
        ("cadence: 4h", "cadence: 1m", "remind people right after an update"),
        ("cadence: 4h", "cadense: 4h", "8: shop: severities.low.cadense: unknown key; did you"),
        ("[SHOP_KEY]", "[a b]", "write the name of an environment variable"),
        ("${SHOP_URL}", "${SHOP URL}", "3: urls: a placeholder is written ${NAME}"),
        ("[SHOP_KEY]", "SHOP_KEY", "must be a list"),
    ],
)
def test_a_mistake_in_a_system_yml_is_found_too(before, after, says):
    assert before in SYSTEM
    write("runbooks/shop/system.yml", SYSTEM.replace(before, after))
    assert says in problem("")


def test_all_mistakes_of_all_files_are_said_at_once():
    write("runbooks/shop/system.yml", "id: shop\n")
    write("runbooks/mail/system.yml", "- x\n")
    found = problem("team: T1\nfoo: 1\nbar: 2\n").splitlines()
    assert len(found) == 4
    assert any(line.startswith("runbooks/mail/system.yml:1") for line in found)


def test_aliases_may_repeat_but_not_multiply():
    shared = "freeze:\n  - &f {name: x, from: 2026-01-01, to: 2026-01-02}\n  - *f\n"
    assert len(read(shared).freeze) == 2
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for name, before in zip("bcdef", "abcde", strict=True):
        bomb += f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    assert "do aliases multiply?" in problem(bomb)


def test_yaml_s_old_surprises_are_plain_text():
    assert read("team: no\n").team == "no"
    assert read("team: 1:30\n").team == "1:30"
    assert "must be text" in problem("team: 12\n")
    assert "must be text" in problem("team: 1.5\n")


def test_a_file_that_is_too_big_or_cannot_be_read_is_named():
    assert "bigger than 256 KiB" in problem("#" * 300_000)
    Path("signalbox.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read()


def test_files_and_folders_that_settings_name_must_exist():
    with pytest.raises(ConfigError, match=r"SIGNALBOX_CONFIG names mine\.yml"):
        read_config(Path("mine.yml"), [], {})
    with pytest.raises(ConfigError, match="SIGNALBOX_RUNBOOKS names elsewhere"):
        read_config(None, [Path("elsewhere")], {})
    with pytest.raises(ConfigError, match="SIGNALBOX_TEMPLATES names elsewhere"):
        find_templates(Path("elsewhere"))
    assert find_templates(None) is None
    Path("templates").mkdir()
    assert find_templates(None) == Path("templates")
    assert find_templates(Path("templates")) == Path("templates")
    assert read_config(write("mine.yml", "team: T1"), [Path("runbooks")], {}).team == "T1"


def test_one_system_in_two_folders_is_refused():
    write("runbooks/shop/system.yml", SYSTEM)
    write("more/shop/system.yml", SYSTEM)
    with pytest.raises(ConfigError, match="the system shop is in runbooks/shop too"):
        read_systems([Path("runbooks"), Path("more")], {})
    assert list(read_systems([Path("more")], {})) == ["shop"]
