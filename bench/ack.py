"""How long Slack waits for `/incident`: ours, which is durable, beside a bare Bolt app.

    python bench/ack.py [--requests 3000] [--concurrency 50]

Prints p50, p99 and requests per second of three apps, measured in turns in one run and one
process pinned to one core (Redis has another): Bolt's default runner, Bolt inline
(`process_before_response`), and ours, which records the command in Redis before it answers.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap.parts import SystemClock, find_commands
from bot.slack.app import OneWorkspace, bolt_app
from bot.slack.listeners import Listeners
from bot.slack.webapi import WebApi
from bot.store.embedded import EmbeddedServer
from bot.store.store import RedisStore

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 -- Slack's own example
TURNS = 5
OK = 200
Dispatch = Callable[[AsyncBoltRequest], Awaitable[Any]]


def bare(*, inline: bool) -> AsyncApp:
    """Return the smallest app that acknowledges; `inline`: within the request."""
    app = AsyncApp(
        client=AsyncWebClient(token="xoxb-bench"),  # noqa: S106 -- never sent
        authorize=OneWorkspace("xoxb-bench"),
        signing_secret=SECRET,
        process_before_response=inline,
    )

    @app.command("/incident")
    async def acknowledge(ack: Any) -> None:
        await ack()

    return app


def ours(store: RedisStore) -> AsyncApp:
    """Return the bot's own ears on a real Redis."""
    api = WebApi(AsyncWebClient(token="xoxb-bench"), None)  # type: ignore[arg-type]  # noqa: S106
    app = bolt_app(api, SECRET)
    opener: Any = None  # no words here open a form
    Listeners(find_commands(), store.inbox, SystemClock(), opener).attach(app)
    return app


def request(number: int) -> AsyncBoltRequest:
    """Return a signed slash command with a trigger id of its own."""
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
    headers = {
        "content-type": ["application/x-www-form-urlencoded"],
        "x-slack-request-timestamp": [at],
        "x-slack-signature": [signature or ""],
    }
    return AsyncBoltRequest(body=body, headers=headers)


async def one_by_one(app: AsyncApp, count: int) -> list[float]:
    """Return the seconds each request took, one after the other."""
    took = []
    for number in range(count):
        asked = request(number)
        start = time.perf_counter()
        answer = await app.async_dispatch(asked)
        took.append(time.perf_counter() - start)
        _must_be_ok(answer)
    return took


async def at_once(app: AsyncApp, count: int, concurrency: int) -> float:
    """Return requests per second with this many under way."""
    waiting = iter([request(number) for number in range(count)])

    async def work() -> None:
        for asked in waiting:
            _must_be_ok(await app.async_dispatch(asked))

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return count / (time.perf_counter() - start)


async def measure(count: int, concurrency: int) -> None:
    """Run the three in turns and print the table."""
    with tempfile.TemporaryDirectory(prefix="sb-bench-") as folder:
        async with EmbeddedServer(Path(folder)) as server:
            _pin()
            store = RedisStore.at(server.url, SystemClock())
            apps = {
                "Bolt, default": bare(inline=False),
                "Bolt, inline": bare(inline=True),
                "Signalbox, durable": ours(store),
            }
            took: dict[str, list[float]] = {name: [] for name in apps}
            rate: dict[str, list[float]] = {name: [] for name in apps}
            for turn in range(TURNS + 1):
                for name, app in apps.items():
                    some = await one_by_one(app, count // TURNS // (10 if "default" in name else 1))
                    speed = await at_once(app, count // TURNS, concurrency)
                    if turn:  # the first turn warms up
                        took[name] += some
                        rate[name].append(speed)
            await store.close()
    _print(took, rate, count, concurrency)


def _print(
    took: dict[str, list[float]], rate: dict[str, list[float]], count: int, concurrency: int
) -> None:
    inline = statistics.median(took["Bolt, inline"])
    default = statistics.median(took["Bolt, default"])
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


def _pin() -> None:
    """Keep this process on one core; Redis, started before, may use the others."""
    if hasattr(os, "sched_setaffinity"):  # Linux; macOS has no such thing
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _must_be_ok(answer: Any) -> None:
    if answer.status != OK:
        message = f"HTTP {answer.status}: {answer.body}"
        raise RuntimeError(message)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--concurrency", type=int, default=50)
    said = parser.parse_args()
    asyncio.run(measure(said.requests, said.concurrency))


if __name__ == "__main__":
    main()
