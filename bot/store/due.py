"""Due work: what is to be done when, and who has it.

The life of an item ("intent:ID", "lane:NAME", "timer:KIND:SUBJECT", "failed:ENTRY"):

    waiting --offer--> held --begin--> running --finish--> gone, or waiting again
    (due)              (held)          (held, runs)

- *Waiting*: in `due` at the time it is wanted. Whatever wants it (a record, a commit, the outbox)
  asks by `wish` inside its own atomic script.
- *Held*: handed over to a worker. A wish that comes now is noted in `again`, not offered, because
  one item never runs twice at once. Held too long, it is offered again (the hand-over is lost when
  the pump died between the two); a worker that has it already ignores that.
- *Running*: `begin` gives the run a number; only the newest run may finish the item, so a worker
  that was frozen and woke up changes nothing here.
- *Finished*: the run ended well and the item goes, unless `again` says when it is wanted next. It
  ended badly and the item is due after a backoff; `again` is kept until a run ends well.

So no wake-up is lost:
- an intent ends with its commit, which drops the item in whatever state it is; a handler that
  returns without commit ends it too (the intent was done before, or is unknown);
- a lane asks for itself: take, settle, postpone and fail compute, in the same script, when the lane
  has something next, and wish exactly that (nothing waits: the wish is taken back). An entry that
  is committed while the lane drains is such a wish; a handler that dies between take and settle has
  left the end of its lease as the wish;
- a timer is wished by the commit that sets it, also while it runs, and taken back by the one that
  forgets it;
- a failed entry is wished once; its handler ends it by returning.

Times are those of the Clock, so that tests can jump.
"""

import asyncio
from datetime import timedelta

from bot.ports import Clock, Offer
from bot.store import keys
from bot.store.connection import Connection, translated
from bot.store.times import moment, ms, span_ms

FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(minutes=1)
LATE_S = 5.0  # a pop that takes this much longer hangs on a dead connection


class RedisDue:
    """bot.ports.Due on Redis."""

    def __init__(self, connection: Connection, blocking: Connection, clock: Clock) -> None:
        """Use `connection`, and `blocking` for the one wait that has no socket timeout."""
        self._redis = connection
        self._blocking = blocking
        self._clock = clock

    async def offer(self, *, reoffer: timedelta, limit: int) -> Offer:
        """Hold up to `limit` items that are wanted now."""
        now = self._clock.now()
        later, *flat = await self._redis.run("offer", ms(now), ms(now + reoffer), limit)
        pairs = zip(flat[::2], flat[1::2], strict=True)
        return Offer(
            items=tuple((item, first == "1") for item, first in pairs), later=moment(later)
        )

    async def begin(self, item: str) -> str | None:
        """Start a run; None when the item is no longer held."""
        return await self._redis.run("begin", item) or None

    async def finish(self, item: str, run: str, *, outcome: str) -> timedelta | None:
        """End a run; returns the backoff when the item is tried again."""
        delay = await self._redis.run(
            "finish",
            item,
            run,
            ms(self._clock.now()),
            outcome,
            span_ms(FIRST_BACKOFF),
            span_ms(LONGEST_BACKOFF),
        )
        return timedelta(milliseconds=int(delay)) if delay else None

    async def reset(self) -> int:
        """Make due again what a process that is gone held."""
        return int(await self._redis.run("reset", ms(self._clock.now())))

    async def wait(self, longest: timedelta) -> None:
        """Wait until something becomes due, at most `longest`."""
        with translated():
            async with asyncio.timeout(longest.total_seconds() + LATE_S):
                await self._blocking.call("BLPOP", keys.WAKE(), longest.total_seconds())
