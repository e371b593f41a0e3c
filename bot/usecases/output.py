"""What a step says, on its way to people: redacted, cleaned, kept, shown once a second."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import structlog

from bot.domain.redaction import Redactor, Stream
from bot.domain.run import Run
from bot.errors import Unavailable
from bot.ports import Clock, Output
from bot.usecases.journal import Lost, own_turn
from bot.usecases.run_telling import EDIT_EVERY, RunTelling
from bot.usecases.shelf import Shelf

PIECE = 64_000  # characters kept at once, at most
LAST_TRIES, LAST_PAUSE_S = 10, 1.0  # to keep the end of what a step said
FULL = "\n[the rest is left out: this run has said more than is kept]\n"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a feed needs."""

    shelf: Shelf
    output: Output
    telling: RunTelling
    redactor: Redactor
    clock: Clock

    def feed(self, run: Run, key: str, guard: Callable[[], None]) -> "Feed":
        """Return the feed of one step; `guard` raises when it must stop."""
        return Feed(self, run, key, guard)


class Feed:
    """One step's output. Nothing reaches the store, Slack or a log but through the redactor."""

    def __init__(self, speaker: Speaker, run: Run, key: str, guard: Callable[[], None]) -> None:
        """Say nothing yet."""
        self._to = speaker
        self._run = run
        self._key = key
        self._guard = guard
        self._stream = Stream(speaker.redactor)
        self._pending: list[str] = []
        self._size = 0
        self._shown_at = 0.0
        self._number = 0
        self._shows = 0
        self._name = f"{run.epoch:08}.{run.version:08}"  # later feeds of a step sort behind
        self._pieces: deque[tuple[str, str]] = deque()
        self._full = False
        self._news = False
        self._turns = asyncio.Lock()
        self._ended = asyncio.Event()
        self._ticker: asyncio.Task[None] | None = None
        self.spoke = False

    async def emit(self, text: str) -> None:
        """Take one or more lines. Raises what `guard` raises."""
        self._guard()
        self._hold(self._stream.say(text))
        if self._size >= PIECE:
            await self.flush()

    async def flush(self) -> bool:
        """Keep what has come, and show it when a second has passed.

        A silent store is no business of the step: what cannot be kept now is kept later. Returns
        False when something is left.
        """
        async with self._turns:
            self._packed()
            try:
                while self._pieces:
                    await self._keep(*self._pieces[0])
                    self._pieces.popleft()
                await self._shown()
            except Unavailable as error:
                log.warning("output.later", error=str(error))
                return False
            return True

    def _packed(self) -> None:
        """Make numbered pieces of what has come; a piece that is sent again is known by its number.

        So one whose answer was lost is kept once.
        """
        text, self._pending, self._size = "".join(self._pending), [], 0
        for at in range(0, len(text), PIECE):
            self._number += 1
            self._pieces.append((f"{self._name}.{self._number:08}", text[at : at + PIECE]))

    async def _shown(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._news and now - self._shown_at >= EDIT_EVERY.total_seconds():
            self._shown_at, self._news = now, False
            await self._show()

    async def __aenter__(self) -> Self:
        """Show what comes as it comes."""
        self._ticker = asyncio.create_task(self._tick(), name=f"output {self._run.id} {self._key}")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Keep and show the rest; a worker that has lost the run says nothing more."""
        del rest
        if self._ticker is not None:
            self._ended.set()  # not cancelled: it may be at keeping something
            [ended], _ = await asyncio.wait({self._ticker})
            if not ended.cancelled() and (error := ended.exception()):
                log.error("output.failed", exc_info=error)  # what is left is kept below
        if kind is not None and issubclass(kind, Lost):
            return
        self._hold(self._stream.end())
        self._shown_at = 0.0
        tries = 0
        while tries < LAST_TRIES:
            left = len(self._pieces)
            if await self.flush():
                return
            tries = tries + 1 if len(self._pieces) >= left else 0
            await asyncio.sleep(LAST_PAUSE_S if tries else 0)

    async def _tick(self) -> None:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), EDIT_EVERY.total_seconds())
            self._hold(self._stream.settle())
            await self.flush()

    def _hold(self, safe: str) -> None:
        if safe:
            self._pending.append(safe)
            self._size += len(safe)

    async def _keep(self, number: str, text: str) -> None:
        to, run = self._to.output, self._run.id
        self._news = True
        if self._full:
            return
        if not await to.append(run, self._key, text, number):
            await to.append(run, self._key, FULL, f"{number}-full")
            self._full = True

    async def _show(self) -> None:
        self.spoke = True
        self._shows += 1
        refs = await self._to.shelf.memory.refs(self._run.id)
        first = f"out:{self._key}" not in refs and self._shows == 1
        turn = own_turn(self._run, self._to.clock.now())
        name = f"output:{self._run.id}:{self._key}:{'first' if first else self._shows}"
        unique = name if first else f"{name}:{self._run.version}"
        turn.intent = turn.intent.model_copy(update={"id": unique})
        self._to.telling.said(turn, self._run, self._key, first=first)
        await self._to.shelf.memory.commit(turn.change())
