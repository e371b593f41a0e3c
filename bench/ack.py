"""How long Slack waits for `/incident`: ours, which is durable, beside a bare Bolt app.

    python bench/ack.py [--requests 3000] [--concurrency 50]

Slack sends signed HTTP requests and waits for the answer; so does this. Three apps are served by
one process, pinned to one core: Bolt's default runner, Bolt inline (`process_before_response`) and
ours, which records the command in Redis before it answers. They are measured in turns, in one run.
Prints p50, p99 and requests per second, and how many times the two bare apps' p50 that is.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap.found import find_commands
from bot.bootstrap.parts import SystemClock
from bot.slack.app import bolt_app
from bot.slack.listeners import Listeners
from bot.slack.opener import Opener
from bot.slack.webapi import WebApi
from bot.store.embedded import EmbeddedServer
from bot.store.store import RedisStore
from bot.web.app import application
from bot.web.metrics import Metrics
from sandbox.slack import SlackSandbox

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 -- Slack's own example
NAMES = ("Bolt, default", "Bolt, inline", "Signalbox, durable")
TURNS = 5
OK = 200
PATH = "/slack/events"


def bare(sandbox: SlackSandbox, *, inline: bool) -> web.Application:
    """Return the app of Bolt's own first example; `inline`: it answers within the request."""
    app = AsyncApp(
        client=AsyncWebClient(token=sandbox.core.bot_token, base_url=sandbox.api_url),
        signing_secret=SECRET,
        process_before_response=inline,
    )

    @app.command("/incident")
    async def acknowledge(ack: Any) -> None:
        await ack()

    return app.web_app(PATH)


def ours(store: RedisStore, api: WebApi) -> web.Application:
    """Return the bot's own ears on a real Redis, with its metrics."""
    app, metrics = bolt_app(api, SECRET), Metrics()
    nobody: Any = None  # no word here opens a form, so no use case is asked
    ears = Listeners(
        find_commands(), store.inbox, SystemClock(), Opener(api, nobody, {}), watch=metrics
    )
    ears.attach(app)
    return application(app, metrics, {})


async def serve() -> None:
    """Serve the three, one port each, and print the ports; ends with its standard input."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sb-bench-"))
        server = await stack.enter_async_context(EmbeddedServer(Path(folder)))
        slack = SlackSandbox(signing_secret=SECRET, rate_limits=False)
        await stack.enter_async_context(slack)
        _pin(0)
        store = RedisStore.at(server.url, SystemClock())
        stack.push_async_callback(store.close)
        api = WebApi.connect(slack.core.bot_token, slack.api_url)
        stack.push_async_callback(api.close)
        apps = (bare(slack, inline=False), bare(slack, inline=True), ours(store, api))
        ports = []
        for app in apps:
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            ports.append(runner.addresses[0][1])
        print(*ports, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def request(number: int) -> tuple[str, dict[str, str]]:
    """Return body and headers of a signed slash command with a trigger id of its own."""
    form = {
        "command": "/incident",
        "text": "update rolled back, errors are falling",
        "trigger_id": f"{time.time_ns()}.{number}",
        "user_id": "U0ANN",
        "user_name": "ann",
        "team_id": "T0DEMO",
        "channel_id": "C0INCIDENTS",
        "channel_name": "incidents",
        "response_url": "https://hooks.slack.com/commands/1/2/3",
        "api_app_id": "A0SIGNALBOX",
    }
    body, at = urlencode(form), str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=at, body=body)
    return body, {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": at,
        "x-slack-signature": signature or "",
    }


async def one_by_one(http: aiohttp.ClientSession, port: int, count: int) -> list[float]:
    """Return the seconds each request took, one after the other."""
    took = []
    for number in range(count):
        body, headers = request(number)
        start = time.perf_counter()
        await _send(http, port, body, headers)
        took.append(time.perf_counter() - start)
    return took


async def at_once(http: aiohttp.ClientSession, port: int, count: int, concurrency: int) -> float:
    """Return requests per second with this many under way."""
    waiting = iter([request(number) for number in range(count)])

    async def work() -> None:
        for body, headers in waiting:
            await _send(http, port, body, headers)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return count / (time.perf_counter() - start)


async def measure(count: int, concurrency: int) -> None:
    """Run the three in turns and print the table."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "--serve",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    printed = child.stdout or asyncio.StreamReader()
    ports = [int(word) for word in (await printed.readline()).split()]
    _pin(-1)
    took: dict[str, list[float]] = {name: [] for name in NAMES}
    rate: dict[str, list[float]] = {name: [] for name in NAMES}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        for turn in range(TURNS + 1):
            for name, port in zip(NAMES, ports, strict=True):
                some = await one_by_one(http, port, count // TURNS // _slower(name))
                speed = await at_once(http, port, count // TURNS, concurrency)
                if turn:  # the first turn warms up
                    took[name] += some
                    rate[name].append(speed)
    await child.communicate(b"")  # its input ends, and so it ends
    _print(took, rate, count, concurrency)


def _slower(name: str) -> int:
    """Bolt's default takes 10 ms each; a tenth of the requests tells as much."""
    return 10 if name == NAMES[0] else 1


def _print(
    took: dict[str, list[float]], rate: dict[str, list[float]], count: int, concurrency: int
) -> None:
    default, inline = (statistics.median(took[name]) for name in NAMES[:2])
    print(f"{count} requests each, {TURNS} turns; throughput with {concurrency} at once\n")
    print(f"{'':20} {'p50 ms':>8} {'p99 ms':>8} {'/s':>8} {'x inline':>9} {'x default':>10}")
    for name, times in took.items():
        p50 = statistics.median(times)
        p99 = statistics.quantiles(times, n=100)[98]
        speed = statistics.median(rate[name])
        print(
            f"{name:20} {p50 * 1000:8.2f} {p99 * 1000:8.2f} {speed:8.0f} "
            f"{p50 / inline:9.2f} {p50 / default:10.2f}"
        )


async def _send(http: aiohttp.ClientSession, port: int, body: str, headers: dict[str, str]) -> None:
    async with http.post(f"http://127.0.0.1:{port}{PATH}", data=body, headers=headers) as answer:
        text = await answer.text()
    if answer.status != OK:
        message = f"HTTP {answer.status}: {text}"
        raise RuntimeError(message)


def _pin(core: int) -> None:
    """Keep this process on one core: the server on the first, the client on the last."""
    if hasattr(os, "sched_setaffinity"):  # Linux; macOS has no such thing
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    asyncio.run(serve() if said.serve else measure(said.requests, said.concurrency))


if __name__ == "__main__":
    main()
