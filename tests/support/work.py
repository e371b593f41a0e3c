"""Running workers in tests, and waiting for what they do."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.domain.change import Change
from bot.ports import Taken
from bot.store import keys
from bot.work.docket import DocketWork
from tests.support.changes import AUDIT, LEASE, due

SOON = timedelta(milliseconds=20)  # how fast a jump of the clock is noticed


def worker(store, url, **options):
    options = {"name": keys.DOCKET(), "longest_wait": SOON, **options}
    return DocketWork(url, store.due, store.clock, **options)


@asynccontextmanager
async def working(store, url, handlers, **options):
    """Run a worker with `handlers` while the block runs."""
    task = asyncio.create_task(worker(store, url, **options).run(handlers))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def until(condition, within_s=10.0):
    """Wait for a condition; the test fails when it does not come true."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


async def idle(store):
    """Wait until nothing is due or held."""
    deadline = time.monotonic() + 10
    while items := await due(store):
        assert time.monotonic() < deadline, items
        await asyncio.sleep(0.01)


def noting(seen, store=None):
    """A handler that notes its subject, and commits the intent when a store is given."""

    async def handler(subject):
        seen.append(subject)
        if store is not None:
            await store.memory.commit(Change(intent=subject))

    return handler


def draining(store, delivered):
    """A lane handler as the deliverer's is: take, deliver, settle until nothing is left."""

    async def handler(lane):
        while isinstance(
            taken := await store.outbox.take(lane, now=store.clock.now(), lease=LEASE), Taken
        ):
            delivered.append(taken.entry.id)
            await store.outbox.settle(taken.entry, saved={}, audit=AUDIT)

    return handler
