"""What can be found, by whom, and what a broken file does to the others."""

import json

import pytest

from bot.domain.person import Role
from bot.domain.plan import Risk
from bot.engine.catalog_coverage import coverage, procedure_ids
from bot.engine.cli_text import coverage_text, lint_text, list_text, plan_text, show_text
from bot.errors import Invalid, NotFound
from tests.engine.kit import CHANGING, READING, Toy, catalog, listing, planner, request, write

ALERT = "suggest: {alerts: [ServiceDown], labels: {job: api}, fill: {service: svc}}\n"
CHOICE = "params: {service: {type: choice, options: [api, worker], default: api}}\n"
SUGGESTED = ALERT + CHOICE + 'steps: [{uses: toy.look, with: {service: "{service}"}}]\n'


@pytest.fixture
def shelf(tmp_path):
    return catalog(
        write(tmp_path, "tags: [logs]\n" + READING, "look-around"),
        write(tmp_path, "covers: [one]\nsummary: Restarts\n" + CHANGING, "restart-api"),
        write(tmp_path, SUGGESTED, "suggested"),
        write(tmp_path, "stepz: []\n", "broken"),
    )


def ids(listings):
    return [one.runbook.id for one in listings]


def test_one_broken_file_does_not_take_the_others_away(shelf):
    assert ids(shelf.all()) == ["look-around", "restart-api", "suggested"]
    with pytest.raises(Invalid, match=r"broken\.yml:1: "):
        shelf.get("broken")


def test_an_unknown_id_gets_the_nearest(shelf):
    with pytest.raises(NotFound, match=r"no runbook `restart-ap`\. Did you mean `restart-api`"):
        shelf.get("restart-ap")
    with pytest.raises(NotFound) as error:
        shelf.get("`<!channel>`\n" + "x" * 900)
    assert len(str(error.value)) < 300
    assert "\n" not in str(error.value)


def test_risk_and_policy_are_computed(shelf):
    restart = shelf.get("restart-api")
    assert (restart.risk, restart.policy, restart.changes) == (Risk.HIGH, "one-approver", True)
    look = shelf.get("look-around")
    assert (look.risk, look.policy, look.changes) == (Risk.READ, "none", False)


def test_a_higher_risk_may_be_declared(tmp_path):
    text = "risk: destructive\n" + CHANGING.replace("one-approver", "two-approvers-typed")
    assert listing(tmp_path, text).risk is Risk.DESTRUCTIVE


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        ((), []),
        ((Role.VIEWER,), ["look-around", "suggested"]),
        ((Role.RESPONDER,), ["look-around", "restart-api", "suggested"]),
        ((Role.OPERATOR,), ["restart-api"]),
        ((Role.ADMIN,), []),
    ],
)
def test_people_see_what_they_may_ask_for(shelf, roles, found):
    """Roles are separate: an operator who may read too is given the role for it."""
    assert ids(shelf.may_run(roles)) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("restart", ["restart-api"]),
        ("RESTART api", ["restart-api"]),
        ("logs", ["look-around"]),
        ("toy.look", ["look-around", "restart-api", "suggested"]),
        ("restart nonsense", []),
        ("", []),
    ],
)
def test_search(shelf, words, found):
    assert ids(shelf.search(words)) == found


def test_by_system(shelf):
    assert len(shelf.for_system("demo")) == 3
    assert shelf.for_system("other") == ()


def test_an_alert_suggests_and_fills_but_never_runs(shelf):
    labels = {"job": "api", "svc": "worker", "x": "y"}
    ((one, filled),) = shelf.suggested("ServiceDown", labels, "demo")
    assert (one.runbook.id, filled) == ("suggested", {"service": "worker"})
    assert shelf.suggested("Other", labels) == ()
    assert shelf.suggested("ServiceDown", {"job": "db"}) == ()
    assert shelf.suggested("ServiceDown", labels, "other") == ()


ROWS = [
    {"id": "one", "title": "One", "system": "demo", "risk": "high", "approval": "1 approver"},
    {"id": "two", "title": "Two", "system": "demo", "risk": "low", "approval": "confirm"},
]


def test_coverage_counts_procedures_that_have_a_runbook(shelf):
    found = coverage(json.dumps(ROWS), shelf)
    assert [one.runbooks for one in found.procedures] == [("restart-api",), ()]
    assert (found.done, found.strangers) == (1, ())
    assert coverage("[]", shelf).strangers == (("restart-api", "one"),)
    assert procedure_ids(json.dumps(ROWS)) == {"one", "two"}
    text = coverage_text(found)
    assert text.endswith("1 of 2 procedures have a runbook.")
    assert "one  [high" not in coverage_text(found, missing_only=True)


@pytest.mark.parametrize("text", ["{}", "not json", "[1]", '[{"name": "x"}]'])
def test_what_is_no_inventory_is_refused(shelf, text):
    with pytest.raises(Invalid):
        coverage(text, shelf)


async def test_the_command_line_says_it_in_plain_text(shelf, tmp_path):
    assert list_text(shelf.all()).splitlines()[1] == (
        "restart-api  high       one-approver  A title"
    )
    assert list_text([]) == "No runbook fits."
    shown = show_text(shelf.get("suggested"))
    assert "service=api  (choice, optional)" in shown
    assert "step-1: toy.look" in shown
    assert lint_text(shelf.findings, 4).endswith("4 runbooks, 2 findings.")
    assert lint_text([], 4) == "4 runbooks, 0 findings."
    text = CHANGING.replace("timeout: 1m}", "timeout: 1m, when: 1 == 1}") + "offer: [a-runbook]\n"
    one = listing(tmp_path, text)
    assert "again: toy.restart, when 1 == 1" in show_text(one)
    plan = await planner(Toy()).plan(one, {}, request())
    said = plan_text(plan)
    assert "    POST /api/restart" in said
    assert said.endswith("Touches toy/api\nNothing was changed.")
