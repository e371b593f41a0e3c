"""Every answer has at least the keys that Slack's own example of it has."""

import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from sandbox.slack import SlackSandbox
from sandbox.slack.methods.specs import SPECS

VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Declare"},
    "blocks": [{"type": "divider"}],
}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}

# What the examples show and we leave out, each with its reason.
LEFT_OUT = {
    "chat.postMessage": {
        "message.username",  # the example posts as a classic integration: bot_message
        "message.subtype",
        "message.attachments",  # only when some were sent
    },
    "conversations.create": {
        "channel.latest",  # old examples: Slack no longer counts unread for bots
        "channel.unread_count",
        "channel.unread_count_display",
        "channel.properties.canvas",  # only where there is a canvas
    },
    "conversations.info": {"channel.properties.tabs"},  # of the human client
    "conversations.invite": {"channel.is_read_only"},
    "conversations.join": {"warning", "response_metadata"},  # only when it was a member
    "conversations.rename": {"channel.is_read_only", "channel.num_members", "channel.locale"},
    "conversations.setTopic": {
        "channel.latest",
        "channel.unread_count",
        "channel.unread_count_display",
    },
    "conversations.replies": {
        "messages.0.last_read",  # of a subscribed person; a bot is none
        "messages.0.unread_count",
        "response_metadata",  # on the last page there is none
    },
    "files.info": {
        "file.shares.public.C0T8SE4AU",  # the example's own channel
        *(f"file.thumb_{k}" for k in ("64", "80", "160", "360", "360_gif", "360_w", "360_h")),
        *(f"file.{k}" for k in ("deanimate_gif", "pjpeg", "image_exif_rotation")),  # pictures
        *(f"file.original_{k}" for k in "wh"),
    },
    "team.info": {"team.enterprise_id", "team.enterprise_name"},  # Enterprise Grid
    "users.info": {"user.profile.image_original"},
}


def absent(example: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Paths that the example has and ours has not; lists by their first item."""
    if isinstance(example, dict) and isinstance(ours, dict):
        for key, value in example.items():
            if key == "blocks":  # what was sent, so not Slack's
                continue
            here = f"{path}.{key}" if path else key
            if key in ours:
                yield from absent(value, ours[key], here)
            else:
                yield here
    elif isinstance(example, list) and isinstance(ours, list) and example and ours:
        yield from absent(example[0], ours[0], f"{path}.0")


class Day:
    """One long day in the workspace, in which every method is called once with success."""

    def __init__(self, call: Any, slack: SlackSandbox) -> None:
        self.got: dict[str, Any] = {}
        self.call, self.slack = call, slack

    async def do(self, method: str, **args: Any) -> dict[str, Any]:
        self.got[method] = answer = await self.call(method, **args)
        assert answer["ok"], (method, answer)
        return answer

    async def look_around(self) -> None:
        for method in ("api.test", "auth.test", "team.info", "bots.info"):
            await self.do(method)
        await self.do("users.info", user="U0ANN")
        await self.do("users.list", limit=1)
        await self.do("users.lookupByEmail", email="ann@example.com")
        await self.do("users.conversations", limit=1)
        await self.do("usergroups.list", include_users=True)
        await self.do("usergroups.users.list", usergroup="S0OPS")

    async def make_a_room(self) -> str:
        room = (await self.do("conversations.create", name="inc-1"))["channel"]["id"]
        await self.do("conversations.invite", channel=room, users="U0ANN,U0BOB")
        await self.do("conversations.setTopic", channel=room, topic="checkout is slow")
        await self.do("conversations.setPurpose", channel=room, purpose="an incident")
        await self.do("conversations.info", channel=room, include_num_members=True)
        await self.do("conversations.list", limit=1)
        await self.do("conversations.members", channel=room, limit=1)
        await self.do("conversations.open", users="U0ANN")
        await self.do("conversations.join", channel="C0GENERAL")
        return room

    async def talk(self, room: str) -> None:
        ts = (await self.do("chat.postMessage", channel=room, text="card"))["ts"]
        reply = await self.call("chat.postMessage", channel=room, text="log", thread_ts=ts)
        await self.do("chat.postEphemeral", channel=room, user="U0ANN", text="psst")
        await self.do("chat.getPermalink", channel=room, message_ts=reply["ts"])
        for method in ("reactions.add", "reactions.get", "pins.add"):
            await self.do(method, channel=room, timestamp=ts, **_emoji(method))
        await self.do("pins.list", channel=room)
        await self.do("conversations.history", channel=room, limit=1)
        await self.do("conversations.replies", channel=room, ts=ts)
        for method in ("reactions.remove", "pins.remove"):
            await self.do(method, channel=room, timestamp=ts, **_emoji(method))
        await self.do("chat.update", channel=room, ts=ts, text="card 2")
        await self.do("chat.delete", channel=room, ts=reply["ts"])

    async def bookmark(self, room: str) -> None:
        link = {"title": "Board", "type": "link", "link": "https://example.com"}
        mark = (await self.do("bookmarks.add", channel_id=room, **link))["bookmark"]["id"]
        await self.do("bookmarks.list", channel_id=room)
        await self.do("bookmarks.edit", channel_id=room, bookmark_id=mark, title="Other")
        await self.do("bookmarks.remove", channel_id=room, bookmark_id=mark)

    async def show_views(self) -> None:
        triggers = self.slack.core.triggers
        opened = await self.do("views.open", trigger_id=triggers.issue("U0ANN"), view=VIEW)
        await self.do("views.push", trigger_id=triggers.issue("U0ANN"), view=VIEW)
        await self.do("views.update", view_id=opened["view"]["id"], view=VIEW)
        await self.do("views.publish", user_id="U0ANN", view=HOME)

    async def upload(self, room: str) -> None:
        where = await self.do("files.getUploadURLExternal", filename="run.log", length=3)
        async with aiohttp.ClientSession() as session:
            await (await session.post(where["upload_url"], data=b"log")).read()
        file_id = where["file_id"]
        await self.do("files.completeUploadExternal", files=[{"id": file_id}], channel_id=room)
        await self.do("files.info", file=file_id)
        await self.do("files.delete", file=file_id)

    async def close_the_room(self, room: str) -> None:
        await self.do("conversations.rename", channel=room, name="inc-1-x")
        await self.do("conversations.kick", channel=room, user="U0BOB")
        await self.do("conversations.archive", channel=room)
        await self.do("conversations.unarchive", channel=room)
        await self.do("conversations.leave", channel=room)


def _emoji(method: str) -> dict[str, str]:
    return {"name": "eyes"} if method in ("reactions.add", "reactions.remove") else {}


@pytest.fixture
async def answers(slack: SlackSandbox, call: Any) -> dict[str, Any]:
    """The ok answer of every method."""
    day = Day(call, slack)
    await day.look_around()
    room = await day.make_a_room()
    await day.talk(room)
    await day.bookmark(room)
    await day.show_views()
    await day.upload(room)
    await day.close_the_room(room)
    sockets = await _with_app_token(slack, slack.core.app_token)
    return {**day.got, "apps.connections.open": sockets}


async def _with_app_token(slack: SlackSandbox, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{slack.api_url}apps.connections.open") as response,
    ):
        return dict(await response.json())


async def test_every_answer_has_the_keys_of_slacks_example(answers, reference, slack):
    assert set(answers) == set(SPECS)
    stale = {
        f"{method}: {path}"
        for method, paths in LEFT_OUT.items()
        for path in paths - set(absent(_example(reference(method)), answers[method]))
    }
    assert not stale, "listed as left out, but there"
    missing = {
        method: sorted(found)
        for method in sorted(answers)
        for example in [_example(reference(method))]
        if (found := set(absent(example, answers[method])) - LEFT_OUT.get(method, set()))
    }
    assert not missing, json.dumps(missing, indent=1)
    assert slack.warnings == []


def _example(method: dict[str, Any]) -> Any:
    examples = method["examples"]
    wanted = "success_with_bot_token" if "success_with_bot_token" in examples else "success"
    return examples[wanted]["example"]
