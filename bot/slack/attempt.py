"""One attempt to do what an entry says, and reading back whether an earlier one did it."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.outbox import Entry
from bot.errors import Rejected
from bot.slack.answers import Voice
from bot.slack.places import Places

Message = Mapping[str, Any]

_BEFORE: Final = timedelta(minutes=10)  # clocks differ, and Slack stamps by its own
_PER_ATTEMPT: Final = timedelta(seconds=90)  # the longest backoff and the call itself
_AFTER_A_CRASH: Final = timedelta(hours=24)  # nobody knows when the process before us began
_PAGE: Final = 200
_PAGES: Final = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """`doubtful`: an earlier attempt may have happened. `us`: the bot's user id."""

    entry: Entry
    args: dict[str, Any]
    doubtful: bool
    since: datetime
    voice: Voice
    places: Places
    us: str

    async def call(self, method: str, **args: Any) -> dict[str, Any]:
        """Call a method, paced."""
        return await self.voice.call(method, args)

    async def conversation(self) -> str:
        """Return the id of the conversation in `channel`, `channel_id` or the like."""
        place = str(self.args.get("channel") or self.args.get("channel_id") or "")
        return await self.places.conversation(self.voice, place)

    async def find_message(self, wanted: Callable[[Message], bool]) -> Message | None:
        """Return a message that an earlier attempt left, looked for where this one would go."""
        channel = await self.conversation()
        async for message in self._said(channel, self.args.get("thread_ts")):
            if wanted(message):
                return message
        return None

    async def _said(self, channel: str, thread_ts: str | None) -> AsyncIterator[Message]:
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{self.since.timestamp():.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        method = "conversations.replies" if thread_ts else "conversations.history"
        if thread_ts:
            asked["ts"] = thread_ts
        for _ in range(_PAGES):
            page = await self._page(method, asked)
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            asked["cursor"] = cursor

    async def _page(self, method: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return await self.voice.call(method, asked)
        except Rejected as error:
            if error.code == "thread_not_found":
                return {}
            raise


def since(entry: Entry, now: datetime, *, crashed: bool) -> datetime:
    """Return from when on an earlier attempt can have left something."""
    if crashed:
        return now - _AFTER_A_CRASH
    return (entry.begun_at or now) - _BEFORE - entry.attempts * _PER_ATTEMPT
