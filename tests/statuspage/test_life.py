"""What customers read follows the incident, and every word of it was approved by another person."""

import pytest

from bot.domain.statuspage_draft import Publication
from bot.errors import Denied
from bot.usecases.turn import Turn
from tests.scenario.steps import Scene, buttons, matching, words
from tests.statuspage.conftest import SYSTEM, Visitor
from tests.support.redis import StillClock

AUTHOR, OTHER, LEAD, NEW = "U0ANN", "U0BOB", "U0LEA", "U0NEW"
ENDS = "MCP-Cortex AI Services"


def offers(at: Scene, channel: str) -> bool:
    """Whether any card still offers Approve."""
    return any("statuspage.approve" in buttons(one) for one in at.posted(channel))


async def declared(at: Scene, text: str = "sev2 answers are slow") -> str:
    channel = await at.declare(f"{text} {SYSTEM}", by=AUTHOR)
    await at.enter(channel, OTHER, LEAD)
    return channel


async def told(at: Scene, text: str = "sev2 answers are slow") -> str:
    """Declare, and let another person approve; the channel."""
    channel = await declared(at, text)
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    return channel


async def close(at: Scene, channel: str, ending: str, **more: str) -> None:
    await at.press("incident.resolve", by=AUTHOR, channel=channel)
    await at.submit({"ending": ending, **more}, by=AUTHOR, channel=channel)


@pytest.fixture
async def at(still: Scene):
    """At the end: each published digest has a yes of somebody else, or a break-glass record."""
    yield still
    await still.settled()
    records = await still.audit()
    for number, one in enumerate(records):
        if one["what"] not in ("statuspage.publish", "statuspage.correct"):
            continue
        before = [r for r in records[:number] if r["facts"].get("digest") == one["facts"]["digest"]]
        others = [
            r
            for r in before
            if r["what"] == "statuspage.approved"
            and r["who"] not in (r["facts"]["author"], r["facts"]["editor"])
        ]
        alone = [r for r in before if r["what"] == "statuspage.alone" and r["facts"]["reason"]]
        assert others or alone, one


async def test_declare_approve_resolve_and_the_page_follows(at: Scene, visitor: Visitor) -> None:
    channel = await declared(at)
    card = at.newest(channel, "statuspage.approve")
    assert set(buttons(card)) == {
        "statuspage.approve",
        "statuspage.edit",
        "statuspage.cancel",
        "statuspage.alone",
    }
    assert "*Customers* a text waits" in words(at.card(channel))
    assert (await visitor.summary())["incidents"] == []
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    assert "*Customers* told “investigating”" in words(at.card(channel))
    [shown] = (await visitor.summary())["incidents"]
    assert (shown["status"], shown["impact"]) == ("investigating", "major")
    assert "answers are slow" not in str(shown), "the internal title is not for customers"
    assert await visitor.component() == "partial_outage"
    assert shown["name"] in (await visitor.get()).text

    await at.type("resolve restarted the workers", by=AUTHOR, channel=channel)
    assert await visitor.component() == "partial_outage", "nobody has approved the end"
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    after = await visitor.summary()
    assert after["incidents"] == []
    assert after["status"] == {"indicator": "none", "description": "All systems operational"}
    assert await visitor.component() == "operational"
    assert "is resolved" in (await visitor.get()).text
    assert [one for one in await at.timeline() if one.startswith("customers")] == [
        f"customers: Told customers (investigating): {ENDS}: partial outage",
        f"customers: Told customers (resolved): {ENDS}: partial outage",
    ]


async def test_who_caused_a_text_cannot_approve_it(at: Scene, visitor: Visitor) -> None:
    channel = await declared(at)
    answer = await at.press("statuspage.approve", by=AUTHOR, channel=channel)
    assert "somebody else has to approve" in answer
    assert (await visitor.summary())["incidents"] == []


async def test_nobody_without_the_role_approves(at: Scene, visitor: Visitor) -> None:
    channel = await declared(at)
    await at.enter(channel, NEW)
    answer = await at.press("statuspage.approve", by=NEW, channel=channel)
    assert "Only `operator` or `lead`" in answer
    assert (await visitor.summary())["incidents"] == []


async def test_an_edit_is_another_text_that_its_editor_cannot_approve(
    at: Scene, visitor: Visitor
) -> None:
    channel = await declared(at)
    card = at.newest(channel, "statuspage.approve")
    old = buttons(card)["statuspage.approve"]["value"]
    await at.press("statuspage.edit", by=OTHER, channel=channel)
    text = "Answers take <b>long</b> & may fail.\n\nWe are sorry."
    await at.submit({"name": "Slow answers", "body": text}, by=OTHER, channel=channel)
    assert old != buttons(at.newest(channel, "statuspage.approve"))["statuspage.approve"]["value"]
    assert "changed this text last" in await at.press(
        "statuspage.approve", by=OTHER, channel=channel
    )
    await at.press("statuspage.approve", by=LEAD, channel=channel)
    [shown] = (await visitor.summary())["incidents"]
    assert (shown["name"], shown["incident_updates"][0]["body"]) == ("Slow answers", text)
    assert "&lt;b&gt;long&lt;/b&gt; &amp; may fail." in (await visitor.get()).text
    await at.type("resolve fixed", by=AUTHOR, channel=channel)
    await at.press("statuspage.approve", by=LEAD, channel=channel)
    assert "Slow answers" in (await visitor.get()).text, "the title stays what people made it"


async def test_a_cancelled_text_is_not_published_and_says_so(at: Scene, visitor: Visitor) -> None:
    channel = await declared(at)
    await at.press("statuspage.cancel", by=AUTHOR, channel=channel)
    assert not offers(at, channel)
    assert "nothing of it was published" in words(at.posted(channel))
    assert (await visitor.summary())["incidents"] == []
    await at.choose("customers", by=AUTHOR, channel=channel)
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    assert len((await visitor.summary())["incidents"]) == 1


async def test_breaking_the_glass_takes_time_and_a_reason(
    at: Scene, visitor: Visitor, clock: StillClock
) -> None:
    channel = await declared(at)
    reason = {"reason": "Nobody else is awake and users are locked out"}
    await at.press("statuspage.alone", by=OTHER, channel=channel)
    assert "5 min to answer" in await at.submit(reason, by=OTHER, channel=channel)
    assert (await visitor.summary())["incidents"] == []
    await at.later(clock, minutes=6)
    await at.press("statuspage.alone", by=AUTHOR, channel=channel)
    short = await at.person(AUTHOR).submit(values={"reason": "hurry"})
    assert "reason" in short.errors
    await at.submit(reason, by=AUTHOR, channel=channel)
    assert len((await visitor.summary())["incidents"]) == 1
    [record] = await at.audit("statuspage.alone")
    assert (record["who"], record["facts"]["reason"]) == (AUTHOR, reason["reason"])
    assert "published it alone" in words(at.posted(channel))


async def test_a_silent_draft_is_asked_again_and_then_the_leads_are_called(
    at: Scene, clock: StillClock
) -> None:
    channel = await declared(at)
    await at.later(clock, minutes=4)
    assert not matching("still wait", at.said(channel))
    await at.later(clock, minutes=1)
    assert len(matching("still wait", at.said(channel))) == 1
    assert not matching("wait for a text", at.told(LEAD))
    await at.later(clock, minutes=10)
    assert len(matching("wait for a text", at.told(LEAD))) == 1
    await at.later(clock, hours=9)
    assert offers(at, channel), "silence never publishes and never expires"
    [asked] = (await at.audit("statuspage.asked-again"))[2:]
    assert asked["facts"]["to"] == [LEAD]


async def test_an_update_takes_the_place_of_a_text_that_waits(at: Scene, visitor: Visitor) -> None:
    channel = await declared(at)
    await at.open("update", by=AUTHOR, channel=channel)
    values = {"status": "identified", "investigation": "it was DNS", "impact": "Logins fail"}
    await at.submit(values, by=AUTHOR, channel=channel)
    assert "things have moved on" in words(at.posted(channel))
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    [shown] = (await visitor.summary())["incidents"]
    assert [one["status"] for one in shown["incident_updates"]] == ["identified"]
    assert "Logins fail" in shown["incident_updates"][0]["body"]
    assert "DNS" not in str(shown), "what was found is internal"


async def test_an_update_that_tells_customers_nothing_new_asks_nobody(at: Scene) -> None:
    channel = await told(at)
    await at.type("update we look at the queues", by=AUTHOR, channel=channel)
    first = len(at.posted(channel))
    assert offers(at, channel), "still investigating is news after the first text"
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    await at.type("update we look at the workers", by=AUTHOR, channel=channel)
    assert not offers(at, channel)
    assert len(at.posted(channel)) == first + 1, "only the update itself"


@pytest.mark.parametrize("ending", ["false alarm", "duplicate"])
async def test_what_was_not_fixed_is_never_called_resolved(
    at: Scene, visitor: Visitor, ending: str
) -> None:
    channel = await told(at)
    if ending == "duplicate":
        await at.declare("sev3 another", by=AUTHOR, number=2)
    more = {"duplicate_of": "INC-2"} if ending == "duplicate" else {}
    await close(at, channel, ending, **more)
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    assert await visitor.component() == "operational"
    for path in ("", "/history.atom"):
        shown = (await visitor.get(path)).text
        assert "Closed" in shown
        assert "resolved" not in shown.lower()


async def test_what_ended_before_customers_heard_of_it_is_not_published(
    at: Scene, visitor: Visitor
) -> None:
    channel = await declared(at)
    await close(at, channel, "false alarm")
    assert not offers(at, channel)
    assert "No incidents in the last 90 days" in (await visitor.get()).text


async def test_a_component_stays_down_while_another_incident_holds_it(
    at: Scene, visitor: Visitor
) -> None:
    one = await told(at, "sev3 answers are slow")
    other = await at.declare(f"sev1 answers fail {SYSTEM}", by=AUTHOR, number=2)
    await at.enter(other, OTHER)
    await at.press("statuspage.approve", by=OTHER, channel=other)
    assert await visitor.component() == "major_outage"
    await at.type("resolve fixed", by=AUTHOR, channel=other)
    await at.press("statuspage.approve", by=OTHER, channel=other)
    assert await visitor.component() == "degraded_performance"
    await at.type("resolve fixed", by=AUTHOR, channel=one)
    await at.press("statuspage.approve", by=OTHER, channel=one)
    assert await visitor.component() == "operational"


async def test_reopening_tells_customers_that_it_is_back(at: Scene, visitor: Visitor) -> None:
    channel = await told(at)
    await at.type("resolve fixed", by=AUTHOR, channel=channel)
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    await at.type("reopen", by=AUTHOR, channel=channel)
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    [shown] = (await visitor.summary())["incidents"]
    assert "has come back" in shown["incident_updates"][0]["body"]
    assert len(shown["incident_updates"]) == 3


async def test_two_approvers_at_once_publish_once(at: Scene, visitor: Visitor) -> None:
    channel = await declared(at)
    ts = at.newest(channel, "statuspage.approve")["ts"]
    for who in (OTHER, LEAD):
        await at.person(who).click(channel, ts, "statuspage.approve")
    await at.settled()
    [shown] = (await visitor.summary())["incidents"]
    assert len(shown["incident_updates"]) == 1
    body = await at.bot.store.memory.document("publication", "INC-00001")
    assert len(Publication.model_validate_json(body).told.updates) == 1


async def test_of_private_incidents_customers_are_never_told(at: Scene, visitor: Visitor) -> None:
    await at.type(f"declare sev1 {SYSTEM} --private zirconium breach", by=AUTHOR)
    channel = await at.channel()
    assert "customers" not in str(buttons(at.card(channel))["incident.more"])
    await at.type("resolve fixed", by=AUTHOR, channel=channel)
    assert not offers(at, channel)
    memory = at.bot.store.memory
    assert await memory.document("publication", "INC-00001") is None
    assert (await visitor.summary())["incidents"] == []
    shelf = at.bot.use.status_pages.shelf
    turn = Turn(None, at.bot.clock.now())
    with pytest.raises(Denied):  # the gate itself, should anything ever come that far
        await shelf.publish(turn, await at.incident(), Publication(id="INC-00001"), None)


async def test_a_text_that_waits_in_an_archived_channel_is_asked_for_directly(
    at: Scene, visitor: Visitor, clock: StillClock
) -> None:
    channel = await told(at)
    await at.type("resolve fixed", by=AUTHOR, channel=channel)
    await at.press("incident.archive", by=AUTHOR, channel=channel)
    await at.later(clock, minutes=6)
    room = at.person(LEAD).dm()
    assert len(matching("wait for a text", at.told(LEAD))) == 1
    await at.press("statuspage.approve", by=LEAD, channel=room)
    assert await visitor.component() == "operational"


async def test_a_published_text_is_corrected_in_its_place(at: Scene, visitor: Visitor) -> None:
    channel = await told(at)
    await at.press("statuspage.correct", by=OTHER, channel=channel)
    await at.submit({"body": "Only search is slow."}, by=OTHER, channel=channel)
    await at.press("statuspage.approve", by=LEAD, channel=channel)
    [shown] = (await visitor.summary())["incidents"]
    assert [one["body"] for one in shown["incident_updates"]] == ["Only search is slow."]
    assert "corrected" in (await visitor.get()).text
