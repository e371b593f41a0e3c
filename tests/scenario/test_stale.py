"""Old buttons, foreign buttons, lost triggers, forged requests: all answered, none obeyed."""

import json
import time
from urllib.parse import urlencode

import aiohttp
import pytest

from sandbox.slack.delivery import signed
from tests.scenario.steps import ANNOUNCE, Scene, buttons, matching, words
from tests.support.world import SIGNING_SECRET


async def test_buttons_left_over_from_before_the_end_are_refused(at: Scene) -> None:
    """A reminder's Snooze, a task's message, an offer: after the end each says how it stands."""
    channel = await at.declare()
    await at.type("role commander", channel=channel)
    await at.type("handover @bob", channel=channel)
    offer = at.newest(channel, "incident.handover:accept")["ts"]
    await at.type("status", channel=channel)
    panel = at.newest(channel, "incident.ack")["ts"]
    await at.type("resolve rolled back", channel=channel)
    before = await at.everything()
    old = {"incident.ack": panel, "incident.role:oncall": panel}
    for action, ts in old.items():
        assert "is resolved" in await at.press(action, channel=channel, ts=ts), action
    assert "is resolved" in await at.press(
        "incident.handover:accept", by="U0BOB", channel=channel, ts=offer
    )
    for action in ("incident.update", "incident.resolve"):
        await at.press(action, channel=channel, ts=panel)
        assert "INC-00001 is resolved. `/incident reopen` takes it up again." in words(at.form())
        assert not at.form()["submit"]
        await at.person("U0ANN").close()
    assert await at.everything() == before


async def test_a_button_that_no_version_knows_says_so(at: Scene) -> None:
    """What an older bot left in a channel, and a menu entry that is gone."""
    channel = await at.declare()
    room = at.slack.workspace.channel(channel)
    card = room.messages[at.card(channel)["ts"]]
    row = next(block for block in card.blocks if block["type"] == "actions")
    row["elements"][0] |= {"action_id": "incident.explode"}
    menu = row["elements"][-1]
    menu["options"][0] |= {"value": "INC-00001|explode"}
    told = await at.press("incident.explode", channel=channel)
    assert "older version of Signalbox; nothing was done" in told
    told = await at.press("incident.more", channel=channel, selected_option=menu["options"][0])
    assert "older version" in told
    assert await at.audit("click.unknown")


@pytest.mark.parametrize("value", ["INC-00099", "", "INC-00001|99", "x" * 2000, "INC-1|-1"])
async def test_a_tampered_value_is_routing_and_never_authority(at: Scene, value: str) -> None:
    """Whatever a button's value says, what cannot be found is said and nothing breaks."""
    channel = await at.declare()
    await at.type("task add drain node-3", channel=channel)
    room = at.slack.workspace.channel(channel)
    ts = at.newest(channel, "incident.task:done")["ts"]
    for block in room.messages[ts].blocks:
        for element in block.get("elements", ()):
            element["value"] = value or "-"
    before = await at.everything()
    answer = await at.press("incident.task:done", channel=channel, ts=ts)
    assert matching("There is no incident|has no task|names no task", [answer])
    assert await at.everything() == before


async def test_a_lost_trigger_offers_to_open_the_form_again(at: Scene) -> None:
    """Slack's three seconds are over: a private line with a button, which works."""
    channel = await at.declare()
    at.fault("refused", method="views.open", code="expired_trigger_id")
    told = await at.says("update", channel=channel)
    assert "Slack took too long to show the form" in told
    assert at.person("U0ANN").open_views() == []
    await at.press("form.reopen", channel=channel)
    assert at.form()["title"]["text"] == "Post an update"
    await at.submit({"investigation": "a cold cache"}, channel=channel)
    assert (await at.incident()).updates == 1


async def test_the_reopened_form_is_of_the_same_incident(at: Scene) -> None:
    """From the card among the announcements, where the channel names no incident."""
    channel = await at.declare()
    await at.type("status INC-1")
    at.fault("refused", method="views.open", code="expired_trigger_id")
    await at.press("incident.update", channel=ANNOUNCE)
    await at.press("form.reopen", channel=ANNOUNCE)
    assert "INC-00001" in words(at.form())
    await at.submit({"investigation": "a cold cache"}, channel=channel)
    assert (await at.incident()).updates == 1


async def _post(at: Scene, body: str, headers: dict[str, str]) -> int:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(at.slack.request_url, data=body, headers=kind | headers) as answer,
    ):
        return answer.status


async def test_only_slack_is_listened_to(at: Scene) -> None:
    """A wrong, an old and a missing signature: 401 and nothing recorded; a right one works."""
    body = urlencode(
        {
            "command": "/incident",
            "text": "declare sev1 forged",
            "user_id": "U0ANN",
            "team_id": "T0DEMO",
            "channel_id": ANNOUNCE,
            "trigger_id": "1.2.3",
            "response_url": at.slack.core.response_url("U0ANN", ANNOUNCE),
        }
    )
    now = int(time.time())
    good = signed(SIGNING_SECRET, body, now)
    bad = {
        "forged": signed("another secret", body, now),
        "old": signed(SIGNING_SECRET, body, now - 301),
        "of another body": signed(SIGNING_SECRET, body + "x", now),
        "missing": {},
        "without a time": {"X-Slack-Signature": good["X-Slack-Signature"]},
    }
    before = len(await at.audit())
    for why, headers in bad.items():
        assert await _post(at, body, headers) == 401, why
    await at.settled()
    assert await at.everything() == ([], 0)
    assert len(await at.audit()) == before
    assert await _post(at, body, good) == 200
    await at.settled()
    assert len((await at.everything())[0]) == 1


async def test_a_signed_request_of_a_strange_shape_breaks_nothing(at: Scene) -> None:
    """Whatever comes under a right signature, the next command works."""
    for body in (
        "",
        "payload=%7B%7D",
        "payload=[1]",
        urlencode({"payload": json.dumps({"type": 1})}),
    ):
        await _post(at, body, signed(SIGNING_SECRET, body, int(time.time())))
    assert "No open incidents" in await at.says("list")


async def test_an_unknown_incident_form_can_be_closed(at: Scene) -> None:
    """A form that cannot be given has a way out and no submit."""
    form = await at.open("resolve INC-77")
    assert "There is no incident INC-00077" in words(form)
    assert buttons(form) == {}
    await at.person("U0ANN").close()
    assert at.person("U0ANN").open_views() == []
