"""Whether Slack answers, asked rarely enough that a probe every second does not matter."""

from datetime import datetime, timedelta
from typing import Final

from bot.errors import IntegrationError
from bot.ports import Clock
from bot.slack.webapi import WebApi

_FRESH: Final = timedelta(seconds=30)


class Reachable:
    """A check for /readyz in HTTP mode (in Socket Mode: `Sockets.check`)."""

    def __init__(self, api: WebApi, clock: Clock) -> None:
        """Ask by `api`."""
        self._api = api
        self._clock = clock
        self._asked_at: datetime | None = None
        self._reason: str | None = None

    async def check(self) -> str | None:
        """Return why Slack cannot be used; None when it can, as of the last half minute."""
        now = self._clock.now()
        if self._asked_at is None or now - self._asked_at >= _FRESH:
            self._reason = await self._ask()
            self._asked_at = now
        return self._reason

    async def _ask(self) -> str | None:
        try:
            await self._api.call("auth.test", {})
        except IntegrationError as error:
            return str(error)
        return None
