"""One Web API call on its way: its arguments, read with care."""

import json
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sandbox.slack.core import Core
from sandbox.slack.errors import fail, invalid_arguments
from sandbox.slack.methods.specs import EMPTY_IS_FINE, SPECS, Spec, missing
from sandbox.slack.model import BOT_USER, Channel, Json, Kind
from sandbox.slack.workspace import Workspace

Item = TypeVar("Item")
_PREFIX: Final = {"channel": "channels:", "group": "groups:", "im": "im:"}
_KINDED: Final = ("channels:", "groups:", "im:", "mpim:")
PAGE_DEFAULT: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its arguments, with the workspace at hand."""

    core: Core
    method: str
    args: Json

    @property
    def ws(self) -> Workspace:
        """The workspace."""
        return self.core.ws

    @property
    def spec(self) -> Spec:
        """What the method takes."""
        return SPECS[self.method]

    def check(self) -> None:
        """Scopes, then required arguments.

        Raises:
            SlackError: missing_scope, or the documented error of the argument.
        """
        self._check_scopes(self.spec.scopes)
        for name in self.spec.required:
            value = self.args.get(name)
            if value is None or (value == "" and name not in EMPTY_IS_FINE):
                error = missing(self.method, name)
                if error == "invalid_arguments":
                    invalid_arguments(f"[ERROR] missing required field: {name}")
                fail(error)

    def unknown(self) -> list[str]:
        """Arguments that Slack would pass over, as warnings."""
        strange = sorted(set(self.args) - self.spec.known)
        if self.method == "api.test":
            return []
        return [f"{self.method}: unknown argument {name!r}" for name in strange]

    def need_scope(self, kind: Kind) -> None:
        """Check the scope for that kind of channel, where there are several kinds.

        Raises:
            SlackError: missing_scope.
        """
        prefix = _PREFIX[kind]
        if any(s.startswith(_KINDED) for s in self.spec.scopes):
            self._check_scopes([s for s in self.spec.scopes if s.startswith(prefix)])

    def _check_scopes(self, scopes: Sequence[str]) -> None:
        if not scopes or any(self.core.granted(s) for s in scopes):
            return
        provided = ",".join(sorted(self.core.app.scopes or ()))
        fail("missing_scope", needed=",".join(scopes), provided=provided)

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, however it was written."""
        value = self.args.get(name)
        return default if value in (None, "") else str(value).lower() in ("true", "1")

    def listed(self, name: str) -> list[str]:
        """A comma-separated argument, or an array."""
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def channel(self, name: str = "channel", *, member: bool = False) -> Channel:
        """The channel of an argument, by id, as far as the bot may know it.

        Raises:
            SlackError: channel_not_found, missing_scope, not_in_channel (with `member`).
        """
        channel = self.ws.channel(self.text(name))
        if not self.ws.visible(channel, BOT_USER):
            fail("channel_not_found")
        self.need_scope(channel.kind)
        if member and BOT_USER not in channel.members:
            fail("not_in_channel")
        return channel

    def page(self, items: list[Item], most: int = 1000) -> tuple[list[Item], Json]:
        """The items of the page asked for, and `response_metadata` with the next cursor.

        Raises:
            SlackError: invalid_cursor, invalid_limit.
        """
        start = _read_cursor(self.text("cursor"))
        size = self.limit(most)
        rest = start + size < len(items)
        following = _write_cursor(start + size) if rest else ""
        return items[start : start + size], {"response_metadata": {"next_cursor": following}}

    def limit(self, most: int = 1000) -> int:
        """How many items are asked for.

        Raises:
            SlackError: invalid_limit.
        """
        text = self.text("limit") or str(PAGE_DEFAULT)
        if not text.isdigit() or not 0 < int(text) <= most:
            fail("invalid_limit")
        return int(text)


def _write_cursor(position: int) -> str:
    return b64encode(f"next:{position}".encode()).decode()


def _read_cursor(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, position = b64decode(cursor, validate=True).decode().partition(":")
    except (BadBase64, UnicodeDecodeError):
        fail("invalid_cursor")
    if word != "next" or not position.isdigit():
        fail("invalid_cursor")
    return int(position)


def parsed(name: str, value: Any) -> Any:
    """An argument with its JSON read, where it travels as JSON text."""
    wanted = name in ("blocks", "attachments", "view", "metadata", "files", "unfurls")
    if not wanted or not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
