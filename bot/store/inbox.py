"""Where requests are written before they are acknowledged."""

from bot.domain.intent import Intent
from bot.ports import Clock
from bot.store import keys
from bot.store.connection import Connection
from bot.store.times import ms, span_ms


class RedisInbox:
    """bot.ports.Inbox on Redis."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Write through `connection`; intents become due at the time of `clock`."""
        self._redis = connection
        self._clock = clock

    async def record(self, intent: Intent) -> bool:
        """Store `intent` and make it due; False when it or its guard is known."""
        known = await self._redis.run(
            "record",
            intent.id,
            intent.guard or "",
            int(float(span_ms(keys.GUARD_LIVES))),
            intent.model_dump_json(exclude_defaults=True),
            ms(self._clock.now()),
        )
        return bool(known)

    async def intent(self, intent_id: str) -> Intent | None:
        """Return a recorded intent that is not done."""
        body = await self._redis.call("GET", keys.INTENT(intent_id))
        return None if body is None else Intent.model_validate_json(body)
