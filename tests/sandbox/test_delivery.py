"""What reaches the bot, how it is signed, and what people see when it does not answer."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from sandbox.slack import Person, manifest
from sandbox.slack.acts import rooms
from sandbox.slack.errors import SlackError

ROOM = "C0INCIDENTS"


def form(bot, index: int = -1) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(bot.requests[index][1]).items()}


def interactive(bot) -> dict[str, Any]:
    return json.loads(form(bot)["payload"])


def events(bot) -> list[dict[str, Any]]:
    return [json.loads(body)["event"] for headers, body in bot.requests if body.startswith("{")]


def app(**settings: Any) -> manifest.App:
    return manifest.read(
        {
            "features": {
                "slash_commands": [
                    {"command": "/incident", "description": "Incidents", "should_escape": True},
                    {"command": "/plain", "description": "No escaping"},
                ],
                "shortcuts": [
                    {"name": "Declare", "type": "global", "callback_id": "declare"},
                    {"name": "Add", "type": "message", "callback_id": "add"},
                ],
            },
            "settings": {"interactivity": {"is_enabled": True}, **settings},
            "oauth_config": {"scopes": {"bot": ["channels:history", "reactions:read"]}},
        },
        None,
    )


async def test_every_request_is_signed_with_the_secret(bot, ann, slack):
    await ann.command("/incident", "declare high ünïcode & more")
    headers, body = bot.requests[-1]
    secret = slack.core.delivery._secret
    assert SignatureVerifier(secret).is_valid_request(body, headers)
    assert not SignatureVerifier("other").is_valid_request(body, headers)


async def test_a_command_says_who_where_and_what(bot, ann, slack):
    await ann.command("/incident", "declare high x")
    sent = form(bot)
    assert (sent["command"], sent["text"]) == ("/incident", "declare high x")
    assert (sent["user_id"], sent["channel_id"]) == ("U0ANN", ROOM)
    assert sent["response_url"].startswith(f"{slack.base_url}/respond/")
    assert slack.core.triggers.exchange(sent["trigger_id"]) == "U0ANN"


async def test_private_channels_and_dms_have_no_names_in_payloads(bot, ann, slack):
    room = rooms.create(slack.core, ann.id, "secret", private=True)["channel"]["id"]
    await ann.command("/incident", channel=room)
    assert form(bot)["channel_name"] == "privategroup"
    await ann.command("/incident", channel=ann.dm())
    assert form(bot)["channel_name"] == "directmessage"


@pytest.mark.parametrize(
    ("command", "typed", "sent"),
    [
        ("/incident", "role ic @bob in #ops", "role ic <@U0BOB|bob> in <#C0OPS|ops>"),
        ("/incident", "role ic <@U0BOB>", "role ic <@U0BOB|bob>"),
        ("/incident", "a < b & c, bob@example.com", "a &lt; b &amp; c, bob@example.com"),
        ("/plain", "role ic @bob, a < b", "role ic @bob, a < b"),
        ("/plain", "role ic <@U0BOB>", "role ic @bob"),
    ],
)
async def test_names_in_a_command_are_escaped_as_its_manifest_says(
    bot, ann, slack, command, typed, sent
):
    slack.core.app = app()
    await ann.command(command, typed)
    assert form(bot)["text"] == sent


async def test_an_unknown_command_never_reaches_the_bot(bot, ann, slack):
    slack.core.app = app()
    done = await ann.command("/incidnet", "x")
    assert "is not a valid command" in done.ephemerals[0]["text"]
    assert bot.requests == []


async def test_a_slow_bot_shows_as_operation_timeout(bot, ann):
    async def sleep(_request: web.Request, _body: str) -> web.Response:
        await asyncio.sleep(0.4)
        return web.Response()

    bot.answer = sleep
    done = await ann.command("/incident", "x")
    assert done.error == "operation_timeout"
    assert done.ephemerals[0]["text"] == '/incident failed with the error "operation_timeout"'
    assert done.ephemerals[0]["user"] == "USLACKBOT"


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_a_failing_bot_shows_as_dispatch_failed(bot, ann, status):
    async def refuse(_request: web.Request, _body: str) -> web.Response:
        return web.Response(status=status)

    bot.answer = refuse
    done = await ann.command("/incident", "x")
    assert (done.status, done.error) == (status, "dispatch_failed")
    assert '"dispatch_failed"' in done.ephemerals[0]["text"]


async def test_a_bot_that_is_not_there_shows_as_dispatch_failed(slack, ann):
    assert (await ann.command("/incident")).error == "dispatch_failed"
    slack.request_url = "http://127.0.0.1:1/slack/events"
    assert (await ann.command("/incident")).error == "dispatch_failed"


async def test_a_command_in_a_thread_is_not_supported(ann):
    ts = await ann.say(ROOM, "hi")
    await ann.say(ROOM, "/incident x", thread_ts=ts)
    assert "is not supported in threads" in ann.ephemerals(ROOM)[-1]["text"]


@pytest.mark.parametrize("user", ["U0OUT", "U0SIGNALBOX", "USLACKBOT"])
async def test_who_left_and_bots_cannot_act(slack, bot, user):
    with pytest.raises(SlackError, match=r"account_inactive|no hands"):
        await Person(slack, user).command("/incident")
    assert bot.requests == []


async def test_where_one_is_not_one_types_nothing(bot, ann, slack):
    rooms.leave(slack.core, ann.id, ROOM)
    with pytest.raises(SlackError, match="not_in_channel"):
        await ann.command("/incident", channel=ROOM)
    with pytest.raises(SlackError, match="not_in_channel"):
        await ann.say(ROOM, "x")
    assert not [body for _, body in bot.requests if "command=" in body]


async def test_someone_who_leaves_is_told_and_cannot_act_any_more(bot, ann, slack):
    slack.change_user("U0ANN", deleted=True)
    slack.change_group("S0OPS", ["U0BOB"])
    await slack.settled()
    left, regrouped = sorted(events(bot), key=lambda e: e["event_ts"])
    assert (left["type"], left["user"]["deleted"]) == ("user_change", True)
    assert (regrouped["type"], regrouped["removed_users"]) == (
        "subteam_members_changed",
        ["U0ANN"],
    )
    with pytest.raises(SlackError, match="account_inactive"):
        await ann.command("/incident")


async def test_a_stranger_and_a_guest_reach_the_bot_which_must_refuse_them(slack, bot):
    for user in ("U0STR", "U0GST"):
        await Person(slack, user).command("/incident", "declare high x")
        assert form(bot)["user_id"] == user


BLOCKS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "go",
                "value": value,
                "text": {"type": "plain_text", "text": value},
            }
        ],
    }
    for value in ("one",)
]
MENU = {
    "type": "section",
    "block_id": "who",
    "text": {"type": "mrkdwn", "text": "who"},
    "accessory": {
        "type": "static_select",
        "action_id": "pick",
        "options": [{"text": {"type": "plain_text", "text": "A"}, "value": "a"}],
    },
}


async def test_a_click_brings_the_button_the_message_and_a_way_to_answer(bot, ann, call, slack):
    ts = (await call("chat.postMessage", channel=ROOM, text="x", blocks=BLOCKS))["ts"]
    done = await ann.click(ROOM, ts, "go", "one")
    sent = interactive(bot)
    assert done.status == 200
    assert sent["actions"][0] | {"action_ts": ""} == {
        "type": "button",
        "action_id": "go",
        "block_id": "row",
        "value": "one",
        "text": {"type": "plain_text", "text": "one", "emoji": True},
        "action_ts": "",
    }
    assert sent["message"]["ts"] == sent["container"]["message_ts"] == ts
    assert sent["container"]["is_ephemeral"] is False
    assert sent["response_url"].startswith(slack.base_url)


async def test_a_choice_is_what_the_menu_offers(bot, ann, call):
    ts = (await call("chat.postMessage", channel=ROOM, text="x", blocks=[MENU]))["ts"]
    await ann.click(ROOM, ts, "pick", selected_option="a")
    sent = interactive(bot)
    chosen = sent["actions"][0]["selected_option"]
    assert chosen["text"]["text"] == "A"
    assert sent["state"]["values"]["who"]["pick"]["selected_option"] == chosen
    with pytest.raises(SlackError, match="'z' is not offered"):
        await ann.click(ROOM, ts, "pick", selected_option="z")


async def test_a_button_that_is_not_there_cannot_be_clicked(bot, ann, call):
    ts = (await call("chat.postMessage", channel=ROOM, text="x", blocks=BLOCKS))["ts"]
    with pytest.raises(SlackError, match=r"no element 'stop' here: there is go"):
        await ann.click(ROOM, ts, "stop")
    with pytest.raises(SlackError, match="value is 'one', not 'two'"):
        await ann.click(ROOM, ts, "go", "two")
    await call("chat.update", channel=ROOM, ts=ts, text="no buttons")
    with pytest.raises(SlackError, match="there is nothing"):
        await ann.click(ROOM, ts, "go")
    assert bot.requests == [] or all("payload" not in body for _, body in bot.requests)


async def test_a_click_on_a_private_line_comes_without_the_message(bot, ann, bob, call):
    args = {"channel": ROOM, "user": "U0ANN", "text": "x", "blocks": BLOCKS}
    ts = (await call("chat.postEphemeral", **args))["message_ts"]
    await ann.click(ROOM, ts, "go")
    sent = interactive(bot)
    assert "message" not in sent
    assert sent["container"]["is_ephemeral"] is True
    with pytest.raises(SlackError, match=r"sees no message|message_not_found"):
        await bob.click(ROOM, ts, "go")


async def test_shortcuts_are_those_of_the_manifest(bot, ann, slack):
    slack.core.app = app()
    ts = await ann.say(ROOM, "note this")
    await ann.shortcut("declare")
    assert interactive(bot)["type"] == "shortcut"
    await ann.shortcut("add", ROOM, ts)
    sent = interactive(bot)
    assert (sent["type"], sent["message"]["text"]) == ("message_action", "note this")
    with pytest.raises(SlackError, match="no shortcut"):
        await ann.shortcut("remove")
    with pytest.raises(SlackError, match="needs channel"):
        await ann.shortcut("add")


async def test_a_duplicate_delivery_comes_twice_the_same(bot, ann, slack):
    slack.fault("duplicate_delivery", times=1)
    await ann.command("/incident", "declare high x")
    assert len(bot.requests) == 2
    assert form(bot, 0) == form(bot, 1)
    slack.clear_faults()
    await ann.command("/incident", "declare high y")
    assert len(bot.requests) == 3


async def test_an_event_is_told_once_when_taken(bot, ann, slack):
    await ann.say(ROOM, "hello")
    await slack.settled()
    assert [e["text"] for e in events(bot)] == ["hello"]
    assert "X-Slack-Retry-Num" not in bot.requests[0][0]


async def test_an_event_is_tried_three_times_more_with_the_same_id(bot, ann, slack):
    async def refuse(_request: web.Request, _body: str) -> web.Response:
        return web.Response(status=500)

    bot.answer = refuse
    await ann.say(ROOM, "hello")
    await slack.settled()
    assert [h.get("X-Slack-Retry-Num") for h, _ in bot.requests] == [None, "1", "2", "3"]
    assert {h.get("X-Slack-Retry-Reason") for h, _ in bot.requests[1:]} == {"http_error"}
    assert len({json.loads(body)["event_id"] for _, body in bot.requests}) == 1


async def test_the_bot_can_ask_for_no_retry(bot, ann, slack):
    async def refuse(_request: web.Request, _body: str) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    bot.answer = refuse
    await ann.say(ROOM, "hello")
    await slack.settled()
    assert len(bot.requests) == 1


async def test_only_subscribed_events_with_their_scopes_are_told(bot, ann, slack):
    subscribed = ["message.channels", "reaction_added", "pin_added"]  # pins:read is not granted
    slack.core.app = app(event_subscriptions={"bot_events": subscribed})
    ts = await ann.say(ROOM, "hello")
    await ann.react(ROOM, ts, "pushpin")
    await ann.react(ROOM, ts, "pushpin", remove=True)
    rooms.pin(slack.core, ann.id, ROOM, ts)
    await slack.settled()
    told = sorted((e["type"], e.get("subtype", "")) for e in events(bot))
    assert told == [("message", ""), ("message", "pinned_item"), ("reaction_added", "")]


async def test_nothing_is_told_of_channels_without_the_bot(bot, ann, slack):
    await ann.say("C0GENERAL", "secret plans")
    room = rooms.create(slack.core, ann.id, "secret", private=True)["channel"]["id"]
    await ann.say(room, "more")
    await slack.settled()
    assert events(bot) == []
    rooms.invite(slack.core, ann.id, room, "U0SIGNALBOX")
    await ann.say(room, "hello bot")
    await slack.settled()
    assert "hello bot" in [e.get("text") for e in events(bot)]
    assert {e["channel_type"] for e in events(bot) if e["type"] == "message"} == {"group"}


async def test_a_channels_life_is_told(bot, ann, slack):
    made = rooms.create(slack.core, ann.id, "inc-1", private=False)["channel"]["id"]
    rooms.invite(slack.core, ann.id, made, "U0SIGNALBOX")
    rooms.join(slack.core, "U0BOB", made)
    rooms.leave(slack.core, "U0BOB", made)
    rooms.archive(slack.core, ann.id, made)
    rooms.unarchive(slack.core, ann.id, made)
    rooms.delete(slack.core, ann.id, made)
    await slack.settled()
    told = [e["type"] for e in events(bot) if e["type"] != "message"]
    assert sorted(told) == sorted(
        [
            "channel_created",
            "member_joined_channel",
            "member_joined_channel",
            "member_left_channel",
            "channel_archive",
            "channel_unarchive",
            "channel_deleted",
        ]
    )
    lines = [e["subtype"] for e in events(bot) if e["type"] == "message"]
    assert sorted(lines) == ["channel_archive", "channel_join", "channel_join", "channel_leave"]


async def test_a_mention_is_told_as_such(bot, ann, slack):
    await ann.say(ROOM, "@signalbox help")
    await slack.settled()
    told = {e["type"]: e["text"] for e in events(bot)}
    assert told == {
        "app_mention": "<@U0SIGNALBOX> help",
        "message": "<@U0SIGNALBOX> help",
    }


async def test_edits_and_deletions_are_told_with_what_was_before(bot, ann, slack):
    ts = await ann.say(ROOM, "one")
    rooms.reword(slack.core, ann.id, ROOM, ts, "two")
    rooms.retract(slack.core, ann.id, ROOM, ts)
    await slack.settled()
    _, changed, deleted = sorted(events(bot), key=lambda e: e["event_ts"])
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "two")
    assert changed["previous_message"]["text"] == "one"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


async def test_opening_home_is_told(bot, ann, slack):
    await ann.home()
    await slack.settled()
    event = events(bot)[0]
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", "U0ANN", "home")
    assert event["channel"] == ann.dm()
