"""Secrets never leave, however they are written and wherever the output is cut (P7)."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.redaction import HELD, HIDDEN, Redactor, Stream
from bot.domain.terminal import plain, tail

CANARY = 'pa$$/w0rd+"<&>=7f3a'
UUID = "7f3a9b2c-1111-4222-8333-abcdefabcdef"
KEY = (
    "-----BEGIN PRIVATE KEY-----\n"
    + "\n".join(base64.b64encode(bytes([n] * 48)).decode() for n in range(20))
    + "\n-----END PRIVATE KEY-----\n"
)
WRITTEN = {
    "itself": lambda s: s,
    "url": lambda s: quote(s, safe=""),
    "url, slashes kept": quote,
    "url, lower": lambda s: re.sub("%..", lambda code: code[0].lower(), quote(s, safe="")),
    "form": quote_plus,
    "json": json.dumps,
    "html": html.escape,
    "repr": repr,
    "hex": lambda s: s.encode().hex(),
    "HEX": lambda s: s.encode().hex().upper(),
    "spaced hex": lambda s: s.encode().hex(" "),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64 for urls": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
}
secrets = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=8, max_size=60
)


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("secret", [CANARY, UUID, "geheim-ü-🚨-ende", "x" * 200])
def test_every_form_is_hidden(form, secret):
    written = WRITTEN[form](secret)
    said = Redactor([secret]).text(f"before {written} after")
    assert secret not in said
    assert written not in said
    assert said.startswith("before ")
    assert said.endswith(" after")


@given(secret=secrets, before=st.binary(max_size=9), behind=st.binary(max_size=9))
@example(secret="abcdefgh", before=b"1", behind=b"2")  # noqa: S106 - a test's own
def test_base64_is_hidden_wherever_the_secret_begins_in_it(secret, before, behind):
    for code in (base64.b64encode, base64.urlsafe_b64encode):
        whole = code(before + secret.encode() + behind).decode()
        assert HIDDEN in Redactor([secret]).text(whole)


@given(secret=st.binary(min_size=40, max_size=300), width=st.sampled_from([64, 76]))
def test_wrapped_base64_is_hidden_line_by_line(secret, width):
    text = secret.hex()
    code = base64.b64encode(f"user:{text}".encode()).decode()
    lines = [code[at : at + width] for at in range(0, len(code), width)]
    cleaned = Redactor([text]).text("\n".join(lines))
    assert not any(line in cleaned for line in lines if len(line) >= 40)


@given(secret=secrets, sizes=st.lists(st.integers(1, 40), min_size=1, max_size=30), data=st.data())
def test_no_border_lets_a_secret_through(secret, sizes, data):
    form = data.draw(st.sampled_from(sorted(WRITTEN)))
    written = WRITTEN[form](secret)
    text = f"{'x' * data.draw(st.integers(0, 50))} {written} and {written}\nmore {written}\n"
    stream, at, said = Stream(Redactor([secret])), 0, ""
    for size in sizes * 200:
        if at >= len(text):
            break
        said += stream.feed(text[at : at + size])
        at += size
    said += stream.feed(text[at:]) + stream.end()
    assert secret not in said
    assert said == plain(Redactor([secret]).text(text)) or HIDDEN in said


@pytest.mark.parametrize("size", [1, 100, 4096, 9000])
@pytest.mark.parametrize("place", [0, 4000, 4095, 4096, 8191, 8192, 12_300, 20_000])
def test_a_line_without_an_end_is_let_go_in_pieces_that_cut_no_secret(size, place):
    text = "a" * place + CANARY + "b" * 20_000
    stream, said = Stream(Redactor([CANARY])), ""
    for at in range(0, len(text), size):
        said += stream.feed(text[at : at + size])
        assert len(stream._held) <= 3 * HELD + size
    said += stream.end()
    assert CANARY not in said
    assert said == text.replace(CANARY, HIDDEN)


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("known", [True, False])
def test_a_private_key_is_hidden_whoever_owns_it(size, known):
    text = f"before\n{KEY}after\n"
    stream = Stream(Redactor([KEY] if known else []))
    said = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size))
    said += stream.end()
    body = KEY.split("\n")[1:-2]
    assert not any(line in said for line in body)
    assert said.startswith("before\n")
    assert said.endswith("after\n")


def test_a_header_without_a_key_hides_only_what_may_be_one():
    stream = Stream(Redactor())
    said = stream.feed("-----BEGIN RSA PRIVATE KEY-----\nAAAA\nProc-Type: 4,ENCRYPTED\n")
    said += stream.feed("BBBB\n") + stream.feed("it was only grep: 3 files\nend\n") + stream.end()
    assert said == f"{HIDDEN}\nit was only grep: 3 files\nend\n"


def test_a_key_on_one_line_and_two_keys():
    one = KEY.replace("\n", "\\n")
    assert Redactor().text(f"key={one} after") == f"key={HIDDEN}\\n after"
    two = Redactor().text(KEY + "between\n" + KEY)
    assert two.count(HIDDEN) == 2
    assert "between" in two


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-123456789-abcdef",
        "xapp-1-A123-456-abc",
        "ghp_" + "a" * 36,
        "github_pat_" + "a" * 30,
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSM",
        "sk-" + "a" * 20,
        "https://hooks.slack.com/services/T0/B0/xyz",
    ],
)
def test_what_looks_like_a_token_is_hidden(text):
    said = Redactor().text(f"before {text} after")
    assert text not in said
    assert HIDDEN in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgres://user:hunter2@db/x", f"postgres://{HIDDEN}@db/x"),
        ("Authorization: Bearer abcdefghij", f"Authorization: Bearer {HIDDEN}"),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: Basic {HIDDEN}"),
        ("DB_PASSWORD=hunter2", f"DB_PASSWORD={HIDDEN}"),
        ('{"password": "hunter2", "a": 1}', f'{{"password": "{HIDDEN}", "a": 1}}'),
        ("api-key: abcd1234", f"api-key: {HIDDEN}"),
        ("secret='abcd'", f"secret='{HIDDEN}'"),
    ],
)
def test_what_is_called_a_secret_is_hidden_and_its_name_stays(text, said):
    assert Redactor().text(text) == said


@pytest.mark.parametrize(
    "text",
    ["", "container restarted in 3 s", "replicas: 2 -> 3", "sha256:" + "ab" * 32, "a/b/c?d=e&f=g"],
)
def test_ordinary_output_stays(text):
    assert Redactor([CANARY, UUID, KEY]).text(text) == text


def test_short_values_are_ordinary_words():
    assert Redactor(["yes", "12345", " "]).text("yes 12345") == "yes 12345"
    assert Redactor([]).longest == 0


def test_texts_inside_json_are_cleaned():
    found = {"a": [CANARY, 1, None, True], CANARY: {"b": (f"x {CANARY}",)}}
    cleaned = Redactor([CANARY]).data(found)
    assert cleaned == {"a": [HIDDEN, 1, None, True], HIDDEN: {"b": [f"x {HIDDEN}"]}}


def test_knowing_is_by_value_alone():
    known = Redactor([CANARY, "0123456789abcdefghij"])
    assert known.knows(f"a {CANARY} b")
    assert known.knows(base64.b64encode(b"xx0123456789abcdefghij").decode())
    assert not known.knows("password=something xoxb-123456789 " + "ab" * 32)


def test_colours_inside_a_secret_do_not_hide_it_from_us():
    stream = Stream(Redactor([UUID]))
    cut = f"\x1b[31m{UUID[:8]}\x1b[0m\x1b]0;title\x07{UUID[8:]}\r\n"
    assert stream.feed(cut) == f"{HIDDEN}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\x1b[1;31mred\x1b[0m\n", "ared\n"),
        ("10%\r20%\r\ndone\n", "10%\n20%\ndone\n"),
        ("a\x00b\x08c\x7f\x85d\te", "abcd\te"),
        ("\x1b]8;;https://a.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1b(Bplain", "plain"),
        ("é🚨", "é🚨"),
    ],
)
def test_what_steers_a_terminal_is_removed(text, said):
    assert plain(text) == said


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [("abc", 5, "abc"), ("one\ntwo\nthree", 10, "two\nthree"), ("x" * 20, 5, "xxxxx")],
)
def test_the_tail_is_whole_lines_where_it_can(text, most, said):
    assert tail(text, most) == said


def test_a_text_without_a_newline_is_a_line_of_its_own():
    stream = Stream(Redactor([CANARY]))
    said = stream.say("one") + stream.say("two\nthree\n") + stream.say("") + stream.say("four")
    assert said + stream.end() == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize("size", [1, 3, 8, 11])
def test_a_secret_cut_in_two_texts_is_still_found(size):
    stream = Stream(Redactor([CANARY, UUID]))
    text = f"x {CANARY} y {UUID}"
    said = "".join(stream.say(text[at : at + size]) for at in range(0, len(text), size))
    said += stream.end()
    assert said.count(HIDDEN) == 2
    assert CANARY[4:] not in said.replace("\n", "")


def test_the_last_line_is_shown_when_nobody_says_more_unless_a_secret_may_go_on():
    stream = Stream(Redactor([CANARY]))
    assert stream.settle() == ""
    assert stream.say("waiting") == ""
    assert stream.settle() == "waiting\n"
    assert stream.settle() == ""
    assert stream.say(f"it is {CANARY[:5]}") == ""
    assert stream.settle() == ""
    assert stream.say(CANARY[5:]) == ""
    assert stream.settle() == f"it is {HIDDEN}\n"
