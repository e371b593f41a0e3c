"""PagerDuty is down, slow, forgetful, strange: nothing is doubled or lost, and all is said."""

import asyncio

import pytest

from bot.domain.paging import AWAY
from sandbox.pagerduty import seed
from tests.pagerduty.conftest import Woken
from tests.scenario.steps import buttons, matching, words

CREATES = {
    "/v2/enqueue": lambda one: int(bool(one.key)),
    "/status_updates": lambda one: len(one.status_updates),
    "/notes": lambda one: len(one.notes),
}


@pytest.mark.parametrize("path", CREATES)
async def test_success_without_an_answer_makes_one_of_each(at: Woken, path: str) -> None:
    """Every creating call is done there and never answered: it is read back, and not repeated."""
    at.pd.fault("lost_answer", path=path, times=1)
    channel = await at.declare("sev2 checkout is slow")
    await at.type("update we roll back", channel=channel)
    await at.type("sev sev1", channel=channel)
    for _ in range(40):
        await at.calm()
        one = at.pd.only()
        if CREATES[path](one) and at.pd.only().priority and one.priority["name"] == "P1":
            break
    assert CREATES[path](one) == 1
    assert len(at.pd.account.incidents) == 1
    assert not await at.bot.store.memory.failing_lanes("INC-00001")


async def test_create_by_rest_without_an_answer_makes_one(scenes_without) -> None:
    """Without Events the incident is created by REST, once."""
    given = {
        "pagerduty_api_token": seed.API_TOKEN,
        "pagerduty_from_email": seed.FROM_EMAIL,
        "pagerduty_service_id": seed.SERVICE,
    }
    async with scenes_without(**given) as at:
        at.pd.fault("lost_answer", path="/incidents", times=1)
        channel = await at.declare("sev1 checkout is down")
        await at.world.settled()
        await _until(at, lambda: len(at.pd.asked) >= 3)
        assert len(at.pd.account.incidents) == 1
        await at.type("resolve done", channel=channel)
        await _until(at, lambda: at.pd.only().status == "resolved")


async def test_down_is_on_the_card_and_retry_goes_on(at: Woken) -> None:
    """P5: the incident goes on; the card says which lane fails, and Retry sends what waits."""
    at.pd.fault("error", path="/v2/enqueue", times=0)
    channel = await at.declare("sev1 checkout is down")
    lanes = at.bot.store.memory.failing_lanes
    await _until_async(lambda: lanes("INC-00001"))
    await at.calm()
    assert "PagerDuty is not told" in at.cards(channel)
    assert any("lane.retry" in one for one in buttons(at.card(channel)))
    at.pd.faults.clear()
    await at.press("lane.retry:0", channel=channel)
    await at.calm()
    assert at.pd.only().status == "triggered"
    assert not await lanes("INC-00001")


async def test_a_long_rate_limit_is_said_and_its_lane_goes_on_by_itself(at: Woken) -> None:
    """429 with an hour to wait: shown at once; when PagerDuty answers, the sweep retries."""
    at.pd.fault("ratelimited", path="/v2/enqueue", times=1, seconds=3600)
    channel = await at.declare("sev1 checkout is down")
    await at.calm()
    [lane] = await at.bot.store.memory.failing_lanes("INC-00001")
    assert lane.error.startswith(AWAY)
    assert "3600 s" in at.cards(channel)
    await at.bot.boundary.timer("pagerduty-look:INC-00001")
    await at.calm()
    assert at.pd.only().status == "triggered"


async def test_an_update_while_it_is_away_arrives_once_when_it_is_back(at: Woken) -> None:
    """Nothing lost: it waits, is shown, and goes on by the next look."""
    channel = await at.declare("sev1 checkout is down")
    await at.calm()
    at.pd.fault("ratelimited", path="/status_updates", times=1, seconds=3600)
    await at.type("update we roll back", channel=channel)
    await at.calm()
    assert "PagerDuty is not told" in at.cards(channel)
    await at.bot.boundary.timer("pagerduty-look:INC-00001")
    await at.calm()
    assert len(at.pd.only().status_updates) == 1
    assert not await at.bot.store.memory.failing_lanes("INC-00001")


async def test_a_priority_that_does_not_exist_stops_nothing(at: Woken) -> None:
    """What is only nice to have is dropped when it is refused; what matters goes on."""
    at.pd.account.priorities.clear()
    channel = await at.declare("sev1 checkout is down")
    await at.type("resolve done", channel=channel)
    await at.calm()
    assert at.pd.only().status == "resolved"
    assert not await at.bot.store.memory.failing_lanes("INC-00001")


async def test_a_person_without_a_seat_acknowledges_without_a_name(at: Woken) -> None:
    """`From` of nobody is refused (1008): it is acknowledged all the same."""
    at.pd.account.users.pop("PUSRBOB")
    channel = await at.declare("sev1 checkout is down")
    await at.enter(channel, "U0BOB")
    await at.type("ack", by="U0BOB", channel=channel)
    await at.calm()
    assert at.pd.only().status == "acknowledged"


async def test_an_acknowledgement_has_the_name_of_the_person(at: Woken) -> None:
    """Who has a login acknowledges as themselves."""
    channel = await at.declare("sev1 checkout is down")
    await at.type("ack", channel=channel)
    await at.calm()
    assert at.pd.only().changed_by["id"] == "PUSRANN"


async def test_a_deleted_service_is_refused_with_its_cure(scenes_without) -> None:
    """The card names what was deleted and who can put it right."""
    given = {
        "pagerduty_api_token": seed.API_TOKEN,
        "pagerduty_from_email": seed.FROM_EMAIL,
        "pagerduty_service_id": "PGONE",
    }
    async with scenes_without(**given) as at:
        channel = await at.declare("sev1 checkout is down")
        await at.calm()
        assert "Service not found" in at.cards(channel)
        assert matching("PagerDuty is not told", at.told("U0ANN"))


async def test_escalate_goes_to_the_next_level_of_both(at: Woken) -> None:
    """Slack calls the next level; PagerDuty pages its next one; the echo is not told."""
    channel = await at.declare("sev1 --system mcp-cortex models are down")
    await at.type("escalate", channel=channel)
    await at.calm()
    assert [(page.user, page.why) for page in at.pd.account.pages][-1] == ("PUSRLEA", "escalated")
    assert (await at.bot.use.escalations.ladder("INC-00001")).reached == 1
    assert not matching("Signalbox: escalated", at.said(channel))


async def test_page_asks_a_responder_there_too(at: Woken) -> None:
    """`/incident page @bob` is a responder request for Bob's login."""
    channel = await at.declare("sev1 checkout is down")
    await at.type("page <@U0BOB|bob>", channel=channel)
    await at.calm()
    assert [one["user"]["id"] for one in at.pd.only().responders] == ["PUSRBOB"]
    assert words(at.card(channel))


async def _until(at: Woken, true) -> None:
    for _ in range(300):
        if true():
            await at.calm()
            return
        await asyncio.sleep(0.05)
    raise AssertionError


async def _until_async(ask) -> None:
    for _ in range(300):
        if await ask():
            return
        await asyncio.sleep(0.05)
    raise AssertionError
