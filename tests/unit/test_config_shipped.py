"""What is shipped: the schemas, the example and the five systems."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.config_files import read_config, read_systems
from bot.config_files.schema import schemas, write_schemas
from bot.domain.duration import say_duration
from bot.domain.person import Role
from bot.domain.severity import Severity

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "runbooks"
FILES = sorted(RUNBOOKS.glob("*/system.yml"))
CONFIG, SYSTEM = (json.loads(text) for text in schemas().values())

# The severity tables of the five operations runbooks: label, response, escalation.
CORTEX = [
    ("Critical", "5m", "0m"),
    ("High", "15m", "30m"),
    ("Medium", "1h", "4h"),
    ("Low", "4h", "1d"),
]
TABLES = {
    "mcp-cortex": CORTEX,
    "ai-pipeline": [
        ("P0 - Critical", "15m", None),
        ("P1 - High", "1h", None),
        ("P2 - Medium", "4h", None),
        ("P3 - Low", "1d", None),
    ],
    "scrolluniversity": [
        ("P0 - Critical (Immediate Response)", "15m", "0m"),
        ("P1 - High (Urgent Response)", "1h", "0m"),
        ("P2 - Medium (Standard Response)", "4h", None),
        ("P3 - Low (Routine Response)", "1d", None),
    ],
    "ai-chat": CORTEX,  # proposed: its runbook has no table
    "devops-mcp": CORTEX,  # proposed as well
}


def test_every_system_under_care_is_there():
    assert set(read_systems([RUNBOOKS], {})) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_system_keeps_the_times_of_its_own_runbook(name):
    rows = read_systems([RUNBOOKS], {})[name].severities
    said = [
        (
            rows[level].label,
            say_duration(rows[level].response),
            None if rows[level].escalation is None else say_duration(rows[level].escalation),
        )
        for level in Severity
    ]
    assert said == TABLES[name]
    assert [rows[level].cadence for level in Severity] == [
        timedelta(minutes=30),
        timedelta(minutes=30),
        timedelta(hours=1),
        timedelta(hours=4),
    ]


@pytest.mark.parametrize("name", TABLES)
def test_a_system_names_secrets_and_never_assumes_the_bot_s_own_host(name):
    system = read_systems([RUNBOOKS], {})[name]
    assert system.title
    assert system.owner
    assert system.platform in {"compose", "kubernetes"}
    assert system.responders == ()
    assert not any("localhost" in url or "127.0.0.1" in url for url in system.urls.values())


def test_the_example_is_valid_and_gives_every_role():
    config = read_config(ROOT / "signalbox.example.yml", [RUNBOOKS], {})
    assert set(config.roles) == set(Role)
    assert config.announcements("mcp-cortex") == "cortex-incidents"
    assert config.announcements("ai-chat") == "incidents"


@pytest.mark.parametrize("schema", [CONFIG, SYSTEM], ids=["signalbox.yml", "system.yml"])
def test_the_schemas_are_schemas(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


def test_what_is_shipped_passes_the_schemas():
    example = yaml.safe_load((ROOT / "signalbox.example.yml").read_text())
    example["freeze"][0] |= {"from": "2026-12-24T00:00", "to": "2027-01-02T00:00"}
    jsonschema.validate(example, CONFIG)
    for file in FILES:
        jsonschema.validate(yaml.safe_load(file.read_text()), SYSTEM)


@pytest.mark.parametrize(
    "broken",
    [
        {"chanels": {}},
        {"roles": {"boss": {}}},
        {"roles": {"lead": {"users": ["ann"]}}},
        {"policies": {"x": {"pending": "soon"}}},
        {"systems": {"shop": {"severities": {"sev9": {}}}}},
    ],
)
def test_editors_see_the_same_mistakes(broken):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, CONFIG)


def test_an_override_need_not_repeat_what_system_yml_says():
    jsonschema.validate({"systems": {"shop": {"channels": {"incidents": "x"}}}}, CONFIG)


def test_the_schemas_can_be_written(tmp_path):
    write_schemas(tmp_path / "schemas")
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == set(schemas())
