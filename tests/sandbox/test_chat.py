"""chat.*: what is said, changed, whispered and deleted."""

import pytest

from sandbox.slack.acts import rooms
from sandbox.slack.errors import SlackError
from sandbox.slack.manifest import App

ROOM = "C0INCIDENTS"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*high*"}}


@pytest.mark.parametrize("channel", ["C0INCIDENTS", "#incidents", "incidents"])
async def test_a_channel_may_be_named_by_id_or_name(call, ann, channel):
    posted = await call("chat.postMessage", channel=channel, text="hi")
    assert posted["channel"] == ROOM
    assert ann.messages(ROOM)[-1]["text"] == "hi"


async def test_a_user_id_opens_the_dm_with_them(call, ann, bob):
    posted = await call("chat.postMessage", channel="U0ANN", text="psst")
    assert posted["channel"] == ann.dm()
    assert ann.messages(ann.dm())[-1]["text"] == "psst"
    with pytest.raises(SlackError, match="channel_not_found"):
        bob.messages(ann.dm())


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"text": "x"}, "channel_not_found"),
        ({"channel": ROOM}, "no_text"),
        ({"channel": ROOM, "text": ""}, "no_text"),
        ({"channel": "U0OUT", "text": "x"}, "channel_not_found"),
        ({"channel": ROOM, "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"channel": ROOM, "blocks": [{"type": "nope"}]}, "invalid_blocks"),
        ({"channel": ROOM, "text": "x", "metadata": "no"}, "invalid_metadata_format"),
        ({"channel": ROOM, "text": "x", "metadata": {"a": 1}}, "invalid_metadata_schema"),
        (
            {
                "channel": ROOM,
                "text": "x",
                "metadata": {"event_type": "e", "event_payload": {"x": "y" * 20_000}},
            },
            "metadata_too_large",
        ),
        ({"channel": ROOM, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": ROOM, "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
    ],
)
async def test_a_bad_message_is_refused_by_name(call, args, error):
    assert (await call("chat.postMessage", **args))["error"] == error


async def test_invalid_blocks_say_where(call):
    refused = await call("chat.postMessage", channel=ROOM, text="x", blocks=[{"type": "nope"}])
    pointer = "unsupported type: nope [json-pointer:/blocks/0/type]"
    assert refused["errors"] == [pointer]
    assert refused["response_metadata"]["messages"] == [f"[ERROR] {pointer}"]


async def test_blocks_past_the_undocumented_total_are_refused(call):
    text = {"type": "mrkdwn", "text": "x" * 2900}
    long = [{"type": "section", "text": text}] * 5
    assert (await call("chat.postMessage", channel=ROOM, text="x", blocks=long[:4]))["ok"]
    refused = await call("chat.postMessage", channel=ROOM, text="x", blocks=long)
    assert refused["error"] == "msg_blocks_too_long"


async def test_text_past_forty_thousand_is_cut_with_a_warning(call, ann):
    posted = await call("chat.postMessage", channel=ROOM, text="x" * 40_001)
    assert posted["warning"] == "message_truncated"
    assert len(ann.messages(ROOM)[-1]["text"]) == 40_000


async def test_posting_where_the_bot_is_not_needs_chat_write_public(slack, call):
    assert (await call("chat.postMessage", channel="C0GENERAL", text="x"))["ok"]
    slack.core.app = App(scopes=frozenset({"chat:write"}))
    refused = await call("chat.postMessage", channel="C0GENERAL", text="x")
    assert refused["error"] == "not_in_channel"


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(call, ann, slack):
    made = rooms.create(slack.core, ann.id, "secret", private=True)["channel"]["id"]
    for method in ("chat.postMessage", "conversations.info", "conversations.history"):
        extra = {"text": "x"} if method == "chat.postMessage" else {}
        assert (await call(method, channel=made, **extra))["error"] == "channel_not_found"


async def test_metadata_comes_back_only_when_asked_for(call):
    mark = {"event_type": "outbox", "event_payload": {"id": "1"}}
    await call("chat.postMessage", channel=ROOM, text="x", metadata=mark)
    plain = await call("conversations.history", channel=ROOM, limit=1)
    full = await call("conversations.history", channel=ROOM, limit=1, include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == mark


async def test_an_update_without_blocks_takes_the_blocks_away(call, ann):
    posted = await call("chat.postMessage", channel=ROOM, text="x", blocks=[SECTION])
    assert posted["message"]["blocks"][0]["block_id"]
    await call("chat.update", channel=ROOM, ts=posted["ts"], text="plain")
    seen = ann.messages(ROOM)[-1]
    assert (seen["text"], seen.get("blocks"), bool(seen["edited"])) == ("plain", None, True)


async def test_an_update_keeps_metadata_unless_it_brings_some(call):
    mark = {"event_type": "card", "event_payload": {}}
    ts = (await call("chat.postMessage", channel=ROOM, text="x", metadata=mark))["ts"]
    kept = await call("chat.update", channel=ROOM, ts=ts, text="y")
    assert kept["message"]["metadata"] == mark
    gone = await call("chat.update", channel=ROOM, ts=ts, text="y", metadata={})
    assert "metadata" not in gone["message"]


async def test_only_own_messages_can_be_changed_or_deleted(call, ann):
    ts = await ann.say(ROOM, "mine")
    changed = await call("chat.update", channel=ROOM, ts=ts, text="x")
    deleted = await call("chat.delete", channel=ROOM, ts=ts)
    assert (changed["error"], deleted["error"]) == ("cant_update_message", "cant_delete_message")


@pytest.mark.parametrize("method", ["chat.update", "chat.delete", "chat.getPermalink"])
async def test_an_unknown_ts_is_message_not_found(call, method):
    name = "message_ts" if method == "chat.getPermalink" else "ts"
    answer = await call(method, channel=ROOM, text="x", **{name: "1.000001"})
    assert answer["error"] == "message_not_found"


async def test_an_update_takes_four_thousand_characters(call):
    ts = (await call("chat.postMessage", channel=ROOM, text="x"))["ts"]
    assert (await call("chat.update", channel=ROOM, ts=ts, text="x" * 4000))["ok"]
    refused = await call("chat.update", channel=ROOM, ts=ts, text="x" * 4001)
    assert refused["error"] == "msg_too_long"


async def test_a_whisper_is_seen_by_one_and_is_in_no_history(call, ann, bob):
    told = await call("chat.postEphemeral", channel=ROOM, user="U0ANN", text="psst")
    assert [m["text"] for m in ann.ephemerals(ROOM)] == ["psst"]
    assert bob.ephemerals(ROOM) == []
    history = await call("conversations.history", channel=ROOM)
    assert told["message_ts"] not in [m["ts"] for m in history["messages"]]
    ts = told["message_ts"]
    assert (await call("chat.update", channel=ROOM, ts=ts, text="x"))["error"] == (
        "message_not_found"
    )


async def test_a_whisper_to_someone_who_is_not_there_is_refused(call):
    for user in ("U0OUT", "U0NOBODY"):
        told = await call("chat.postEphemeral", channel=ROOM, user=user, text="x")
        assert told["error"] == "user_not_in_channel"


async def test_replies_stay_out_of_the_channel_unless_broadcast(call, ann):
    ts = (await call("chat.postMessage", channel=ROOM, text="card"))["ts"]
    await call("chat.postMessage", channel=ROOM, text="quiet", thread_ts=ts)
    loud = {"thread_ts": ts, "reply_broadcast": True}
    await call("chat.postMessage", channel=ROOM, text="loud", **loud)
    assert [m["text"] for m in ann.messages(ROOM)] == ["card", "loud"]
    assert [m["text"] for m in ann.messages(ROOM, ts)] == ["card", "quiet", "loud"]
    assert ann.messages(ROOM)[0]["reply_count"] == 2


async def test_a_reply_to_a_reply_joins_the_same_thread(call, ann):
    ts = (await call("chat.postMessage", channel=ROOM, text="card"))["ts"]
    reply = await call("chat.postMessage", channel=ROOM, text="1", thread_ts=ts)
    await call("chat.postMessage", channel=ROOM, text="2", thread_ts=reply["ts"])
    assert [m["text"] for m in ann.messages(ROOM, ts)] == ["card", "1", "2"]


async def test_a_reply_to_nothing_is_ok_and_nowhere_to_be_seen(call, ann):
    """As at Slack (slackapi/python-slack-sdk#840): a wrong thread_ts loses the message."""
    lost = await call("chat.postMessage", channel=ROOM, text="lost", thread_ts="1.000001")
    assert lost["ok"]
    assert ann.messages(ROOM) == []


async def test_a_deleted_message_with_replies_leaves_a_tombstone(call, ann):
    ts = (await call("chat.postMessage", channel=ROOM, text="card"))["ts"]
    await call("chat.postMessage", channel=ROOM, text="log", thread_ts=ts)
    await call("chat.delete", channel=ROOM, ts=ts)
    seen = ann.messages(ROOM)[-1]
    assert (seen["deleted"], seen["subtype"]) == (True, "tombstone")
    assert (await call("chat.delete", channel=ROOM, ts=ts))["error"] == "message_not_found"


async def test_the_bots_own_topic_and_pin_lines_can_be_deleted_and_its_join_line_not(call, ann):
    room = (await call("conversations.create", name="inc-1"))["channel"]["id"]
    await call("conversations.invite", channel=room, users="U0ANN")
    ts = (await call("chat.postMessage", channel=room, text="card"))["ts"]
    await call("conversations.setTopic", channel=room, topic="slow")
    await call("pins.add", channel=room, timestamp=ts)
    lines = {m["subtype"]: m for m in ann.messages(room) if m.get("subtype")}
    assert lines["channel_topic"]["topic"] == "slow"
    for subtype in ("channel_topic", "pinned_item"):
        assert (await call("chat.delete", channel=room, ts=lines[subtype]["ts"]))["ok"]
    join = next(m for m in ann.messages(room) if m.get("subtype") == "channel_join")
    refused = await call("chat.delete", channel=room, ts=join["ts"])
    assert refused["error"] == "cant_delete_message"


async def test_in_an_archived_channel_nothing_is_said(call, ann):
    room = (await call("conversations.create", name="inc-1"))["channel"]["id"]
    await call("conversations.invite", channel=room, users="U0ANN")
    ts = (await call("chat.postMessage", channel=room, text="card"))["ts"]
    await call("conversations.archive", channel=room)
    said = await call("chat.postMessage", channel=room, text="x")
    told = await call("chat.postEphemeral", channel=room, user="U0ANN", text="x")
    changed = await call("chat.update", channel=room, ts=ts, text="x")
    errors = (said["error"], told["error"], changed["error"])
    assert errors == ("is_archived", "is_archived", "is_inactive")
    with pytest.raises(SlackError, match="is_archived"):
        await ann.say(room, "x")


async def test_timestamps_only_ever_grow(clock, ann):
    first = await ann.say(ROOM, "1")
    second = await ann.say(ROOM, "2")  # at the same instant
    clock.pass_(-60)
    third = await ann.say(ROOM, "3")  # after the clock went back
    assert first < second < third
    assert all(len(ts.partition(".")[2]) == 6 for ts in (first, second, third))
