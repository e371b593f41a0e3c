"""Escaping: what people write is shown, and does nothing."""

import re
import sys
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import mrkdwn
from bot.views.mrkdwn import bold, cut, esc, heard, line, link, notice, plain, prose, user
from bot.views.tidy import MARKS_MOST, tidy
from tests.unit.views import world

HEBREW = "האתר איטי מאוד, בדקו את שרת התשלומים"
ARABIC = "الموقع بطيء جداً، تحققوا من خادم الدفع"
HINDI = "साइट बहुत धीमी है"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<!channel> down", "&lt;!channel&gt; down"),
        ("<@U0EVIL> & co", "&lt;@U0EVIL&gt; &amp; co"),
        ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ("<@U1|ann> sees <#C1|ops>", "@ann sees #ops"),  # what Slack makes of typed names
        ("<!subteam^S1|@sre>", "@sre"),
        ("a\r\nb\u2028c\x85d", "a\nb\nc\nd"),
        ("\x00\x1b[31mred", "␀␛[31mred"),
        ("run `rm -rf`", "run ˋrm -rfˋ"),
        ("```\n> quoted", "ˋˋˋ\n› quoted"),
        ("2 > 1", "2 &gt; 1"),
        ("*bold* and *more*", "∗bold∗ and ∗more∗"),
        ("/var/log/*.log", "/var/log/*.log"),  # alone it pairs with nothing: it can be copied
        ("rate_limit_exceeded", "rate_limit_exceeded"),
        ("__init__.py", "ˍˍinitˍˍ.py"),
        (None, ""),
        (42, "42"),
    ],
)
def test_a_value_is_shown_and_does_nothing(said, shown):
    assert esc(said) == shown


@pytest.mark.parametrize("text", [HEBREW, ARABIC, HINDI, "e\u0301te\u0301", "👍🏽 ❤️ 🇩🇪", "日本語"])
def test_every_script_stays_as_it_is(text):
    """Red when: bidi or mark removal eats letters."""
    assert esc(text) == plain(text, 200) == text


def test_nothing_invisible_is_left_of_all_of_unicode():
    """Red when: a zero-width, bidi, tag or filler character is missing in the table."""
    everything = "".join(chr(code) for code in range(sys.maxunicode + 1))
    left = [
        f"{ord(letter):x}"
        for letter in set(tidy(everything))
        if unicodedata.category(letter) in {"Cf", "Cc", "Cs", "Zl", "Zp"} and letter != "\n"
        if ord(letter) not in world._VISIBLE_SIGNS
    ]
    assert left == []
    fillers = "\u115f\u1160\u3164\uffa0\u034f\u17b4\ufe00\U000e0100\u2065"
    assert tidy(fillers) == ""


def test_what_cannot_be_encoded_is_replaced():
    assert esc("a\ud800b\uffff").encode() == "a\ufffdb\ufffd".encode()


def test_piled_marks_do_not_cover_other_lines():
    assert len(tidy("e" + "\u0301" * 500)) == 1 + MARKS_MOST


@given(world.texts, st.integers(1, 60))
def test_a_limit_holds_and_cuts_no_entity(text, limit):
    for shown in (esc(text, limit), line(text, limit)):
        assert len(shown) <= limit
        assert not re.search(r"&(?!amp;|lt;|gt;)", shown)


@given(world.texts, world.texts)
def test_no_value_pairs_its_formatting_on_a_line(one, other):
    """Red when: `*a*` of a value is bold, so that its asterisks are not seen."""
    for shown in esc(f"{one} {other}").split("\n"):
        for marker in "*_~":
            outer = re.findall(rf"(?<![^\W_])[{marker}](?=\S)|(?<=\S)[{marker}](?![^\W_])", shown)
            assert len(outer) <= 1
        assert "`" not in shown
        assert not shown.startswith(("&gt;", ">"))


def test_bold_is_closed_by_us_alone():
    assert bold("a *b* c*") == "*a ∗b∗ c∗*"
    assert bold("  \n") == ""


def test_plain_text_is_not_escaped_twice():
    """bolt-python#513: Slack escapes plain_text itself; we only keep tokens from opening."""
    assert plain("R&D: p99 < 5 s", 50) == "R&D: p99 < 5 s"
    assert plain("<!channel>\n<https://x|y>", 50) == "‹!channel> ‹https://x|y>"
    assert plain("x" * 200, 150) == "x" * 149 + "…"


def test_prose_mentions_only_the_people_of_the_incident():
    text = "<@U0ANN> paged <@U0BOB|bob>, not <@U0EVIL> nor <@U0EVIL|eve>"
    shown = "<@U0ANN> paged <@U0BOB>, not &lt;@U0EVIL&gt; nor @eve"
    assert prose(text, {"U0ANN", "U0BOB"}) == shown


def test_a_notice_names_people_and_code_and_never_broadcasts():
    text = "<!subteam^S0OPS> or <@U0ADA> can: `/x` <!channel> <https://evil.example|yes>"
    shown = notice(text)
    assert shown.startswith("<!subteam^S0OPS> or <@U0ADA> can: `/x` &lt;!channel&gt;")
    assert "<http" not in shown


def test_heard_gives_back_what_was_typed():
    said = "<@U1|ann> <@U2> <#C1|ops> <!here> <!subteam^S1|@sre> <https://x.y|docs> a &amp;&amp; b"
    assert heard(said) == "@ann @U2 #ops @here @sre https://x.y a && b"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/b?c=1&d=2", "<https://a.example/b?c=1&amp;d=2|logs>"),
        ("javascript:alert(1)", "logs"),
        ("https://good.example@evil.example", "logs"),
        ("https://a.example/>|<!channel>", "logs"),
        ("https://a.example/ x", "logs"),
        ("http://[bad", "logs"),
        ("", "logs"),
        (None, "logs"),
    ],
)
def test_a_link_is_a_web_address_or_no_link(url, shown):
    assert link(url, "logs") == shown


def test_the_label_of_a_link_closes_nothing():
    assert link("https://a.example", "x>|<!channel>") == (
        "<https://a.example|x&gt;¦&lt;!channel&gt;>"
    )


def test_times_are_drawn_in_each_readers_zone():
    moment = datetime(2026, 11, 20, 4, 12, 30, tzinfo=timezone(timedelta(hours=1)))
    drawn = "<!date^1795144350^{date_short_pretty} at {time}|2026-11-20 03:12 UTC>"
    assert mrkdwn.when(moment) == drawn
    assert mrkdwn.when(moment.astimezone(UTC).replace(tzinfo=None)) == drawn
    assert mrkdwn.time_of_day(moment) == "<!date^1795144350^{time}|03:12 UTC>"
    assert mrkdwn.ago(moment) == "<!date^1795144350^{ago}|since 2026-11-20 03:12 UTC>"
    assert mrkdwn.when(None) == "not known yet"


@pytest.mark.parametrize(
    ("minutes", "short", "long"),
    [
        (0.5, "less than a minute", "less than a minute"),
        (1, "1 minute", "1 minute"),
        (12.9, "12 minutes", "12 minutes"),
        (60, "60 minutes", "1 hour"),
        (65, "65 minutes", "1 hour 5 minutes"),
        (1563, "1563 minutes", "26 hours 3 minutes"),
        (-3, "less than a minute", "less than a minute"),
    ],
)
def test_spans_read_as_people_say_them(minutes, short, long):
    span = timedelta(minutes=minutes)
    assert (mrkdwn.span_minutes(span), mrkdwn.span_hours(span)) == (short, long)


def test_people_and_places_are_mentioned_by_id_only():
    assert user("U0ANN") == "<@U0ANN>"
    assert user(None) == "nobody yet"
    assert user("signalbox") == "Signalbox"
    assert user("U0ANN> <!channel") == "U0ANN&gt; &lt;!channel"
    assert mrkdwn.users(["U1", "U2", "U3"], most=2) == "<@U1>, <@U2> and 1 more"
    assert mrkdwn.users([]) == "nobody yet"
    assert mrkdwn.channel("C0OPS") == "<#C0OPS>"
    assert mrkdwn.channel("ops") == "#ops"
    assert mrkdwn.group("S0SRE") == "<!subteam^S0SRE>"
    assert mrkdwn.group("sre>") == "sre&gt;"


@given(world.texts, st.integers(2, 80))
def test_finished_text_is_cut_between_its_tokens(text, limit):
    whole = f"{esc(text)} <@U0ANN> {mrkdwn.when(world.NIGHT)}"
    shown = cut(whole, limit)
    assert len(shown) <= limit
    assert not world.live({"type": "mrkdwn", "text": shown})
