"""What was said in a channel: the Messages port."""

from bot.errors import Rejected
from bot.ports import Said
from bot.slack.webapi import WebApi


class SlackMessages:
    """Reads single messages."""

    def __init__(self, api: WebApi) -> None:
        """Use `api` for every call."""
        self._api = api

    async def find(self, channel: str, ts: str) -> Said | None:
        """See bot.ports.Messages."""
        place = {"channel": channel, "ts": ts, "oldest": ts, "inclusive": True, "limit": 1}
        try:
            answer = await self._api.call("conversations.replies", place)
            link = await self._api.call("chat.getPermalink", {"channel": channel, "message_ts": ts})
        except Rejected:
            return None
        for message in answer.get("messages", ()):
            if message.get("ts") == ts:
                return Said(
                    user=message.get("user") or message.get("bot_id") or "unknown",
                    text=message.get("text", ""),
                    permalink=link.get("permalink", ""),
                )
        return None
