"""POST /webhooks/pagerduty: whose is it, was it recorded, and never a 4xx for what passes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.errors import Unavailable
from bot.store.inbox import RedisInbox
from integrations.pagerduty import webhook
from sandbox.pagerduty.hooks import signature
from tests.pagerduty.conftest import Woken
from tests.support.redis import missing

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
OVERVIEW = Path(__file__).parents[3] / "shared/contracts/docs_webhooks_v3_overview.md"
SECRET = "whsec-sandbox"  # noqa: S105 -- a stand-in's


async def post(at: Woken, body: bytes, header: str, name: str = "wh-1") -> int:
    headers = {"X-PagerDuty-Signature": header, "X-Webhook-Id": name}
    async with aiohttp.ClientSession() as session:
        url = f"{at.world.url}/webhooks/pagerduty"
        async with session.post(url, data=body, headers=headers) as answer:
            return answer.status


def event(kind: str = "incident.triggered", **data: object) -> bytes:
    said = {
        "id": "01E",
        "event_type": kind,
        "occurred_at": "2026-11-20T03:00:00.682Z",
        "data": data,
    }
    return json.dumps({"event": said}).encode()


def test_any_of_several_signatures_by_any_of_our_secrets_will_do():
    """Rotation: PagerDuty signs with both, we may know either."""
    body = event()
    assert webhook.is_signed(body, signature(body, ["old", "new"]), ["new"])
    assert webhook.is_signed(body, signature(body, ["old"]), ["new", "old"])
    assert webhook.is_signed(body, signature(body, ["old", "new"]).replace(",", ", "), ["old"])
    for header in ("", "v1=", "v1=zz", "v2=" + signature(body, ["new"])[3:], "v1=\u00fc"):
        assert not webhook.is_signed(body, header, ["new"])
    assert not webhook.is_signed(body + b" ", signature(body, ["new"]), ["new"])
    assert not webhook.is_signed(body, signature(body, ["new"]), [])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"not json", b'{"event": 7}', b"\xff", event("strange.thing", id=7)]
)
def test_what_cannot_be_read_is_an_intent_that_does_nothing(body):
    """Signed is signed: it is kept and ignored, never refused."""
    made = webhook.intent(body, "wh-1", NOW)
    assert made.id == "pagerduty:wh-1"
    assert made.name.startswith("pagerduty.")
    assert made.payload["key"] is None


def test_every_example_of_pagerdutys_own_pages_can_be_read():
    """The documentation's payloads, and each type of its table."""
    if not OVERVIEW.exists():
        missing(str(OVERVIEW))
    text = OVERVIEW.read_text()
    blocks = [part.partition("```")[0] for part in text.split("```json")[1:]]
    samples = [json.loads(block) for block in blocks]
    events = [one["event"] for one in samples if "event" in one]
    assert len(events) >= 2
    for one in [*events, *({"event_type": "x", "data": each} for each in samples)]:
        webhook.intent(json.dumps({"event": one}).encode(), "wh", NOW)
    made = webhook.intent(json.dumps({"event": events[0]}).encode(), "wh", NOW).payload
    assert made["type"] == "incident.priority_updated"
    assert made["priority"] == "P1"
    assert made["assignees"]


async def test_signed_is_202_once_recorded_and_wrong_is_401(at: Woken) -> None:
    """Also 300 KB, types nobody knows, and what is no JSON."""
    big = event("incident.annotated", content="x" * 300_000)
    for number, body in enumerate((event(), big, event("pagey.ping"), b"no json")):
        assert await post(at, body, signature(body, [SECRET]), f"wh-{number}") == 202
    assert await post(at, event(), "v1=00") == 401
    assert await post(at, event(), signature(event(), ["other"])) == 401
    await at.calm()
    assert len(await at.audit("pagerduty.heard")) == 4


async def test_the_same_webhook_twice_counts_once(at: Woken) -> None:
    """X-Webhook-Id is the same on every retry."""
    body = event("incident.annotated")
    for _ in range(3):
        assert await post(at, body, signature(body, [SECRET])) == 202
    await at.calm()
    assert len(await at.audit("pagerduty.heard")) == 1


async def test_what_was_not_recorded_is_asked_for_again(at: Woken, monkeypatch) -> None:
    """Redis away: 500, and PagerDuty's retry brings it later."""

    async def away(*_: object) -> bool:
        message = "Redis is away"
        raise Unavailable(message)

    with monkeypatch.context() as patched:
        patched.setattr(RedisInbox, "record", away)
        assert await post(at, event(), signature(event(), [SECRET])) == 500
    assert await post(at, event(), signature(event(), [SECRET])) == 202


async def test_without_a_secret_everything_is_kept_waiting(scenes_without) -> None:
    """A secret that is set late loses nothing: 503 is tried again for 48 hours."""
    async with scenes_without(pagerduty_routing_key="k" * 32) as at:
        assert await post(at, event(), signature(event(), [SECRET])) == 503


async def test_lost_reordered_and_doubled_webhooks_are_repaired_by_a_look(still: Woken) -> None:
    """A hole of 24 hours: within one sweep the state is PagerDuty's."""
    channel = await still.declare("sev1 checkout is down")
    await still.calm()
    still.pd.fault("lost_webhook", times=0)
    still.forward(hours=24)
    await still.calm()
    await still.pressed("acknowledge")
    assert (await still.incident()).acknowledged_by is None
    await still.swept()
    assert (await still.incident()).acknowledged_by == "Ann Ops (PagerDuty)"
    await still.pressed("resolve")
    await still.swept()
    assert (await still.incident()).status == "resolved"
    await still.pressed("reopen")
    await still.swept()
    assert (await still.incident()).is_open
    assert "pages Ann Ops" in still.cards(channel)
