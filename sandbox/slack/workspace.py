"""The state of one workspace and how it tells others that it changed."""

from collections.abc import Callable
from itertools import count
from typing import Final

from sandbox.slack import seed
from sandbox.slack.errors import fail
from sandbox.slack.model import BOT_USER, Change, Channel, File, Group, Json, User, View

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
EventListener = Callable[[str, Json, Channel | None], None]


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text


class Workspace:
    """Everything that Slack would remember.

    `clock` gives seconds since 1970. Listeners of `on_change` are the page's hints; listeners of
    `on_event` get `(event name, event, channel)` for everything that may interest the app.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Fill it with the seed."""
        self.clock = clock
        self.url = "https://signalbox-demo.slack.com/"
        self.users: dict[str, User] = {u.id: u for u in seed.users()}
        self.groups: dict[str, Group] = {g.id: g for g in seed.groups()}
        everyone = list(self.users.values())
        self.channels: dict[str, Channel] = {c.id: c for c in seed.channels(everyone, int(clock()))}
        self.files: dict[str, File] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.on_change: list[Callable[[Change], None]] = []
        self.on_event: list[EventListener] = []
        self._last_ts = 0
        self._ids = count(36**8)  # nine base-36 digits, as long as Slack's

    def new_id(self, prefix: str) -> str:
        """A fresh id: C..., F..., V..."""
        return prefix + _base36(next(self._ids))

    def new_ts(self) -> str:
        """A fresh message ts: later than any before, however often it is asked."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def now(self) -> int:
        """Seconds since 1970, as Slack writes dates."""
        return int(self.clock())

    def changed(self, kind: str, channel: str = "", thread: str = "", user: str = "") -> None:
        """Tell the pages to read again; `user` = only that one's page."""
        change = Change(kind, channel, thread, user)
        for listener in self.on_change:
            listener(change)

    def emit(self, name: str, event: Json, channel: Channel | None = None) -> None:
        """Tell the app, if it subscribed to `name` and may see `channel`."""
        for listener in self.on_event:
            listener(name, event, channel)

    def user(self, user_id: str, error: str = "user_not_found") -> User:
        """The user with that id.

        Raises:
            SlackError: `error`, when there is none.
        """
        return self.users.get(user_id) or fail(error)

    def channel(self, channel_id: str) -> Channel:
        """The channel with that id, whoever may see it.

        Raises:
            SlackError: channel_not_found.
        """
        return self.channels.get(channel_id) or fail("channel_not_found")

    def named(self, name: str) -> Channel | None:
        """The public or private channel of that name, with or without `#`."""
        wanted = name.removeprefix("#")
        return next(
            (c for c in self.channels.values() if c.kind != "im" and c.name == wanted), None
        )

    def visible(self, channel: Channel, user_id: str) -> bool:
        """Whether that user may know the channel: public and not a guest, or a member."""
        if user_id in channel.members:
            return True
        user = self.users.get(user_id)
        outsider = user is None or user.is_restricted or user.is_stranger
        return channel.kind == "channel" and not outsider

    def im(self, user_id: str) -> Channel:
        """The direct message between the bot and that user; made when first asked for."""
        for channel in self.channels.values():
            if channel.im_with == user_id:
                return channel
        channel = Channel(
            id=self.new_id("D"),
            name="",
            kind="im",
            creator=BOT_USER,
            created=self.now(),
            members=[user_id, BOT_USER],
            im_with=user_id,
        )
        self.channels[channel.id] = channel
        self.changed("channel", channel.id, user=user_id)
        return channel
