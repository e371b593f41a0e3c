"""No policy is taken for a stricter one than it is."""

import pytest

from bot.domain.plan import Risk
from bot.domain.policy import BUILT_IN, Policy
from bot.domain.severity import Severity
from bot.engine.demands import USUAL, destroys_safely, short_of_risk, short_of_runbook

OK = {
    "none": {"none", "confirm", "one-approver", "two-approvers", "two-approvers-typed",
             "security"},
    "confirm": {"confirm", "one-approver", "two-approvers", "two-approvers-typed", "security"},
    "one-approver": {"one-approver", "two-approvers", "two-approvers-typed", "security"},
    "two-approvers": {"two-approvers", "two-approvers-typed", "security"},
    "two-approvers-typed": {"two-approvers-typed"},
    "commander-plus-one": {"commander-plus-one"},
    "security": {"security"},
}  # fmt: skip


@pytest.mark.parametrize("own", OK)
@pytest.mark.parametrize("asked", BUILT_IN)
def test_which_policy_may_stand_for_which(own, asked):
    lacks = short_of_runbook(BUILT_IN[asked], BUILT_IN[own])
    assert (lacks is None) is (asked in OK[own]), lacks


@pytest.mark.parametrize("risk", Risk)
def test_the_usual_policy_is_enough(risk):
    assert short_of_risk(BUILT_IN[USUAL[risk]], risk) is None


@pytest.mark.parametrize(
    ("policy", "risk"),
    [
        (Policy(approve=0, from_=()), Risk.LOW),
        (Policy(approve=0, from_=(), confirm=True), Risk.HIGH),
        (Policy(approve=1), Risk.DESTRUCTIVE),
        (Policy(approve=2, relaxed={Severity.SEV1: 1}), Risk.DESTRUCTIVE),
    ],
)
def test_the_content_counts_and_not_the_name(policy, risk):
    """Somebody may write `two-approvers: {approve: 1}` into signalbox.yml."""
    assert short_of_risk(policy, risk)
    assert not destroys_safely(policy, ()) or risk is not Risk.DESTRUCTIVE


def test_a_policy_that_relaxes_more_is_weaker():
    own = Policy(approve=2)
    assert "at sev2" in str(short_of_runbook(Policy(approve=2, relaxed={Severity.SEV2: 1}), own))
