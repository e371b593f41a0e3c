"""One message of a channel, for the timeline."""

from typing import Any

from bot.errors import OutcomeUnknown, Rejected, Unavailable
from bot.ports import Said
from bot.slack.webapi import WebApi


class SlackMessages:
    """bot.ports.Messages."""

    def __init__(self, api: WebApi) -> None:
        """Read by `api`."""
        self._api = api

    async def find(self, channel: str, ts: str) -> Said | None:
        """Return one message, also one inside a thread.

        Raises:
            Unavailable: Slack cannot be asked just now.
        """
        try:
            found = await self._found(channel, ts)
            if found is None:
                return None
            return Said(
                user=str(found.get("user") or found.get("bot_id") or ""),
                text=str(found.get("text") or ""),
                permalink=await self._permalink(channel, ts),
            )
        except Rejected:
            return None  # the channel or the message is out of the bot's reach
        except OutcomeUnknown as error:
            raise Unavailable(str(error)) from error

    async def _found(self, channel: str, ts: str) -> dict[str, Any] | None:
        """Return the message. A thread comes with its first message, whatever the limit."""
        asked = {"channel": channel, "oldest": ts, "latest": ts, "inclusive": True, "limit": 5}
        for method, more in (("conversations.history", {}), ("conversations.replies", {"ts": ts})):
            try:
                page = await self._api.call(method, asked | more)
            except Rejected as error:
                if error.code != "thread_not_found":
                    raise
                return None
            for message in page.get("messages") or ():
                if message.get("ts") == ts:
                    return dict(message)
        return None

    async def _permalink(self, channel: str, ts: str) -> str:
        asked = {"channel": channel, "message_ts": ts}
        try:
            return str((await self._api.call("chat.getPermalink", asked)).get("permalink") or "")
        except Rejected:
            return ""
