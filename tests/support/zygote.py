"""Bots to be killed, born in milliseconds: one process imports everything and forks the others.

    python -m tests.support.zygote SOCKET

Each connection orders one bot (a pickled `Order`). The bot answers with its pid and, when it is
ready, its address; it holds the connection while it lives, so its end is the end of the stream.
It is the bot of production: `parts` and `serving` and nothing else.
"""

import asyncio
import contextlib
import ctypes
import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.bootstrap.found import find_commands, find_integrations
from bot.bootstrap.parts import parts
from bot.bootstrap.serving import EVERYTHING, serving, until_signal
from bot.bootstrap.tempo import Tempo
from bot.logs import set_up
from bot.settings import Settings
from tests.support.world import Unpaced

ROOT = Path(__file__).parents[2]
PR_SET_PDEATHSIG = 1  # linux/prctl.h

# As in production, only sooner: a lease outlives a call and a second more.
SOON = Tempo(
    lease=timedelta(seconds=2.75),
    call=timedelta(seconds=1.25),
    reoffer=timedelta(seconds=1),
    redelivery=timedelta(seconds=1.5),
)


@dataclass(frozen=True)
class Order:
    """`log`: the file the bot writes to. `paced` False: as fast as the sandbox goes."""

    settings: Settings
    log: str
    tempo: Tempo = SOON
    paced: bool = False


# ---------------------------------------------------------------- in the zygote and its children


async def live(order: Order, line: socket.socket) -> None:
    """Be a bot."""
    pace = None if order.paced else Unpaced()
    async with (
        parts(order.settings, pace=pace, tempo=order.tempo) as built,
        serving(built, EVERYTHING) as url,
    ):
        line.sendall(f"{url}\n".encode())
        await until_signal()


def born(order: Order, line: socket.socket) -> None:
    """What a child does, from its first instruction to its last."""
    die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    line.sendall(f"{os.getpid()}\n".encode())
    set_up("info", "json")
    asyncio.run(live(order, line))


def die_with_parent() -> None:
    """Ask the kernel for a SIGKILL when the parent ends, so that no test leaves a bot behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def bear(server: socket.socket) -> None:
    """Fork a bot for each connection, for ever. No event loop ever exists in this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    find_commands()  # what is imported here is imported once for all
    find_integrations()
    gc.freeze()
    while True:
        line, _ = server.accept()
        with line:
            order = pickle.load(line.makefile("rb"))  # noqa: S301 - from the test that started us
            if os.fork() == 0:
                server.close()
                born(order, line)
                os._exit(0)


def main(path: str) -> None:
    die_with_parent()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        bear(server)


# ---------------------------------------------------------------- in the test


@dataclass
class Bot:
    """A running bot process."""

    pid: int
    url: str
    ended: asyncio.Task[Any] = field(repr=False)

    @property
    def alive(self) -> bool:
        """False from the moment that the test has heard of its end."""
        return not self.ended.done()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; one that is dead already hears nothing."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.signal(signal.SIGKILL)


@dataclass(frozen=True)
class Zygote:
    """The way to more bots."""

    socket: str

    async def bear(self, order: Order) -> Bot:
        """Start a bot and wait until it is ready.

        Raises:
            EOFError: it died before it was ready; its log says why.
        """
        reader, writer = await asyncio.open_unix_connection(self.socket)
        writer.write(pickle.dumps(order))
        await writer.drain()
        pid, url = (await reader.readline()).strip(), (await reader.readline()).strip()
        if not url:
            await _closed(writer)
            message = f"bot {pid!r} ended before it was ready, see {order.log}"
            raise EOFError(message)
        return Bot(int(pid), url.decode(), asyncio.create_task(_ended(reader, writer)))


async def _ended(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        await reader.read()
    await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@contextmanager
def zygote() -> Iterator[Zygote]:
    """Start the zygote; its end is the end of all its bots."""
    with tempfile.TemporaryDirectory(prefix="sb-zygote-") as folder:
        path = f"{folder}/socket"
        command = [sys.executable, "-m", "tests.support.zygote", path]
        process = subprocess.Popen(  # noqa: S603 - our interpreter, our module
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield Zygote(path)
        finally:
            process.kill()
            process.communicate()


if __name__ == "__main__":
    main(sys.argv[1])
