"""Redis for tests: servers that start once, and a store of each kind.

`redis_url` gives a real server (embedded Valkey, then Debian's redis-server), `store` also the
in-memory fake. Each test finds them empty. `clock` is a Clock that only moves when it is told to.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path

import pytest
from fakeredis import FakeAsyncRedis, FakeRedis, FakeServer
from redis import Redis
from redis.exceptions import RedisError

from bot.store.embedded import EmbeddedServer
from bot.store.store import RedisStore

NIGHT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class StillClock:
    """bot.ports.Clock for tests: it stands until `forward` moves it."""

    at: datetime = field(default=NIGHT)

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> datetime:
        """Move by a timedelta given in words, and return the new time."""
        self.at += timedelta(**by)
        return self.at


class SystemClock:
    """The real time, for tests with real processes."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sb-test-"))
    server = EmbeddedServer(folder)
    yield asyncio.run(server.start())
    asyncio.run(server.stop())
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def debian_url() -> Iterator[str]:
    """Debian's redis-server, started by us on a socket of its own, never the machine's service."""
    binary = shutil.which("redis-server")
    if binary is None:
        missing("redis-server (apt-get install redis-server)")
    folder = Path(tempfile.mkdtemp(prefix="sb-test-"))
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
    options += ["--appendonly", "yes", "--save", ""]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([binary, *options], stdout=log, stderr=log)  # noqa: S603 - ours
    url = f"unix://{socket}"
    _await_ping(url)
    yield url
    process.terminate()
    process.wait(10)
    shutil.rmtree(folder)


def missing(what: str) -> None:
    """Skip with the reason on a laptop; fail in CI, which must have everything."""
    reason = f"{what} is not installed"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}, and CI must not skip this")
    pytest.skip(reason)


@pytest.fixture(params=["embedded", pytest.param("debian", marks=pytest.mark.external)])
def redis_url(request: pytest.FixtureRequest) -> str:
    """An empty real server."""
    return _empty(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["fake", "embedded", pytest.param("debian", marks=pytest.mark.external)])
def store_url(request: pytest.FixtureRequest) -> str | None:
    """An empty real server, or None for the fake."""
    fake = request.param == "fake"
    return None if fake else _empty(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def store(store_url: str | None, clock: StillClock) -> AsyncIterator[RedisStore]:
    """An empty store of each kind, on `clock`."""
    made = fake_store(clock) if store_url is None else RedisStore.at(store_url, clock)
    yield made
    await made.close()


@pytest.fixture
async def real_store(redis_url: str, clock: StillClock) -> AsyncIterator[RedisStore]:
    """An empty store on each real server, for what the fake does not know."""
    made = RedisStore.at(redis_url, clock)
    yield made
    await made.close()


def fake_store(clock: StillClock) -> RedisStore:
    """The real store on fakeredis: for tests that want no server. Docket does not run on it."""
    server = FakeServer()
    with FakeRedis(server=server) as redis:
        redis.eval("return 1", 0)  # makes the Lua runtime, which lacks sha1hex
    server._lua_runtime.globals()[b"redis"][b"sha1hex"] = _sha1hex

    return RedisStore(
        FakeAsyncRedis(server=server, decode_responses=True),
        FakeAsyncRedis(server=server, decode_responses=True),
        clock,
    )


def _sha1hex(text: bytes) -> bytes:
    return sha1(text, usedforsecurity=False).hexdigest().encode()


def _empty(url: str) -> str:
    with Redis.from_url(url) as redis:
        redis.flushall()
    return url


def _await_ping(url: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with Redis.from_url(url, retry=None) as redis:
                redis.ping()
        except RedisError:
            time.sleep(0.01)
        else:
            return
    pytest.fail(f"redis-server does not answer at {url}")
