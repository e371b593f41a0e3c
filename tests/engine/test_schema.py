"""The published schema is what the code takes; stale? `bot.engine.schema.runbook_schema` makes it.

An editor that follows it must accept what the linter accepts.
"""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.engine.schema import runbook_schema
from tests.engine.kit import CHANGING, HEAD, READING
from tests.engine.test_planner import SCALE

ROOT = Path(__file__).parents[2]
SHIPPED = [path for path in sorted((ROOT / "runbooks").glob("*/*.yml")) if path.stem != "system"]
CHECK = Draft202012Validator(json.loads(runbook_schema()))


def test_the_published_schema_is_fresh():
    assert (ROOT / "docs/schemas/runbook.json").read_text() == runbook_schema()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_runbooks_fit_the_schema(path):
    CHECK.validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize("text", [READING, CHANGING, SCALE])
def test_examples_fit_the_schema(text):
    CHECK.validate(yaml.safe_load(HEAD.format(id="a") + text))


@pytest.mark.parametrize(
    "text",
    ["stepz: []\n", "steps: []\n", READING + "extra: 1\n",
     "steps:\n  - {uses: toy.look, wait: {first: 1s}}\n", "steps:\n  - {ask: perhaps, text: x}\n"],
)  # fmt: skip
def test_what_the_code_refuses_the_schema_refuses(text):
    assert not CHECK.is_valid(yaml.safe_load(HEAD.format(id="a") + text))
