"""A sandbox, a client, people, a bot, and the contracts they are all held against."""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Person, SlackSandbox
from sandbox.slack.methods.specs import SPECS

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 -- Slack's own example
CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"
# Errors that any method may give; the reference lists them in one page, not per method.
COMMON = frozenset(
    {
        "not_authed",
        "invalid_auth",
        "not_allowed_token_type",
        "missing_scope",
        "ratelimited",
        "unknown_method",
        "internal_error",
        "invalid_arguments",
    }
)
Load = Callable[[str], Any]


@cache
def _load(name: str) -> Any:
    return json.loads((CONTRACTS / name).read_text())


@pytest.fixture(scope="session")
def contract() -> Load:
    """Reads a contract file by its path under shared/contracts."""
    if not CONTRACTS.is_dir():
        reason = f"no contracts at {CONTRACTS}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return _load


@pytest.fixture(scope="session")
def reference(contract: Load) -> Load:
    """Slack's reference of one Web API method."""
    return lambda method: contract(f"api-ref/docs.slack.dev/methods/{method}.json")


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSandbox]:
    """Everything granted, no pacing, time by hand; every refusal it gave must be documented."""
    sandbox = SlackSandbox(
        signing_secret=SECRET,
        clock=clock,
        rate_limits=False,
        retry_delays=(0.0, 0.0, 0.0),
        answer_s=0.2,
    )
    async with sandbox:
        yield sandbox
    if CONTRACTS.is_dir():
        for call in sandbox.calls:
            _is_documented(call.method, call.error, faulty=bool(call.status != 200))


def _is_documented(method: str, error: str, *, faulty: bool) -> None:
    if not error or faulty or method in ("response_url", "api.test") or error in COMMON:
        return
    documented = _load(f"api-ref/docs.slack.dev/methods/{method}.json").get("errors") or {}
    assert error in documented, f"{method} answers {error!r}, which Slack does not"


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    """A real client with the bot's token; it retries nothing."""
    return AsyncWebClient("xoxb-sandbox", base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def call(client: AsyncWebClient) -> Callable[..., Awaitable[dict[str, Any]]]:
    """One Web API call by name; the answer, refusals too."""

    async def call_(method: str, **args: Any) -> dict[str, Any]:
        spec = SPECS.get(method)
        how = "json" if spec is None or spec.takes_json else "data"
        try:
            response = await client.api_call(method, **{how: args})
        except SlackApiError as error:
            return dict(error.response.data)
        return dict(response.data)

    return call_


@pytest.fixture
def ann(slack: SlackSandbox) -> Person:
    return Person(slack, "U0ANN")


@pytest.fixture
def bob(slack: SlackSandbox) -> Person:
    return Person(slack, "U0BOB")


class Bot:
    """Listens where Slack sends, keeps what came, answers what it is told to."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answer: Callable[[web.Request, str], Awaitable[web.Response]] | None = None

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.requests.append((dict(request.headers), body))
        if self.answer is None:
            return web.Response()
        return await self.answer(request, body)


Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves one handler at /slack/events on a free port; its URL."""
    runners = []

    async def serve_(handler: Any) -> str:
        app = web.Application()
        app.router.add_post("/slack/events", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"

    yield serve_
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def bot(slack: SlackSandbox, serve: Serve) -> Bot:
    """A bare HTTP bot that says 200 to everything; only tests' own events reach it."""
    bot = Bot()
    slack.request_url = await serve(bot.handle)
    return bot


@pytest.fixture
def bolt(client: AsyncWebClient) -> AsyncApp:
    """A real Bolt app, not yet connected."""
    return AsyncApp(client=client, signing_secret=SECRET, process_before_response=True)


@pytest.fixture
async def bolt_http(slack: SlackSandbox, bolt: AsyncApp, serve: Serve) -> AsyncApp:
    """The same app behind the sandbox's request URL."""

    async def handle(request: web.Request) -> web.Response:
        response = await bolt.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(response)

    slack.request_url = await serve(handle)
    return bolt
