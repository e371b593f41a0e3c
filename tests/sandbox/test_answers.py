"""Every answer has at least the keys that Slack's own example of it has."""

import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from sandbox.slack import Person, SlackSandbox
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


@pytest.fixture
async def answers(slack: SlackSandbox, call, ann: Person) -> dict[str, Any]:
    """The ok answer of every method, from one long day in the workspace."""
    got: dict[str, Any] = {}

    async def do(method: str, **args: Any) -> dict[str, Any]:
        got[method] = await call(method, **args)
        assert got[method]["ok"], (method, got[method])
        return got[method]

    def trigger() -> str:
        return slack.core.triggers.issue("U0ANN")

    await do("api.test")
    await do("auth.test")
    await do("team.info")
    await do("bots.info")
    await do("users.info", user="U0ANN")
    await do("users.list", limit=1)
    await do("users.lookupByEmail", email="ann@example.com")
    await do("users.conversations", limit=1)
    await do("usergroups.list", include_users=True)
    await do("usergroups.users.list", usergroup="S0OPS")
    room = (await do("conversations.create", name="inc-1"))["channel"]["id"]
    await do("conversations.invite", channel=room, users="U0ANN,U0BOB")
    await do("conversations.setTopic", channel=room, topic="checkout is slow")
    await do("conversations.setPurpose", channel=room, purpose="an incident")
    await do("conversations.info", channel=room, include_num_members=True)
    await do("conversations.list", limit=1)
    await do("conversations.members", channel=room, limit=1)
    await do("conversations.open", users="U0ANN")
    await do("conversations.join", channel="C0GENERAL")
    posted = await do("chat.postMessage", channel=room, text="card")
    ts = posted["ts"]
    reply = await call("chat.postMessage", channel=room, text="log", thread_ts=ts)
    await do("chat.postEphemeral", channel=room, user="U0ANN", text="psst")
    await do("chat.getPermalink", channel=room, message_ts=reply["ts"])
    await do("reactions.add", channel=room, timestamp=ts, name="eyes")
    await do("reactions.get", channel=room, timestamp=ts)
    await do("pins.add", channel=room, timestamp=ts)
    await do("pins.list", channel=room)
    await do("conversations.history", channel=room, limit=1)
    await do("conversations.replies", channel=room, ts=ts)
    await do("reactions.remove", channel=room, timestamp=ts, name="eyes")
    await do("pins.remove", channel=room, timestamp=ts)
    await do("chat.update", channel=room, ts=ts, text="card 2")
    link = {"title": "Board", "type": "link", "link": "https://example.com"}
    mark = (await do("bookmarks.add", channel_id=room, **link))["bookmark"]["id"]
    await do("bookmarks.list", channel_id=room)
    await do("bookmarks.edit", channel_id=room, bookmark_id=mark, title="Other")
    await do("bookmarks.remove", channel_id=room, bookmark_id=mark)
    view = (await do("views.open", trigger_id=trigger(), view=VIEW))["view"]["id"]
    await do("views.push", trigger_id=trigger(), view=VIEW)
    await do("views.update", view_id=view, view=VIEW)
    await do("views.publish", user_id="U0ANN", view=HOME)
    where = await do("files.getUploadURLExternal", filename="run.log", length=3)
    async with aiohttp.ClientSession() as session:
        await (await session.post(where["upload_url"], data=b"log")).read()
    file_id = where["file_id"]
    await do("files.completeUploadExternal", files=[{"id": file_id}], channel_id=room)
    await do("files.info", file=file_id)
    await do("files.delete", file=file_id)
    await do("chat.delete", channel=room, ts=reply["ts"])
    await do("conversations.rename", channel=room, name="inc-1-x")
    await do("conversations.kick", channel=room, user="U0BOB")
    await do("conversations.archive", channel=room)
    await do("conversations.unarchive", channel=room)
    await do("conversations.leave", channel=room)
    got["apps.connections.open"] = await _with_app_token(slack, slack.core.app_token)
    return got


async def _with_app_token(slack: SlackSandbox, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(f"{slack.api_url}apps.connections.open") as response:
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
