"""P2: one intent, one effect, however often and by whomever it is sent or pressed."""

import asyncio
from collections import Counter

from sandbox.slack.answer import FIRST
from sandbox.slack.model import User
from tests.scenario.steps import ANNOUNCE, RESPONDERS, Scene, matching, words
from tests.support.world import Unpaced, running, settings_for


async def test_ten_clicks_at_once_are_one(at: Scene) -> None:
    """The same button by the same person: one change, one line, one answer."""
    channel = await at.declare()
    await at.enter(channel, "U0BOB")
    ts = at.card(channel)["ts"]
    bob = at.person("U0BOB")
    clicks = [bob.click(channel, ts, "incident.role:commander") for _ in range(10)]
    assert {done.status for done in await asyncio.gather(*clicks)} == {200}
    await at.settled()
    assert len(matching("is commander", at.said(channel))) == 1
    assert len(matching("^role:", await at.timeline())) == 1
    assert bob.ephemerals(channel) == []


async def test_a_form_submitted_twice_posts_once(at: Scene) -> None:
    """Slack sends a submission again when the answer is lost."""
    channel = await at.declare()
    await at.open("update", channel=channel)
    at.slack.fault("duplicate_delivery", times=3)
    await at.submit({"investigation": "a cold cache"}, channel=channel)
    at.slack.clear_faults()
    assert (await at.incident()).updates == 1
    assert len(matching("a cold cache", at.said(channel))) == 1


async def test_everything_delivered_thrice_happens_once(at: Scene) -> None:
    """Commands, clicks, events: the same trigger or event id counts once."""
    at.slack.fault("duplicate_delivery", times=2)
    channel = await at.declare()
    await at.press("incident.ack", channel=channel)
    await at.type("update it is the cache", channel=channel)
    ts = await at.person("U0ANN").say(channel, "errors began at 14:02")
    await at.person("U0ANN").react(channel, ts, "pushpin")
    await at.settled()
    await at.type("resolve warmed it", channel=channel)
    at.slack.clear_faults()
    assert len((await at.everything())[0]) == 1
    rooms = [one for one in at.slack.workspace.channels.values() if one.name.startswith("inc-")]
    assert len(rooms) == 1
    kinds = Counter(line.partition(":")[0] for line in await at.timeline())
    assert set(kinds.values()) == {1}, kinds
    said = Counter(at.said(channel))
    assert set(said.values()) == {1}
    assert len(at.posted(ANNOUNCE)) == 2  # the card and the broadcast end


async def test_one_command_to_two_bots_is_one_incident(at: Scene) -> None:
    """Two replicas on one Redis get the same request at the same moment."""
    told = settings_for(at.slack, redis_url=at.bot.redis_url)
    first = at.slack.request_url
    async with running(at.slack, told, pace=Unpaced()) as other:
        second, core = at.slack.request_url, at.slack.core
        payload = {
            "team_id": "T0DEMO",
            "channel_id": ANNOUNCE,
            "user_id": "U0ANN",
            "command": "/incident",
            "text": "declare sev1 checkout is slow",
            "trigger_id": core.triggers.issue("U0ANN"),
            "response_url": core.response_url("U0ANN", ANNOUNCE),
        }
        send = core.delivery._request
        kinds = ("slash_commands", payload)
        answers = await asyncio.gather(*(send(url, *kinds, FIRST) for url in (first, second) * 5))
        assert {answer.status for answer in answers} == {200}
        await at.settled()
        await other.settled()
        at.slack.request_url = first
    incidents, posts = await at.everything()
    assert [one.id for one in incidents] == ["INC-00001"]
    assert posts == 4
    assert len(at.person("U0ANN").ephemerals(ANNOUNCE)) == 1


async def test_fifty_claims_at_once_make_one_commander(at: Scene) -> None:
    """One gets it and the channel hears it once; everybody else is told who has it."""
    await at.declare()
    card = at.card(ANNOUNCE)
    crowd = [f"U0CROWD{number}" for number in range(50)]
    for user in crowd:
        at.slack.workspace.users[user] = User(user, user.lower(), user)
        at.slack.workspace.channel(ANNOUNCE).members.append(user)
    clicks = [
        at.person(user).click(ANNOUNCE, card["ts"], "incident.role:commander") for user in crowd
    ]
    told = settings_for(at.slack, redis_url=at.bot.redis_url)
    first = at.slack.request_url
    async with running(at.slack, told, pace=Unpaced()) as other:
        await asyncio.gather(*clicks)
        await at.settled()
        await other.settled()
        at.slack.request_url = first
    winner = (await at.incident()).roles["commander"]
    channel = await at.channel()
    assert len(matching("is commander", at.said(channel))) == 1
    assert len(matching("^role:", await at.timeline())) == 1
    for user in set(crowd) - {winner}:
        assert f"<@{winner}> is commander; ask them for a handover" in words(
            at.person(user).ephemerals(ANNOUNCE)
        ), user


async def test_twenty_updates_at_once_all_count_in_order(at: Scene) -> None:
    """Different people's words at once: none is lost, none doubled, both places in one order."""
    channel = await at.declare()
    await at.enter(channel, *RESPONDERS)
    texts = [f"news-{number:02d}" for number in range(20)]
    await asyncio.gather(
        *(
            at.person(RESPONDERS[at_ % 7]).command("/incident", f"update {text}", channel=channel)
            for at_, text in enumerate(texts)
        )
    )
    await at.settled()
    assert (await at.incident()).updates == 20
    inside = [
        text for line in at.said(channel) for text in texts if f"Investigation: {text}" in line
    ]
    outside = [
        text
        for line in at.thread(at.card(ANNOUNCE))
        for text in texts
        if f"Investigation: {text}" in line
    ]
    assert sorted(inside) == texts
    assert inside == outside
    told = [line.removeprefix("update: ") for line in await at.timeline() if "update" in line]
    assert told == inside
