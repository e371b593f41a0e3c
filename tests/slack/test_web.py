"""Health, readiness and metrics."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.errors import ConfigError, Unavailable
from bot.web import health
from bot.web.app import application
from bot.web.metrics import Metrics
from bot.web.server import Server


async def fine() -> str | None:
    return None


async def lost() -> str | None:
    msg = "Redis cannot be reached."
    raise Unavailable(msg)


async def silent() -> str | None:
    await asyncio.sleep(5)
    return None


async def hook(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@pytest.fixture
async def served() -> AsyncIterator[tuple[aiohttp.ClientSession, dict, Metrics]]:
    checks = {"redis": fine, "slack": fine}
    metrics = Metrics()

    async def sample() -> None:
        metrics.lanes(waiting=3, failing=1)
        metrics.lag(0.5)

    app = application(None, metrics, checks, routes=[web.post("/webhooks/x", hook)], sample=sample)
    server = Server(app, "127.0.0.1", 0)
    await server.start()
    async with aiohttp.ClientSession(server.url) as http:
        yield http, checks, metrics
    await server.stop()


async def test_alive_and_ready(served):
    http, checks, _ = served
    assert await (await http.get("/healthz")).json() == {"status": "alive"}
    ready = await http.get("/readyz")
    assert (ready.status, await ready.json()) == (
        200,
        {"status": "ready", "checks": {"redis": "ok", "slack": "ok"}},
    )
    checks["redis"] = lost
    refused = await http.get("/readyz")
    assert refused.status == 503
    assert (await refused.json())["checks"]["redis"] == "Redis cannot be reached."


async def test_a_check_that_hangs_counts_as_failed(served, monkeypatch):
    http, checks, _ = served
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.05)
    checks["slack"] = silent
    assert (await http.get("/readyz")).status == 503


async def test_metrics(served):
    http, _, metrics = served
    metrics.acked("command", 0.002)
    metrics.recorded("command")
    metrics.delivered("chat.postMessage", "done")
    shown = await http.get("/metrics")
    text = await shown.text()
    assert shown.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in (
        'signalbox_intents_recorded_total{kind="command"} 1.0',
        'signalbox_deliveries_total{method="chat.postMessage",outcome="done"} 1.0',
        "signalbox_lane_entries 3.0",
        "signalbox_lanes_failing 1.0",
        "signalbox_due_lag_seconds 0.5",
    ):
        assert line in text


async def test_other_routes_and_no_versions_in_headers(served):
    http, _, _ = served
    answer = await http.post("/webhooks/x")
    assert await answer.json() == {"ok": True}
    assert answer.headers["Server"] == "signalbox"
    missing = await http.get("/slack/events")
    assert missing.status == 404
    assert "aiohttp" not in str(missing.headers)


async def test_an_address_in_use_is_named():
    first = Server(application(None, Metrics(), {}), "127.0.0.1", 0)
    await first.start()
    port = int(first.url.rsplit(":", 1)[1])
    with pytest.raises(ConfigError, match=f"PORT={port}"):
        await Server(application(None, Metrics(), {}), "127.0.0.1", port).start()
    await first.stop()
