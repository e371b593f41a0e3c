"""The front of the Web API: tokens, scopes, pacing, faults, the record."""

import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import SlackSandbox
from sandbox.slack.errors import SlackError
from sandbox.slack.manifest import App
from sandbox.slack.rate import POST_BURST

ROOM = "C0INCIDENTS"
BOT_TOKEN = "xoxb-sandbox"  # noqa: S105 -- a stand-in's


async def post(slack: SlackSandbox, method: str, token: str | None = BOT_TOKEN, **how):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(slack.api_url + method, **how) as response,
    ):
        is_json = response.content_type == "application/json"
        body = await (response.json() if is_json else response.text())
        return response.status, response.headers, body


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("xoxb-other", "invalid_auth"),
        ("xapp-sandbox", "not_allowed_token_type"),
    ],
)
async def test_a_call_needs_the_right_token(slack, token, error):
    status, _, body = await post(slack, "auth.test", token)
    assert (status, body["error"]) == (200, error)


async def test_sockets_need_the_app_token(slack):
    _, _, body = await post(slack, "apps.connections.open")
    assert body["error"] == "not_allowed_token_type"


async def test_a_token_may_be_in_the_form(slack):
    _, _, body = await post(slack, "auth.test", None, data={"token": "xoxb-sandbox"})
    assert body["user_id"] == "U0SIGNALBOX"


async def test_arguments_may_be_a_form_a_json_body_or_the_query(slack):
    args = {"channel": ROOM, "text": "x"}
    for how in ({"data": args}, {"json": args}, {"params": args}):
        assert (await post(slack, "chat.postMessage", **how))[2]["ok"]
    assert [c.args for c in slack.calls] == [args] * 3


async def test_json_is_not_read_where_slack_does_not_read_it(slack):
    _, _, body = await post(slack, "users.info", json={"user": "U0ANN"})
    assert body["error"] == "user_not_found"
    assert "takes no JSON" in slack.warnings[0]


async def test_blocks_in_a_form_are_json_text_and_recorded_as_what_they_are(slack):
    form = {"channel": ROOM, "blocks": '[{"type": "divider"}]', "text": "x"}
    assert (await post(slack, "chat.postMessage", data=form))[2]["ok"]
    assert slack.calls[-1].args["blocks"] == [{"type": "divider"}]


async def test_an_unknown_method_is_refused(slack):
    assert (await post(slack, "chat.shout"))[2]["error"] == "unknown_method"


async def test_an_unknown_argument_is_passed_over_and_noted(slack, call):
    assert (await call("chat.postMessage", channel=ROOM, text="x", colour="red"))["ok"]
    assert slack.warnings == ["chat.postMessage: unknown argument 'colour'"]
    assert slack.calls[-1].warnings == tuple(slack.warnings)


async def test_a_missing_scope_is_named(slack, call):
    slack.core.app = App(scopes=frozenset({"channels:read"}))
    refused = await call("chat.postMessage", channel=ROOM, text="x")
    assert refused["error"] == "missing_scope"
    assert (refused["needed"], refused["provided"]) == ("chat:write", "channels:read")


async def test_the_granted_scopes_are_in_a_header(slack):
    slack.core.app = App(scopes=frozenset({"chat:write", "channels:read"}))
    _, headers, _ = await post(slack, "auth.test")
    assert headers["x-oauth-scopes"] == "channels:read,chat:write"


async def test_every_call_is_recorded_refused_ones_too(slack, call, clock):
    await call("users.info", user="U0NOBODY")
    record = slack.calls[-1]
    assert (record.method, record.ok, record.error) == ("users.info", False, "user_not_found")
    assert (record.at, record.status, record.args) == (clock.now, 200, {"user": "U0NOBODY"})


async def test_a_method_is_paced_by_its_tier_and_retry_after_is_enough(slack, clock):
    slack.core.rates.enabled = True
    for n in range(20):
        status, _, body = await post(slack, "pins.list", data={"channel": ROOM})
        assert status == 200, (n, body)
    status, headers, body = await post(slack, "pins.list", data={"channel": ROOM})
    assert (status, body["error"]) == (429, "ratelimited")
    assert (await post(slack, "users.info", data={"user": "U0ANN"}))[0] == 200
    clock.pass_(int(headers["Retry-After"]))
    assert (await post(slack, "pins.list", data={"channel": ROOM}))[0] == 200


async def test_a_channel_takes_one_message_a_second_after_a_small_burst(slack, clock):
    slack.core.rates.enabled = True

    async def say(room: str):
        return await post(slack, "chat.postMessage", json={"channel": room, "text": "x"})

    for _ in range(POST_BURST):
        assert (await say(ROOM))[0] == 200
    status, headers, _ = await say(ROOM)
    assert (status, headers["Retry-After"]) == (429, "1")
    assert (await say("C0OPS"))[0] == 200
    clock.pass_(1)
    assert (await say(ROOM))[0] == 200
    assert (await say(ROOM))[0] == 429


async def test_a_rate_limit_fault_says_how_long(slack):
    slack.fault("ratelimited", method="chat.postMessage", seconds=7, times=2)
    for _ in range(2):
        status, headers, _ = await post(slack, "chat.postMessage", json={"channel": ROOM})
        assert (status, headers["Retry-After"]) == (429, "7")
    assert (await post(slack, "chat.postMessage", json={"channel": ROOM, "text": "x"}))[0] == 200


async def test_an_error_fault_is_a_500_and_does_nothing(slack, ann):
    slack.fault("error")
    status, _, _ = await post(slack, "chat.postMessage", json={"channel": ROOM, "text": "x"})
    assert status == 500
    assert ann.messages(ROOM) == []


async def test_a_lost_answer_is_done_and_not_told(slack, ann, client):
    slack.fault("lost_answer", method="chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=ROOM, text="once")
    assert [m["text"] for m in ann.messages(ROOM)] == ["once"]
    assert (slack.calls[-1].ok, slack.calls[-1].status) == (True, 0)


async def test_a_refused_fault_has_the_error_it_was_given(slack, client):
    slack.fault("refused", method="views.open", code="internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        await client.views_open(trigger_id="1.2.3", view={})


async def test_a_delay_is_before_the_work(slack, call):
    slack.fault("delay", seconds=0.15)
    started = time.monotonic()
    assert (await call("chat.postMessage", channel=ROOM, text="x"))["ok"]
    assert time.monotonic() - started >= 0.15


async def test_faults_come_again_the_same_by_their_seed(slack, call):
    async def pattern(seed: int) -> list[bool]:
        slack.clear_faults()
        slack.fault("refused", probability=0.5, times=0, seed=seed, code="internal_error")
        return [(await call("api.test"))["ok"] for _ in range(20)]

    first = await pattern(1)
    assert await pattern(1) == first
    assert await pattern(2) != first
    assert 0 < sum(first) < 20


async def test_a_cleared_fault_is_over(slack, call):
    slack.fault("error", times=0)
    slack.clear_faults()
    assert (await call("api.test"))["ok"]


def test_an_unknown_kind_of_fault_is_refused():
    slack = SlackSandbox(signing_secret="x")  # noqa: S106 -- never used
    with pytest.raises(SlackError, match="unknown fault kind"):
        slack.fault("gremlins")
