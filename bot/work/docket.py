"""bot.ports.Wake with Docket behind it.

What is due is in Redis already (bot/store/due.py) and stays there until a run ends well, so Docket
only carries items to workers and notices when a worker dies. A pump takes due items and adds each
to Docket under its own name as the key, which Docket refuses while that item is queued or running:
one item never runs twice at once, whichever replica has it.

Docket pickles arguments; ours is the item, a string.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Mapping
from datetime import timedelta

import structlog
from docket import Docket, Worker
from docket.execution import Disposition

from bot.errors import Unavailable
from bot.ports import Clock, Due, WorkHandler

LONGEST_WAIT = timedelta(seconds=1)  # a wake token may be lost with the pump that took it
BUSY_PAUSE_S = 0.002  # Docket closes a task about one round trip after our part of it has ended
BUSY_TRIES = 9  # with doubling, about a second
REDIS_PAUSE_S = 1.0  # between tries while Redis is away
SLOTS = 4  # Docket may hold this many times `concurrency`: it looks for free slots every 250 ms only
UNUSED = timedelta(seconds=5)  # how often Docket looks for future tasks; we give it none

_log = structlog.get_logger(__name__)


class DocketWork:
    """Delivers due work to handlers; any number of replicas may run on one Redis."""

    def __init__(  # noqa: PLR0913 - each is a number somebody may have to tune
        self,
        url: str,
        due: Due,
        clock: Clock,
        *,
        name: str,
        concurrency: int = 32,
        redelivery_timeout: timedelta = timedelta(seconds=30),
        reoffer: timedelta = timedelta(seconds=15),
        drain: timedelta = timedelta(seconds=10),
        longest_wait: timedelta = LONGEST_WAIT,
        sole: bool = False,
    ) -> None:
        """Deliver what `due` says through the Docket `name` at `url`.

        `redelivery_timeout`: how long after its worker's death an item is run by another.
        `reoffer`: how long after a lost hand-over it is made again.
        `drain`: how long a stop waits for running handlers before it cancels them.
        `sole`: no other process works on this Redis, so what an earlier one held is due at once.
        """
        self._due = due
        self._clock = clock
        self._reoffer = reoffer
        self._drain = drain
        self._longest_wait = longest_wait
        self._sole = sole
        self._concurrency = concurrency
        self._redelivery_timeout = redelivery_timeout
        self._handlers: Mapping[str, WorkHandler] = {}
        self._slots = asyncio.Semaphore(concurrency)
        self._running: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._stopping = False
        self._docket = Docket(
            name=name,
            url=url,
            heartbeat_interval=UNUSED,
            execution_ttl=timedelta(0),  # keeps nothing of a task that ended: its key is free
        )

    async def run(self, handlers: Mapping[str, WorkHandler]) -> None:
        """Deliver due work until cancelled; then wait for what runs, at most `drain`."""
        self._handlers = handlers
        # It writes two INFO lines a task, and errors that it cannot help without our context.
        logging.getLogger("docket").setLevel(logging.WARNING)
        async with self._docket as docket:
            docket.register(self._perform, names=["work"])
            if self._sole:
                await self._take_over(docket)
            async with self._worker(docket) as worker:
                await self._deliver(docket, worker)
