"""Every message is made to fit; what is cut says so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import inputs, kit
from bot.views.limits import fit, pieces, shorter, size
from bot.views.mrkdwn import esc
from tests.support.blockkit import check_message, check_view, schema_is_there
from tests.unit.views import world

finished = world.texts.map(esc)
blocks = st.one_of(
    finished.map(kit.section),
    finished.map(lambda text: kit.section(text, kit.button("Retry", "lane.retry", "x"))),
    st.lists(finished, min_size=1, max_size=12).map(lambda texts: kit.context(*texts)),
    st.lists(finished, min_size=1, max_size=12).map(lambda texts: kit.fields(*texts)),
    world.texts.map(kit.header),
    st.just(kit.divider()),
    st.just(kit.actions(kit.button("Go", "incident.ack", "INC-00042"))),
)


@settings(max_examples=60, deadline=None)
@given(finished, st.lists(blocks, min_size=1, max_size=70))
def test_any_message_is_made_to_fit(text, made):
    """Red when: a limit is not kept, or a cut opens a token or an entity."""
    message = fit({"text": text or "-", "blocks": made})
    check_message(message, schema=False)
    assert not world.live(message)


def test_a_message_that_fits_is_left_alone():
    message = {"text": "hi", "blocks": [kit.header("hi"), kit.section("there")]}
    assert fit(message) == message


def test_the_longest_text_gives_way_and_says_how_many_lines_are_gone():
    """Red when: the important first and last lines are lost to one long one."""
    long = "\n".join(f"line {n} of a log that goes on and on" for n in range(70))
    many = [kit.section("*Status* down"), *[kit.section(long)] * 6, kit.section("*Next* 03:42")]
    message = fit({"text": "x", "blocks": many}, more="`/incident timeline`")
    texts = [block["text"]["text"] for block in message["blocks"]]
    assert (texts[0], texts[-1]) == ("*Status* down", "*Next* 03:42")
    for text in texts[1:-1]:
        kept = text.count("line ")
        assert text.endswith(f"… {70 - kept} more lines; see `/incident timeline`")
    check_message(message, schema=False)


def test_of_too_many_blocks_the_first_and_the_buttons_stay():
    row = kit.actions(kit.button("Go", "incident.ack", "INC-00042"))
    many = [kit.section(f"part {n}") for n in range(80)]
    message = fit({"text": "x", "blocks": [*many, row]})
    assert len(message["blocks"]) == 50
    assert message["blocks"][0]["text"]["text"] == "part 0"
    assert message["blocks"][-1] == row
    assert "… 32 more parts; see `/incident timeline`" in world.words(message)


def test_what_counts_two_characters_in_json_is_counted_so():
    """bolt-js#2867: Slack refused 11,341 characters of text; quotes and newlines count double."""
    message = fit({"text": "x", "blocks": [kit.section('"\n' * 1500)] * 6})
    assert size(message["blocks"]) <= 12_000
    assert len(json.dumps(message["blocks"], ensure_ascii=False)) < 13_200


@given(st.lists(finished, max_size=8).map("\n".join))
def test_pieces_part_between_lines_and_each_fits(text):
    parts = pieces(text)
    assert all(1 <= len(part) <= 3000 for part in parts)
    assert not any(world.live({"type": "mrkdwn", "text": part}) for part in parts)
    if len(text) <= 3000:
        assert "\n".join(parts).split() == text.split()


@given(finished, st.integers(1, 400))
def test_a_shortened_text_fits(text, limit):
    assert len(shorter(text, limit)) <= limit


def test_slack_links_nothing_by_itself():
    """Red when: an address, #channel or @here that a value contains becomes alive."""
    texts = [kit.section("x")["text"], *kit.context("x")["elements"], *kit.fields("x")["fields"]]
    assert all(text["verbatim"] is True for text in texts)


def test_an_empty_text_becomes_a_dash():
    """Slack refuses an empty text object."""
    check_message(kit.message("", kit.section(""), kit.context(""), kit.header("\u200b")))


def test_an_input_keeps_what_it_begins_with_inside_its_own_limit():
    view = kit.modal("T" * 30, "x", [inputs.text("a", "A", most=10, initial="b" * 20)], "Go")
    assert view["blocks"][0]["element"]["initial_value"] == "b" * 10
    check_view(view)


# ---------------------------------------------------------------- the checker itself
@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}, "3001 characters"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": ""}}, "0 characters"),
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "151"),
        ({"type": "banner"}, "unknown type banner"),
        ({"type": "actions", "elements": [kit.button("a", "b", "c")] * 2}, "action_id b twice"),
        ({"type": "actions", "elements": [kit.button("a", "b", "")]}, "button value"),
        (inputs.text("a", "A"), "an input in a message"),
    ],
)
def test_the_checker_sees_what_slack_refuses(block, fault):
    with pytest.raises(AssertionError, match=fault):
        check_message({"text": "x", "blocks": [block]})


def test_the_checker_sees_what_slacks_types_do_not_have():
    if not schema_is_there():
        pytest.skip("../shared/contracts is not there: Slack's types cannot be read")
    with pytest.raises(AssertionError, match="txet"):
        check_message({"text": "x", "blocks": [kit.section("x") | {"txet": 1}]})


def test_the_checker_wants_a_submit_beside_an_input():
    with pytest.raises(AssertionError, match="submit"):
        check_view(kit.modal("x", "x", [inputs.text("a", "A")]))
