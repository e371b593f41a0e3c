"""Serving the application, and ending without dropping what is under way."""

from typing import Final

from aiohttp import web

from bot.errors import ConfigError

STOP_S: Final = 5.0  # Slack waits 3 s for any answer


class Server:
    """One listening socket."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        """`port` 0: any free one."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
        self._host = host
        self._port = port

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        return f"http://{self._host}:{self._runner.addresses[0][1]}"

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address cannot be used.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            msg = f"HOST={self._host} PORT={self._port} cannot be listened on: {error.strerror}."
            raise ConfigError(msg) from error

    async def stop(self) -> None:
        """Take no more requests, finish those that came, close."""
        await self._runner.cleanup()
