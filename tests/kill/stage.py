"""A workspace, a Redis and some bots in processes of their own, to be killed and started again.

The sandbox Slack runs here, the bots do not: nothing of them is patched or shared. What died is
started again at once, as a supervisor would.
"""

import asyncio
import itertools
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.errors import Unavailable
from bot.store import keys
from bot.store.load import load
from bot.store.store import RedisStore
from sandbox.slack import Person, SlackSandbox
from sandbox.slack.driver import Outcome
from sandbox.slack.model import BOT_USER
from tests.kill.watched import Calls, Spread, slack_for
from tests.support.redis import SystemClock
from tests.support.redis_proxy import Point, RedisProxy
from tests.support.world import settings_for
from tests.support.zygote import Bot, Order, Zygote

LOOKS = 3  # in a row: work makes work
SETTLED_S = 120.0  # a machine may be busy with other things
IDLE_S = 0.15  # until a bot that gets no answers has nothing left to do
BIRTHS = 20  # tries of a supervisor
ANNOUNCE = "C0INCIDENTS"
PATIENCE_S = 30.0  # of a person who was told of an error; by then many a lease has passed


def _unmoved(_bot: Bot) -> None:
    """What happens at a birth when nobody said otherwise."""


@dataclass
class Stage:
    """What a test acts on. `deaths` counts the bots that ended."""

    slack: SlackSandbox
    spread: Spread
    calls: Calls
    proxy: RedisProxy | None
    store: RedisStore
    zygote: Zygote
    order: Order
    on_birth: Callable[[Bot], None] = _unmoved
    bots: list[Bot] = field(default_factory=list)
    frozen: list[Bot] = field(default_factory=list)
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
        if self.proxy is not None:
            self.proxy.arm()
        bot = await self._born()
        self.bots.append(bot)
        if self.proxy is not None:  # until its workers wait for work
            working = asyncio.create_task(self.proxy.saw("BLPOP", "XREADGROUP"))
            await asyncio.wait({working, bot.ended}, return_when=asyncio.FIRST_COMPLETED)
            working.cancel()
        self._route()
        self.on_birth(bot)
        return bot

    async def _born(self) -> Bot:
        for _ in range(BIRTHS):
            with suppress(EOFError):  # killed before it was ready, or Slack did not know it
                return await self.zygote.bear(self.order)
        message = f"it does not start: {self.order.log}"
        raise AssertionError(message)

    async def _keep(self, bot: Bot) -> None:
        while True:
            await asyncio.wait({bot.ended})
            self.bots.remove(bot)
            if self.ending:
                return
            self.deaths += 1
            self._route()
            bot = await self._bear()

    def _route(self) -> None:
        """Tell the balancer who is there; with nobody there it goes on knocking at the last."""
        if self.bots:
            self.spread.urls = [f"{bot.url}/slack/events" for bot in self.bots]

    async def finish(self) -> None:
        """Kill everything, also what is just being born."""
        self.ending = True
        for bot in self.frozen:
            bot.kill()
            self.bots.append(bot)
        while left := [keeper for keeper in self._keepers if not keeper.done()]:
            for bot in self.bots:
                bot.kill()
            await asyncio.wait(left, timeout=0.1)

    def at(self, wanted: Point, strike: Callable[[], bool]) -> Callable[[Point], bool]:
        """Return what `arm` takes so that `strike` happens at that point, once.

        `strike` says whether the message goes on its way.
        """
        hit: list[Point] = []

        def meet(point: Point) -> bool:
            if hit or point != wanted:
                return True
            hit.append(point)
            return strike()

        return meet

    def freeze(self) -> bool:
        """SIGSTOP the first bot where it now waits, and start another; what is sent arrives.

        It is stopped when it has done all that it can do without an answer, so never between two
        instructions of its own.
        """
        assert self.proxy is not None
        self.proxy.open.clear()
        self.calls.linger_s = 2 * IDLE_S
        self._keepers.append(asyncio.create_task(self._frozen(self.bots.pop(0))))
        return True

    async def _frozen(self, bot: Bot) -> None:
        assert self.proxy is not None
        await asyncio.sleep(IDLE_S)
        bot.signal(signal.SIGSTOP)
        self.frozen.append(bot)
        self.proxy.open.set()
        await self.begin()

    def thaw(self) -> None:
        """SIGCONT what is frozen."""
        for bot in self.frozen:
            bot.signal(signal.SIGCONT)

    # ------------------------------------------------------------ looking

    @property
    def us(self) -> str:
        """Return the bot's user id."""
        return BOT_USER

    def person(self, user: str) -> Person:
        """Return somebody to act as."""
        return Person(self.slack, user)

    async def quiet(self) -> bool:
        """Whether nothing is due, held or owed just now; what waits for a Retry is not."""
        try:
            now = await load(self.store.blocking, SystemClock().now())
            waiting = await self._waiting() if now.failing else 0
        except Unavailable:  # Redis was killed as well
            return False
        return not (now.ready or now.held or now.entries > waiting)

    async def _waiting(self) -> int:
        ids = await self.store.memory.marked("incidents")
        lanes = [lane for one in ids for lane in await self.store.memory.failing_lanes(one)]
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
        call = self.store.blocking.call
        owed = await call("KEYS", f"{keys.ENTRY()}*")
        return {
            "due": await call("ZRANGE", keys.DUE(), 0, -1, "WITHSCORES"),
            "held": await call("ZRANGE", keys.HELD(), 0, -1),
            "owed": [await call("HGETALL", key) for key in owed],
            "intents": await call("KEYS", f"{keys.INTENT()}*"),
        }

    async def channel(self, incident: str = "INC-00001") -> str:
        """Return the id of an incident's channel."""
        return (await self.store.memory.refs(incident))["channel"]

    # ------------------------------------------------------------ acting

    async def insist(
        self,
        act: Callable[[], Awaitable[Outcome]],
        happened: Callable[[], Awaitable[bool]],
        tries: int = 20,
    ) -> None:
        """Do as a careful person: told that it failed, look whether it happened, else try again.

        An immediate answer says that it was not recorded, or perhaps not.
        """
        for _ in range(tries):
            done = await act()
            if not (done.error or done.body) or await self._seen(happened):
                return
        message = f"it never worked: {done}"
        raise AssertionError(message)

    async def _seen(self, happened: Callable[[], Awaitable[bool]]) -> bool:
        """Look until it is there, or nothing is under way; with others at work, for a while."""
        until = time.monotonic() + PATIENCE_S
        quiet = 0
        while quiet < LOOKS and time.monotonic() < until:
            if await happened():
                return True
            quiet = quiet + 1 if await self.quiet() else 0
            await asyncio.sleep(0.1)
        return await happened()


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
        """Set one up, with bots running; `paced`: at the pace of the real Slack."""
        redis, database = await self.free.get()
        path = self.folder / f"{next(self.serial)}.sock"
        proxy = RedisProxy(path, redis)
        store = RedisStore.at(f"unix://{redis}?db={database}", SystemClock())
        try:
            await store.blocking.call("FLUSHDB")
            await proxy.start()
            stage = self._stage(path, store, proxy, paced=paced, seed=seed)
            url = f"unix://{path}?db={database}"
            async with _served(stage, replicas, redis_url=url) as begun:
                yield begun
        finally:
            await proxy.stop()
            await store.close()
            self.free.put_nowait((redis, database))

    @asynccontextmanager
    async def open_with_own_redis(self) -> AsyncIterator[Stage]:
        """Set one up whose bot starts its own Redis, as without REDIS_URL."""
        path = self.folder / f"{next(self.serial)}"
        store = RedisStore.at(f"unix://{path}/redis.sock", SystemClock())
        try:
            stage = self._stage(path, store, None, paced=False, seed=1)
            async with _served(stage, 1, redis_url=None, signalbox_data_dir=path) as begun:
                yield begun
        finally:
            await store.close()

    def _stage(
        self, path: Path, store: RedisStore, proxy: RedisProxy | None, *, paced: bool, seed: int
    ) -> Stage:
        calls = Calls()
        slack, spread = slack_for(calls, rate_limits=paced, seed=seed)
        # Nobody runs a runbook here, and reading them is most of what a start costs.
        settings = settings_for(slack, redis_url="").model_copy(update={"signalbox_runbooks": ()})
        order = Order(settings, str(path.with_suffix(".log")), paced=paced)
        return Stage(slack, spread, calls, proxy, store, self.zygote, order)


@asynccontextmanager
async def _served(stage: Stage, replicas: int, **changes: Any) -> AsyncIterator[Stage]:
    """Start the workspace and its bots; `changes` are settings."""
    async with stage.slack as slack:
        if url := changes.get("redis_url"):
            changes["redis_url"] = SecretStr(url)
        settings = stage.order.settings.model_copy(
            update={"slack_api_url": slack.api_url, **changes}
        )
        stage.order = replace(stage.order, settings=settings)
        try:
            await stage.begin(replicas)
            yield stage
        finally:
            await stage.finish()
