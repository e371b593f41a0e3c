"""Response URLs and the immediate answer to a command."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.webhook.async_client import AsyncWebhookClient

ROOM = "C0INCIDENTS"
BUTTON = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ],
}


@pytest.fixture
def answer_to(slack):
    """A client for a fresh response URL of Ann in #incidents."""
    return lambda ts="": AsyncWebhookClient(
        slack.core.response_url("U0ANN", ROOM, ts), retry_handlers=[]
    )


async def test_an_answer_is_private_unless_it_says_otherwise(answer_to, ann, bob):
    assert (await answer_to().send(text="for you")).body == "ok"
    await answer_to().send(text="for all", response_type="in_channel")
    assert [m["text"] for m in ann.ephemerals(ROOM)] == ["for you"]
    assert bob.ephemerals(ROOM) == []
    assert [m["text"] for m in bob.messages(ROOM)] == ["for all"]


async def test_five_uses_and_no_more(answer_to):
    url = answer_to()
    for n in range(5):
        assert (await url.send(text=str(n))).status_code == 200
    sixth = await url.send(text="6")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)


async def test_thirty_minutes_and_no_longer(answer_to, clock):
    url = answer_to()
    clock.pass_(30 * 60)
    assert (await url.send(text="just")).status_code == 200
    clock.pass_(1)
    late = await url.send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


@pytest.mark.parametrize(
    ("body", "error"), [({}, "no_text"), ({"blocks": [{"type": "x"}]}, "invalid_blocks")]
)
async def test_a_bad_answer_is_a_400_with_its_reason(answer_to, body: dict[str, Any], error):
    refused = await answer_to().send_dict(body)
    assert (refused.status_code, error in refused.body) == (400, True)


async def test_longer_blocks_are_taken_than_by_postmessage(answer_to):
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    assert (await answer_to().send(blocks=[block] * 5)).status_code == 200


async def test_replace_and_delete_the_message_that_was_clicked(call, answer_to, ann):
    ts = (await call("chat.postMessage", channel=ROOM, text="x", blocks=[BUTTON]))["ts"]
    await answer_to(ts).send(text="done", replace_original=True)
    seen = ann.messages(ROOM)[-1]
    assert (seen["text"], seen.get("blocks"), seen["ts"]) == ("done", None, ts)
    await answer_to(ts).send_dict({"delete_original": True})
    assert ann.messages(ROOM) == []


async def test_replace_and_delete_a_private_line(call, answer_to, ann):
    told = await call("chat.postEphemeral", channel=ROOM, user="U0ANN", text="sure?")
    await answer_to(told["message_ts"]).send(text="done", replace_original=True)
    assert [m["text"] for m in ann.ephemerals(ROOM)] == ["done"]
    await answer_to(told["message_ts"]).send_dict({"delete_original": "true"})
    assert ann.ephemerals(ROOM) == []


async def test_an_answer_can_go_into_a_thread(call, answer_to, ann):
    ts = (await call("chat.postMessage", channel=ROOM, text="card"))["ts"]
    await answer_to().send_dict({"text": "log", "response_type": "in_channel", "thread_ts": ts})
    assert [m["text"] for m in ann.messages(ROOM, ts)] == ["card", "log"]
    assert [m["text"] for m in ann.messages(ROOM)] == ["card"]


async def test_in_a_deleted_channel_the_answer_goes_nowhere(answer_to, slack):
    url = answer_to()
    del slack.workspace.channels[ROOM]
    assert (await url.send(text="x")).status_code == 404


async def test_faults_reach_response_urls_by_name(answer_to, slack, ann):
    slack.fault("error", method="response_url")
    assert (await answer_to().send(text="x")).status_code == 500
    assert ann.ephemerals(ROOM) == []
    assert slack.calls[-1].method == "response_url"


async def test_a_lost_answer_was_shown_all_the_same(answer_to, slack, ann):
    slack.fault("lost_answer", method="response_url")
    with pytest.raises(aiohttp.ClientError):
        await answer_to().send(text="x")
    assert [m["text"] for m in ann.ephemerals(ROOM)] == ["x"]


@pytest.mark.parametrize(
    ("answer", "private", "public"),
    [
        (web.Response(text="hello"), ["hello"], []),
        (web.json_response({"text": "hi"}), ["hi"], []),
        (web.json_response({"text": "hi", "response_type": "in_channel"}), [], ["hi"]),
        (web.Response(), [], []),
    ],
)
async def test_a_commands_own_answer_is_shown(bot, ann, answer, private, public):
    async def reply(_request: web.Request, _body: str) -> web.Response:
        return answer

    bot.answer = reply
    await ann.command("/incident", "x")
    assert [m["text"] for m in ann.ephemerals(ROOM)] == private
    assert [m["text"] for m in ann.messages(ROOM)] == public
