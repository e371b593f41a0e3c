"""What may stand in a parameter; the refusals are a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.domain.runbook_params import ParamSpec
from bot.engine.params import HOSTILE, checked, example, missing, typed, words_to_values
from bot.errors import Invalid

ONE = TypeAdapter(ParamSpec).validate_python
SPECS = {
    "service": ONE({"type": "text", "pattern": "^[a-z-]+$", "example": "api", "required": False}),
    "free": ONE({"type": "text", "pattern": "^.*$", "default": "x", "max_length": 20}),
    "tail": ONE({"type": "int", "min": 1, "max": 2000, "default": 100}),
    "offset": ONE({"type": "int", "min": -5, "max": 5, "default": 0}),
    "mode": ONE({"type": "choice", "options": ["soft", "hard"], "default": "soft"}),
    "pod": ONE({"type": "live", "uses": "toy.list", "field": "names", "required": False}),
    "since": ONE({"type": "duration", "min": "1m", "max": "2h", "default": "1h"}),
    "who": ONE({"type": "user", "required": False}),
    "deep": ONE({"type": "bool", "default": False}),
}


@pytest.mark.parametrize(
    ("name", "given_", "value"),
    [
        ("service", "api", "api"),
        ("service", " api ", "api"),
        ("service", None, None),
        ("service", "", None),
        ("tail", "5", 5),
        ("tail", 2000, 2000),
        ("offset", "-3", -3),
        ("mode", "hard", "hard"),
        ("pod", "api-1", "api-1"),
        ("since", "90m", "1h30m"),
        ("since", None, "1h"),
        ("who", "<@U024BE7LH|ann>", "U024BE7LH"),
        ("who", "U024BE7LH", "U024BE7LH"),
        ("deep", "yes", True),
        ("deep", "False", False),
        ("deep", True, True),
    ],
)
def test_values_are_typed(name, given_, value):
    found = typed(SPECS, {name: given_})
    assert found[name] == value
    assert type(found[name]) is type(value)
    assert set(found) == set(SPECS)


HOSTILE_TEXTS = [
    "a;b",
    "$(id)",
    "${API_TOKEN}",
    "`id`",
    "../etc",
    "a/../b",
    "-rf",
    "--help",
    "a\nb",
    "a\r\nb",
    "a\x00b",
    "x" * 10_000,
    "a\x1b[31m",
    "a\u202eb",
    "a\u200bb",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("name", SPECS)
def test_what_could_steer_something_is_refused_everywhere(name, text):
    """Whatever the pattern allows: `free` matches anything."""
    with pytest.raises(Invalid) as error:
        typed(SPECS, {name: text})
    assert error.value.field == name
    assert f"`{name}`" in str(error.value)
    assert f"`{example(name, SPECS[name])}`" in str(error.value)
    assert str(error.value).count(". ") == 0, "one sentence"
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("name", "given_", "words"),
    [
        ("service", "API", "must match the pattern `^[a-z-]+$`, such as `service=api`"),
        ("service", 5, "must be text"),
        ("service", "api\n", "may not hold line breaks"),
        ("free", "x" * 21, "at most 20 characters, not 21"),
        ("tail", "0", "from 1 to 2000"),
        ("tail", "2001", "from 1 to 2000"),
        ("tail", "5.0", "whole number"),
        ("tail", "1e3", "whole number"),
        ("tail", "٣", "whole number"),
        ("tail", True, "whole number"),
        ("tail", [1], "one plain value"),
        ("tail", {"a": 1}, "one plain value"),
        ("tail", 1.5, "one plain value"),
        ("mode", "SOFT", "one of `soft`, `hard`"),
        ("pod", 5, "must be text"),
        ("since", "soon", "must be a duration"),
        ("since", "3h", "from 1m to 2h"),
        ("since", 5, "must be a duration"),
        ("who", "ann", "must be a person"),
        ("who", "<@U024BE7LH>;", "may not hold `;`"),
        ("deep", "perhaps", "true or false"),
        ("deep", 1, "true or false"),
    ],
)
def test_wrong_values_are_refused_with_an_example(name, given_, words):
    with pytest.raises(Invalid) as error:
        typed(SPECS, {name: given_})
    assert words in str(error.value)
    assert error.value.field == name


def test_a_pattern_holds_for_the_whole_text():
    """`^a|b$` looks anchored and, searched for, would let `a;anything` begin."""
    specs = {"p": ONE({"type": "text", "pattern": "^a|b$", "example": "a"})}
    assert typed(specs, {"p": "b"}) == {"p": "b"}
    with pytest.raises(Invalid):
        typed(specs, {"p": "axxx"})


def test_unknown_keys_are_refused_with_the_nearest_known():
    with pytest.raises(Invalid, match="no parameter `tial` here; did you mean `tail=100`"):
        typed(SPECS, {"tial": "5"})
    with pytest.raises(Invalid, match="it takes none"):
        typed({}, {"zzz": "5"})


def test_a_hostile_name_is_not_repeated_as_it_is():
    with pytest.raises(Invalid) as error:
        typed(SPECS, {"a`<!channel>\n" + "x" * 500: "5"})
    assert "\n" not in str(error.value)
    assert "a`" not in str(error.value)
    assert len(str(error.value)) < 600


def test_what_is_needed_and_not_there_is_asked_for():
    specs = {"version": ONE({"type": "text", "pattern": "^v.*$", "example": "v1.2.3"})}
    assert missing(specs, {}) == ("version",)
    assert missing(specs, {"version": ""}) == ("version",)
    assert missing(specs, {"version": "v1"}) == ()
    with pytest.raises(Invalid, match=r"`version` is missing: give it, such as `version=v1\.2\.3`"):
        typed(specs, {})


def test_a_form_hears_of_every_mistake_at_once():
    _, problems = checked(SPECS, {"tail": "0", "mode": "x", "service": "ok"})
    assert set(problems) == {"tail", "mode"}


def test_live_values_must_be_there_when_the_choices_are_known():
    assert typed(SPECS, {"pod": "a"}, {"pod": ("a", "b")})["pod"] == "a"
    with pytest.raises(Invalid, match="one of what is there: `a`, `b`"):
        typed(SPECS, {"pod": "c"}, {"pod": ("a", "b")})
    with pytest.raises(Invalid, match="nothing just now"):
        typed(SPECS, {"pod": "c"}, {"pod": ()})


def test_words_become_values():
    assert words_to_values(["tail=5", "service=a=b"]) == {"tail": "5", "service": "a=b"}
    for words in (["tail"], ["=5"], ["tail=5", "tail=6"], ["`x`"], [""]):
        with pytest.raises(Invalid):
            words_to_values(words)


@given(st.text(max_size=300))
def test_whatever_passes_is_tame(text):
    """`free` has no pattern to speak of, so only the general rules guard it."""
    values, problems = checked(SPECS, {"free": text})
    if problems:
        assert set(problems) == {"free"}
        return
    found = values["free"]
    assert found.isprintable()
    assert not any(bad in found for bad in HOSTILE)
    assert not found.startswith("-")
    assert len(found) <= 20
