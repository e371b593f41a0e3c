"""What the steps of runs said. Whoever appends has redacted it."""

from bot.store import keys
from bot.store.connection import Connection
from bot.store.times import seconds

ROOM = 64_000_000  # characters a run may keep; a chatty one must not fill Redis
PAGE = 64  # pieces read at once, so that no single answer is huge


class RedisOutput:
    """bot.ports.Output on Redis: a list of pieces for each step."""

    def __init__(self, connection: Connection, room: int = ROOM) -> None:
        """Keep at most `room` characters of a run."""
        self._redis = connection
        self._room = room

    async def append(self, run: str, step: str, text: str, number: str) -> bool:
        """Add text to a step's output, once; False when the run's room is full."""
        lives = seconds(keys.OUTPUT_LIVES)
        return bool(
            await self._redis.run("output", run, step, text, len(text), self._room, lives, number)
        )

    async def tail(self, run: str, step: str, characters: int) -> str:
        """Return about the last `characters` of a step's output."""
        key, found, at = keys.OUTPUT(run, step), "", -1
        while len(found) < characters:
            pieces = await self._redis.call("LRANGE", key, at, at)
            if not pieces:
                break
            found, at = pieces[0] + found, at - 1
        return found[-characters:]

    async def whole(self, run: str) -> str:
        """Return everything a run said, each step under a heading line."""
        steps = await self._redis.call("LRANGE", keys.OUTPUT_STEPS(run), 0, -1)
        return "".join([await self._step(run, step) for step in steps])

    async def size(self, run: str) -> int:
        """Return how many characters a run has said."""
        return int(await self._redis.call("GET", keys.OUTPUT_SIZE(run)) or 0)

    async def _step(self, run: str, step: str) -> str:
        parts, at = [f"== {step} ==\n"], 0
        while page := await self._redis.call("LRANGE", keys.OUTPUT(run, step), at, at + PAGE - 1):
            parts += page
            at += PAGE
        last = "" if parts[-1].endswith("\n") else "\n"
        return "".join((*parts, last))
