"""One request to a status page: at its pace, and never believed to be done when it is not known."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.action import Context
from bot.bootstrap.status_page import opened_provider
from bot.errors import ConfigError, OutcomeUnknown, Rejected, Unavailable
from bot.settings import Settings
from integrations.statuspage import integration
from integrations.statuspage.client import PageClient
from sandbox.statuspage import StatuspageSandbox
from sandbox.statuspage.state import API_TOKEN, PAGE_ID
from tests.support.redis import NIGHT, StillClock

INCIDENTS = f"/pages/{PAGE_ID}/incidents"


class Turns:
    """bot.ports.Pace that notes who asked and answers what the test says."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.asked: list[str] = []
        self.blocked: list[datetime] = []

    async def wait(self, key: str, *, every: timedelta, burst: int, now: datetime) -> timedelta:
        assert (every, burst, now) == (timedelta(seconds=1), 1, NIGHT)
        self.asked.append(key)
        return timedelta(seconds=self.waits.pop(0) if self.waits else 0)

    async def block(self, key: str, *, until: datetime) -> None:
        self.asked.append(key)
        self.blocked.append(until)


@pytest.fixture
async def page():
    async with StatuspageSandbox() as opened:
        yield opened


@pytest.fixture
async def ask(page):
    """Make clients of the stand-in; each is closed at the end."""
    made = []

    def make(pace: Turns | None = None, base: str = "", token: str = API_TOKEN, **more):
        url = base or f"{page.base_url}/v1"
        made.append(PageClient(url, f"OAuth {token}", pace or Turns(), StillClock(), **more))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_a_client_waits_for_its_turn_or_gives_the_worker_back(ask, page):
    turns = Turns(0.01, 0)
    await ask(turns).get(INCIDENTS)
    assert turns.asked == ["statuspage"] * 2
    with pytest.raises(Unavailable) as told:
        await ask(Turns(60)).get(INCIDENTS)
    assert told.value.retry_after_s == 60
    assert len(page.asked) == 1


@pytest.mark.parametrize(("kind", "seconds", "wait"), [("limited", 7, 7), ("too_many", 0, 60)])
async def test_a_page_that_asks_to_wait_stops_all_replicas(ask, page, kind, seconds, wait):
    page.fault(kind, seconds=seconds)
    turns = Turns()
    with pytest.raises(Unavailable) as told:
        await ask(turns).get(INCIDENTS)
    assert told.value.retry_after_s == wait
    assert turns.blocked == [NIGHT + timedelta(seconds=wait)]


async def test_what_left_and_was_not_answered_may_have_happened(ask, page):
    page.fault("delay", seconds=0.6)
    with pytest.raises(OutcomeUnknown):
        await ask(timeout_s=0.2).post(INCIDENTS, {"incident": {"name": "x"}})
    page.fault("error")
    with pytest.raises(OutcomeUnknown, match="500"):
        await ask().patch(f"{INCIDENTS}/x", {"incident": {}})
    page.fault("lost_answer")
    with pytest.raises(Unavailable):
        await ask().get(INCIDENTS)


async def test_a_page_that_is_not_there_got_nothing(ask):
    with pytest.raises(Unavailable, match="nothing was sent"):
        await ask(base="http://127.0.0.1:9").post("/x", {})


@pytest.mark.parametrize(
    ("path", "token", "word"),
    [
        (INCIDENTS, "wrong", "STATUS_PAGE_TOKEN"),
        ("/pages/other/incidents", API_TOKEN, "STATUS_PAGE_ID"),
        (f"{INCIDENTS}/none", API_TOKEN, "Incident not found"),
    ],
)
async def test_a_refusal_names_the_setting_and_who_can_mend_it(ask, path, token, word):
    with pytest.raises(Rejected, match=word) as told:
        await ask(token=token).get(path)
    assert "wrong" not in str(told.value)


async def test_an_answer_that_is_no_json_is_none(ask, aiohttp_site):
    async def page_(_request: web.Request) -> web.Response:
        return web.Response(text="<html>proxy</html>")

    url = await aiohttp_site([web.get("/x", page_), web.post("/x", page_)])
    with pytest.raises(Unavailable):
        await ask(base=url).get("/x")
    with pytest.raises(OutcomeUnknown):
        await ask(base=url).post("/x", {})


@pytest.fixture
async def aiohttp_site():
    runners = []

    async def serve(routes) -> str:
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield serve
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({"status_page_provider": "statuspage"}, "STATUS_PAGE_TOKEN and STATUS_PAGE_ID"),
        (
            {"status_page_provider": "generic", "status_page_token": SecretStr("x")},
            "STATUS_PAGE_API",
        ),
    ],
)
async def test_a_setting_that_is_missing_is_named_at_the_start(told, missing):
    settings = Settings.model_construct(**{**Settings.model_construct().model_dump(), **told})
    with pytest.raises(ConfigError, match=missing):
        async with opened_provider(settings, None, Turns(), StillClock()):
            pass


async def test_a_runbook_reads_what_customers_are_told(aiohttp_site):
    async def summary(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "status": {"indicator": "major", "description": "Partial system outage"},
                "incidents": [{"name": "AI services: partial outage"}],
                "components": [{"name": "AI services", "status": "partial_outage"}],
            }
        )

    url = await aiohttp_site([web.get("/api/v2/summary.json", summary)])
    action = integration.actions.actions["statuspage.summary"]
    client = integration.connect({})

    async def emit(_text: str) -> None: ...

    context = Context(emit, "k", datetime.now(UTC), {"urls": {"status": f"{url}/"}}, {})
    found = await action.read(client, action.params(page=url), context)
    assert found.summary == "Partial system outage; 1 current"
    assert found.data["components"] == {"AI services": "partial_outage"}
    with pytest.raises(Rejected, match="none of the system's urls"):
        await action.read(client, action.params(page="http://127.0.0.1:1"), context)
    nowhere = Context(emit, "k", datetime.now(UTC), {"urls": {"x": "http://127.0.0.1:9"}}, {})
    with pytest.raises(Unavailable):
        await action.read(client, action.params(page="http://127.0.0.1:9"), nowhere)
    await integration.close(client)
