"""The table of methods is Slack's reference, not our memory of it."""

import re

import pytest

from sandbox.slack.events import EVENT_SCOPES
from sandbox.slack.methods.specs import ALWAYS_KNOWN, MISSING, SPECS
from sandbox.slack.methods.table import METHODS
from sandbox.slack.rate import TIERS

TIER = {"t1": 1, "t2": 2, "t3": 3, "t4": 4, "t5": 0}
methods = pytest.mark.parametrize("method", sorted(SPECS))


def test_every_method_in_the_table_is_performed_and_no_other():
    assert set(SPECS) == set(METHODS)


@methods
def test_the_tier_is_slacks(method, reference):
    assert SPECS[method].tier == TIER[reference(method)["rate_limits"]]


def test_tiers_allow_what_slack_publishes():
    assert {tier: TIERS[tier] for tier in (1, 2, 3, 4)} == {1: 1, 2: 20, 3: 50, 4: 100}


@methods
def test_the_scopes_are_slacks(method, reference):
    documented = (reference(method).get("scope") or {}).get("bot") or []
    assert set(SPECS[method].scopes) == set(documented)


@methods
def test_known_arguments_are_slacks(method, reference):
    documented = set((reference(method).get("args") or {}).get("properties") or {})
    assert SPECS[method].known - ALWAYS_KNOWN <= documented
    assert documented - {"team_id"} <= SPECS[method].known


@methods
def test_what_slack_requires_is_required(method, reference):
    documented = set((reference(method).get("args") or {}).get("required") or []) - {"token"}
    assert documented <= set(SPECS[method].required)


@methods
def test_json_bodies_are_read_where_slack_reads_them(method, reference):
    assert SPECS[method].takes_json == bool(reference(method).get("json_input_supported"))


@pytest.mark.parametrize(("method", "argument"), sorted(MISSING))
def test_the_error_for_a_missing_argument_is_documented(method, argument, reference):
    assert MISSING[method, argument] in reference(method)["errors"]
    assert argument in SPECS[method].required


def test_event_scopes_are_slacks(contract):
    documented = {
        event["name"]: {re.sub(r"\.read$", ":read", s) for s in event.get("scopes") or []}
        for event in contract("api-ref/docs.slack.dev/events/events.json")
    }
    ours = {name: set(scopes) for name, scopes in EVENT_SCOPES.items() if name in documented}
    assert ours == {name: documented[name] for name in ours}
    assert len(ours) >= len(EVENT_SCOPES) - 4  # channel_/group_ (un)archive are not in the file
