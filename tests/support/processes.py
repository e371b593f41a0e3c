"""Real processes to be killed: `python -m tests.support.processes NAME ARGS`.

Each prints one line when it has come to the point where a test kills it, and then waits for ever.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bot.store import embedded, keys
from bot.store.store import RedisStore
from bot.work.docket import DocketWork
from tests.support.changes import intent
from tests.support.redis import SystemClock

ROOT = Path(__file__).parents[2]
LEASE = timedelta(seconds=1)


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def deliverer(url: str) -> None:
    """Take an entry through Docket and stop between take and settle."""
    clock = SystemClock()
    store = RedisStore.at(url, clock)
    work = DocketWork(
        url, store.due, clock, name=keys.DOCKET(), redelivery_timeout=timedelta(seconds=1)
    )

    async def lane(name: str) -> None:
        taken = await store.outbox.take(name, now=clock.now(), lease=LEASE)
        say("taken" if taken else "nothing")
        await asyncio.sleep(3600)

    await work.run({"lane": lane})


async def holder(url: str) -> None:
    """Begin an intent through Docket, with the patience of production, and stop there."""
    clock = SystemClock()
    store = RedisStore.at(url, clock)
    work = DocketWork(url, store.due, clock, name=keys.DOCKET())

    async def hold(subject: str) -> None:
        say(subject)
        await asyncio.sleep(3600)

    await work.run({"intent": hold})


async def bot(folder: str, first: str, count: str, orphan: str = "") -> None:
    """Start an embedded server, record intents, and print the server's pid."""
    if orphan:  # as on a system without PR_SET_PDEATHSIG
        embedded._die_with_parent = lambda: None
    server = embedded.EmbeddedServer(Path(folder))
    store = RedisStore.at(await server.start(), SystemClock())
    for number in range(int(first), int(first) + int(count)):
        assert await store.inbox.record(intent(f"t{number}"))
    say(server.pid)
    await asyncio.sleep(3600)


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run one of the above; it is killed at the end when it still runs."""
    command = [sys.executable, "-m", "tests.support.processes", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line it prints; "" when it ended."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill(pid: int) -> None:
    """SIGKILL a process that this test started."""
    os.kill(pid, signal.SIGKILL)


def main(name: str, args: Sequence[str]) -> None:
    asyncio.run({"deliverer": deliverer, "holder": holder, "bot": bot}[name](*args))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
