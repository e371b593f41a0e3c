"""`{name}`: total, typed, one pass, never code, never a secret by the back door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.action import Result
from bot.engine.substitution import Name, Scope, fill, names, parts, steps_named
from bot.errors import Invalid, NotFound

SYSTEM = {"urls.base": "https://demo", "auth": "Bearer ${API_TOKEN}"}


def system(path):
    if path not in SYSTEM:
        raise NotFound(path)
    return SYSTEM[path]


def scope(item=None, **params):
    results = {
        "look": Result(summary="seen", data={"n": 3, "list": ["a", {"b": 1}], "none": None}),
        "bad": Result(summary="FAIL", data={"failed": True}),
    }
    return Scope(params, system, results, item)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{n}", 5),
        ("{yes}", True),
        ("{n} of {n}", "5 of 5"),
        ("is {yes}", "is true"),
        ("{nothing}", None),
        ("a{nothing}b", "ab"),
        ("{system.urls.base}/health", "https://demo/health"),
        ("{system.auth}", "Bearer ${API_TOKEN}"),
        ("Bearer ${API_TOKEN}", "Bearer ${API_TOKEN}"),
        ("{steps.look.n}", 3),
        ("{steps.look.list}", ["a", {"b": 1}]),
        ("{steps.look.list.1.b}", 1),
        ("{steps.look.summary}", "seen"),
        ("{steps.look.failed}", False),
        ("{steps.bad.failed}", True),
        ("list {steps.look.list}", 'list ["a",{"b":1}]'),
        ("{item.name}", "one"),
        ("{item}", {"name": "one"}),
        ("{{n}}", "{n}"),
        ("{{{n}}}", "{5}"),
        ("a } b", "a } b"),
        ("", ""),
        ({"a": ["{n}", 1, None], "{n}": "key"}, {"a": [5, 1, None], "{n}": "key"}),
    ],
)
def test_values_are_put_in(value, expected):
    found = fill(value, scope(n=5, yes=True, nothing=None, item={"name": "one"}))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{ n }",
        "{}",
        "{N}",
        "{a.b}",
        "{a+b}",
        "{a!r}",
        "{a:>3}",
        "{__class__}",
        "{system}",
        "{steps}",
        "{steps.a}",
        "{a()}",
        "{system.}",
        "x{y",
        "{a\n}",
    ],
)
def test_a_brace_that_is_no_name_is_refused(text):
    with pytest.raises(Invalid):
        parts(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{m}", "no parameter `m`"),
        ("{steps.gone.n}", "`gone` has no result"),
        ("{steps.look.m}", "found no `m`; it found summary, failed, n, list, none"),
        ("{steps.look.n.m}", "found no `m`"),
        ("{steps.look.list.7}", "only 2"),
        ("{item.m}", "the item"),
        ("{system.gone}", "gone"),
    ],
)
def test_a_name_without_a_meaning_says_so(text, words):
    with pytest.raises(NotFound, match=words):
        fill(text, scope(n=5))


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("{a}", {"a": "${API_TOKEN}"}),
        ("{a}", {"a": {"deep": ["${API_TOKEN}"]}}),
        ("x {a}", {"a": "${API_TOKEN}"}),
        ("${{{a}}}", {"a": "API_TOKEN"}),
        ("{a}{b}", {"a": "$", "b": "{API_TOKEN}"}),
        ("{a}{{API_TOKEN}}", {"a": "$"}),
    ],
)
def test_a_value_never_becomes_a_secret(text, params):
    with pytest.raises(Invalid, match="may not hold"):
        fill(text, scope(**params))


@given(st.text(max_size=60))
def test_every_text_is_read_or_refused(text):
    try:
        pieces = parts(text)
    except Invalid:
        return
    rebuilt = "".join(f"{{{one.name}}}" if isinstance(one, Name) else one for one in pieces)
    assert set(names(text)) == {one.name for one in pieces if isinstance(one, Name)}
    if "{" not in text and "}" not in text:
        assert rebuilt == text


@given(st.text(max_size=60))
def test_what_is_put_in_is_never_read_again(value):
    """A value like `{n}` or `{{` stays what it is: one pass."""
    if "${" in value:
        return
    assert fill("{a}", scope(a=value, n=5)) == value
    assert fill("<{a}>", scope(a=value, n=5)) == f"<{value}>"


@given(st.text(alphabet="{}a.$_()[]'\"eval", max_size=30))
def test_nothing_is_ever_executed(text):
    """Whatever is written, the outcome is a text, a known value or a refusal."""
    try:
        found = fill(text, scope(a="A", eval="E"))
    except (Invalid, NotFound):
        return
    assert isinstance(found, str)


def test_the_steps_a_value_needs_are_known_before_anything_runs():
    assert steps_named({"a": "{steps.x.y}", "b": ["{n} {steps.z-1.q}"]}) == {"x", "z-1"}
