"""A real HTTP server on loopback, a raw one that misbehaves, and what actions are called with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.action import Context
from integrations.http import integration
from integrations.http.client import HttpClient

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SECRETS = {"ADMIN_TOKEN": "s3cret-canary-value", "BROKEN": "two\r\nX-Evil: 1"}


@dataclass
class Desk:
    """A client of one system, and calls of its actions as the engine makes them."""

    system: dict[str, Any]
    client: HttpClient
    said: list[str] = field(default_factory=list)

    @property
    def context(self) -> Context:
        async def emit(text: str) -> None:
            self.said.append(text)

        return Context(emit, "RUN-1/step", NOW, self.system, SECRETS)

    async def read(self, name: str, **given: Any):
        action = integration.actions.actions[f"http.{name}"]
        assert action.only_reads(given)
        return await action.read(self.client, action.params.model_validate(given), self.context)

    async def plan(self, name: str, **given: Any):
        action = integration.actions.actions[f"http.{name}"]
        return await action.planning(self.client, action.params.model_validate(given), self.context)

    async def change(self, name: str, **given: Any):
        action = integration.actions.actions[f"http.{name}"]
        params = action.params.model_validate(given)
        planned = await action.planning(self.client, params, self.context)
        return await action.run(self.client, params, planned, self.context)


@dataclass
class Site:
    """What the server was asked, and where it is."""

    url: str = ""
    port: int = 0
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)


BREAKERS = [{"name": "a", "state": "closed"}, {"name": "b", "state": "open"}]
GZIP = {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
JSON = "application/json"
MADE: dict[str, Callable[[], web.Response]] = {
    "/health": lambda: web.json_response(
        {"status": "healthy", "up": True, "latency": 12.5, "none": None}
    ),
    "/breakers": lambda: web.json_response({"breakers": BREAKERS, "count": 2, "empty": []}),
    "/moved": lambda: web.Response(
        status=302, headers={"Location": "http://169.254.169.254/latest"}
    ),
    "/huge": lambda: web.Response(text="x" * 3_000_000),
    "/huge.json": lambda: web.Response(body=b"[" + b"1," * 900_000 + b"1]", content_type=JSON),
    "/wrong.json": lambda: web.Response(body=b'{"status": NaN', content_type=JSON),
    "/deep.json": lambda: web.Response(body=b"[" * 200_000, content_type=JSON),
    "/image": lambda: web.Response(body=b"\x89PNG" * 10, content_type="image/png"),
    "/gzip": lambda: web.Response(body=b"\x1f\x8b not shown", headers=GZIP),
    "/broken": lambda: web.json_response({"error": "boom"}, status=500),
}


async def _answer(site: Site, request: web.Request) -> web.Response:
    body = await request.text()
    site.asked.append((request.method, request.path_qs, dict(request.headers), body))
    if request.path in MADE:
        return MADE[request.path]()
    return web.json_response({"method": request.method, "got": body, "status": "done"})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application(client_max_size=10_000_000)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await _answer(site, request)

    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    site.port = runner.addresses[0][1]
    site.url = f"http://127.0.0.1:{site.port}"
    yield site
    await runner.cleanup()


@pytest.fixture
async def desk(site: Site) -> AsyncIterator[Desk]:
    system = {"urls": {"base": site.url}, "http": {"reading_posts": ["/api/ai/status"]}}
    client = integration.connect(system)
    yield Desk(system, client)
    await integration.close(client)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def raw() -> AsyncIterator[Callable[[Talk], Awaitable[Desk]]]:
    """Start a server that answers as it is told, below HTTP; returns a desk for it."""
    servers, clients = [], []

    async def start(talk: Talk) -> Desk:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            try:
                await talk(reader, writer)
            except ConnectionError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        system = {"urls": {"base": url}}
        clients.append(HttpClient(system))
        return Desk(system, clients[-1])

    yield start
    for client in clients:
        await client.close()
    for server in servers:
        server.close()
