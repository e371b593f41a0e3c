"""Blocks and views are refused where Slack refuses them, one character past each limit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from slack_sdk.models import blocks as sdk

from sandbox.slack.blockkit import blocks as kit
from sandbox.slack.blockkit.complete import completed


def plain(n: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * n}


def mrkdwn(n: int) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": "x" * n}


def opt(n: int = 1, value: str = "v") -> dict[str, Any]:
    return {"text": plain(n), "value": value}


def button(**extra: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(1), **extra}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def select(options: list[Any], **extra: Any) -> dict[str, Any]:
    return actions({"type": "static_select", "options": options, **extra})


def asked(element: dict[str, Any], **extra: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain(1), "element": element, **extra}


def confirm(**over: Any) -> dict[str, Any]:
    return {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **over}


BLOCKS = {
    "section text": (3000, lambda n: {"type": "section", "text": mrkdwn(n)}),
    "section fields": (10, lambda n: {"type": "section", "fields": [plain(1)] * n}),
    "section field": (2000, lambda n: {"type": "section", "fields": [mrkdwn(n)]}),
    "header": (150, lambda n: {"type": "header", "text": plain(n)}),
    "context elements": (10, lambda n: {"type": "context", "elements": [mrkdwn(1)] * n}),
    "block_id": (255, lambda n: {"type": "divider", "block_id": "b" * n}),
    "actions elements": (
        25,
        lambda n: actions(*(button(action_id=str(i)) for i in range(n))),
    ),
    "button text": (75, lambda n: actions(button(text=plain(n)))),
    "button value": (2000, lambda n: actions(button(value="v" * n))),
    "button url": (3000, lambda n: actions(button(url="u" * n))),
    "button label": (75, lambda n: actions(button(accessibility_label="l" * n))),
    "action_id": (255, lambda n: actions(button(action_id="a" * n))),
    "confirm title": (100, lambda n: actions(button(confirm=confirm(title=plain(n))))),
    "confirm text": (300, lambda n: actions(button(confirm=confirm(text=plain(n))))),
    "confirm confirm": (30, lambda n: actions(button(confirm=confirm(confirm=plain(n))))),
    "confirm deny": (30, lambda n: actions(button(confirm=confirm(deny=plain(n))))),
    "select options": (100, lambda n: select([opt(value=str(i)) for i in range(n)])),
    "option text": (75, lambda n: select([opt(n)])),
    "option value": (75, lambda n: select([opt(value="v" * n)])),
    "option description": (75, lambda n: select([{**opt(), "description": plain(n)}])),
    "placeholder": (150, lambda n: select([opt()], placeholder=plain(n))),
    "overflow options": (
        5,
        lambda n: actions({"type": "overflow", "options": [opt(value=str(i)) for i in range(n)]}),
    ),
    "radio options": (
        10,
        lambda n: actions(
            {"type": "radio_buttons", "options": [opt(value=str(i)) for i in range(n)]}
        ),
    ),
    "checkbox options": (
        10,
        lambda n: actions({"type": "checkboxes", "options": [opt(value=str(i)) for i in range(n)]}),
    ),
    "input label": (2000, lambda n: asked({"type": "plain_text_input"}, label=plain(n))),
    "input hint": (2000, lambda n: asked({"type": "plain_text_input"}, hint=plain(n))),
    "max_length": (3000, lambda n: asked({"type": "plain_text_input", "max_length": n})),
    "initial_value": (
        3000,
        lambda n: asked({"type": "plain_text_input", "initial_value": "x" * n}),
    ),
    "markdown": (12000, lambda n: {"type": "markdown", "text": "x" * n}),
    "image alt_text": (
        2000,
        lambda n: {"type": "image", "image_url": "https://x", "alt_text": "x" * n},
    ),
    "image title": (
        2000,
        lambda n: {"type": "image", "image_url": "https://x", "alt_text": "x", "title": plain(n)},
    ),
    "table rows": (
        100,
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n},
    ),
    "table cells": (
        20,
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n]},
    ),
}


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_block_is_taken_at_its_limit_and_refused_one_past_it(name):
    limit, build = BLOCKS[name]
    assert kit.check_message([build(limit)]).found == []
    refused = kit.check_message([build(limit + 1)])
    assert len(refused.found) == 1
    assert "[json-pointer:/blocks/0" in refused.found[0]


def modal(**over: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain(1), "blocks": [], **over}


VIEWS = {
    "title": (24, lambda n: modal(title=plain(n))),
    "submit": (24, lambda n: modal(submit=plain(n))),
    "close": (24, lambda n: modal(close=plain(n))),
    "blocks": (100, lambda n: modal(blocks=[{"type": "divider"}] * n)),
    "private_metadata": (3000, lambda n: modal(private_metadata="x" * n)),
    "callback_id": (255, lambda n: modal(callback_id="x" * n)),
    "external_id": (255, lambda n: modal(external_id="x" * n)),
    "home blocks": (100, lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n}),
}


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_view_is_taken_at_its_limit_and_refused_one_past_it(name):
    limit, build = VIEWS[name]
    assert kit.check_view(build(limit)).found == []
    assert len(kit.check_view(build(limit + 1)).found) == 1


def test_a_message_has_fifty_blocks_at_most():
    assert not kit.check_message([{"type": "divider"}] * 50).found
    assert kit.check_message([{"type": "divider"}] * 51).found == [
        "no more than 50 items allowed [json-pointer:/blocks]"
    ]


REFUSED = {
    "unknown block": ({"type": "sektion"}, "unsupported type: sektion"),
    "no type": ({"text": plain(1)}, "missing required field: type"),
    "empty section": ({"type": "section"}, "missing required field: text or fields"),
    "empty text": ({"type": "section", "text": plain(0)}, "must be more than 0 characters"),
    "mrkdwn on a button": (actions(button(text=mrkdwn(1))), "unsupported type: mrkdwn"),
    "strange field": ({"type": "divider", "texst": "x"}, "invalid additional property: texst"),
    "strange style": (actions(button(style="green")), "must be one of: primary, danger"),
    "no elements": (actions(), "no fewer than 1 items allowed"),
    "text as a string": ({"type": "section", "text": "hi"}, "must provide an object"),
    "input in actions": (actions({"type": "plain_text_input"}), "unsupported type"),
    "initial option not offered": (
        select([opt(value="a")], initial_option=opt(value="b")),
        "initial option must match",
    ),
    "options and groups": (
        select([opt()], option_groups=[{"label": plain(1), "options": [opt()]}]),
        "exactly one of",
    ),
    "alert in a message": ({"type": "alert", "text": plain(1)}, "unsupported type: alert"),
    "twice the same action_id": (
        actions(button(action_id="a"), button(action_id="a")),
        "`action_id` a already exists",
    ),
    "number as a value": (actions(button(value=5)), "must provide a string"),
    "null as a value": (actions(button(value=None)), "must provide a string"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_slack_refuses_is_refused_with_its_reason(name):
    block, reason = REFUSED[name]
    found = kit.check_message([block]).found
    assert len(found) == 1
    assert reason in found[0]


def test_the_same_action_id_in_two_blocks_is_fine():
    block = actions(button(action_id="a"))
    assert kit.check_message([block, block]).found == []


def test_the_same_block_id_twice_is_refused():
    found = kit.check_message([{"type": "divider", "block_id": "x"}] * 2).found
    assert "`block_id` x already exists" in found[0]


def test_a_modal_with_inputs_needs_a_submit_button():
    view = modal(blocks=[asked({"type": "plain_text_input"})])
    assert kit.check_view(view).found == ["missing required field: submit [json-pointer:/view]"]


@pytest.mark.parametrize("kind", ["markdown", "table"])
def test_blocks_of_messages_only_are_refused_in_a_modal(kind):
    block = BLOCKS["markdown" if kind == "markdown" else "table rows"][1](1)
    assert "unsupported type" in kit.check_view(modal(blocks=[block])).found[0]


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_what_we_take_is_valid_by_slacks_types(name, contract):
    schema = contract("blockkit.from-slack-types-3.2.0.schema.json")
    known = {"$ref": "#/definitions/KnownBlock", "definitions": schema["definitions"]}
    # @slack/types has these as required; Slack itself fills them in.
    block = completed([BLOCKS[name][1](2)], lambda prefix: prefix)[0]
    errors = [e.message for e in Draft7Validator(known).iter_errors(block)]
    assert not errors


def test_what_slack_sdks_models_make_is_taken():
    made = [
        sdk.HeaderBlock(text="INC-00042"),
        sdk.SectionBlock(text="*checkout* is slow", fields=["*Severity*", "high"]),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="by <@U0ANN>")]),
        sdk.DividerBlock(),
        sdk.ActionsBlock(
            elements=[
                sdk.ButtonElement(text="Update", action_id="incident.update", style="primary"),
                sdk.UserSelectElement(placeholder="Owner", action_id="incident.role"),
                sdk.OverflowMenuElement(
                    action_id="more", options=[sdk.Option(value="a", label="A")]
                ),
            ]
        ),
    ]
    assert kit.check_message([block.to_dict() for block in made]).found == []


def test_ids_that_were_not_given_are_made_up_and_given_ones_stay():
    ids = iter("1234")
    nameless, named = actions(button()), {**actions(button(action_id="a")), "block_id": "b"}
    done = completed([nameless, named], lambda prefix: prefix + next(ids))
    assert [b["block_id"] for b in done] == ["b1", "b"]
    assert [b["elements"][0]["action_id"] for b in done] == ["a2", "a"]
    assert "block_id" not in nameless


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "element", "blocks", "accessory", "x"]),
            inner | st.sampled_from(["section", "actions", "input", "static_select", "modal"]),
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(JUNK)
def test_no_junk_breaks_the_checker(junk):
    kit.check_message(junk)
    kit.check_view(junk)
