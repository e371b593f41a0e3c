"""Pages that are somewhere else: each text is there once, whatever the network does."""

from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from bot.bootstrap.status_page import opened_provider
from bot.domain.change import Change
from bot.domain.outbox import Entry
from bot.domain.statuspage import Health, Impact, Notice, PageStatus
from bot.domain.statuspage_draft import Publication
from bot.domain.statuspage_post import PagePost
from bot.ports import Taken
from integrations.statuspage.delivering import Publisher
from sandbox.statuspage import StatuspageSandbox
from tests.scenario.steps import Scene, buttons, words
from tests.statuspage.conftest import SYSTEM
from tests.statuspage.contract import problems
from tests.support.redis import NIGHT, StillClock
from tests.support.world import Unpaced

AUTHOR, OTHER = "U0ANN", "U0BOB"
PROVIDERS = ["statuspage", "generic"]


@pytest.fixture
def outside(scenes, clock: StillClock):
    """Open a world whose page is the stand-in; every request is judged by the contract."""

    @asynccontextmanager
    async def open_(provider: str = "statuspage"):
        async with StatuspageSandbox(clock=clock.now) as page:
            told = page.settings(provider)
            told["status_page_token"] = SecretStr(told["status_page_token"])
            async with scenes(clock=clock, **told) as at:
                yield at, page
            asked = [one for one in page.asked if one.path.startswith("/v1/")]
            assert [wrong for one in asked for wrong in problems(one)] == []

    return open_


async def told(at: Scene, text: str = "sev2 answers are slow") -> str:
    channel = await at.declare(f"{text} {SYSTEM}", by=AUTHOR)
    await at.enter(channel, OTHER)
    await at.press("statuspage.approve", by=OTHER, channel=channel)
    return channel


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_page_follows_the_incident(outside, provider) -> None:
    async with outside(provider) as (at, page):
        channel = await told(at)
        [one] = page.page.newest()
        assert one["status"] == "investigating"
        await at.type("resolve restarted it", by=AUTHOR, channel=channel)
        await at.press("statuspage.approve", by=OTHER, channel=channel)
        [one] = page.page.newest()
        assert one["status"] == "resolved"
        assert "is resolved" in one["incident_updates"][0]["body"]
        if provider == "statuspage":
            assert page.page.components["ai-services"]["status"] == "operational"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_success_without_an_answer_makes_one_incident(outside, provider, clock) -> None:
    async with outside(provider) as (at, page):
        page.fault("lost_answer", method="POST")
        channel = await told(at)
        await at.later(clock, seconds=10)
        assert len(page.page.newest()) == 1
        assert len([one for one in page.asked if one.method == "POST"]) == 1
        page.fault("lost_answer", method="PATCH")
        await at.type("resolve restarted it", by=AUTHOR, channel=channel)
        await at.press("statuspage.approve", by=OTHER, channel=channel)
        await at.later(clock, seconds=10)
        [one] = page.page.newest()
        assert [said["status"] for said in one["incident_updates"]] == ["resolved", "investigating"]
        assert len([asked for asked in page.asked if asked.method == "PATCH"]) == 1


@pytest.mark.parametrize("kind", ["limited", "too_many", "error"])
async def test_a_page_that_is_busy_or_broken_gets_the_text_later(outside, kind, clock) -> None:
    async with outside() as (at, page):
        page.fault(kind, method="POST", seconds=30)
        await told(at)
        assert page.page.newest() == []
        await at.later(clock, seconds=40)
        assert len(page.page.newest()) == 1


async def test_a_refusal_is_on_the_card_and_retry_publishes(outside) -> None:
    async with outside() as (at, page):
        known = page.page.components.pop("ai-services")
        channel = await told(at)
        card = at.card(channel)
        assert "Component not found on this page" in words(card)
        page.page.components["ai-services"] = known
        retry = next(one for one in buttons(card) if one.startswith("lane.retry"))
        await at.press(retry, channel=channel, ts=card["ts"])
        assert len(page.page.newest()) == 1
        assert "Retry" not in words(at.card(channel))


async def test_the_deliverer_itself_refuses_a_private_incident(outside) -> None:
    """P8, the second gate: even an entry that should never have been cannot reach the client."""
    async with outside() as (at, page):
        await at.type(f"declare sev1 {SYSTEM} --private zirconium breach")
        channel = await at.channel()
        assert not any("statuspage.approve" in buttons(one) for one in at.posted(channel))
        entry = Entry(
            id="f" * 32,
            lane="statuspage:INC-00001",
            call="statuspage.publish",
            args={"post": post().model_dump(mode="json"), "digest": post().notice.digest},
            incident="INC-00001",
        )
        await at.bot.store.memory.commit(Change(entries=(entry,)))
        await at.settled()
        assert page.asked == []
        [lane] = await at.bot.store.memory.failing_lanes("INC-00001")
        assert "private" in lane.error


async def test_a_text_that_is_not_the_approved_one_is_refused(outside) -> None:
    """The seal is looked at once more, just before the call."""
    async with outside() as (at, page):
        await at.declare(f"sev2 slow {SYSTEM}")
        args = {"post": post().model_dump(mode="json"), "digest": "0" * 64}
        entry = Entry(
            id="f" * 32,
            lane="statuspage:INC-00001",
            call="statuspage.publish",
            args=args,
            incident="INC-00001",
        )
        await at.bot.store.memory.commit(Change(entries=(entry,)))
        await at.settled()
        assert page.asked == []


def post() -> PagePost:
    notice = Notice(
        name="zirconium",
        status=PageStatus.INVESTIGATING,
        body="zirconium",
        impact=Impact.MAJOR,
        health=Health.PARTIAL,
    )
    return PagePost(incident="INC-00001", notice=notice, update="u", started_at=NIGHT, at=NIGHT)


async def test_an_edit_elsewhere_is_shown_once_within_a_minute_and_repaired(outside, clock) -> None:
    async with outside() as (at, page):
        channel = await told(at)
        [one] = page.page.newest()
        approved = one["incident_updates"][0]["body"]
        page.page.reword(one["id"], one["incident_updates"][0]["id"], "It is all fine.")
        page.page.change(one["id"], {"name": "Nothing to see", "status": "monitoring"})
        page.page.components["ai-services"]["status"] = "operational"
        await at.later(clock, seconds=41)
        shown = words(at.posted(channel)[-1])
        for part in ("It is all fine.", "Nothing to see", "monitoring", "component AI services"):
            assert part in shown, shown
        said = len(at.posted(channel))
        await at.later(clock, seconds=41)
        assert len(at.posted(channel)) == said, "each difference is shown once"
        await at.press("statuspage.repair", by=OTHER, channel=channel)
        assert one["name"] == "MCP-Cortex AI Services: partial outage"
        assert one["status"] == "investigating"
        assert one["incident_updates"][0]["body"] == approved
        assert page.page.components["ai-services"]["status"] == "partial_outage"
        assert len(one["incident_updates"]) == 1, "a repair says nothing twice"
        await at.later(clock, seconds=41)
        assert "says again what was published" in words(at.posted(channel)[-1])


async def test_a_deleted_incident_is_made_again_with_all_its_texts(outside, clock) -> None:
    async with outside() as (at, page):
        channel = await told(at)
        await at.open("update", by=AUTHOR, channel=channel)
        await at.submit({"status": "identified", "investigation": "x"}, by=AUTHOR, channel=channel)
        await at.press("statuspage.approve", by=OTHER, channel=channel)
        [one] = page.page.newest()
        before = [said["body"] for said in one["incident_updates"]]
        page.page.delete(one["id"])
        await at.later(clock, seconds=41)
        assert "missing" in words(at.posted(channel)[-1])
        await at.press("statuspage.repair", by=OTHER, channel=channel)
        [again] = page.page.newest()
        assert [said["body"] for said in again["incident_updates"]] == before
        await at.later(clock, seconds=41)
        await at.type("resolve restarted it", by=AUTHOR, channel=channel)
        await at.press("statuspage.approve", by=OTHER, channel=channel)
        assert page.page.newest()[0]["status"] == "resolved"


async def test_a_correction_takes_the_place_of_the_text(outside) -> None:
    async with outside() as (at, page):
        channel = await told(at)
        await at.press("statuspage.correct", by=AUTHOR, channel=channel)
        await at.submit({"body": "Some answers are slow."}, by=AUTHOR, channel=channel)
        await at.press("statuspage.approve", by=OTHER, channel=channel)
        [one] = page.page.newest()
        assert [said["body"] for said in one["incident_updates"]] == ["Some answers are slow."]


async def test_a_page_that_cannot_be_read_raises_no_alarm(outside, clock) -> None:
    async with outside() as (at, page):
        channel = await told(at)
        said = len(at.posted(channel))
        page.fault("error", method="GET", times=0)
        await at.later(clock, seconds=41)
        page.faults.clear()
        await at.later(clock, seconds=41)
        assert len(at.posted(channel)) == said


async def test_a_generic_page_is_watched_and_repaired_too(outside, clock) -> None:
    async with outside("generic") as (at, page):
        channel = await told(at)
        said = len(at.posted(channel))
        await at.later(clock, seconds=41)
        assert len(at.posted(channel)) == said, "it says what was published"
        [one] = page.page.newest()
        page.page.change(one["id"], {"status": "resolved", "body": "Never mind."})
        await at.later(clock, seconds=41)
        assert "Never mind." in words(at.posted(channel)[-1])
        await at.press("statuspage.repair", by=OTHER, channel=channel)
        assert one["status"] == "investigating"
        await at.later(clock, seconds=41)
        assert "says again what was published" in words(at.posted(channel)[-1])


async def test_what_cannot_be_looked_up_is_never_sent_twice(outside, clock) -> None:
    """A generic page that only takes: people are told to look, and nothing is doubled."""
    async with outside("generic") as (at, page):
        page.fault("lost_answer", method="POST")
        page.fault("absent", method="GET", times=0)
        channel = await told(at)
        await at.later(clock, seconds=10)
        assert "may have published this text" in words(at.card(channel))
        assert len(page.page.newest()) == 1
        page.faults.clear()
        retry = next(one for one in buttons(at.card(channel)) if one.startswith("lane.retry"))
        await at.press(retry, channel=channel, ts=at.card(channel)["ts"])
        assert len(page.page.newest()) == 1
        assert "may have published" not in words(at.card(channel))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_entry_of_a_process_that_died_is_looked_up_and_not_sent_again(
    outside, provider
) -> None:
    """It was published, and the process was gone before it could write that down."""
    async with outside(provider) as (at, page):
        await told(at)
        memory = at.bot.store.memory
        refs = await memory.refs("INC-00001")
        body = await memory.document("publication", "INC-00001")
        known = Publication.model_validate_json(body)
        [draft] = known.drafts
        said = PagePost(
            incident="INC-00001",
            notice=draft.notice,
            update=draft.id,
            started_at=NIGHT,
            at=NIGHT,
        )
        entry = Entry(
            id=known.last,
            lane="statuspage:INC-00001",
            call="statuspage.publish",
            args={"post": said.model_dump(mode="json"), "digest": draft.digest},
            incident="INC-00001",
        )
        asked = len(page.asked)
        async with provider_of(at.bot.settings, at.bot) as found:
            publisher = Publisher(memory, found.page)
            answer = await publisher.perform(Taken(entry=entry, refs={}, unknown=True))
        assert answer["page"] == refs["page_incident"]
        assert answer["update"] == refs[f"page_update:{draft.id}"]
        assert {one.method for one in page.asked[asked:]} == {"GET"}


def provider_of(settings, bot):
    return opened_provider(settings, bot.store, Unpaced(), bot.clock)


async def test_people_can_edit_the_stand_in_by_hand(outside) -> None:
    async with outside() as (at, page):
        await told(at)
        [one] = page.page.newest()
        async with httpx.AsyncClient(base_url=page.base_url, follow_redirects=True) as http:
            assert one["name"] in (await http.get("/")).text
            said = {"id": one["id"], "name": "<b>Other</b>", "status": "monitoring"}
            shown = await http.post("/edit/incident", data=said)
            assert "&lt;b&gt;Other&lt;/b&gt;" in shown.text
            update = {"id": one["id"], "update": one["incident_updates"][0]["id"], "body": "Hm"}
            await http.post("/edit/update", data=update)
            await http.post("/edit/component", data={"id": "website", "status": "major_outage"})
            await http.post("/faults", data={"kind": "error", "times": "2"})
            assert [fault.kind for fault in page.faults.active] == ["error"]
            await http.post("/faults", data={"kind": "none", "times": "1"})
            await http.post("/edit/delete", data={"id": one["id"]})
        assert page.page.newest() == []
        assert page.page.components["website"]["status"] == "major_outage"
