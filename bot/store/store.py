"""All parts of the store on one Redis."""

from typing import Self

from redis.asyncio import Redis

from bot.ports import Clock
from bot.store.audit import RedisAudit
from bot.store.connection import Connection, open_redis
from bot.store.due import RedisDue
from bot.store.inbox import RedisInbox
from bot.store.memory import RedisMemory
from bot.store.outbox import RedisOutbox
from bot.store.output import RedisOutput
from bot.store.pace import RedisPace


class RedisStore:
    """The memory of one bot. Close it when done."""

    def __init__(self, commands: Redis, blocking: Redis, clock: Clock) -> None:
        """Build on two clients, so that what waits long has connections of its own."""
        self.clock = clock
        connection = Connection(commands)
        self.connection = connection
        self.blocking = Connection(blocking, within_s=None)  # may wait long: a pop, a backup
        self.inbox = RedisInbox(connection, clock)
        self.memory = RedisMemory(connection, clock)
        self.outbox = RedisOutbox(connection, clock)
        self.audit = RedisAudit(connection)
        self.output = RedisOutput(connection)
        self.pace = RedisPace(connection, clock)
        self.due = RedisDue(connection, self.blocking, clock)

    @classmethod
    def at(cls, url: str, clock: Clock) -> Self:
        """Return the store at `url` (redis://, rediss:// or unix://); nothing is sent yet."""
        return cls(open_redis(url), open_redis(url), clock)

    async def close(self) -> None:
        """Close all sockets."""
        await self.connection.close()
        await self.blocking.close()
