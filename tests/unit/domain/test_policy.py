"""Policies as data."""

import pytest

from bot.domain.access import held_roles
from bot.domain.config import Config
from bot.domain.person import Holders, Person, Role
from bot.domain.policy import BUILT_IN, Policy, matched
from bot.domain.severity import Severity


def test_the_seven_are_built_in_and_only_one_needs_nobody():
    assert len(BUILT_IN) == 7
    assert [name for name, policy in BUILT_IN.items() if policy.needs_nobody] == ["none"]


@pytest.mark.parametrize(
    ("policy", "severity", "expected"),
    [
        (Policy(approve=2), None, 2),
        (Policy(approve=2, relaxed={Severity.SEV1: 1}), Severity.SEV1, 1),
        (Policy(approve=2, relaxed={Severity.SEV1: 0}), Severity.SEV1, 1),
        (Policy(approve=2, relaxed={Severity.SEV1: 9}), Severity.SEV1, 2),
        (Policy(approve=2, each_of=("a", "b"), relaxed={Severity.SEV1: 1}), Severity.SEV1, 2),
        (Policy(approve=0, from_=()), Severity.SEV1, 0),
    ],
)
def test_a_quorum_is_never_relaxed_to_nobody(policy, severity, expected):
    assert policy.quorum(severity) == expected


@pytest.mark.parametrize(
    ("words", "titles", "expected"),
    [
        ((), (), True),
        (("a",), (), False),
        (("a",), ({"a"},), True),
        (("a", "b"), ({"a", "b"},), False),
        (("a", "b"), ({"a", "b"}, {"a"}), True),
        (("a", "b"), ({"b"}, {"a"}), True),
        (("a", "b"), ({"a"}, {"a"}), False),
        (("a", "a"), ({"a"}, {"a"}), True),
    ],
)
def test_each_word_is_another_person(words, titles, expected):
    assert matched(words, [frozenset(one) for one in titles]) is expected


def test_a_configured_policy_stands_over_the_built_in_one_of_its_name():
    stricter = Policy(approve=3)
    known = Config(policies={"one-approver": stricter, "own": stricter}).known_policies
    assert known["one-approver"] is known["own"] is stricter
    assert known["confirm"] is BUILT_IN["confirm"]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"id": "U1"}, {Role.VIEWER, Role.OPERATOR}),
        ({"id": "U2"}, {Role.VIEWER, Role.LEAD}),
        ({"id": "U3"}, {Role.VIEWER}),
        ({"id": "U1", "guest": True}, set()),
        ({"id": "U1", "deleted": True}, set()),
    ],
)
def test_the_roles_somebody_holds(who, expected):
    holders = {
        Role.VIEWER: Holders(everyone=True),
        Role.OPERATOR: Holders(users=("U1",)),
        Role.LEAD: Holders(groups=("S1",)),
    }
    person = Person(**{"team": "T1", "name": "x", **who})
    assert held_roles(person, holders, {"S1": {"U2"}}) == expected
