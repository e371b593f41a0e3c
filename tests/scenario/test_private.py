"""P8: nothing of a private incident reaches anyone but its members, in no call, list, log or audit.

The canaries are words that only the private incident has; they may be seen in its own channel, in
its members' direct messages and private answers, and nowhere else.
"""

import io
import json

from sandbox.slack.model import CallRecord
from tests.scenario.steps import ALERTS, ANNOUNCE, Scene, matching, words

TITLE, UPDATE, TASK, NOTE = "zirconium breach", "palladium keys", "rotate osmium", "iridium note"
CANARIES = ("zirconium", "palladium", "osmium", "iridium", "rhodium")
OUTSIDER = "U0NEW"


async def _lived(at: Scene) -> str:
    """A private incident with everything said in it; Ann and Bob are its members."""
    await at.type(f"declare sev1 --private {TITLE}")
    channel = await at.channel()
    await at.type("role commander", channel=channel)
    await at.type("role oncall @bob", channel=channel)
    await at.type(f"update {UPDATE}", channel=channel)
    await at.type(f"task add {TASK} @bob", channel=channel)
    await at.type(f"handover @bob {NOTE}", channel=channel)
    await at.press("incident.handover:accept", by="U0BOB", channel=channel)
    await at.type("rhodium", channel=channel)
    ts = await at.person("U0ANN").say(channel, "the rhodium was here")
    await at.person("U0ANN").react(channel, ts, "pushpin")
    await at.settled()
    return channel


def _reached(at: Scene, channel: str, members: set[str]) -> list[CallRecord]:
    """Return the calls with a canary that went past the channel and its members."""
    inside = {channel} | {at.person(user).dm() for user in members}

    def kept(call: CallRecord) -> bool:
        place = call.args.get("channel") or call.args.get("channel_id")
        person = call.args.get("user") or call.args.get("user_id")
        return place in inside or person in members or call.method in UNADDRESSED

    return [call for call in at.slack.calls if _canary(json.dumps(call.args)) and not kept(call)]


# Answers by response URL go to who asked, files and views to whom the next call or the trigger
# names; the channel's name is seen by its members. What outsiders see is checked on its own.
UNADDRESSED = {
    "response_url",
    "files.getUploadURLExternal",
    "views.open",
    "views.update",
    "conversations.create",
}


def _canary(text: str) -> bool:
    return any(word in text for word in CANARIES)


async def test_no_call_carries_it_past_its_members(at: Scene) -> None:
    """Through its whole life: declare, roles, update, task, handover, draft, end, archive."""
    channel = await _lived(at)
    await at.type("postmortem", by="U0BOB", channel=channel)
    await at.type("resolve palladium turned", by="U0BOB", channel=channel)
    await at.type("archive", by="U0BOB", channel=channel)
    assert (await at.incident()).archived
    assert _reached(at, channel, {"U0ANN", "U0BOB"}) == []
    assert not at.posted(ANNOUNCE)
    room = at.slack.workspace.channel(channel)
    assert room.kind == "group"
    assert set(room.members) <= {"U0ANN", "U0BOB", at.bot.us.user}


async def test_outsiders_find_nothing_and_learn_nothing(at: Scene) -> None:
    """By list, id, Home and every acting word it is as if the incident did not exist."""
    await _lived(at)
    never = await at.says("status INC-99", by=OUTSIDER)
    for text in (
        "status INC-1",
        "INC-1",
        "timeline INC-1",
        "catchup INC-1",
        "update INC-1 hello",
        "resolve INC-1 done",
        "sev INC-1 sev2",
        "ack INC-1",
        "role INC-1 comms",
        "task INC-1 add x",
        "page INC-1 @new",
        "escalate INC-1",
        "snooze INC-1 30m",
        "handover INC-1 @new",
        "close INC-1 false-alarm",
        "reopen INC-1",
        "postmortem INC-1",
        "archive INC-1",
    ):
        told = await at.says(text, by=OUTSIDER)
        assert told == never.replace("00099", "00001"), text
    assert "No open incidents" in await at.says("list", by=OUTSIDER)
    assert "INC-00001" not in await at.says("update hello", by=OUTSIDER)
    form = await at.open("update INC-1", by=OUTSIDER)
    assert "There is no incident INC-00001" in words(form)
    await at.person(OUTSIDER).home()
    await at.settled()
    assert "✅ None." in words(at.person(OUTSIDER).published_home())
    assert not _canary(json.dumps(at.person(OUTSIDER).published_home()))
    assert not _canary(words(at.person(OUTSIDER).ephemerals(ANNOUNCE)))
    assert (await at.incident()).is_open


async def test_members_find_it_where_others_do_not(at: Scene) -> None:
    """List and Home show it to Bob, with a lock."""
    channel = await _lived(at)
    assert matching(f"🔒.*<#{channel}>", [await at.says("list", by="U0BOB")])
    await at.person("U0BOB").home()
    await at.settled()
    assert TITLE in words(at.person("U0BOB").published_home())
    assert TITLE in await at.says("status INC-1", by="U0BOB", channel=ALERTS)


async def test_a_public_incident_cannot_point_at_it(at: Scene) -> None:
    """Neither by an outsider, to whom it does not exist, nor by a member."""
    await _lived(at)
    channel = await at.declare("sev2 checkout is slow", by=OUTSIDER, number=2)
    assert "There is no incident INC-00001" in await at.says(
        "close duplicate INC-1", by=OUTSIDER, channel=channel
    )
    await at.enter(channel, "U0BOB")
    assert "is private" in await at.says("close duplicate INC-1", by="U0BOB", channel=channel)
    assert (await at.incident(2)).is_open


async def test_neither_logs_nor_audit_hold_its_words(log: io.StringIO, scenes) -> None:
    """The most talkative log and every fact of the audit are free of them, refusals included."""
    async with scenes() as at:
        channel = await _lived(at)
        at.fault("refused", method="chat.postMessage", code="restricted_action")
        await at.type(f"update {UPDATE} again", by="U0BOB", channel=channel)
        at.fault("error", method="users.info")
        await at.type(f"status INC-1 {TITLE}", by="U0DAN")
        await at.type("task add palladium @otto", by="U0BOB", channel=channel)
        records = json.dumps(await at.audit(), ensure_ascii=False, default=str)
        assert "incident.declared" in records
        assert [word for word in CANARIES if word in records] == []
    written = log.getvalue()
    assert "refused" in written
    assert [word for word in CANARIES if word in written] == []


async def test_no_private_channel_no_incident(at: Scene) -> None:
    """Refused by Slack: it ends, who declared hears why and how, nothing becomes public."""
    at.fault("refused", method="conversations.create", code="restricted_action", times=0)
    assert "was *not* opened" in await at.says(f"declare sev1 --private {TITLE}")
    incident = await at.incident()
    assert (incident.status, incident.close_reason) == ("closed", "no private channel")
    [told] = at.told("U0ANN")
    assert "was *not* opened" in told
    assert "Ask a workspace admin" in told
    at.slack.clear_faults()
    await at.settled()
    assert [room.name for room in at.slack.workspace.channels.values() if "inc-" in room.name] == []
    assert at.posted(ANNOUNCE) == []
    assert {call.args["channel"] for call in at.posts()} == {at.person("U0ANN").dm()}
    assert "declare a new incident" in await at.says("reopen INC-1")


async def test_a_private_incident_ended_unopened_stays_hidden(at: Scene) -> None:
    """Others are not told that anything was tried."""
    at.fault("refused", method="conversations.create", code="restricted_action")
    await at.type(f"declare sev1 --private {TITLE}")
    assert "There is no incident INC-00001" in await at.says("status INC-1", by=OUTSIDER)
    assert not _canary(words(at.person(OUTSIDER).ephemerals(ANNOUNCE)))


async def test_who_leaves_the_channel_loses_sight_of_it(still: Scene, clock) -> None:
    """What Slack says of its members is at most a minute old."""
    channel = await _lived(still)
    assert TITLE in await still.says("status INC-1", by="U0BOB")
    await still.people("kick", "U0ANN", channel, "U0BOB")
    clock.forward(seconds=61)
    assert "There is no incident INC-00001" in await still.says("status INC-1", by="U0BOB")


async def test_who_is_called_in_can_work_at_once(at: Scene) -> None:
    """In the channel itself nobody has to wait until the list of members is read again."""
    channel = await _lived(at)
    assert TITLE in await at.says("status INC-1", channel=ALERTS)  # the members are known now
    await at.type("page @dan", by="U0BOB", channel=channel)
    assert TITLE in await at.says("status", by="U0DAN", channel=channel)
    await at.press("incident.ack", by="U0DAN", channel=channel)
    assert (await at.incident()).acknowledged_by == "U0DAN"


async def test_who_is_called_in_can_acknowledge_from_the_direct_message(at: Scene) -> None:
    """The button that the call itself carries works."""
    channel = await _lived(at)
    assert TITLE in await at.says("status INC-1", channel=ALERTS)
    await at.type("page @dan", by="U0BOB", channel=channel)
    await at.press("incident.ack", by="U0DAN", channel=at.person("U0DAN").dm())
    assert (await at.incident()).acknowledged_by == "U0DAN"
