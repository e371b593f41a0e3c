"""`/ui`: what README.md promises to the page."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.slack import SlackSandbox, manifest

ROOM = "C0INCIDENTS"
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
ACTIONS = {"type": "actions", "block_id": "row", "elements": [BUTTON]}


class Page:
    """A browser without a screen."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._base = session, base

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        async with self._session.get(f"{self._base}/ui/{path}", params=query) as response:
            return await response.json()

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        async with self._session.post(f"{self._base}/ui/{path}", json=body) as response:
            return await response.json()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def page(slack: SlackSandbox, session) -> Page:
    return Page(session, slack.base_url)


async def test_the_state_is_what_that_person_may_see(page, call, slack):
    room = (await call("conversations.create", name="secret", is_private=True))["channel"]["id"]
    await call("conversations.invite", channel=room, users="U0ANN")
    ann, bob = (
        await page.get("state", **{"as": "U0ANN"}),
        await page.get("state", **{"as": "U0BOB"}),
    )
    assert {"workspace", "me", "users", "groups", "channels", "commands", "app"} <= set(ann)
    assert "secret" in [c["name"] for c in ann["channels"]]
    assert "secret" not in [c["name"] for c in bob["channels"]]
    wanted = {"id", "name", "is_private", "is_im", "is_member", "is_archived", "topic", "purpose"}
    wanted |= {"members", "unread", "pins", "bookmarks"}
    assert all(wanted <= set(c) for c in ann["channels"])
    assert set(ann["app"]) >= {"user_id", "name", "connected", "mode"}
    assert (ann["app"]["connected"], ann["app"]["mode"]) == (False, "none")
    slack.request_url = "http://127.0.0.1:1/"
    assert (await page.get("state"))["app"]["mode"] == "http"


async def test_commands_and_shortcuts_are_the_manifests(page, slack):
    slack.core.app = manifest.read(
        {
            "features": {
                "slash_commands": [
                    {"command": "/incident", "description": "d", "usage_hint": "declare"}
                ],
                "shortcuts": [
                    {"name": "Declare", "type": "global", "callback_id": "declare"},
                    {"name": "Add", "type": "message", "callback_id": "add"},
                ],
            }
        },
        None,
    )
    state = await page.get("state", **{"as": "U0ANN"})
    assert state["commands"] == [
        {"command": "/incident", "description": "d", "usage_hint": "declare"}
    ]
    shortcuts = await page.get("shortcuts")
    assert shortcuts["global"] == [{"callback_id": "declare", "name": "Declare"}]
    assert shortcuts["message"] == [{"callback_id": "add", "name": "Add"}]


async def test_messages_are_oldest_first_with_private_ones_for_their_reader(page, call):
    await page.post("message", **{"as": "U0BOB"}, channel=ROOM, text="one")
    await call("chat.postEphemeral", channel=ROOM, user="U0ANN", text="psst")
    await page.post("message", **{"as": "U0BOB"}, channel=ROOM, text="two")
    ann = await page.get("messages", **{"as": "U0ANN"}, channel=ROOM)
    bob = await page.get("messages", **{"as": "U0BOB"}, channel=ROOM)
    assert [m["text"] for m in ann["messages"]] == ["one", "psst", "two"]
    assert ann["messages"][1]["ephemeral_for"] == "U0ANN"
    assert [m["text"] for m in bob["messages"]] == ["one", "two"]
    assert {"ephemeral_for", "reply_count", "edited", "deleted"} <= set(bob["messages"][0])


async def test_unread_counts_others_messages_until_they_are_read(page):
    async def unread() -> int:
        channels = (await page.get("state", **{"as": "U0ANN"}))["channels"]
        return next(c["unread"] for c in channels if c["id"] == ROOM)

    await page.post("message", **{"as": "U0BOB"}, channel=ROOM, text="one")
    await page.post("message", **{"as": "U0ANN"}, channel=ROOM, text="mine")
    assert await unread() == 1
    await page.get("messages", **{"as": "U0ANN"}, channel=ROOM)
    assert await unread() == 0


async def test_a_slash_in_the_composer_is_a_command(page, bot):
    await page.post("message", **{"as": "U0ANN"}, channel=ROOM, text="/incident declare x")
    assert "command=%2Fincident" in bot.requests[-1][1]
    done = await page.post("command", **{"as": "U0ANN"}, channel=ROOM, command="/incident", text="")
    assert (done["ok"], done["status"]) == (True, 200)


async def test_a_failed_command_is_told_in_the_channel_and_a_failed_click_to_the_page(page, call):
    done = await page.post("command", **{"as": "U0ANN"}, channel=ROOM, command="/incident", text="")
    assert (done["ok"], done["error"]) == (True, "dispatch_failed")
    posted = await call("chat.postMessage", channel=ROOM, text="x", blocks=[ACTIONS])
    click = {"channel": ROOM, "message_ts": posted["ts"], "block_id": "row", "action_id": "go"}
    done = await page.post("action", **{"as": "U0ANN"}, **click)
    assert (done["ok"], done["error"]) == (False, "dispatch_failed")


@pytest.mark.usefixtures("bot")
async def test_a_click_a_form_and_home_from_the_page(page, call, slack):
    who = {"as": "U0ANN"}
    posted = await call("chat.postMessage", channel=ROOM, text="x", blocks=[ACTIONS])
    click = {"channel": ROOM, "message_ts": posted["ts"], "block_id": "row", "action_id": "go"}
    assert (await page.post("action", **who, **click))["status"] == 200
    element = {"type": "plain_text_input", "action_id": "t"}
    block = {"type": "input", "block_id": "b", "label": BUTTON["text"], "element": element}
    view = {"type": "modal", "title": BUTTON["text"], "submit": BUTTON["text"], "blocks": [block]}
    trigger = slack.core.triggers.issue("U0ANN")
    await call("views.open", trigger_id=trigger, view=view)
    stack = (await page.get("views", **who))["stack"]
    values = {"b": {"t": {"type": "plain_text_input", "value": "x"}}}
    done = await page.post("submit", **who, view_id=stack[0]["id"], values=values)
    assert (done["status"], (await page.get("views", **who))["stack"]) == (200, [])
    await call("views.publish", user_id="U0ANN", view={"type": "home", "blocks": [ACTIONS]})
    home = (await page.post("home", **who))["view"]
    action = {"view_id": home["id"], "block_id": "row", "action_id": "go"}
    assert (await page.post("action", **who, **action))["status"] == 200
    assert (await page.get("home", **who))["view"]["id"] == home["id"]


async def test_channels_from_the_page(page, slack):
    who = {"as": "U0ANN"}
    made = (await page.post("channel", **who, name="inc-1", is_private=False))["channel"]["id"]
    for call, extra in [
        ("invite", {"user": "U0BOB"}),
        ("invite", {"user": "U0SIGNALBOX"}),
        ("kick", {"user": "U0BOB"}),
        ("topic", {"topic": "slow"}),
        ("leave", {}),
        ("join", {}),
        ("archive", {}),
        ("unarchive", {}),
    ]:
        assert (await page.post(call, **who, channel=made, **extra))["ok"], call
    channel = slack.workspace.channels[made]
    assert (channel.members, channel.topic.value) == (["U0SIGNALBOX", "U0ANN"], "slow")
    ts = (await page.post("message", **who, channel=made, text="hi"))["ts"]
    for call in ("reaction", "reaction"):
        body = {"ts": ts, "name": "eyes", "remove": bool(channel.messages[ts].reactions)}
        assert (await page.post(call, **who, channel=made, **body))["ok"]
    assert (await page.post("pin", **who, channel=made, ts=ts))["ok"]
    assert (await page.post("edit_message", **who, channel=made, ts=ts, text="ho"))["ok"]
    assert (await page.post("delete_message", **who, channel=made, ts=ts))["ok"]
    assert (await page.post("delete_channel", **who, channel=made))["ok"]
    gone = await page.post("message", **who, channel=made, text="x")
    assert gone["error"] == "channel_not_found"


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("message", {"as": "U0NOBODY", "channel": ROOM, "text": "x"}, "user_not_found"),
        ("message", {"as": "U0ANN", "channel": ROOM}, "missing field 'text'"),
        ("submit", {"as": "U0ANN", "view_id": "V0"}, "not_found"),
        ("nonsense", {}, "no such call"),
        ("faults", {"kind": "gremlins"}, "unknown fault kind"),
        ("faults", {"kind": "error", "colour": "red"}, "colour"),
    ],
)
async def test_a_bad_call_is_refused_with_a_reason(page, path, body, error):
    refused = await page.post(path, **body)
    assert refused["ok"] is False
    assert error in refused["error"]


async def test_the_fault_panel_switches_faults_and_shows_the_calls(page, call, slack):
    fault = {"kind": "ratelimited", "method": "chat.postMessage", "times": 0}
    on = (await page.post("faults", **fault))["faults"]
    assert on[0]["kind"] == "ratelimited"
    assert (await call("chat.postMessage", channel=ROOM, text="x"))["error"] == "ratelimited"
    log = (await page.get("faults"))["log"]
    assert set(log[-1]) == {"at", "method", "args", "ok", "error", "status", "ms"}
    assert (log[-1]["method"], log[-1]["status"]) == ("chat.postMessage", 429)
    assert (await page.post("faults", remove=on[0]["id"]))["faults"] == []
    await page.post("faults", **fault)
    assert (await page.post("faults", clear=True))["faults"] == []
    assert (await page.post("faults", rate_limits=True))["rate_limits"] is True
    assert slack.core.rates.enabled


async def listen(session, slack, user: str, stop: asyncio.Event) -> list[dict[str, Any]]:
    url = f"{slack.base_url}/ui/stream"
    async with session.get(url, params={"as": user}) as response:
        stop.set()
        lines = [line async for line in response.content]
    return [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]


async def test_hints_go_to_those_they_concern(slack, session, call):
    ready = {user: asyncio.Event() for user in ("U0ANN", "U0BOB")}
    listeners = [
        asyncio.create_task(listen(session, slack, user, event)) for user, event in ready.items()
    ]
    await asyncio.gather(*(event.wait() for event in ready.values()))
    await call("chat.postMessage", channel=ROOM, text="x")
    await call("chat.postEphemeral", channel=ROOM, user="U0ANN", text="x")
    room = (await call("conversations.create", name="secret", is_private=True))["channel"]["id"]
    await call("chat.postMessage", channel=room, text="x")
    await call("views.publish", user_id="U0BOB", view={"type": "home", "blocks": []})
    slack._streams.stop()
    ann, bob = await asyncio.gather(*listeners)
    seen = [{(h["kind"], h.get("channel")) for h in hints} for hints in (ann, bob)]
    assert ("message", ROOM) in seen[0] & seen[1]
    assert ("ephemeral", ROOM) in seen[0] - seen[1]
    assert ("home", None) in seen[1] - seen[0]
    assert not [h for h in ann + bob if h.get("channel") == room]


async def test_the_page_is_served(slack, session):
    async with session.get(slack.base_url + "/") as response:
        assert response.status == 200
    async with session.get(f"{slack.base_url}/static/style.css") as response:
        assert response.status == web.HTTPOk.status_code


async def test_a_permalink_leads_to_the_page_at_that_message(session, call):
    ts = (await call("chat.postMessage", channel=ROOM, text="x"))["ts"]
    link = (await call("chat.getPermalink", channel=ROOM, message_ts=ts))["permalink"]
    async with session.get(link, allow_redirects=False) as response:
        assert response.headers["Location"] == f"/#{ROOM}/{ts}"
