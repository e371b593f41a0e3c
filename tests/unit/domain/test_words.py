"""Names, words and durations as people write them."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.channel_name import CHANNEL_NAME_MAX, channel_name, next_name
from bot.domain.duration import parse_duration, say_duration
from bot.domain.placeholders import fill, unset
from bot.domain.severity import DEFAULT_TIMETABLES, WORDS, Severity, severity_named
from bot.errors import Invalid

SLACK_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,79}$")  # conversations.create


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("checkout is slow", "inc-00042-checkout-is-slow"),
        ("  DB:  100% full!! ", "inc-00042-db-100-full"),
        ("Café für alle", "inc-00042-cafe-fur-alle"),
        ("🚨🚨", "inc-00042"),
        ("停电", "inc-00042"),
        ("", "inc-00042"),
        ("<!channel> <@U1> #x", "inc-00042-channel-u1-x"),
    ],
)
def test_a_channel_is_named_after_its_incident(title, name):
    assert channel_name(42, title) == name


@given(number=st.integers(1, 10**7), title=st.text(max_size=300), attempt=st.integers(1, 999))
def test_slack_accepts_the_name_of_any_title_and_the_ones_after_it(number, title, attempt):
    name = channel_name(number, title)
    assert SLACK_NAME.match(name)
    assert str(number) in name
    other = next_name(name, attempt)
    assert SLACK_NAME.match(other)
    assert other != name


def test_a_taken_name_gets_a_number():
    assert next_name("inc-00042-slow", 1) == "inc-00042-slow-2"
    assert len(next_name("x" * CHANNEL_NAME_MAX, 9)) == CHANNEL_NAME_MAX


@given(
    word=st.sampled_from(list(WORDS)),
    case=st.sampled_from([str.upper, str.lower, str.title]),
    blank=st.sampled_from(["", " ", "\t"]),
)
def test_a_severity_has_three_names_in_any_case(word, case, blank):
    assert severity_named(blank + case(word) + blank) is WORDS[word]


@given(st.text(max_size=20).filter(lambda word: word.strip().lower() not in WORDS))
def test_other_words_are_refused_with_all_the_names(word):
    with pytest.raises(Invalid, match="critical high medium low") as refused:
        severity_named(word)
    assert refused.value.field == "severity"


def test_severities_have_a_rank_a_word_and_a_timetable():
    assert [(level.rank, level.word) for level in Severity] == [
        (1, "CRITICAL"),
        (2, "HIGH"),
        (3, "MEDIUM"),
        (4, "LOW"),
    ]
    rows = [DEFAULT_TIMETABLES[level] for level in Severity]
    assert [row.response for row in rows] == sorted(row.response for row in rows)
    assert [row.cadence for row in rows] == sorted(row.cadence for row in rows)


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1h30m", timedelta(minutes=90)),
        ("1H 30M", timedelta(minutes=90)),
        ("90s", timedelta(seconds=90)),
        ("2d", timedelta(days=2)),
        ("0m", timedelta(0)),
    ],
)
def test_durations_as_people_write_them(said, length):
    assert parse_duration(said) == length


@pytest.mark.parametrize(
    "said", ["", "m", "15", "1.5h", "-5m", "30m1h", "5 minutes", "９m", "1h\n\0", "9" * 9 + "m"]
)
def test_other_words_are_no_duration(said):
    with pytest.raises(Invalid, match="1h30m"):
        parse_duration(said)


@given(st.integers(0, 10**7))
def test_a_duration_is_said_as_it_can_be_written(seconds):
    assert parse_duration(say_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_a_negative_duration_is_said_as_nothing():
    assert say_duration(timedelta(seconds=-5)) == "0m"


def test_placeholders_are_filled_and_what_is_not_set_stays():
    said = {
        "base": "${URL:-http://x}/v1",
        "two": ["${A}-${B}", 5, None],
        "empty": "${NONE:-}",
        "secret": "${TOKEN}",
    }
    done = fill(said, {"A": "a", "URL": "", "TOKEN": "hush"}, secrets=["TOKEN"])
    assert done == {
        "base": "http://x/v1",
        "two": ["a-${B}", 5, None],
        "empty": "",
        "secret": "${TOKEN}",
    }
    assert unset(done) == ["B", "TOKEN"]
    assert unset(7) == []


@pytest.mark.parametrize("broken", ["${", "${a b}", "${}", "x ${A:-${B}}"])
def test_a_broken_placeholder_is_an_error(broken):
    with pytest.raises(Invalid, match="NAME"):
        fill(broken, {})


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_text_without_placeholders_is_left_alone(text, environ):
    if "${" not in text:
        assert fill(text, environ) == text
