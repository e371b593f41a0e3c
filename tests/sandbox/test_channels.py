"""conversations.*: making, joining, inviting, listing, reading."""

import pytest

from sandbox.slack.acts import rooms
from sandbox.slack.errors import SlackError
from sandbox.slack.manifest import App


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Inc", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("inc.1", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("incidents", "name_taken"),
    ],
)
async def test_a_bad_name_is_refused(call, name, error):
    assert (await call("conversations.create", name=name))["error"] == error


@pytest.mark.parametrize("name", ["x" * 80, "inc-00042-checkout_is-slow", "störung-1", "障害"])
async def test_a_good_name_is_taken(call, name):
    made = (await call("conversations.create", name=name))["channel"]
    assert (made["name"], made["is_member"], made["is_private"]) == (name, True, False)


async def test_an_archived_channel_still_holds_its_name(call):
    room = (await call("conversations.create", name="inc-1"))["channel"]["id"]
    await call("conversations.archive", channel=room)
    assert (await call("conversations.create", name="inc-1"))["error"] == "name_taken"


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("U0NOBODY", "user_not_found"),
        ("U0SIGNALBOX", "cant_invite_self"),
        ("U0ANN", "already_in_channel"),
        ("U0OUT", "cant_invite"),
        ("U0GST", "user_is_restricted"),
        ("U0STR", "no_external_invite_permission"),
        ("", "no_user"),
    ],
)
async def test_an_invitation_is_refused_by_name(call, users, error):
    room = (await call("conversations.create", name="inc-1"))["channel"]["id"]
    await call("conversations.invite", channel=room, users="U0ANN")
    assert (await call("conversations.invite", channel=room, users=users))["error"] == error


async def test_one_bad_guest_stops_all_unless_forced(call):
    room = (await call("conversations.create", name="inc-1"))["channel"]["id"]
    asked = {"channel": room, "users": "U0ANN,U0OUT,U0BOB"}
    refused = await call("conversations.invite", **asked)
    assert refused["errors"] == [{"user": "U0OUT", "ok": False, "error": "cant_invite"}]
    members = (await call("conversations.members", channel=room))["members"]
    assert members == ["U0SIGNALBOX"]
    forced = await call("conversations.invite", **asked, force=True)
    assert forced["ok"]
    members = (await call("conversations.members", channel=room))["members"]
    assert members == ["U0SIGNALBOX", "U0ANN", "U0BOB"]


async def test_an_invitation_shows_who_invited(call, ann):
    room = (await call("conversations.create", name="inc-1"))["channel"]["id"]
    await call("conversations.invite", channel=room, users="U0ANN")
    line = ann.messages(room)[-1]
    assert (line["subtype"], line["user"], line["inviter"]) == (
        "channel_join",
        "U0ANN",
        "U0SIGNALBOX",
    )


@pytest.mark.parametrize("method", ["setTopic", "setPurpose"])
async def test_a_topic_has_250_characters(call, method):
    name = method.removeprefix("set").lower()
    args = {"channel": "C0INCIDENTS"}
    assert (await call(f"conversations.{method}", **args, **{name: "x" * 250}))["ok"]
    refused = await call(f"conversations.{method}", **args, **{name: "x" * 251})
    assert refused["error"] == "too_long"
    assert (await call(f"conversations.{method}", **args, **{name: ""}))["ok"]
    missing = await call(f"conversations.{method}", **args)
    assert missing["response_metadata"]["messages"] == [f"[ERROR] missing required field: {name}"]


async def test_what_needs_membership_says_not_in_channel(call):
    room = {"channel": "C0GENERAL"}
    for method, args in {
        "conversations.history": {},
        "conversations.setTopic": {"topic": "x"},
        "conversations.invite": {"users": "U0ANN"},
        "conversations.archive": {},
        "pins.add": {"timestamp": "1.000001"},
    }.items():
        assert (await call(method, **room, **args))["error"] == "not_in_channel"


async def test_joining_twice_is_a_warning(call):
    assert "warning" not in await call("conversations.join", channel="C0GENERAL")
    assert (await call("conversations.join", channel="C0GENERAL"))["warning"] == (
        "already_in_channel"
    )


async def test_archiving_twice_and_archiving_general_are_refused(call):
    await call("conversations.join", channel="C0GENERAL")
    general = await call("conversations.archive", channel="C0GENERAL")
    await call("conversations.archive", channel="C0OPS")
    again = await call("conversations.archive", channel="C0OPS")
    fresh = await call("conversations.unarchive", channel="C0ALERTS")
    errors = (general["error"], again["error"], fresh["error"])
    assert errors == ("cant_archive_general", "already_archived", "not_archived")


async def test_listing_goes_page_by_page_through_all_and_only_the_types_asked_for(call, slack):
    await call("conversations.create", name="secret", is_private=True)
    slack.workspace.im("U0ANN")
    seen, cursor = [], ""
    while True:
        args = {"types": "public_channel,private_channel", "limit": 2, "cursor": cursor}
        page = await call("conversations.list", **args)
        assert len(page["channels"]) <= 2
        seen += [c["name"] for c in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert seen == ["general", "incidents", "alerts", "approvals", "ops", "secret"]
    ims = await call("conversations.list", types="im")
    assert [c["user"] for c in ims["channels"]] == ["U0ANN"]
    assert (await call("conversations.list", cursor="x"))["error"] == "invalid_cursor"
    assert (await call("conversations.list", limit=0))["error"] == "invalid_limit"
    assert (await call("conversations.list", types="x"))["error"] == "invalid_types"


async def test_archived_channels_can_be_left_out(call):
    await call("conversations.archive", channel="C0OPS")
    everything = await call("conversations.list")
    open_ones = await call("conversations.list", exclude_archived=True)
    assert "ops" in [c["name"] for c in everything["channels"]]
    assert "ops" not in [c["name"] for c in open_ones["channels"]]


async def test_history_is_newest_first_and_bounded_as_slacks(call, ann, clock):
    stamps = []
    for n in range(5):
        clock.pass_(1)
        stamps.append(await ann.say("C0OPS", str(n)))

    async def texts(**args):
        answer = await call("conversations.history", channel="C0OPS", **args)
        return [m["text"] for m in answer["messages"]], answer

    assert (await texts())[0] == ["4", "3", "2", "1", "0"]
    assert (await texts(oldest=stamps[1], latest=stamps[3]))[0] == ["2"]
    bounds = {"oldest": stamps[1], "latest": stamps[3], "inclusive": True}
    assert (await texts(**bounds))[0] == ["3", "2", "1"]
    first, answer = await texts(limit=2)
    assert (first, answer["has_more"]) == (["4", "3"], True)
    second, answer = await texts(limit=2, cursor=answer["response_metadata"]["next_cursor"])
    assert second == ["2", "1"]
    wrong = await call("conversations.history", channel="C0OPS", oldest="yesterday")
    assert wrong["error"] == "invalid_ts_oldest"


async def test_history_has_no_replies_but_broadcast_ones(call, ann):
    ts = await ann.say("C0OPS", "start")
    await ann.say("C0OPS", "quiet", thread_ts=ts)
    loud = {"thread_ts": ts, "reply_broadcast": True}
    await call("chat.postMessage", channel="C0OPS", text="loud", **loud)
    page = await call("conversations.history", channel="C0OPS")
    assert [m["text"] for m in page["messages"]] == ["loud", "start"]


async def test_a_thread_is_oldest_first_with_its_first_message(call, ann):
    ts = await ann.say("C0OPS", "start")
    for n in range(3):
        await ann.say("C0OPS", str(n), thread_ts=ts)
    page = await call("conversations.replies", channel="C0OPS", ts=ts, limit=2)
    assert [m["text"] for m in page["messages"]] == ["start", "0"]
    assert page["messages"][0]["reply_count"] == 3
    cursor = page["response_metadata"]["next_cursor"]
    page = await call("conversations.replies", channel="C0OPS", ts=ts, limit=2, cursor=cursor)
    assert ([m["text"] for m in page["messages"]], page["has_more"]) == (["1", "2"], False)
    lost = await call("conversations.replies", channel="C0OPS", ts="1.000001")
    assert lost["error"] == "thread_not_found"


async def test_a_private_channel_is_for_its_members(call, ann):
    room = (await call("conversations.create", name="inc-1", is_private=True))["channel"]["id"]
    with pytest.raises(SlackError, match="channel_not_found"):
        ann.messages(room)
    await call("conversations.invite", channel=room, users="U0ANN")
    assert ann.messages(room)
    shown = (await call("conversations.info", channel=room))["channel"]
    assert (shown["is_private"], shown["is_channel"]) == (True, False)


async def test_scopes_are_checked_by_the_kind_of_channel(call, slack):
    room = (await call("conversations.create", name="inc-1", is_private=True))["channel"]["id"]
    slack.core.app = App(scopes=frozenset({"channels:history", "channels:manage"}))
    assert (await call("conversations.history", channel="C0OPS"))["ok"]
    refused = await call("conversations.history", channel=room)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "groups:history")
    assert refused["provided"] == "channels:history,channels:manage"
    assert (await call("conversations.create", name="a"))["ok"]
    private = await call("conversations.create", name="b", is_private=True)
    assert (private["error"], private["needed"]) == ("missing_scope", "groups:write")


async def test_a_dm_is_opened_once_and_not_with_who_left(call):
    first = await call("conversations.open", users="U0ANN")
    again = await call("conversations.open", users="U0ANN", return_im=True)
    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["already_open"]
    for users, error in {
        "U0OUT": "user_disabled",
        "U0NOBODY": "user_not_found",
        "": "users_list_not_supplied",
    }.items():
        assert (await call("conversations.open", users=users))["error"] == error


async def test_kicking_puts_out_and_cannot_put_out_the_bot_itself(call):
    out = await call("conversations.kick", channel="C0OPS", user="U0ANN")
    again = await call("conversations.kick", channel="C0OPS", user="U0ANN")
    self_ = await call("conversations.kick", channel="C0OPS", user="U0SIGNALBOX")
    assert (out["ok"], again["error"], self_["error"]) == (
        True,
        "not_in_channel",
        "cant_kick_self",
    )


async def test_people_delete_channels_and_then_they_are_gone(call, ann, slack):
    rooms.delete(slack.core, ann.id, "C0OPS")
    gone = await call("chat.postMessage", channel="C0OPS", text="x")
    assert gone["error"] == "channel_not_found"


async def test_guests_and_strangers_see_only_where_they_are(slack, call):
    room = (await call("conversations.create", name="inc-1"))["channel"]["id"]
    for user_id in ("U0GST", "U0STR"):
        assert slack.workspace.visible(slack.workspace.channels["C0INCIDENTS"], user_id)
        assert not slack.workspace.visible(slack.workspace.channels[room], user_id)
    assert slack.workspace.visible(slack.workspace.channels[room], "U0NEW")
