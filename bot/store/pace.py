"""How fast the bot may talk, shared by all replicas."""

from datetime import datetime, timedelta

from bot.ports import Clock
from bot.store.connection import Connection
from bot.store.times import ms, span_ms


class RedisPace:
    """bot.ports.Pace on Redis: the generic cell rate algorithm."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Use `connection`; `clock` tells how long a block must be remembered."""
        self._redis = connection
        self._clock = clock

    async def wait(self, key: str, *, every: timedelta, burst: int, now: datetime) -> timedelta:
        """Return how long to wait; zero: go, a token is taken."""
        answer = await self._redis.run("pace", key, ms(now), span_ms(every), burst)
        return timedelta(milliseconds=int(answer))

    async def block(self, key: str, *, until: datetime) -> None:
        """Let nobody pass before `until`."""
        await self._redis.run("block", key, ms(self._clock.now()), ms(until))
