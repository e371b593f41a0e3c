"""Policies as data."""

import pytest

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
