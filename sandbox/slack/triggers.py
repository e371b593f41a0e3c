"""Short-lived leave to act: trigger ids (3 s, once) and response URLs (30 min, 5 times)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from sandbox.slack.errors import SlackError, fail

TRIGGER_S: Final = 3.0  # docs.slack.dev/surfaces/modals
RESPONSE_S: Final = 30 * 60.0  # docs.slack.dev/interactivity/handling-user-interaction
RESPONSE_USES: Final = 5  # the same page
_KEPT: Final = 10_000  # given out and remembered; a demo may run for weeks


def _make_room(given: dict[str, Any]) -> None:
    """Forget the oldest when there are too many."""
    while len(given) >= _KEPT:
        del given[next(iter(given))]


@dataclass(slots=True)
class Trigger:
    """Leave to open a view for `user`."""

    user: str
    at: float
    used: bool = False


class Triggers:
    """All trigger ids given out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._given: dict[str, Trigger] = {}
        self._serial = count(1)

    def issue(self, user: str) -> str:
        """A trigger id in Slack's form, `132456.7890123.abcdef`."""
        number = next(self._serial)
        trigger_id = f"{number}.{int(self._clock())}.{number:032x}"
        _make_room(self._given)
        self._given[trigger_id] = Trigger(user, self._clock())
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """The user it was for; it is spent by this.

        Raises:
            SlackError: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id.
        """
        trigger = self._given.get(trigger_id) or fail("invalid_trigger_id")
        if trigger.used:
            fail("exchanged_trigger_id")
        if self._clock() - trigger.at > TRIGGER_S:
            fail("expired_trigger_id")
        trigger.used = True
        return trigger.user


@dataclass(slots=True)
class ResponseUrl:
    """Leave to answer in `channel`, to `user` or to all; `source_ts` is the message clicked."""

    id: str
    user: str
    channel: str
    at: float
    source_ts: str = ""
    uses: int = 0


class ResponseUrls:
    """All response URLs given out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._given: dict[str, ResponseUrl] = {}
        self._serial = count(1)

    def issue(self, user: str, channel: str, source_ts: str = "") -> ResponseUrl:
        """A fresh one."""
        number = next(self._serial)
        given = ResponseUrl(f"{number:024x}", user, channel, self._clock(), source_ts)
        _make_room(self._given)
        self._given[given.id] = given
        return given

    def use(self, response_id: str) -> ResponseUrl:
        """Count one use.

        Raises:
            SlackError: expired_url or used_url, with HTTP status 404.
        """
        given = self._given.get(response_id)
        if given is None or self._clock() - given.at > RESPONSE_S:
            raise SlackError("expired_url", status=404)  # noqa: EM101 -- Slack's name for it
        if given.uses >= RESPONSE_USES:
            raise SlackError("used_url", status=404)  # noqa: EM101 -- Slack's name for it
        given.uses += 1
        return given
