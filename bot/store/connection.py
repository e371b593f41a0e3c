"""The connection to Redis: loading scripts, deadlines, and errors in the bot's own words."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha1
from importlib import resources
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ClusterDownError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

from bot.errors import Unavailable
from bot.store import keys

ANSWER_WITHIN_S = 3.0  # scripts take under a millisecond; a listener must ack within three seconds
CONNECT_WITHIN_S = 2.0
AT_ONCE = 64  # commands under way; redis-py's pool holds 100 connections and refuses the next
# Answers that speak of the server's state, not of our mistake: redis-py's classes, and codes that
# it leaves in the text.
STATES = (OutOfMemoryError, ReadOnlyError, NoPermissionError, ClusterDownError)
# "-OOM" stands inside the text when a script of Redis 6.2 met it.
CODES = re.compile(r"^(MISCONF|MASTERDOWN|BUSY|NOREPLICAS|TRYAGAIN)|-(OOM|READONLY|MISCONF) ")

_LIBRARIES = {
    "record": ("due",),
    "commit": ("due", "audit", "lane"),
    "take": ("due", "lane"),
    "settle": ("due", "audit", "lane"),
    "postpone": ("due", "lane"),
    "fail": ("due", "audit", "lane"),
    "failing": ("due", "lane"),
    "finish": ("due",),
    "reset": ("due",),
    "dump": (),
}


class Script(NamedTuple):
    """A script as the server knows it."""

    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """Return scripts/<name>.lua behind the key table and the libraries it uses."""
    folder = resources.files("bot.store") / "scripts"
    files = [f"lib_{library}.lua" for library in _LIBRARIES.get(name, ())] + [f"{name}.lua"]
    text = keys.lua_table() + "\n".join((folder / file).read_text("utf-8") for file in files)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def open_redis(url: str) -> Redis:
    """Return a client; nothing is sent yet.

    It has no socket timeout, deadlines are Connection's. For one, a pop may wait for long. And with
    a timeout redis-py writes through asyncio.wait_for, which on Python 3.11 swallows a cancellation
    that comes while it returns (python/cpython#86296): tasks that use Redis would not stop.
    redis-py retries ten times by default, also what may have been done; we decide that ourselves.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=None,
        socket_connect_timeout=CONNECT_WITHIN_S,
        retry=Retry(NoBackoff(), 0),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn what Redis raises into Unavailable; our own mistakes pass as they are."""
    try:
        yield
    except TimeoutError as error:
        message = f"Redis does not answer within {ANSWER_WITHIN_S:g} seconds"
        raise Unavailable(message) from error
    except (RedisConnectionError, RedisTimeoutError) as error:
        message = f"Redis does not answer: {error}"
        if isinstance(error, AuthenticationError):
            message = f"Redis refuses the password or user in REDIS_URL: {error}"
        raise Unavailable(message) from error
    except ResponseError as error:
        if not isinstance(error, STATES) and CODES.search(str(error)) is None:
            raise
        message = f"Redis cannot take the change now: {error}"
        raise Unavailable(message) from error


class Connection:
    """Runs commands and scripts. Shared by all parts of the store."""

    def __init__(self, redis: Redis, *, within_s: float | None = ANSWER_WITHIN_S) -> None:
        """Use `redis`, which must decode its answers; each call ends within `within_s`."""
        self.redis = redis
        self._within_s = within_s
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self, name: str, *args: str | float) -> Any:
        """Run scripts/<name>.lua; it is loaded when the server does not know it."""
        text, sha = script(name)
        # One key is named so that a cluster finds the slot; all keys share it (keys.py).
        with translated():
            async with asyncio.timeout(self._within_s), self._turns:
                try:
                    return await self.redis.evalsha(sha, 1, keys.DUE(), *args)
                except NoScriptError:
                    return await self.redis.eval(text, 1, keys.DUE(), *args)

    async def call(self, command: str, *args: str | float) -> Any:
        """Send one plain command and return its answer as redis-py shapes it."""
        with translated():
            async with asyncio.timeout(self._within_s), self._turns:
                # redis-py leaves it untyped
                return await self.redis.execute_command(command, *args)  # type: ignore[no-untyped-call]  # theirs

    async def close(self) -> None:
        """Close all sockets."""
        try:
            await self.redis.aclose()
        except RedisError:  # the server went first; there is nothing left to close
            return
