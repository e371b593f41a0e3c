"""What the bot is sent has at least the keys of Slack's own samples."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

ROOM = "C0INCIDENTS"
# The samples are the union of all variants; these belong to ones we have not.
OF_CUSTOM_FUNCTIONS = {"bot_access_token", "function_data", "interactivity"}
OF_UNFURLS = {"app_unfurl"}
OF_VIEW_CLOSED = {"is_cleared"}
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
ACTIONS = {"type": "actions", "elements": [{**BUTTON, "value": "1"}]}
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "T"},
    "submit": {"type": "plain_text", "text": "Go"},
    "notify_on_close": True,
    "blocks": [ACTIONS],
}


@pytest.fixture
def sample(contract):
    return lambda name: contract(f"slack-payload-samples/{name}.json")


def interactive(bot) -> dict[str, Any]:
    return json.loads(parse_qs(bot.requests[-1][1])["payload"][0])


async def test_a_command_has_all_keys(bot, ann, sample):
    await ann.command("/incident")
    sent = parse_qs(bot.requests[-1][1], keep_blank_values=True)
    assert set(sent) >= set(sample("SlashCommandPayload"))


async def test_a_click_on_a_message_has_all_keys(bot, ann, call, sample):
    ts = (await call("chat.postMessage", channel=ROOM, text="x", blocks=[ACTIONS]))["ts"]
    await ann.click(ROOM, ts, "go")
    wanted = sample("BlockActionPayload")
    sent = interactive(bot)
    other = OF_CUSTOM_FUNCTIONS | OF_UNFURLS | {"view"}
    assert set(sent) >= set(wanted) - other
    _same_people(sent, wanted)
    assert {"type", "message_ts", "channel_id", "is_ephemeral"} <= set(sent["container"])
    assert set(sent["channel"]) >= set(wanted["channel"])
    needed = {"type", "user", "text", "ts", "bot_id", "app_id", "team", "blocks", "bot_profile"}
    assert needed <= set(sent["message"]) & set(wanted["message"])
    assert {"action_id", "block_id", "type", "value", "text", "action_ts"} <= set(
        sent["actions"][0]
    )


async def test_a_click_in_a_modal_has_all_keys(bot, ann, call, slack, sample):
    view = await _opened(call, slack)
    await ann.click_view(view, "go")
    wanted = sample("BlockActionPayload")
    other = OF_CUSTOM_FUNCTIONS | OF_UNFURLS
    other |= {"channel", "message", "response_url", "state"}  # of messages
    assert set(interactive(bot)) >= set(wanted) - other
    assert set(interactive(bot)["view"]) >= set(wanted["view"])


async def test_a_submission_and_a_closing_have_all_keys(bot, ann, call, slack, sample):
    await _opened(call, slack)
    await ann.submit()
    wanted = sample("ViewSubmissionPayload")
    sent = interactive(bot)
    assert set(sent) >= set(wanted) - OF_CUSTOM_FUNCTIONS - OF_VIEW_CLOSED
    assert set(sent["view"]) >= set(wanted["view"])
    _same_people(sent, wanted)
    view = await _opened(call, slack)
    await ann.close(view)
    wanted = sample("ViewClosedPayload")
    assert set(interactive(bot)) >= set(wanted) - OF_CUSTOM_FUNCTIONS


async def test_a_message_shortcut_has_all_keys(bot, ann, slack, sample):
    slack.workspace.on_event.clear()
    ts = await ann.say(ROOM, "note this")
    await ann.shortcut("add", ROOM, ts)
    wanted = sample("MessageShortcutPayload")
    assert set(interactive(bot)) >= set(wanted)


async def test_an_event_has_slacks_envelope(bot, ann, slack):
    await ann.say(ROOM, "x")
    await slack.settled()
    sent = json.loads(bot.requests[-1][1])
    # docs.slack.dev/apis/events-api: the callback's outer fields
    assert set(sent) >= {
        "token",
        "team_id",
        "api_app_id",
        "event",
        "type",
        "event_id",
        "event_time",
        "authorizations",
        "event_context",
        "is_ext_shared_channel",
    }
    assert {"type", "channel", "user", "text", "ts", "event_ts", "channel_type"} <= set(
        sent["event"]
    )


async def _opened(call, slack) -> dict[str, Any]:
    trigger = slack.core.triggers.issue("U0ANN")
    return (await call("views.open", trigger_id=trigger, view=MODAL))["view"]


def _same_people(sent: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert set(sent["user"]) >= set(wanted["user"])
    assert set(sent["team"]) >= set(wanted["team"])
