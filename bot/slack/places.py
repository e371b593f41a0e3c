"""Conversations by what the bot was told: an id, a channel's name, or a person."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from bot.errors import Rejected
from bot.slack.answers import Voice
from bot.slack.outcomes import sentence

_CONVERSATION: Final = re.compile(r"[CGD][A-Z0-9]{2,}")
_PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,}")
_PAGE: Final = 999  # the most that Slack gives; the bot's calls are few, the workspace may be big
_PAGES: Final = 100
_KINDS: Final = "public_channel,private_channel"


class Places:
    """Remembers names and direct messages; both keep their ids for life."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._channels: dict[str, str] = {}
        self._direct: dict[str, str] = {}
        self._cursor = ""  # where the listing of all channels stands; empty: at its beginning

    async def conversation(self, voice: Voice, place: str) -> str:
        """Return the conversation's id.

        Raises:
            Rejected: `channel_not_found`, when no channel that the bot can see has that name.
        """
        if _CONVERSATION.fullmatch(place):
            return place
        if _PERSON.fullmatch(place):
            return await self._direct_message(voice, place)
        name = place.removeprefix("#")
        if name not in self._channels:
            await self._look_up(voice, name)
        return self._channels[name]

    def forget(self, place: str) -> None:
        """Look the name up again next time (it was deleted, or renamed and taken by another)."""
        self._channels.pop(place.removeprefix("#"), None)

    async def _direct_message(self, voice: Voice, user: str) -> str:
        if user not in self._direct:
            opened = await voice.call("conversations.open", {"users": user})
            self._direct[user] = str(opened["channel"]["id"])
        return self._direct[user]

    async def _look_up(self, voice: Voice, name: str) -> None:
        """Learn names until `name` is among them: first of the bot's own channels, then of all.

        A big workspace has more pages than one delivery may ask for (tier 2), so the listing goes
        on where the last one was stopped.
        """
        async for channel in channels(voice, _KINDS, method="users.conversations"):
            self._channels[str(channel["name"])] = str(channel["id"])
        while name not in self._channels:
            page = await self._next_page(voice)
            for channel in page.get("channels") or ():
                self._channels[str(channel["name"])] = str(channel["id"])
            self._cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not self._cursor and name not in self._channels:
                msg = f"#{name}: {sentence('conversations.list', 'channel_not_found')}"
                raise Rejected(msg, code="channel_not_found")

    async def _next_page(self, voice: Voice) -> Mapping[str, Any]:
        asked = {"types": _KINDS, "limit": _PAGE, "exclude_archived": True}
        try:
            return await voice.call(
                "conversations.list", asked | ({"cursor": self._cursor} if self._cursor else {})
            )
        except Rejected as error:
            if error.code != "invalid_cursor":
                raise
            self._cursor = ""
            return await voice.call("conversations.list", asked)


async def channels(
    voice: Voice, types: str, *, archived: bool = False, method: str = "conversations.list"
) -> AsyncIterator[Mapping[str, Any]]:
    """Yield every channel of these types that the bot can see.

    By `users.conversations` those that it is in, which are fewer.
    """
    asked: dict[str, Any] = {"types": types, "limit": _PAGE, "exclude_archived": not archived}
    for _ in range(_PAGES):
        page = await voice.call(method, asked)
        for channel in page.get("channels") or ():
            yield channel
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
        asked["cursor"] = cursor
