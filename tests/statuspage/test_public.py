"""The built-in page: valid, reachable with any reader, cheap to serve, true when it is empty."""

import json
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from pydantic import SecretStr

from bot.domain.statuspage import (
    Component,
    Health,
    Impact,
    PageIncident,
    PageStatus,
    PageUpdate,
    healths,
)
from bot.usecases.statuspage_public import PublicPage
from bot.web.status.feed import atom
from bot.web.status.page import HtmlPage
from bot.web.status.summary import summary
from tests.scenario.steps import Scene
from tests.statuspage.conftest import Visitor
from tests.support.redis import NIGHT

URL = "https://status.example.com/status"
PARTS = (
    Component(id="ai", name="AI services", description="Answers, search and assistants"),
    Component(id="web", name="<Website> & shop"),
)
NASTY = "<script>alert(\"1\")</script> & ]]> 'x' </style>"


def told(number: int, *, days_ago: int = 0, open_: bool = False, **more) -> PageIncident:
    began = NIGHT - timedelta(days=days_ago, hours=3)
    status = PageStatus.MONITORING if open_ else PageStatus.RESOLVED
    said = (PageStatus.INVESTIGATING, PageStatus.IDENTIFIED, status)
    updates = tuple(
        PageUpdate(
            id=f"{number}-{place}",
            status=one,
            body=f"We are looking into it.\n\n{NASTY}",
            at=began + timedelta(minutes=40 * place),
            corrected_at=began + timedelta(hours=2) if place == 1 else None,
        )
        for place, one in enumerate(said)
    )
    fields = {
        "id": f"INC-{number:05d}",
        "name": f"AI services: partial outage {NASTY}",
        "status": status,
        "impact": Impact.MAJOR,
        "components": {"ai": Health.PARTIAL if open_ else Health.OPERATIONAL},
        "updates": updates,
        "started_at": began,
        "ended_at": None if open_ else began + timedelta(hours=5),
    }
    return PageIncident(**{**fields, **more})


def page(*incidents: PageIncident, parts=PARTS) -> PublicPage:
    return PublicPage(
        title="Acme status",
        components=parts,
        healths=healths(parts, incidents),
        incidents=incidents,
        now=NIGHT,
    )


FULL = page(
    told(4, open_=True),
    told(3, days_ago=2),
    told(2, days_ago=2, closed=True),
    told(1, days_ago=60, impact=Impact.CRITICAL),
)
EMPTY = page(parts=())


class Reader(HTMLParser):
    """Notes tags that are not closed, ids that stand twice, and whatever is loaded."""

    VOID = {"meta", "link", "br", "img", "input", "hr"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        loads = [found.get("src", ""), found.get("href", "") if tag == "link" else ""]
        self.wrong += [one for one in loads if one and not one.startswith(("data:", "/status"))]
        self.wrong += ["script"] if tag == "script" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


@pytest.mark.parametrize("shown", [FULL, EMPTY, page()], ids=["full", "empty", "quiet"])
def test_the_html_is_whole_and_loads_nothing(shown):
    reader = Reader()
    reader.feed(HtmlPage().render(shown))
    assert (reader.wrong, reader.open) == ([], [])
    assert len(reader.ids) == len(set(reader.ids))


def test_words_of_people_are_never_markup():
    html = HtmlPage().render(FULL)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;Website&gt; &amp; shop" in html


def test_the_feed_is_well_formed_and_its_ids_stay():
    feed = ET.fromstring(atom(FULL, URL))  # noqa: S314 -- our own
    names = {"a": "http://www.w3.org/2005/Atom"}
    ids = [one.text for one in feed.findall("a:entry/a:id", names)]
    assert ids == [f"{URL}#INC-0000{number}" for number in (4, 3, 2, 1)]
    content = feed.findall("a:entry/a:content", names)[0].text
    assert "<script" not in content
    assert "Monitoring" in content
    assert "<entry>" not in atom(EMPTY, URL)


def test_summary_json_has_the_usual_shape():
    made = json.loads(json.dumps(summary(FULL, URL)))
    assert set(made) == {"page", "components", "incidents", "scheduled_maintenances", "status"}
    assert made["status"] == {"indicator": "major", "description": "Partial system outage"}
    assert [one["status"] for one in made["components"]] == ["partial_outage", "operational"]
    [lasting] = made["incidents"]
    assert (lasting["status"], lasting["impact"]) == ("monitoring", "major")
    assert lasting["incident_updates"][0]["status"] == "monitoring", "newest first"
    assert lasting["created_at"] == "2026-11-20T00:00:00.000Z"
    assert summary(EMPTY, URL)["status"]["indicator"] == "none"


async def test_a_reader_that_has_the_page_gets_304(still: Scene, visitor: Visitor):
    for path, kind in (
        ("", "text/html"),
        ("/api/v2/summary.json", "application/json"),
        ("/history.atom", "application/atom+xml"),
    ):
        first = await visitor.get(path)
        assert first.status_code == 200
        assert first.headers["Content-Type"].startswith(kind)
        assert "max-age=15" in first.headers["Cache-Control"]
        again = await visitor.get(path, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    await still.declare("sev2 slow --system mcp-cortex")
    await still.enter(await still.channel(), "U0BOB")
    await still.press("statuspage.approve", by="U0BOB", channel=await still.channel())
    assert (await visitor.get("", **{"If-None-Match": first.headers["ETag"]})).status_code == 200


async def test_there_is_no_built_in_page_when_it_is_somewhere_else(scenes):
    told_ = {
        "status_page_provider": "generic",
        "status_page_api": "https://status.invalid",
        "status_page_token": SecretStr("x"),
    }
    async with scenes(**told_) as at:
        assert (await Visitor(at.url).get()).status_code == 404
