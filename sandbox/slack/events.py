"""The Events API: which happenings are told to the app, and how often it is tried."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Final

from sandbox.slack.answer import Answer, Retry
from sandbox.slack.core import Core
from sandbox.slack.model import APP_ID, BOT_USER, TEAM_ID, Channel, Json

# docs.slack.dev/reference/events: the scopes of each; any one of them is enough.
EVENT_SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "file_shared": ("files:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read", "mpim:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "user_change": ("users:read",),
}
_SENT_KEPT: Final = 10_000
_OF_PUBLIC: Final = frozenset(
    {
        "channel_archive",
        "channel_created",
        "channel_deleted",
        "channel_rename",
        "channel_unarchive",
    }
)


class EventFeed:
    """Turns happenings into event_callback deliveries, each with up to three retries."""

    def __init__(self, core: Core, retry_delays: Sequence[float]) -> None:
        """`retry_delays` in seconds: Slack's are nearly 0, 60, 300."""
        self._core = core
        self._delays = tuple(retry_delays)
        self._serial = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: deque[Json] = deque(maxlen=_SENT_KEPT)
        core.ws.on_event.append(self._on_event)

    def _on_event(self, name: str, event: Json, channel: Channel | None) -> None:
        if not self._wanted(name, channel) or self._core.delivery.mode == "none":
            return
        callback = self._callback(event, channel)
        self.sent.append(callback)
        task = asyncio.get_running_loop().create_task(self._deliver(callback))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _wanted(self, name: str, channel: Channel | None) -> bool:
        app = self._core.app
        if app.events is not None and name not in app.events:
            return False
        scopes = EVENT_SCOPES[name]
        if scopes and not any(self._core.granted(s) for s in scopes):
            return False
        if channel is None or BOT_USER in channel.members:
            return True
        return channel.kind == "channel" and name in _OF_PUBLIC

    def _callback(self, event: Json, channel: Channel | None) -> Json:
        ws = self._core.ws
        event = {"event_ts": ws.new_ts(), **event}
        return {
            "token": "verification-token",
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(self._serial):09d}",
            "event_time": ws.now(),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
            "event_context": f"4-{event['type']}",
        }

    async def _deliver(self, callback: Json) -> None:
        answer = await self._core.delivery.send("events_api", callback)
        for number, delay in enumerate(self._delays, start=1):
            if _settled(answer):
                return
            await asyncio.sleep(delay)
            retry = Retry(number, answer.retry_reason)
            answer = await self._core.delivery.send("events_api", callback, retry)

    async def settled(self) -> None:
        """Wait until every delivery, with its retries, is over."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Give up on what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await self.settled()


def _settled(answer: Answer) -> bool:
    no_retry = {k.lower(): v for k, v in answer.headers.items()}.get("x-slack-no-retry")
    return not answer.error or no_retry == "1"
