"""P5: Slack refuses, is slow, loses answers: the incident goes on, the card says what fails."""

import pytest

from sandbox.slack.acts import rooms
from tests.scenario.steps import ANNOUNCE, FAILS, Scene, buttons, matching, words


async def test_a_missing_scope_is_named_with_its_cure_and_retry_goes_on(at: Scene) -> None:
    """The card among the announcements says which scope, the leader is told; Retry posts it all."""
    scopes = at.slack.core.app.scopes
    at.refusals.add("missing_scope")
    channel = await at.declare()
    await at.type("role commander @bob", channel=channel)
    object.__setattr__(at.slack.core.app, "scopes", scopes - {"chat:write"})
    await at.type("update the cache is cold", channel=channel)
    await at.type("update it is warm", channel=channel)
    lanes = await at.bot.store.memory.failing_lanes("INC-00001")
    assert {lane.lane for lane in lanes} == {"incident:INC-00001", "channel:incidents"}
    assert all("lacks the scope chat:write" in lane.error for lane in lanes)
    panel = await at.says("status", channel=channel)
    assert "lacks the scope chat:write" in panel
    assert "signalbox manifest" in panel
    object.__setattr__(at.slack.core.app, "scopes", scopes)
    for place in (0, 1):
        await at.press(f"lane.retry:{place}", channel=channel)
    assert [m for m in ("cold", "warm") if matching(m, at.said(channel))] == ["cold", "warm"]
    thread = at.thread(at.card(ANNOUNCE))
    assert [m for m in ("cold", "warm") if matching(m, thread)] == ["cold", "warm"]
    assert await at.bot.store.memory.failing_lanes("INC-00001") == []
    assert not matching(FAILS, [words(at.card(channel)), words(at.card(ANNOUNCE))])


async def test_a_failing_channel_is_on_the_other_card_and_told_to_who_leads(at: Scene) -> None:
    """The announcements are refused: the incident has its channel, and its card offers Retry."""
    channel = await at.declare()
    await at.type("role commander @bob", channel=channel)
    at.fault("refused", method="chat.postMessage", code="restricted_action", times=1)
    at.fault("refused", method="chat.postMessage", code="restricted_action", times=1)
    await at.type("update the cache is cold", channel=channel)
    at.slack.clear_faults()
    shown = words(at.card(ANNOUNCE)) + words(at.card(channel))
    assert matching(FAILS, [shown])
    assert "Ask a workspace admin to allow it, then press Retry" in shown
    assert matching(FAILS, at.told("U0BOB"))
    assert (await at.audit("lane.failed"))[0]["facts"]["call"] == "chat.postMessage"


async def test_a_bot_outside_the_announcement_channel_joins_it(at: Scene) -> None:
    """A public channel is joined; nothing is lost and nothing is said twice."""
    await at.people("kick", "U0ADA", ANNOUNCE, at.bot.us.user)
    channel = await at.declare()
    assert at.bot.us.user in at.slack.workspace.channel(ANNOUNCE).members
    assert len(at.posted(ANNOUNCE)) == 1
    assert len(at.said(channel)) == 2


async def test_a_private_announcement_channel_without_the_bot(at: Scene) -> None:
    """Only a person can invite it: the card in the incident's channel says so; Retry works."""
    room = at.slack.workspace.channel(ANNOUNCE)
    room.kind = "group"
    await at.people("kick", "U0ADA", ANNOUNCE, at.bot.us.user)
    channel = await at.declare()
    card = at.card(channel)
    assert "Nothing more is announced in #incidents" in words(card)
    assert "/invite @Signalbox" in words(card)
    assert "Resolved" not in words(card)
    await at.type("update the cache is cold", channel=channel)
    assert matching("the cache is cold", at.said(channel))
    await at.people("invite", "U0ADA", ANNOUNCE, at.bot.us.user)
    await at.press("lane.retry:0", channel=channel, ts=card["ts"])
    assert len([one for one in at.said(ANNOUNCE) if "*Started*" in one]) == 1
    thread = at.thread(at.card(ANNOUNCE))
    assert [m for m in ("Alert", "cold") if matching(m, thread)] == ["Alert", "cold"]


async def test_a_missing_announcement_channel_stops_nothing(scenes, tmp_path) -> None:
    """signalbox.yml names a channel that does not exist: it is named, the incident lives."""
    file = tmp_path / "signalbox.yml"
    file.write_text("channels: {incidents: nowhere}\nroles: {responder: {everyone: true}}\n")
    async with scenes(signalbox_config=file) as at:
        channel = await at.declare()
        card = words(at.card(channel))
        assert "#nowhere" in card
        assert "Check the channel's name in signalbox.yml" in card
        await at.type("resolve rolled back", channel=channel)
        assert (await at.incident()).status == "resolved"


async def test_a_taken_channel_name_gets_a_number(at: Scene) -> None:
    """Somebody has a channel of that name, even an archived one."""
    rooms.create(at.slack.core, "U0ANN", "inc-00001-checkout-is-slow", private=False)
    await at.settled()
    at.refusals.add("name_taken")
    channel = await at.declare()
    assert at.slack.workspace.channel(channel).name == "inc-00001-checkout-is-slow-2"
    assert f"<#{channel}>" in words(at.card(ANNOUNCE))


async def test_no_channel_for_a_public_incident_is_told_and_retried(still: Scene) -> None:
    """Slack forbids it: everybody hears of the incident at once, and Retry makes it up."""
    still.fault("refused", method="conversations.create", code="restricted_action")
    answer = await still.says("declare sev1 checkout is slow")
    assert "#inc-00001-checkout-is-slow could not be made" in answer
    [told] = matching("^⚠️ The incident channel could not be made", still.told("U0ANN"))
    assert "Ask a workspace admin" in told
    announced = still.card(ANNOUNCE)  # no time has passed
    assert "#inc-00001-checkout-is-slow" in words(announced)
    assert "The incident channel could not be made" in words(announced)
    tried = await still.press("lane.retry:0", channel=ANNOUNCE, ts=announced["ts"])
    assert tried.startswith("🔁 Trying again: making the incident channel")
    channel = await still.channel()
    assert len(still.said(channel)) == 2
    assert f"<#{channel}>" in words(still.card(ANNOUNCE))
    assert buttons(still.card(ANNOUNCE)).keys() == {"incident.ack", "incident.role:commander"}


async def test_a_channel_that_comes_late_is_linked_on_the_announced_card(
    still: Scene, clock
) -> None:
    """Slack holds its creation up: the card goes out without it, and is edited when it is there."""
    still.fault("ratelimited", method="conversations.create", seconds=40)
    await still.type("declare sev1 checkout is slow")
    await still.later(clock, seconds=16)
    assert "#inc-00001-checkout-is-slow" in words(still.card(ANNOUNCE))
    await still.later(clock, seconds=30)
    assert f"<#{await still.channel()}>" in words(still.card(ANNOUNCE))


async def test_a_channel_that_comes_in_time_costs_no_edit(at: Scene) -> None:
    """P10: the announced card is posted once, with the link."""
    channel = await at.declare()
    assert f"<#{channel}>" in words(at.card(ANNOUNCE))
    assert [call.method for call in at.slack.calls if call.method == "chat.update"] == []


@pytest.mark.parametrize("kind", ["lost_answer", "error"])
async def test_a_lost_answer_posts_nothing_twice(still: Scene, clock, kind: str) -> None:
    """Slack did it (or not) and did not say: it is looked for before it is posted again."""
    channel = await still.declare()
    still.fault(kind, method="chat.postMessage", times=2)
    await still.type("update the cache is cold", channel=channel)
    for _ in range(4):
        await still.later(clock, seconds=5)
    assert len(matching("the cache is cold", still.said(channel))) == 1
    assert len(matching("the cache is cold", still.thread(still.card(ANNOUNCE)))) == 1


async def test_a_lost_answer_to_the_channels_creation_makes_one_channel(
    still: Scene, clock
) -> None:
    """The channel that was made is found and used."""
    still.fault("lost_answer", method="conversations.create")
    still.refusals.add("name_taken")
    await still.type("declare sev1 checkout is slow")
    for _ in range(3):
        await still.later(clock, seconds=5)
    rooms = [one for one in still.slack.workspace.channels.values() if "inc-" in one.name]
    assert [one.name for one in rooms] == ["inc-00001-checkout-is-slow"]
    assert len(still.said(rooms[0].id)) == 2


async def test_a_rate_limit_only_delays(still: Scene, clock) -> None:
    """Retry-After is obeyed; the order stays."""
    channel = await still.declare()
    still.fault("ratelimited", method="chat.postMessage", seconds=30, times=2)
    await still.type("update first", channel=channel)
    await still.type("update second", channel=channel)
    assert not matching("first", still.said(channel))
    await still.later(clock, seconds=31)
    texts = [m for one in still.said(channel) for m in ("first", "second") if f": {m}" in one]
    assert texts == ["first", "second"]


async def test_at_slacks_own_pace_everything_arrives(scenes) -> None:
    """Real limits on both sides: nobody is refused for being too fast, nothing is lost."""
    async with scenes(rate_limits=True) as at:
        channel = await at.declare()
        await at.type("update first", channel=channel)
        await at.type("resolve done", channel=channel)
        await at.slack.until(lambda: matching("can be archived", at.said(channel)), 15)
        assert (await at.incident()).status == "resolved"
        assert [call.method for call in at.slack.calls if call.status == 429] == []
