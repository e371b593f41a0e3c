"""Pins, reactions, bookmarks, files, users, groups."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack.manifest import App

ROOM = "C0INCIDENTS"


async def test_a_pin_is_once_and_is_listed_newest_first(call, ann):
    one, two = await ann.say(ROOM, "1"), await ann.say(ROOM, "2")
    for ts in (one, two):
        assert (await call("pins.add", channel=ROOM, timestamp=ts))["ok"]
    again = await call("pins.add", channel=ROOM, timestamp=one)
    assert again["error"] == "already_pinned"
    listed = (await call("pins.list", channel=ROOM))["items"]
    assert [i["message"]["text"] for i in listed] == ["2", "1"]
    await call("pins.remove", channel=ROOM, timestamp=one)
    assert (await call("pins.remove", channel=ROOM, timestamp=one))["error"] == "no_pin"


async def test_a_deleted_message_is_no_longer_pinned(call):
    ts = (await call("chat.postMessage", channel=ROOM, text="card"))["ts"]
    await call("pins.add", channel=ROOM, timestamp=ts)
    await call("chat.delete", channel=ROOM, ts=ts)
    assert (await call("pins.list", channel=ROOM))["items"] == []


@pytest.mark.parametrize("method", ["pins.add", "reactions.add"])
@pytest.mark.parametrize(
    ("ts", "error"),
    [
        ("1.000001", "message_not_found"),
        ("yesterday", "bad_timestamp"),
        ("", "no_item_specified"),
    ],
)
async def test_a_wrong_ts_is_refused_by_name(call, method, ts, error):
    answer = await call(method, channel=ROOM, timestamp=ts, name="eyes")
    assert answer["error"] == error


async def test_system_lines_cannot_be_pinned(call, ann):
    await call("conversations.setTopic", channel=ROOM, topic="x")
    line = ann.messages(ROOM)[-1]["ts"]
    assert (await call("pins.add", channel=ROOM, timestamp=line))["error"] == "not_pinnable"


async def test_a_reaction_is_once_per_user_and_taken_away_by_its_author_only(call, ann):
    ts = await ann.say(ROOM, "x")
    await ann.react(ROOM, ts, "pushpin")
    taken = await call("reactions.remove", channel=ROOM, timestamp=ts, name="pushpin")
    assert taken["error"] == "no_reaction"
    await call("reactions.add", channel=ROOM, timestamp=ts, name="pushpin")
    again = await call("reactions.add", channel=ROOM, timestamp=ts, name="pushpin")
    assert again["error"] == "already_reacted"
    seen = (await call("reactions.get", channel=ROOM, timestamp=ts))["message"]["reactions"]
    assert seen == [{"name": "pushpin", "users": ["U0ANN", "U0SIGNALBOX"], "count": 2}]
    wrong = await call("reactions.add", channel=ROOM, timestamp=ts, name="Not An Emoji")
    assert wrong["error"] == "invalid_name"


async def test_a_bookmark_needs_a_web_link(call):
    mark = {"channel_id": ROOM, "title": "Board", "type": "link"}
    assert (await call("bookmarks.add", **mark, link="ftp://x"))["error"] == "invalid_link"
    assert (await call("bookmarks.add", **mark, link="https://x"))["ok"]
    wrong = await call("bookmarks.add", **{**mark, "type": "x"}, link="https://x")
    assert wrong["error"] == "invalid_bookmark_type"
    lost = await call("bookmarks.remove", channel_id=ROOM, bookmark_id="Bk0")
    assert lost["error"] == "not_found"


async def test_a_file_goes_up_with_the_real_client_and_is_shown_in_the_thread(client, ann, slack):
    ts = (await client.chat_postMessage(channel=ROOM, text="run"))["ts"]
    done = await client.files_upload_v2(
        channel=ROOM, thread_ts=ts, filename="run.log", content="line 1\nline 2", title="Run"
    )
    file_id = done["files"][0]["id"]
    shown = ann.messages(ROOM, ts)[-1]
    assert (shown["subtype"], shown["files"][0]["title"]) == ("file_share", "Run")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{slack.base_url}/ui/file/{file_id}") as response,
    ):
        assert await response.text() == "line 1\nline 2"
    await client.files_delete(file=file_id)
    with pytest.raises(SlackApiError, match="file_deleted"):
        await client.files_info(file=file_id)
    assert ann.messages(ROOM, ts)[-1]["files"] == [{"id": file_id, "mode": "tombstone"}]
    assert slack.warnings == []


async def test_a_file_without_its_bytes_cannot_be_completed(call):
    where = await call("files.getUploadURLExternal", filename="a.txt", length=3)
    done = await call("files.completeUploadExternal", files=[{"id": where["file_id"]}])
    assert done["error"] == "file_not_found"
    empty = await call("files.getUploadURLExternal", filename="a.txt", length=0)
    assert empty["error"] == "missing_argument"


@pytest.mark.parametrize(
    ("user", "flag"),
    [("U0GST", "is_restricted"), ("U0OUT", "deleted"), ("U0SIGNALBOX", "is_bot")],
)
async def test_who_may_not_act_is_marked(call, user, flag):
    assert (await call("users.info", user=user))["user"][flag] is True
    assert (await call("users.info", user="U0ANN"))["user"][flag] is False


async def test_a_stranger_belongs_to_another_team(call):
    stranger = (await call("users.info", user="U0STR"))["user"]
    assert (stranger["team_id"], stranger["is_stranger"]) == ("T0OTHER", True)


async def test_an_address_needs_its_scope(call, slack):
    assert (await call("users.info", user="U0ANN"))["user"]["profile"]["email"]
    slack.core.app = App(scopes=frozenset({"users:read"}))
    assert "email" not in (await call("users.info", user="U0ANN"))["user"]["profile"]
    refused = await call("users.lookupByEmail", email="ann@example.com")
    assert (refused["error"], refused["needed"]) == ("missing_scope", "users:read.email")


async def test_people_are_found_by_address_while_they_work_here(call):
    found = await call("users.lookupByEmail", email="Ann@example.com")
    assert found["user"]["id"] == "U0ANN"
    for email in ("otto@example.com", "stella@example.com", "nobody@example.com"):
        lost = await call("users.lookupByEmail", email=email)
        assert lost["error"] == "users_not_found"


async def test_people_live_in_several_time_zones(call):
    page = await call("users.list", limit=200)
    assert len({u["tz"] for u in page["members"] if not u["is_bot"]}) >= 3


async def test_a_group_has_its_members(call):
    assert (await call("usergroups.users.list", usergroup="S0OPS"))["users"] == [
        "U0ANN",
        "U0BOB",
    ]
    lost = await call("usergroups.users.list", usergroup="S0NONE")
    assert lost["error"] == "no_such_subteam"
