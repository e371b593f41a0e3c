"""views.*: triggers, the stack, hashes, what a submission does, what Home shows."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from sandbox.slack.errors import SlackError
from sandbox.slack.manifest import App
from sandbox.slack.state import REQUIRED


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def modal(*blocks: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "incident.declare",
        "title": plain("Declare"),
        "submit": plain("Go"),
        "blocks": list(blocks) or [text_input()],
        **over,
    }


def text_input(block_id: str = "title", **over: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "text", **over}
    return {"type": "input", "block_id": block_id, "label": plain("Title"), "element": element}


def choice(**over: Any) -> dict[str, Any]:
    options = [{"text": plain(v), "value": v} for v in ("high", "low")]
    element = {"type": "static_select", "action_id": "sev", "options": options, **over}
    return {"type": "input", "block_id": "severity", "label": plain("Sev"), "element": element}


HOME = {"type": "home", "blocks": [{"type": "divider"}]}


@pytest.fixture
def trigger(slack):
    return lambda: slack.core.triggers.issue("U0ANN")


async def test_a_trigger_opens_one_modal_for_its_person_only(call, trigger, ann, bob):
    used = trigger()
    opened = await call("views.open", trigger_id=used, view=modal())
    assert [v["id"] for v in ann.open_views()] == [opened["view"]["id"]]
    assert bob.open_views() == []
    again = await call("views.open", trigger_id=used, view=modal())
    assert again["error"] == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds(call, trigger, clock):
    old, fresh = trigger(), trigger()
    clock.pass_(3.0)
    assert (await call("views.open", trigger_id=fresh, view=modal()))["ok"]
    clock.pass_(0.1)
    late = await call("views.open", trigger_id=old, view=modal())
    assert late["error"] == "expired_trigger_id"
    wrong = await call("views.open", trigger_id="1.2.3", view=modal())
    assert wrong["error"] == "invalid_trigger_id"
    none = await call("views.open", view=modal())
    assert none["error"] == "invalid_arguments"


async def test_a_refused_view_still_spends_the_trigger(call, trigger):
    used = trigger()
    refused = await call("views.open", trigger_id=used, view=modal(title=plain("x" * 25)))
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    again = await call("views.open", trigger_id=used, view=modal())
    assert again["error"] == "exchanged_trigger_id"


async def test_three_modals_lie_on_each_other_at_most(call, trigger, ann):
    lonely = await call("views.push", trigger_id=trigger(), view=modal())
    assert lonely["error"] == "not_found"
    root = (await call("views.open", trigger_id=trigger(), view=modal()))["view"]
    second = (await call("views.push", trigger_id=trigger(), view=modal()))["view"]
    third = (await call("views.push", trigger_id=trigger(), view=modal()))["view"]
    assert third["root_view_id"] == root["id"]
    assert third["previous_view_id"] == second["id"]
    fourth = await call("views.push", trigger_id=trigger(), view=modal())
    assert fourth["error"] == "push_limit_reached"
    assert len(ann.open_views()) == 3


async def test_a_stale_hash_is_a_conflict(call, trigger):
    view = (await call("views.open", trigger_id=trigger(), view=modal()))["view"]
    args = {"view_id": view["id"], "view": modal(), "hash": view["hash"]}
    assert (await call("views.update", **args))["ok"]
    assert (await call("views.update", **args))["error"] == "hash_conflict"


async def test_an_update_keeps_what_was_typed_where_the_ids_are_the_same(call, trigger, ann):
    body = modal(text_input(), dispatching())
    view = (await call("views.open", trigger_id=trigger(), view=body))["view"]
    typed = {"title": {"text": {"type": "plain_text_input", "value": "slow"}}}
    await ann.click_view(view["id"], "more", state=typed)
    shown = await call(
        "views.update", view_id=view["id"], view=modal(text_input(), text_input("new"))
    )
    values = shown["view"]["state"]["values"]
    assert values["title"]["text"]["value"] == "slow"
    assert values["new"]["text"]["value"] is None


def dispatching() -> dict[str, Any]:
    button = {"type": "button", "action_id": "more", "text": plain("More")}
    return {"type": "actions", "elements": [button]}


async def test_an_external_id_finds_a_view_and_is_used_once(call, trigger):
    view = modal(external_id="inc-1")
    assert (await call("views.open", trigger_id=trigger(), view=view))["ok"]
    assert (await call("views.update", external_id="inc-1", view=view))["ok"]
    second = await call("views.push", trigger_id=trigger(), view=view)
    assert second["error"] == "duplicate_external_id"
    lost = await call("views.update", external_id="inc-2", view=modal())
    assert lost["error"] == "not_found"


async def test_a_closed_view_cannot_be_updated(call, trigger, ann):
    view = (await call("views.open", trigger_id=trigger(), view=modal()))["view"]
    await ann.close(view)
    late = await call("views.update", view_id=view["id"], view=modal())
    assert late["error"] == "not_found"


async def test_a_home_is_each_persons_own(call, ann, bob):
    await call("views.publish", user_id="U0ANN", view=HOME)
    assert (await ann.home())["type"] == "home"
    assert await bob.home() is None
    view = await ann.home()
    again = {"user_id": "U0ANN", "view": HOME}
    assert (await call("views.publish", **again, hash=view["hash"]))["ok"]
    assert (await call("views.publish", **again, hash=view["hash"]))["error"] == "hash_conflict"
    wrong = await call("views.publish", user_id="U0ANN", view=modal())
    assert "must be of type home" in wrong["response_metadata"]["messages"][0]


async def test_a_home_needs_the_home_tab(call, slack):
    slack.core.app = App(has_home=False)
    refused = await call("views.publish", user_id="U0ANN", view=HOME)
    assert refused["error"] == "not_enabled"


@pytest.fixture
async def form(call, trigger, bot):
    """Opens a modal for Ann; what the bot answers to its submission."""

    async def open_(answer: Any = None, view: Any = None, status: int = 200) -> dict[str, Any]:
        async def reply(_request: web.Request, _body: str) -> web.Response:
            if answer is None:
                return web.Response(status=status)
            return web.json_response(answer, status=status)

        bot.answer = reply
        opened = await call("views.open", trigger_id=trigger(), view=view or modal())
        return opened["view"]

    return open_


def last_payload(bot) -> dict[str, Any]:
    return json.loads(parse_qs(bot.requests[-1][1])["payload"][0])


async def test_an_empty_answer_closes_the_modal_on_top_only(form, ann, call, trigger):
    await form()
    await call("views.push", trigger_id=trigger(), view=modal())
    assert (await ann.submit(values={"text": "slow"})).status == 200
    assert len(ann.open_views()) == 1


async def test_only_the_modal_on_top_can_be_submitted(form, ann, call, trigger, bot):
    under = await form()
    await call("views.push", trigger_id=trigger(), view=modal())
    with pytest.raises(SlackError, match="on top"):
        await ann.submit(under, {"text": "slow"})
    assert bot.requests == []


async def test_the_bot_gets_what_was_typed_and_chosen(form, ann, bot):
    await form(view=modal(text_input(), choice(), private_metadata="secret"))
    await ann.submit(values={"text": "slow", "severity": "high"})
    view = last_payload(bot)["view"]
    assert view["state"]["values"]["title"]["text"] == {
        "type": "plain_text_input",
        "value": "slow",
    }
    chosen = view["state"]["values"]["severity"]["sev"]["selected_option"]
    assert (chosen["value"], chosen["text"]["text"]) == ("high", "high")
    assert view["private_metadata"] == "secret"


async def test_a_required_field_left_empty_never_reaches_the_bot(form, ann, bot):
    await form(view=modal(text_input(), choice()))
    refused = await ann.submit(values={"text": "slow"})
    assert (refused.status, refused.errors) == (0, {"severity": REQUIRED})
    assert bot.requests == []


@pytest.mark.parametrize(
    ("element", "value", "fits"),
    [
        ({"type": "plain_text_input", "max_length": 3}, "abcd", False),
        ({"type": "plain_text_input", "min_length": 3}, "ab", False),
        ({"type": "plain_text_input", "min_length": 3}, "abc", True),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", False),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", True),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, "10", False),
        ({"type": "email_text_input"}, "ann", False),
        ({"type": "url_text_input"}, "https://x", True),
        ({"type": "multi_users_select"}, ["U0ANN"], True),
        ({"type": "multi_users_select"}, [], False),
        ({"type": "datepicker"}, "2026-11-20", True),
    ],
)
async def test_slacks_client_checks_the_field(form, ann, element, value, fits):
    block = text_input()
    block["element"] = {"action_id": "x", **element}
    await form(view=modal(block))
    done = await ann.submit(values={"x": value})
    assert (done.status == 200) is fits


async def test_what_a_menu_does_not_offer_cannot_be_chosen(form, ann):
    await form(view=modal(choice()))
    with pytest.raises(SlackError, match="'medium' is not offered"):
        await ann.submit(values={"sev": "medium"})
    with pytest.raises(SlackError, match="no input named"):
        await ann.submit(values={"colour": "red"})


async def test_errors_keep_the_modal_open(form, ann):
    await form({"response_action": "errors", "errors": {"title": "too vague"}})
    done = await ann.submit(values={"text": "x"})
    assert (done.response_action, done.errors) == ("errors", {"title": "too vague"})
    assert len(ann.open_views()) == 1


async def test_errors_for_a_block_that_is_no_input_are_trouble(form, ann, slack):
    await form({"response_action": "errors", "errors": {"nowhere": "x"}})
    assert (await ann.submit(values={"text": "x"})).error
    assert "response_action errors" in slack.warnings[-1]


async def test_update_push_and_clear_do_what_they_say(form, ann):
    await form({"response_action": "update", "view": modal(title=plain("Two"))})
    await ann.submit(values={"text": "x"})
    assert [v["title"]["text"] for v in ann.open_views()] == ["Two"]
    await form({"response_action": "push", "view": modal(title=plain("Top"))})
    await ann.submit(values={"text": "x"})
    assert [v["title"]["text"] for v in ann.open_views()] == ["Declare", "Top"]
    await form({"response_action": "clear"})
    await ann.submit(values={"text": "x"})
    assert ann.open_views() == []


async def test_an_invalid_view_in_the_answer_is_trouble_for_the_person(form, ann):
    await form({"response_action": "update", "view": modal(title=plain("x" * 25))})
    done = await ann.submit(values={"text": "x"})
    assert done.error == "invalid_arguments"
    assert len(ann.open_views()) == 1


async def test_a_bot_that_fails_leaves_the_modal_open(form, ann):
    await form(status=500)
    done = await ann.submit(values={"text": "x"})
    assert (done.status, done.error) == (500, "dispatch_failed")
    assert len(ann.open_views()) == 1


async def test_closing_is_told_only_when_asked_for(form, ann, bot):
    await form()
    await ann.close()
    assert bot.requests == []
    await form(view=modal(notify_on_close=True))
    await ann.close()
    payload = last_payload(bot)
    assert (payload["type"], payload["is_cleared"]) == ("view_closed", False)


async def test_the_cross_clears_the_stack_and_says_so(form, ann, bot, call, trigger):
    await form(view=modal(notify_on_close=True))
    await call("views.push", trigger_id=trigger(), view=modal(notify_on_close=True))
    await ann.close(everything=True)
    assert ann.open_views() == []
    assert [json.loads(parse_qs(b)["payload"][0])["is_cleared"] for _, b in bot.requests] == [
        True,
        True,
    ]


async def test_a_click_in_a_modal_brings_its_state_hash_and_metadata(form, ann, bot):
    view = await form(view=modal(text_input(), dispatching(), private_metadata="m"))
    state = {"title": {"text": {"type": "plain_text_input", "value": "so far"}}}
    await ann.click_view(view, "more", state=state)
    payload = last_payload(bot)
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["state"]["values"]["title"]["text"]["value"] == "so far"
    assert (payload["view"]["hash"], payload["view"]["private_metadata"]) == (view["hash"], "m")
    assert "response_url" not in payload


async def test_live_choices_come_from_the_bot(call, trigger, bot, ann):
    element = {"type": "external_select", "action_id": "target", "min_query_length": 0}
    block = text_input("where")
    block["element"] = element
    view = (await call("views.open", trigger_id=trigger(), view=modal(block)))["view"]
    offered = [{"text": plain("api"), "value": "api"}]

    async def reply(_request: web.Request, _body: str) -> web.Response:
        return web.json_response({"options": offered})

    bot.answer = reply
    assert await ann.options(view, "target", "ap") == offered
    payload = last_payload(bot)
    assert (payload["type"], payload["value"]) == ("block_suggestion", "ap")


async def test_nobody_acts_in_anothers_modal(form, bob):
    view = await form()
    with pytest.raises(SlackError, match="not_found"):
        await bob.submit(view["id"], {"text": "x"})
