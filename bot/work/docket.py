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
from datetime import datetime, timedelta

import structlog
from docket import Docket, Worker
from docket.execution import Disposition
from redis.exceptions import RedisError

from bot.errors import Unavailable
from bot.ports import Clock, Due, Offer, WorkHandler

TASK = "work"
LONGEST_WAIT = timedelta(seconds=1)  # a wake token may be lost with the pump that took it
BUSY_PAUSE_S = 0.002  # Docket closes a task about one round trip after our part of it has ended
BUSY_TRIES = 9  # with doubling, about a second
REDIS_PAUSE_S = 1.0  # between tries while Redis is away
SLOTS = 4  # times `concurrency`: Docket looks for free slots every 250 ms only
UNUSED = timedelta(seconds=5)  # how often Docket looks for future tasks; we give it none

SPARE = 32  # connections of Docket beside one for each slot
CUT_AGAIN = timedelta(seconds=1)

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
        self._insisting: set[asyncio.Task[None]] = set()
        self._busy = 0  # items that Docket gave us and that have not ended
        self._freed = asyncio.Event()
        self._stopping = False
        self._docket = Docket(
            name=name,
            url=_roomy(url, concurrency * SLOTS + SPARE),
            heartbeat_interval=UNUSED,
            execution_ttl=timedelta(0),  # keeps nothing of a task that ended: its key is free
        )

    async def run(self, handlers: Mapping[str, WorkHandler]) -> None:
        """Deliver due work until cancelled; then wait for what runs, at most `drain`."""
        self._handlers = handlers
        # It writes two INFO lines for each task.
        logging.getLogger("docket").setLevel(logging.WARNING)
        async with self._docket as docket:
            docket.register(self._perform, names=[TASK])
            if self._sole:
                await self._take_over(docket)
            async with self._worker(docket) as worker:  # left when all that runs has ended
                try:
                    await self._deliver(docket, worker)
                finally:
                    self._cut_off_after(self._drain)

    def _worker(self, docket: Docket) -> Worker:
        return Worker(
            docket,
            name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}",
            concurrency=self._concurrency * SLOTS,
            redelivery_timeout=self._redelivery_timeout,
            reconnection_delay=timedelta(seconds=REDIS_PAUSE_S),
            scheduling_resolution=UNUSED,
            schedule_automatic_tasks=False,
            message_batch=self._concurrency,
        )

    async def _take_over(self, docket: Docket) -> None:
        """Forget what Docket knew of an earlier process and make its work due at once."""
        async with docket.redis() as redis:
            async for key in redis.scan_iter(match=f"{docket.prefix}:*", count=1000):
                await redis.delete(key)
        if count := await self._due.reset():
            _log.info("work.resumed", items=count)

    async def _deliver(self, docket: Docket, worker: Worker) -> None:
        """Pump and work until cancelled or until either ends, which neither does by itself."""
        work = asyncio.create_task(worker.run_forever(), name="work")
        pump = asyncio.create_task(self._pump(docket), name="pump")
        try:
            done, _ = await asyncio.wait({pump, work}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._stopping = True
            for task in (pump, *self._insisting):
                task.cancel()
            # `work` is ended by leaving the worker: cancelled, it could drop what it just read.
            await asyncio.wait({pump, *self._insisting})

    # ------------------------------------------------------------ due -> Docket

    async def _pump(self, docket: Docket) -> None:
        while not self._stopping:
            try:
                await self._pump_once(docket)
            except (Unavailable, RedisError) as error:
                _log.warning("work.redis_away", error=str(error))
                await asyncio.sleep(REDIS_PAUSE_S)

    async def _pump_once(self, docket: Docket) -> None:
        """Hand over what is due; when that is all, wait for more."""
        free = self._concurrency - self._busy
        if free <= 0:
            self._freed.clear()
            await self._freed.wait()
            return
        offer = await self._due.offer(reoffer=self._reoffer, limit=free)
        if offer.items:
            await self._hand_over(docket, offer)
        if len(offer.items) < free:
            await self._due.wait(self._until(offer.later))

    def _until(self, later: datetime | None) -> timedelta:
        """How long nothing will be due, at most `longest_wait`."""
        if later is None:
            return self._longest_wait
        wait = later - self._clock.now()
        return max(timedelta(milliseconds=1), min(wait, self._longest_wait))

    async def _hand_over(self, docket: Docket, offer: Offer) -> None:
        calls = [docket.call(TASK, key=item)(item) for item, _ in offer.items]
        executions = await docket.add_many(calls)
        for (item, first), execution in zip(offer.items, executions, strict=True):
            if first and execution.disposition is not Disposition.SCHEDULED:
                self._insist(docket, item)

    def _insist(self, docket: Docket, item: str) -> None:
        """Docket still has the last run of an item that ended for us; it goes in a moment."""
        task = asyncio.create_task(self._add_soon(docket, item), name=f"again {item}")
        self._insisting.add(task)
        task.add_done_callback(self._insisting.discard)

    async def _add_soon(self, docket: Docket, item: str) -> None:
        for step in range(BUSY_TRIES):
            await asyncio.sleep(BUSY_PAUSE_S * 2**step)
            with contextlib.suppress(RedisError):  # `reoffer` brings it again
                execution = await docket.add(TASK, key=item)(item)
                if execution.disposition is Disposition.SCHEDULED:
                    return

    # ------------------------------------------------------------ Docket -> handler

    async def _perform(self, item: str) -> None:
        """Docket's one task: run an item that is held, and say how it ended."""
        self._busy += 1
        try:
            async with self._slots:
                await self._run_once(item)
        except Unavailable as error:  # it stays held, and is offered again
            _log.warning("work.redis_away", item=item, error=str(error))
        finally:
            self._busy -= 1
            self._freed.set()

    async def _run_once(self, item: str) -> None:
        run = await self._due.begin(item)
        if run is None:
            return
        outcome, error = await self._handle(item)
        pause = await self._due.finish(item, run, outcome=outcome)
        if error is not None:
            again = None if pause is None else pause.total_seconds()
            _log.error("work.failed", item=item, again_in_s=again, exc_info=error)

    async def _handle(self, item: str) -> tuple[str, BaseException | None]:
        """Return the outcome for Due.finish, and what the handler raised.

        The handler is a task of its own: what it raises is looked at, not caught.
        """
        if self._stopping:
            return "stopped", None
        task = asyncio.create_task(self._call(item), name=item)
        self._running.add(task)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()  # does nothing unless we were cancelled ourselves
            self._running.discard(task)
        if task.cancelled():
            return "stopped", None
        error = task.exception()
        return ("ok" if error is None else "error"), error

    async def _call(self, item: str) -> None:
        word, _, subject = item.partition(":")
        await self._handlers[word](subject)

    def _cut_off_after(self, wait: timedelta) -> None:
        asyncio.get_running_loop().call_later(wait.total_seconds(), self._cut_off)

    def _cut_off(self) -> None:
        """Cancel what still runs, and again: a handler's library may swallow a cancellation."""
        for task in self._running:
            _log.warning("work.cut_off", item=task.get_name())
            task.cancel()
        if self._running:
            self._cut_off_after(CUT_AGAIN)


def _roomy(url: str, connections: int) -> str:
    """Let Docket open that many; redis-py's pool refuses the 101st, which fails a task."""
    if "max_connections=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}max_connections={connections}"
