"""The runbooks that come with the product, checked against the real actions."""

import json
import os
from pathlib import Path

import pytest

from bot.config_files import read_systems
from bot.config_files.yaml_tree import read_tree
from bot.domain.policy import BUILT_IN
from bot.engine.catalog import Catalog, load
from bot.engine.catalog_coverage import coverage, procedure_ids
from bot.engine.lint import as_lines
from bot.engine.lint_sheet import Known
from integrations.docker import integration as docker
from integrations.http import integration as http

ROOT = Path(__file__).parents[2]
INVENTORY = ROOT.parent / "shared/inventory.json"
FIRST = {
    "cortex-ai-status", "cortex-ai-status-full", "cortex-active-alerts", "cortex-restart",
    "cortex-logs", "cortex-stats", "cortex-circuit-breaker", "cortex-endpoints",
    "cortex-down-diagnose", "cortex-down-restart", "cortex-down-scale", "cortex-rollback",
    "cortex-down-verify",
}  # fmt: skip


def inventory() -> str:
    if not INVENTORY.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("the inventory is not beside the checkout")
        pytest.skip(f"{INVENTORY} is not there")
    return INVENTORY.read_text()


def shelf(ids: frozenset[str] | None = None) -> Catalog:
    files = sorted(path for path in (ROOT / "runbooks").glob("*/*.yml") if path.stem != "system")
    actions = {**docker.actions.actions, **http.actions.actions}
    systems = read_systems([ROOT / "runbooks"], {})
    known = Known(actions, systems, BUILT_IN, inventory=ids)
    return load([(path, path.read_text()) for path in files], read_tree, known)


def test_all_of_them_can_be_run():
    assert not as_lines(shelf().findings)


def test_they_cover_what_they_say_and_what_was_promised():
    text = inventory()
    found = shelf(procedure_ids(text))
    assert not as_lines(found.findings)
    covered = coverage(text, found)
    assert {one.id for one in covered.procedures if one.runbooks} >= FIRST
    assert covered.strangers == ()


def test_none_is_weaker_than_the_inventory_asks():
    """Risk and policy of a runbook are at least those of the procedures it covers."""
    rows = {row["id"]: row for row in json.loads(inventory())}
    ranks = ["read-only", "low", "high", "destructive"]
    votes = {"none": 0, "confirm": 0, "1 approver": 1, "2 approvers": 2}
    for one in shelf().all():
        for covered in one.runbook.covers:
            row = rows[covered]
            assert ranks.index(one.risk.value) >= ranks.index(row["risk"]), covered
            assert BUILT_IN[one.policy].approve >= votes.get(row["approval"], 2), covered


def test_evidence_never_stands_in_the_way_of_a_restart():
    """When the service is down its own health check must not stop its restart."""
    restart = shelf().get("cortex-restart").runbook
    *before, _ = restart.steps
    assert {step.on_error.value for step in before} == {"report"}


def test_no_runbook_names_an_address():
    """Where a system is stands in its system.yml, never in a runbook."""
    for one in shelf().all():
        text = Path(one.runbook.source).read_text()
        assert "://" not in text, one.runbook.id
        assert "localhost" not in text, one.runbook.id
