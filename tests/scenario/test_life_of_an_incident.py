"""An incident from declare to resolved, as people live it, and where each word of it is said."""

import re

from sandbox.slack.model import BOT_USER
from tests.scenario.steps import ALERTS, ANNOUNCE, Scene, buttons, matching, words


async def test_declare_opens_a_channel_and_tells_everybody_once(at: Scene) -> None:
    """One channel with card, Initial message, topic and pin; one card announced; one answer."""
    answer = await at.says("declare sev1 checkout is slow")
    channel = await at.channel()
    assert matching(f"Declared .*SEV1 · checkout is slow .INC-00001.*<#{channel}>", [answer])
    card, initial = at.said(channel)
    assert "🔴 *SEV1 · checkout is slow* (INC-00001)" in card
    assert f"<#{channel}>" not in card  # whoever reads it is there
    assert matching("^🚨 .*Incident Alert: SEV1 · checkout is slow .INC-00001", [initial])
    assert "*Severity:* CRITICAL (SEV1)" in initial
    assert "*Current Status:* not known yet" in initial
    [announced] = at.posted(ANNOUNCE)
    assert "checkout is slow" in words(announced)
    assert f"<#{channel}>" in words(announced)
    assert set(buttons(announced)) == {"incident.ack", "incident.role:commander"}
    [below] = at.thread(announced)
    assert "Incident Alert" in below
    room = at.slack.workspace.channel(channel)
    assert room.name == "inc-00001-checkout-is-slow"
    assert set(room.members) == {"U0ANN", BOT_USER}
    assert [pin.ts for pin in room.pins] == [at.card(channel)["ts"]]
    assert room.topic.value.startswith("🔴 SEV1 · checkout is slow")
    assert len(at.posts()) == 4
    assert at.told("U0ANN") == []


async def test_the_whole_life_by_words(at: Scene) -> None:
    """Declare, acknowledge, lead, update, resolve: each leaves its line and the card follows."""
    channel = await at.declare("critical checkout is slow")
    await at.type("ack", channel=channel)
    await at.type("role commander", channel=channel)
    assert "*Commander* <@U0ANN> · *On-call* <@U0ANN>" in words(at.card(channel))
    await at.type("update rolled back", channel=channel)
    await at.type("resolve rolled back to 41", channel=channel)
    incident = await at.incident()
    assert (incident.status, incident.updates) == ("resolved", 1)
    assert incident.resolution.applied == "rolled back to 41"
    assert [line.partition(":")[0] for line in await at.timeline()] == [
        "declared",
        "acknowledged",
        "role",
        "update",
        "resolved",
    ]
    announced, broadcast = at.posted(ANNOUNCE)
    assert "*Resolved*" in words(announced)
    assert "Incident Resolved" in words(broadcast)
    assert "*Resolved*" in words(at.card(channel))
    assert at.slack.workspace.channel(channel).topic.value.startswith("✅")


async def test_an_update_is_one_message_in_the_channel_and_one_in_the_thread(at: Scene) -> None:
    """P10: an update adds one message to each place, edits each card once, and whispers nothing."""
    channel = await at.declare()
    before = at.mark()
    answer = await at.says("update errors are falling", channel=channel)
    calls = at.slack.calls[before:]
    assert answer == ""
    assert sorted(call.method for call in calls) == ["chat.postMessage"] * 2 + ["chat.update"] * 2
    assert {call.args["channel"] for call in at.posts(before)} == {channel, ANNOUNCE}
    announced = at.posted(ANNOUNCE)
    assert len(announced) == 1
    assert "errors are falling" in at.thread(announced[0])[-1]
    assert "Investigation: errors are falling" in at.said(channel)[-1]


async def test_the_card_follows_every_change_and_there_is_only_one(at: Scene) -> None:
    """Severity, roles, impact and end show on both cards; neither channel gets a second card."""
    channel = await at.declare()
    steps = {
        "sev sev1": r"🔴 \*SEV1 · checkout",
        "role commander @bob": r"\*Commander\* <@U0BOB>",
        "snooze 45m": r"\*Reminders snoozed\* until",
        "update all good soon": r"\*Next update\* due",
        "resolve rolled back": r"✅ .*\*Resolved\*.*\*ended\*",
    }
    for text, shown in steps.items():
        await at.type(text, channel=channel)
        for place in (channel, ANNOUNCE):
            cards = [one for one in at.said(place) if "*Started*" in one]
            assert len(cards) == 1
            assert matching(shown, cards), (text, place, cards)


async def test_the_bots_own_topic_and_pin_lines_are_removed(at: Scene) -> None:
    """P10: Slack's lines about the bot's topic and pin go; a person's topic line stays."""
    channel = await at.declare()
    await at.type("sev sev1", channel=channel)
    await at.people("topic", "U0ANN", channel, "we are on it")
    left = [one.get("subtype") for one in at.person("U0ANN").messages(channel)]
    assert left.count("channel_topic") == 1
    assert "pinned_item" not in left


async def test_the_resolved_message_is_broadcast_and_the_channel_offered_for_archiving(
    at: Scene,
) -> None:
    """Readers who follow no thread see the end; the channel keeps its history until archived."""
    channel = await at.declare()
    before = at.mark()
    await at.type("resolve warmed the cache", channel=channel)
    said = at.posts(before)
    out = [one for one in said if one.args["channel"] == ANNOUNCE]
    assert [one.args["reply_broadcast"] for one in out] == [True]
    inside = [words(one.args) for one in said if one.args["channel"] == channel]
    assert len(inside) == 2
    assert "warmed the cache" in inside[0]
    assert "Archive channel" in inside[1]
    assert buttons(at.newest(channel, "incident.archive"))["incident.archive"]["confirm"]


async def test_it_works_over_socket_mode_as_over_http(scenes) -> None:
    """The same listeners hear a socket: declare, a click, a form, resolve."""
    async with scenes(socket=True) as at:
        channel = await at.declare("sev1 checkout is slow")
        await at.press("incident.role:commander", by="U0BOB", channel=ANNOUNCE)
        await at.press("incident.update", channel=channel)
        await at.submit({"investigation": "a bad deploy"}, channel=channel)
        await at.type("resolve rolled back", channel=channel)
        incident = await at.incident()
        assert (incident.status, incident.roles["commander"]) == ("resolved", "U0BOB")


async def test_two_incidents_keep_apart(at: Scene) -> None:
    """Words in one channel move that incident alone; each has its card and its thread."""
    first = await at.declare("sev1 checkout is slow")
    second = await at.declare("sev3 search is down", number=2)
    await at.type("update it is the cache", channel=second)
    assert (await at.incident(1)).updates == 0
    assert (await at.incident(2)).updates == 1
    assert not matching("cache", at.said(first))
    cards = at.posted(ANNOUNCE)
    assert [re.search(r"INC-\d+", words(card))[0] for card in cards] == ["INC-00001", "INC-00002"]
    assert not matching("cache", at.thread(cards[0]))
    assert len(matching("cache", at.thread(cards[1]))) == 1
    assert at.posted(ALERTS) == []
