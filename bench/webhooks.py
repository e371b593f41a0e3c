"""How fast PagerDuty's webhooks are answered: ours, durable, beside one that only checks them.

    python bench/webhooks.py [--requests 5000] [--concurrency 32]

PagerDuty waits 5 s and switches a subscription off that fails; ours checks the signature over the
raw body, records the event in Redis (appendonly) and then answers 202. One process on one core
serves both; the client runs on another. Prints p50, p99 and webhooks per second.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import aiohttp
from aiohttp import web

from bot.bootstrap.pager import PATH, pager_routes
from bot.bootstrap.parts import SystemClock
from bot.settings import Settings
from bot.store.embedded import EmbeddedServer
from bot.store.store import RedisStore
from bot.web.app import application
from bot.web.metrics import Metrics
from integrations.pagerduty import webhook
from sandbox.pagerduty.account import Account
from sandbox.pagerduty.hooks import signature

SECRET = "whsec-bench"  # noqa: S105 -- nobody else's
NAMES = ("checks only", "Signalbox, durable")
TURNS = 5
ACCEPTED = 202


async def bare(request: web.Request) -> web.Response:
    """Check the signature and answer; what came is lost with the process."""
    body = await request.read()
    good = webhook.is_signed(body, request.headers.get(webhook.SIGNATURE, ""), [SECRET])
    return web.Response(status=ACCEPTED if good else 401)


async def serve() -> None:
    """Serve both, one port each, and print the ports; ends with its standard input."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sb-bench-"))
        server = await stack.enter_async_context(EmbeddedServer(Path(folder)))
        _pin(0)
        clock, metrics = SystemClock(), Metrics()
        store = RedisStore.at(server.url, clock)
        stack.push_async_callback(store.close)
        told = Settings(pagerduty_webhook_secret=SECRET)  # type: ignore[arg-type]  # it splits it
        ours = application(
            None, metrics, {}, routes=pager_routes(told, store, clock, metrics.acked)
        )
        first = web.Application()
        first.add_routes([web.post(PATH, bare)])
        ports = []
        for app in (first, ours):
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            ports.append(runner.addresses[0][1])
        print(*ports, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def requests(count: int) -> list[tuple[bytes, dict[str, str]]]:
    """Return bodies and headers of webhooks with ids of their own."""
    account = Account(lambda: datetime.now(UTC))
    account.trigger(title="checkout is down", key="INC-00001", service="P1", urgency="high")
    made = []
    for number in range(count):
        body = json.dumps({"event": {**account.events[0], "id": f"E{number}"}}).encode()
        headers = {
            webhook.WEBHOOK_ID: f"{time.time_ns()}-{number}",
            webhook.SIGNATURE: signature(body, [SECRET]),
        }
        made.append((body, headers))
    return made


async def at_once(
    http: aiohttp.ClientSession, port: int, count: int, concurrency: int
) -> tuple[list[float], float]:
    """Return the seconds each took, and how many a second."""
    waiting, took = iter(requests(count)), list[float]()

    async def work() -> None:
        for body, headers in waiting:
            start = time.perf_counter()
            url = f"http://127.0.0.1:{port}{PATH}"
            async with http.post(url, data=body, headers=headers) as answer:
                if answer.status != ACCEPTED:
                    message = f"HTTP {answer.status}"
                    raise RuntimeError(message)
            took.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return took, count / (time.perf_counter() - start)


async def measure(count: int, concurrency: int) -> None:
    """Run both in turns and print the table."""
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
                times, speed = await at_once(http, port, count // TURNS, concurrency)
                if turn:  # the first turn warms up
                    took[name] += times
                    rate[name].append(speed)
    await child.communicate(b"")  # its input ends, and so it ends
    print(f"{count} webhooks each, {TURNS} turns, {concurrency} at once\n")
    print(f"{'':20} {'p50 ms':>8} {'p99 ms':>8} {'/s':>8} {'x':>6}")
    base = statistics.median(rate[NAMES[0]])
    for name, times in took.items():
        p99 = statistics.quantiles(times, n=100)[98] * 1000
        speed = statistics.median(rate[name])
        p50 = statistics.median(times) * 1000
        print(f"{name:20} {p50:8.2f} {p99:8.2f} {speed:8.0f} {speed / base:6.2f}")


def _pin(core: int) -> None:
    """Keep this process on one core: the server on the first, the client on the last."""
    if hasattr(os, "sched_setaffinity"):  # Linux; macOS has no such thing
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    asyncio.run(serve() if said.serve else measure(said.requests, said.concurrency))


if __name__ == "__main__":
    main()
