"""A workspace, a Redis and some bots in processes of their own, to be killed and started again.

The sandbox Slack runs here, the bots do not: nothing of them is patched or shared. What died is
started again at once, as a supervisor would.
"""

import asyncio
import itertools
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.bootstrap.parts import find_commands
from bot.errors import Unavailable
from bot.slack.manifest import manifest
from bot.store import keys
from bot.store.load import load
from bot.store.store import RedisStore
from sandbox.slack import Person, SlackSandbox
from sandbox.slack.delivery import Delivery
from sandbox.slack.driver import Outcome
from sandbox.slack.faults import Fault, FaultKind, Faults
from sandbox.slack.model import Change
from tests.support.redis import SystemClock
from tests.support.redis_proxy import Point, RedisProxy, never
from tests.support.world import SIGNING_SECRET, settings_for
from tests.support.zygote import SOON, Bot, Order, Zygote

RETRIES = (0.2, 0.4, 0.8, 1.5, 3.0, 3.0)  # of events; Slack's are 0, 60 and 300 seconds
LOOKS = 3  # in a row: work makes work
SETTLED_S = 45.0
ANNOUNCE = "C0INCIDENTS"


class WatchedFaults(Faults):
    """The sandbox's faults, which also tell of each call before it is done."""

    def __init__(self, watch: "Calls") -> None:
        super().__init__()
        self._watch = watch

    def strike(self, kind: FaultKind, method: str) -> Fault | None:
        if kind == "delay":  # the first that the sandbox asks for
            self._watch.arrived(method)
        if kind == "error" and self._watch.refuse:
            self._watch.refuse = False
            return Fault("error")  # so that nothing is done for the dead
        return super().strike(kind, method)


class Calls:
    """The points of the Slack side: each call, before it is done and before it is answered."""

    def __init__(self) -> None:
        self.seen: list[Point] = []
        self.refuse = False
        self._counts: Counter[str] = Counter()
        self._meet: Callable[[Point], bool] = never

    def arm(self, meet: Callable[[Point], bool] = never) -> None:
        """Count from now on, and ask `meet` as RedisProxy does."""
        self._meet = meet
        self._counts.clear()
        self.seen.clear()

    def arrived(self, method: str) -> None:
        self._counts[method] += 1
        point = Point(method, self._counts[method])
        self.seen.append(point)
        self.refuse = not self._meet(point)

    def done(self, change: Change, slack: SlackSandbox) -> None:
        if change.kind == "faults" and slack.calls:
            method = slack.calls[-1].method
            self._meet(Point(method, self._counts[method], answered=True))


class Spread(Delivery):
    """Requests go to any of the bots that are ready, as behind a load balancer."""

    def __init__(self, secret: str, faults: Faults, seed: int) -> None:
        self.urls: list[str] = []
        self._dice = random.Random(seed)  # noqa: S311 - reproducible
        super().__init__(secret, faults)

    @property
    def request_url(self) -> str | None:
        """Another one each time; of a lone bot that is dead the address it had."""
        return self._dice.choice(self.urls) if self.urls else None

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.urls = [url] if url else []


def slack_for(calls: Calls, *, rate_limits: bool, seed: int) -> SlackSandbox:
    """Return a sandbox that tells of its calls."""
    slack = SlackSandbox(
        signing_secret=SIGNING_SECRET,
        manifest=manifest(find_commands(), socket_mode=False, request_url="https://bot.invalid"),
        rate_limits=rate_limits,
        retry_delays=RETRIES,
    )
    slack.core.faults = WatchedFaults(calls)
    slack.core.delivery = Spread(SIGNING_SECRET, slack.core.faults, seed)
    slack.workspace.on_change.append(lambda change: calls.done(change, slack))
    return slack


@dataclass
class Stage:
    """What a test acts on. `deaths` counts the bots that ended."""

    slack: SlackSandbox
    calls: Calls
    proxy: RedisProxy
    store: RedisStore
    zygote: Zygote
    order: Order
    on_birth: Callable[[Bot], None] = lambda _bot: None
    bots: list[Bot] = field(default_factory=list)
    deaths: int = 0
    ending: bool = False
    _keepers: list[asyncio.Task[None]] = field(default_factory=list)

    # ------------------------------------------------------------ bots

    async def begin(self, replicas: int = 1) -> None:
        """Start bots that are started again when they end."""
        for _ in range(replicas):
            bot = await self._bear()
            self._keepers.append(asyncio.create_task(self._keep(bot)))

    async def _bear(self) -> Bot:
        self.proxy.arm()
        bot = await self.zygote.bear(self.order)
        await self.proxy.saw("BLPOP", "XREADGROUP")  # its workers wait for work
        self.bots.append(bot)
        self._route()
        self.on_birth(bot)
        return bot

    async def _keep(self, bot: Bot) -> None:
        while True:
            await asyncio.wait({bot.ended})
            self.deaths += 1
            self.bots.remove(bot)
            self._route()
            bot = await self._bear()

    def _route(self) -> None:
        """Tell the balancer who is there; with nobody there it goes on knocking at the last."""
        assert isinstance(self.slack.core.delivery, Spread)
        if self.bots:
            self.slack.core.delivery.urls = [f"{bot.url}/slack/events" for bot in self.bots]

    async def finish(self) -> None:
        """Kill everything."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for bot in self.bots:
            bot.signal(signal.SIGCONT)
            bot.kill()
            with suppress(TimeoutError):
                await asyncio.wait_for(bot.ended, 5)

    def kill_at(self, wanted: Point, *, of: RedisProxy | Calls) -> Callable[[], bool]:
        """Let the first bot die at that point, once. Returns a question: is it dead?"""
        hit: list[Point] = []

        def meet(point: Point) -> bool:
            if hit or point != wanted:
                return True
            hit.append(point)
            self.bots[0].kill()
            return False

        of.arm(meet)
        return lambda: bool(hit)

    # ------------------------------------------------------------ looking

    def person(self, user: str) -> Person:
        """Return somebody to act as."""
        return Person(self.slack, user)

    async def quiet(self) -> bool:
        """Whether nothing is due, held or owed just now; what waits for a Retry is not."""
        try:
            now = await load(self.store.connection, SystemClock().now())
            waiting = await self._failed() if now.failing else 0
        except Unavailable:  # it was killed as well
            return False
        return not (now.ready or now.held or now.entries > waiting)

    async def _failed(self) -> int:
        lanes = [
            lane
            for one in await self.store.memory.marked("incidents")
            for lane in await self.store.memory.failing_lanes(one)
        ]
        return sum(lane.waiting for lane in lanes)

    async def settled(self, timeout_s: float = SETTLED_S) -> None:
        """Wait until nobody has anything left to do."""
        looks = 0
        try:
            async with asyncio.timeout(timeout_s):
                while looks < LOOKS:
                    await self.slack.settled()
                    looks = looks + 1 if await self.quiet() and self.bots else 0
                    await asyncio.sleep(0.03)
        except TimeoutError as error:
            message = f"not settled in {timeout_s} s: {await self.left()}; log {self.order.log}"
            raise AssertionError(message) from error

    async def left(self) -> dict[str, Any]:
        """Return what is due, held and owed; of a settled bot only its timers."""
        call = self.store.connection.call
        owed = await call("KEYS", f"{keys.ENTRY()}*")
        return {
            "due": await call("ZRANGE", keys.DUE(), 0, -1, "WITHSCORES"),
            "held": await call("ZRANGE", keys.HELD(), 0, -1),
            "owed": [await call("HGETALL", key) for key in owed],
            "intents": await call("KEYS", f"{keys.INTENT()}*"),
        }

    async def channel(self, number: int = 1) -> str:
        """Return the id of an incident's channel."""
        return (await self.store.memory.refs(f"INC-{number:05d}"))["channel"]

    # ------------------------------------------------------------ acting

    async def insist(
        self, act: Callable[[], Any], happened: Callable[[], Any], tries: int = 20
    ) -> Outcome:
        """Do as a careful person: told of an error, look whether it happened, else try again."""
        for _ in range(tries):
            done: Outcome = await act()
            if not done.error or await self._in_time(happened):
                return done
        message = f"it never worked: {done}"
        raise AssertionError(message)

    async def _in_time(self, happened: Callable[[], Any]) -> bool:
        """Look for a while: what was recorded is done within a lease or so."""
        for _ in range(20):
            if await happened():
                return True
            await asyncio.sleep(0.25)
        return False


@dataclass
class Stages:
    """Stages side by side, each with a Redis database of its own: (the server's socket, number)."""

    zygote: Zygote
    folder: Path
    free: asyncio.Queue[tuple[Path, int]]
    serial: Iterator[int] = field(default_factory=itertools.count)

    @asynccontextmanager
    async def open(
        self, replicas: int = 1, *, paced: bool = False, seed: int = 1
    ) -> AsyncIterator[Stage]:
        """Set one up, with bots running."""
        redis, database = await self.free.get()
        path = self.folder / f"{next(self.serial)}"
        try:
            async with (
                _store(f"unix://{redis}?db={database}") as store,
                _proxy(path.with_suffix(".sock"), redis) as proxy,
                self._stage(path, store, proxy, paced=paced, seed=seed) as stage,
            ):
                await store.connection.call("FLUSHDB")
                stage.order = replace(stage.order, settings=stage.settings(database))
                await stage.begin(replicas)
                yield stage
        finally:
            self.free.put_nowait((redis, database))

    @asynccontextmanager
    async def with_own_redis(self) -> AsyncIterator[Stage]:
        """Set one up whose bot starts its own Redis."""
        path = self.folder / f"{next(self.serial)}"
        path.mkdir()
        async with (
            _store(f"unix://{path}/redis.sock") as store,
            self._stage(path, store, None, paced=False, seed=1) as stage,
        ):
            await stage.begin()
            yield stage

    @asynccontextmanager
    async def _stage(
        self, path: Path, store: RedisStore, proxy: RedisProxy | None, *, paced: bool, seed: int
    ) -> AsyncIterator[Stage]:
        calls = Calls()
        async with slack_for(calls, rate_limits=paced, seed=seed) as slack:
            log = str(path.with_suffix(".log"))
            settings = settings_for(slack, redis_url="").model_copy(
                update={"redis_url": None, "signalbox_data_dir": path}
            )
            order = Order(settings=settings, log=log, paced=paced)
            stage = Stage(slack, calls, proxy or RedisProxy(path, path), store, self.zygote, order)
            try:
                yield stage
            finally:
                await stage.finish()


@asynccontextmanager
async def _store(url: str) -> AsyncIterator[RedisStore]:
    store = RedisStore.at(url, SystemClock())
    yield store
    await store.close()


@asynccontextmanager
async def _proxy(path: Path, upstream: Path) -> AsyncIterator[RedisProxy]:
    proxy = RedisProxy(path, upstream)
    await proxy.start()
    yield proxy
    await proxy.stop()
