"""How much the bot has to do just now, for the metrics and for tests that wait for quiet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import keys
from bot.store.connection import Connection
from bot.store.times import ms

PAGE = 500


@dataclass(frozen=True, slots=True)
class Load:
    """`ready`: items that could be handed over; `held`: those a worker has. `lag`: the oldest."""

    ready: int
    held: int
    lag: timedelta
    entries: int
    failing: int


async def load(connection: Connection, now: datetime) -> Load:
    """Count. It walks over all entries of the outbox, so ask every few seconds at most."""
    at = ms(now)
    oldest = await connection.call("ZRANGE", keys.DUE(), 0, 0, "WITHSCORES")
    first = float(oldest[0][1]) if oldest else float(at)
    states = await _states(connection)
    return Load(
        ready=int(await connection.call("ZCOUNT", keys.DUE(), "-inf", at)),
        held=int(await connection.call("ZCARD", keys.HELD())),
        lag=timedelta(milliseconds=max(float(at) - first, 0)),
        entries=len(states),
        failing=states.count("failed"),
    )


async def _states(connection: Connection) -> list[str]:
    states: list[str] = []
    cursor = 0
    while True:
        cursor, found = await connection.call(
            "SCAN", cursor, "MATCH", f"{keys.ENTRY()}*", "COUNT", PAGE
        )
        states += [str(await connection.call("HGET", key, "state")) for key in found]
        if int(cursor) == 0:
            return states
