"""Between a bot and its Redis: a place to let it die at any message.

Every request is named by what it is ("settle", "take lane:incident:INC-00001", "XREADGROUP"), so
that a point is the n-th request of a name, whatever else happened in between.
"""

import asyncio
import contextlib
import re
from collections import Counter, deque
from collections.abc import Callable
from hashlib import sha1
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from bot.store.connection import script

SUBJECT = {"begin": 0, "finish": 0, "take": 0, "record": 0}  # script -> which argument names it
COMMANDS = re.compile(rb"\*(\d+)\r\n")


class Point(NamedTuple):
    """The `occurrence`-th request of a name (from 1), counted from when the proxy was armed.

    `answered` False: it is not passed on. True: it is done, and its answer is not passed on.
    """

    name: str
    occurrence: int
    answered: bool = False


def never(_point: Point) -> bool:
    """The one thing that an unarmed proxy does."""
    return True


class RedisProxy:
    """Serves on `path` and passes on to `upstream`, both unix sockets.

    `meet` is asked at each request (`answered` False) and at each answer (True); False: it is not
    passed on, and the connection ends. `seen` lists the requests since `arm`.
    """

    def __init__(self, path: Path, upstream: Path) -> None:
        self.path = path
        self.seen: list[Point] = []
        self._meet: Callable[[Point], bool] = never
        self._counts: Counter[str] = Counter()
        self._stirred = asyncio.Event()
        self.open = asyncio.Event()  # while it is not set, no answer is passed on
        self.open.set()
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    def arm(self, meet: Callable[[Point], bool] = never) -> None:
        """Count from now on, and ask `meet`."""
        self._meet = meet
        self._counts.clear()
        self.seen.clear()

    async def saw(self, *names: str) -> None:
        """Wait until each of these was asked since `arm`."""
        while not all(self._counts[name] for name in names):
            self._stirred.clear()
            await self._stirred.wait()

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._accept, self.path)

    async def stop(self) -> None:
        """End; the bots are gone already, and their connections with them."""
        if self._server is not None:
            self._server.close()
        if self._lines:
            _, late = await asyncio.wait(self._lines, timeout=2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._lines.add(task)
        task.add_done_callback(self._lines.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours, server = await asyncio.open_unix_connection(self._upstream)
        asked: deque[Point | None] = deque()
        there = asyncio.create_task(self._requests(reader, server, asked))
        back = asyncio.create_task(self._answers(ours, writer, asked))
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for way in (there, back):
            way.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        for end in (writer, server):
            end.transport.abort()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        asked: deque[Point | None],
    ) -> None:
        """Pass on whole requests: one command, or the commands of a pipeline."""
        request = b""
        while chunk := await reader.read(2**16):
            request += chunk
            words = parsed(request)
            if words is None:
                continue
            point = self._point(named(words))
            if not self._meet(point):
                return
            asked.append(point)
            asked.extend([None] * (len(words) - 1))  # of a pipeline the first answer counts
            writer.write(request)
            await _drained(writer)
            request = b""

    async def _answers(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        asked: deque[Point | None],
    ) -> None:
        answer = b""
        while chunk := await reader.read(2**16):
            answer += chunk
            await self.open.wait()
            while end := whole(answer):
                # What Redis pushes was not asked for.
                point = None if answer.startswith(b">") else asked.popleft()
                if point and not self._meet(point._replace(answered=True)):
                    return
                writer.write(answer[:end])
                answer = answer[end:]
            await _drained(writer)

    def _point(self, name: str) -> Point:
        self._counts[name] += 1
        point = Point(name, self._counts[name])
        self.seen.append(point)
        self._stirred.set()
        return point


async def _drained(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):  # the other pump sees the end
        await writer.drain()


def parsed(request: bytes) -> list[list[bytes]] | None:
    """Return the commands of a request; None while it is not whole."""
    commands, at = [], 0
    while at < len(request):
        head = COMMANDS.match(request, at)
        if head is None:
            return None
        at, words = head.end(), []
        for _ in range(int(head[1])):
            end = request.find(b"\r\n", at)
            if end < 0:
                return None
            size = int(request[at + 1 : end])
            words.append(request[end + 2 : end + 2 + size])
            at = end + 2 + size + 2
        if at > len(request):
            return None
        commands.append(words)
    return commands


def whole(answer: bytes, at: int = 0) -> int:
    """Return where the RESP value that begins at `at` ends; 0 while it is not whole."""
    line = answer.find(b"\r\n", at)
    if line < 0:
        return 0
    kind, end = answer[at : at + 1], line + 2
    if kind in b"$=!":
        size = int(answer[at + 1 : line])
        end += size + 2 if size >= 0 else 0
    elif kind in b"*~>%|":
        parts = int(answer[at + 1 : line]) * (2 if kind in b"%|" else 1)
        for _ in range(parts):
            end = whole(answer, end)
            if not end:
                return 0
    return end if end <= len(answer) else 0


def _shas() -> dict[str, str]:
    folder = resources.files("bot.store") / "scripts"
    stems = [Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".lua")]
    return {script(name).sha: name for name in stems if not name.startswith("lib_")}


OURS = _shas()


def named(commands: list[list[bytes]]) -> str:
    """Return the name of a request: of one command, or of all in a pipeline."""
    return "+".join(dict.fromkeys(_named(words) for words in commands))


def _named(words: list[bytes]) -> str:
    command = words[0].decode().upper()
    if command not in {"EVAL", "EVALSHA"}:
        return command
    sha = words[1].decode() if command == "EVALSHA" else _sha(words[1])
    name = OURS.get(sha)
    if name is None:  # Docket's own scripts
        return f"docket {sha[:6]}"
    arguments = words[3 + int(words[2]) :]
    subject = arguments[SUBJECT[name]].decode() if name in SUBJECT else ""
    return f"{name} {_without_ids(subject)}".strip()


def _without_ids(subject: str) -> str:
    subject = re.sub(r"(intent:|answer:)?\d+\.\d+\.[0-9a-f]+", r"\1*", subject)
    return re.sub(r"(intent:)?Ev\d+", r"\1event", subject)


def _sha(text: bytes) -> str:
    return sha1(text, usedforsecurity=False).hexdigest()
