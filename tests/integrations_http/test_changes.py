"""A changing request is made as it was planned, once, and what is not known is said."""

import asyncio

import pytest

from bot.action import Effect, Risk
from bot.errors import Invalid, OutcomeUnknown, Rejected, Unavailable
from integrations.http import integration
from tests.integrations_http.conftest import SECRETS

ACTIONS = integration.actions.actions


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
async def test_the_planned_call_is_what_is_sent_and_secrets_stay_names(desk, site, method):
    given = {
        "url": f"{site.url}/api/ai/alerts/7",
        "headers": {"Authorization": "Bearer ${ADMIN_TOKEN}"},
        "json": {"status": "acknowledged", "by": ["x${ADMIN_TOKEN}"]},
    }
    planned = await desk.plan(method, **given)
    assert planned.targets == (f"http:{site.url}/api/ai/alerts/7",)
    (call,) = planned.calls
    assert call.text == (
        f"{method.upper()} {site.url}/api/ai/alerts/7"
        ' headers {"Authorization":"Bearer ${ADMIN_TOKEN}"}'
        ' json {"status":"acknowledged","by":["x${ADMIN_TOKEN}"]}'
    )
    assert site.asked == []
    result = await desk.change(method, **given)
    assert result.data["status"] == 200
    ((sent, path, headers, body),) = site.asked
    assert (sent, path) == (method.upper(), "/api/ai/alerts/7")
    assert headers["Authorization"] == f"Bearer {SECRETS['ADMIN_TOKEN']}"
    assert f"x{SECRETS['ADMIN_TOKEN']}" in body
    assert SECRETS["ADMIN_TOKEN"] not in planned.model_dump_json()


async def test_another_plan_than_the_approved_one_is_not_run(desk, site):
    action = ACTIONS["http.post"]
    planned = await desk.plan("post", url=f"{site.url}/a")
    params = action.params.model_validate({"url": f"{site.url}/b"})
    with pytest.raises(Rejected, match="not the request that was approved"):
        await action.run(desk.client, params, planned, desk.context)
    assert site.asked == []


async def test_a_secret_that_is_not_set_or_breaks_a_header_stops_before_anything_is_sent(
    desk, site
):
    with pytest.raises(Invalid, match="OTHER is not set"):
        await desk.plan("post", url=site.url, headers={"X-Key": "${OTHER}"})
    with pytest.raises(Invalid, match="X-Key would have a line break") as refused:
        await desk.change("post", url=site.url, headers={"X-Key": "${BROKEN}"})
    assert "Evil" not in str(refused.value)
    assert site.asked == []


def test_parameters_come_back_from_storage_as_they_went():
    given = {"url": "http://x/", "json": {"a": 1}, "expect": {"json": {"a.b": ">= 1"}}}
    params = ACTIONS["http.post"].params
    once = params.model_validate(given).model_dump(mode="json")
    assert once["json"] == {"a": 1}
    assert params.model_validate(once).model_dump(mode="json") == once
    for action in ACTIONS.values():
        assert "url" in action.params.model_json_schema()["properties"]


def test_effects_and_risks_are_honest():
    assert {name: (each.risk, each.effect) for name, each in ACTIONS.items()} == {
        "http.get": (Risk.READ, Effect.IDEMPOTENT),
        "http.head": (Risk.READ, Effect.IDEMPOTENT),
        "http.post": (Risk.HIGH, Effect.MANUAL),
        "http.put": (Risk.HIGH, Effect.IDEMPOTENT),
        "http.patch": (Risk.HIGH, Effect.MANUAL),
        "http.delete": (Risk.DESTRUCTIVE, Effect.MANUAL),
    }
    assert not ACTIONS["http.post"].only_reads({"reads": False})
    assert not ACTIONS["http.post"].only_reads({"reads": "true"})
    assert ACTIONS["http.post"].only_reads({"reads": True})


async def _silent(_reader, _writer) -> None:
    await asyncio.sleep(30)


async def _hangs_up(_reader, writer) -> None:
    writer.transport.abort()


async def _babbles(_reader, writer) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


async def _drips(_reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _stops_short(_reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()


@pytest.mark.parametrize("talk", [_silent, _hangs_up, _babbles, _stops_short])
async def test_no_answer_is_unknown_for_a_change_and_unavailable_for_a_read(raw, talk):
    desk = await raw(talk)
    url = desk.system["urls"]["base"]
    with pytest.raises(OutcomeUnknown, match="It may have been done"):
        await desk.change("post", url=url, timeout=0.3)
    with pytest.raises(Unavailable, match="can be asked again"):
        await desk.read("get", url=url, timeout=0.3)


async def test_an_answer_that_drips_in_ends_at_the_total_cap(raw, monkeypatch):
    """Every byte is in time, the whole is not."""
    monkeypatch.setattr("integrations.http.client.RESOLVE_S", 0.1)
    monkeypatch.setattr("integrations.http.client.CONNECT_S", 0.1)
    desk = await raw(_drips)
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable, match="no answer came in time"):
            await desk.read("get", url=desk.system["urls"]["base"], timeout=0.4)


async def test_what_cannot_be_connected_to_was_not_sent(desk):
    server = await asyncio.start_server(_silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()
    desk.system["urls"]["gone"] = url
    with pytest.raises(Unavailable, match="nothing was sent"):
        await desk.change("post", url=url)


async def test_the_doctor_asks_every_listed_url(desk):
    desk.client.settings["urls"]["later"] = "${CORTEX_URL}"
    assert await integration.check(desk.client) == "base answers 200"
    desk.client.settings["urls"]["gone"] = "http://127.0.0.1:1"
    with pytest.raises(Unavailable, match="gone: GET"):
        await integration.check(desk.client)
