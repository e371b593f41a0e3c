"""Conditions compare; they compute nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.conditions import comparisons, refs, unmet
from bot.engine.substitution import Scope
from bot.errors import Invalid, NotFound

SCOPE = Scope(
    {
        "n": 3,
        "half": 0.5,
        "s": "api",
        "digits": "3",
        "yes": True,
        "none": None,
        "list": ["api", "worker"],
        "space": "a b",
    },
    lambda path: path,
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("{n} == 3", True),
        ("{n} == '3'", True),
        ("{n} == 3.0", True),
        ("{digits} == 3", True),
        ("{n} != 4", True),
        ("{n} > 2 and {n} < 4 and {half} <= 0.5", True),
        ("{n} >= 4", False),
        ("{s} == api", True),
        ("{s} == 'api'", True),
        ("{s} != api", False),
        ("{space} == 'a b'", True),
        ("{yes} == true", True),
        ("{yes} == 1", False),
        ("{none} == null", True),
        ("{s} == null", False),
        ("{none} == ''", False),
        ("{s} in [api, worker]", True),
        ("{s} not in [api, worker]", False),
        ("{n} in [1, 2, 3]", True),
        ("{s} in {list}", True),
        ("{s} in []", False),
        ("{list} == {list}", True),
        ("{system.urls.base} == urls.base", True),
        ("-1 < {n}", True),
    ],
)
def test_comparisons(text, holds):
    assert (unmet(text, SCOPE) is None) is holds


def test_what_is_not_so_is_said_with_both_sides():
    assert unmet("{n} == 3 and {s} == 'worker'", SCOPE) == (
        "`{s} == worker` is not so: api against worker"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{n}",
        "{n} ==",
        "== 3",
        "{n} = 3",
        "{n} == 3 or {n} == 4",
        "{n} == 3 and",
        "not {yes}",
        "{n} + 1 == 4",
        "len({s}) == 3",
        "{s}.upper() == API",
        "__import__('os') == 1",
        "{N} == 1",
        "{n} == {",
        "{s} in [api",
        "{s} in [api worker]",
        "{n} == 3; 1",
        "{n} is 3",
        "{s} == `id`",
        "{n} == 3 == 3",
        "and == 1",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(Invalid):
        comparisons(text)


@pytest.mark.parametrize("text", ["{s} > 3", "{yes} > 0", "{none} < 1", "{s} in api"])
def test_what_has_no_order_is_not_ordered(text):
    with pytest.raises(Invalid):
        unmet(text, SCOPE)


def test_unknown_names_are_told():
    with pytest.raises(NotFound):
        unmet("{gone} == 1", SCOPE)


def test_names_are_found_in_lists_too():
    assert refs("{a} in [1, {b}] and {a} == 2") == ("a", "b")


@given(st.text(max_size=40))
def test_every_text_is_a_verdict_or_a_refusal(text):
    try:
        found = unmet(text, SCOPE)
    except (Invalid, NotFound):
        return
    assert found is None or isinstance(found, str)
