"""Socket Mode: several connections at once, each replaced before it is missed."""

import asyncio
from typing import Final

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp

from bot.errors import IntegrationError, Unavailable
from bot.slack.line import Line, Patience
from bot.slack.webapi import WebApi

log = structlog.get_logger(__name__)

CONNECTIONS: Final = 2  # Slack allows ten: docs.slack.dev/apis/events-api/using-socket-mode
_CONNECT_TIMEOUT_S: Final = 10.0
_CLOSING: Final = aiohttp.ClientWSTimeout(ws_close=1.0)  # a stalled one never says goodbye
_SHORT_LIFE_S: Final = 5.0  # a connection that ends sooner counts as a failure to connect
_LONGEST_S: Final = 30.0


class Sockets:
    """Keeps the connections to one app open. Each payload arrives at any one of them."""

    def __init__(
        self,
        api: WebApi,
        app_token: str,
        bolt: AsyncApp,
        *,
        connections: int = CONNECTIONS,
        patience: Patience | None = None,
    ) -> None:
        """Nothing is opened before `start`."""
        self._api = api
        self._token = app_token
        self._bolt = bolt
        self._patience = patience or Patience()
        self._http: aiohttp.ClientSession | None = None
        self._lines: list[Line | None] = [None] * connections
        self._keepers: list[asyncio.Task[None]] = []
        self._trouble = "not started"

    @property
    def connected(self) -> int:
        """How many connections are alive."""
        return sum(1 for line in self._lines if line is not None and line.alive)

    async def check(self) -> str | None:
        """Return why nothing arrives from Slack; None when something can (for /readyz)."""
        return None if self.connected else f"no Socket Mode connection: {self._trouble}"

    async def start(self) -> None:
        """Begin to connect; `check` tells how far it is."""
        self._http = aiohttp.ClientSession()
        self._keepers = [asyncio.create_task(self._keep(slot)) for slot in range(len(self._lines))]

    async def stop(self) -> None:
        """Stop reading, finish what is under way, close."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in self._lines if line is not None))
        self._lines = [None] * len(self._lines)
        if self._http is not None:
            await self._http.close()

    async def _keep(self, slot: int) -> None:
        """Keep one connection open for ever: the new one is there before the old is closed."""
        failures = 0
        while True:
            try:
                line = await self._connect()
            except IntegrationError as error:
                failures += 1
                self._trouble = str(error)
                log.warning("slack.socket.not_connected", slot=slot, error=str(error))
                await asyncio.sleep(_backoff_s(failures))
                continue
            await self._replace(slot, line)
            await line.worn.wait()
            log.info("slack.socket.worn", slot=slot, reason=line.reason)
            self._trouble = line.reason
            lived = asyncio.get_running_loop().time() - line.opened_at
            failures = failures + 1 if lived < _SHORT_LIFE_S else 0
            if failures > 1:
                await asyncio.sleep(_backoff_s(failures))

    async def _replace(self, slot: int, line: Line) -> None:
        old, self._lines[slot] = self._lines[slot], line
        if old is not None:
            await old.close()

    async def _connect(self) -> Line:
        """Open one connection.

        Raises:
            IntegrationError: Slack gave no address, or does not answer there.
        """
        opened, _ = await self._api.call_with_headers("apps.connections.open", token=self._token)
        if self._http is None:
            msg = "Socket Mode was stopped."
            raise Unavailable(msg)
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                socket = await self._http.ws_connect(
                    str(opened["url"]), autoping=False, timeout=_CLOSING
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            msg = f"Slack's socket cannot be opened ({type(error).__name__})."
            raise Unavailable(msg) from error
        return Line(socket, self._bolt, self._patience, self._heard)

    def _heard(self, line: Line) -> None:
        """Count what each of the other connections did not get."""
        line.missed = 0
        for other in self._lines:
            if other is not None and other is not line:
                other.missed += 1


def _backoff_s(failures: int) -> float:
    return float(min(_LONGEST_S, 2 ** min(failures - 1, 5)))
