"""A real Bolt app lives in the sandbox, over HTTP and over Socket Mode."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from sandbox.slack import Person, SlackSandbox

ROOM = "C0INCIDENTS"
APP_TOKEN = "xapp-sandbox"  # noqa: S105 -- a stand-in's
MODAL = {
    "type": "modal",
    "callback_id": "declare",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def teach(bolt: AsyncApp) -> None:
    """A small incident bot: form, channel, card, button, private answer, reaction."""

    @bolt.command("/incident")
    async def command(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.view("declare")
    async def submitted(ack: Any, view: dict[str, Any], body: dict[str, Any], client: Any) -> None:
        title = view["state"]["values"]["title"]["text"]["value"]
        if title == "bad":
            await ack(response_action="errors", errors={"title": "no"})
            return
        await ack()
        made = await client.conversations_create(name=f"inc-{title}")
        room = made["channel"]["id"]
        await client.conversations_invite(channel=room, users=body["user"]["id"])
        button = {"type": "button", "action_id": "resolve", "value": "1"}
        button["text"] = {"type": "plain_text", "text": "Resolve"}
        blocks = [{"type": "actions", "elements": [button]}]
        await client.chat_postMessage(channel=room, text=title, blocks=blocks)

    @bolt.action("resolve")
    async def clicked(ack: Any, respond: Any) -> None:
        await ack()
        await respond("resolved")

    @bolt.event("reaction_added")
    async def reacted(event: dict[str, Any], say: Any) -> None:
        await say(text=event["reaction"], channel=event["item"]["channel"])

    @bolt.event({"type": "message"})
    async def heard() -> None:
        return


@pytest.fixture
async def socket(slack: SlackSandbox, bolt: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(bolt, "xapp-sandbox", ping_interval=60)
    await handler.connect_async()
    await slack.until(lambda: slack.core.delivery.sockets.open)
    yield handler
    await handler.close_async()


async def live_a_little(slack: SlackSandbox, ann: Person) -> None:
    done = await ann.command("/incident", "declare")
    assert (done.status, done.error) == (200, "")
    await slack.until(ann.open_views)
    refused = await ann.submit(values={"text": "bad"})
    assert refused.errors == {"title": "no"}
    assert (await ann.submit(values={"text": "1"})).status == 200
    await slack.until(lambda: slack.calls_to("chat.postMessage"))
    assert ann.open_views() == []
    made = slack.workspace.named("inc-1")
    assert made is not None
    card = ann.messages(made.id)[-1]
    assert (await ann.click(made.id, card["ts"], "resolve", "1")).status == 200
    await slack.until(lambda: ann.ephemerals(made.id))
    await ann.react(made.id, card["ts"], "pushpin")
    await slack.until(lambda: ann.messages(made.id)[-1]["text"] == "pushpin")
    assert slack.warnings == []


@pytest.fixture
def only_reactions(slack: SlackSandbox) -> None:
    """Bolt answers 404 to events it has no listener for; these it has."""
    events = frozenset({"reaction_added", "message.channels"})
    slack.core.app = replace(slack.core.app, events=events)


@pytest.mark.usefixtures("only_reactions")
async def test_a_bolt_app_over_signed_http(slack, bolt_http, ann):
    teach(bolt_http)
    await live_a_little(slack, ann)


@pytest.mark.usefixtures("only_reactions", "socket")
async def test_a_bolt_app_over_socket_mode(slack, bolt, ann):
    teach(bolt)
    await live_a_little(slack, ann)


@pytest.mark.usefixtures("bolt_http")
async def test_bolt_refuses_another_secret(slack, ann):
    slack.core.delivery._secret = "wrong"  # noqa: S105 -- wrong on purpose
    assert (await ann.command("/incident")).status == 401


async def test_each_payload_goes_down_exactly_one_of_several_sockets(slack, bolt, ann):
    heard: list[str] = []

    @bolt.command("/incident")
    async def command(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body["text"])
        await ack()

    handlers = [AsyncSocketModeHandler(bolt, "xapp-sandbox", ping_interval=60) for _ in "ab"]
    for handler in handlers:
        await handler.connect_async()
    sockets = slack.core.delivery.sockets
    await slack.until(lambda: len(sockets.open) == 2)
    for n in range(6):
        await ann.command("/incident", str(n))
    assert heard == [str(n) for n in range(6)]
    assert sorted(len(s.delivered) for s in sockets.open) == [3, 3]
    for handler in handlers:
        await handler.close_async()


async def test_a_stalled_socket_stays_open_and_delivers_nothing(slack, bolt, socket, ann):
    @bolt.command("/incident")
    async def command(ack: Any) -> None:
        await ack("here")

    slack.fault("stall_socket", times=0)
    assert (await ann.command("/incident")).error == "operation_timeout"
    assert await socket.client.is_connected()
    slack.clear_faults()
    assert (await ann.command("/incident")).body == {"text": "here"}


async def test_a_dropped_socket_is_opened_again_by_the_client(slack, bolt):
    handler = AsyncSocketModeHandler(bolt, "xapp-sandbox", ping_interval=0.05)
    await handler.connect_async()
    sockets = slack.core.delivery.sockets
    first = await slack.until(lambda: list(sockets.open))
    slack.fault("drop_socket", times=0)
    assert sockets.open == []
    again = await slack.until(lambda: list(sockets.open))
    assert again[0] is not first[0]
    await handler.close_async()


@pytest.mark.usefixtures("socket")
async def test_a_refresh_makes_the_client_reconnect(slack):
    sockets = slack.core.delivery.sockets
    before = sockets.open[0].number
    await sockets.disconnect("refresh_requested")
    await slack.until(lambda: sockets.open and sockets.open[0].number > before)


@pytest.mark.usefixtures("socket")
async def test_a_lost_socket_event_is_tried_again(slack, bolt, ann):
    heard = []

    @bolt.event("message")
    async def message(event: dict[str, Any], request: Any) -> None:
        heard.append((event["text"], request.headers.get("x-slack-retry-num")))

    slack.fault("stall_socket", times=0)
    await ann.say(ROOM, "hello")
    await asyncio.sleep(0.1)
    slack.clear_faults()
    await slack.settled()
    assert heard == [("hello", ["1"])]


async def test_a_ticket_opens_one_socket_and_ten_are_the_most(client):
    async def ticket() -> str:
        answer = await client.apps_connections_open(app_token=APP_TOKEN)
        return answer["url"]

    async with aiohttp.ClientSession() as session:
        url = await ticket()
        first = await session.ws_connect(url)
        assert (await first.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
        more = [await session.ws_connect(await ticket()) for _ in range(10)]
        last = await more[-1].receive_json()
        assert (last["type"], last["reason"]) == ("disconnect", "too_many_websockets")
        for connection in [first, *more]:
            await connection.close()
