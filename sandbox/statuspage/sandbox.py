"""The stand-in as tests and `signalbox demo` use it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from sandbox.statuspage.api import Api
from sandbox.statuspage.faults import Fault, Faults
from sandbox.statuspage.front import Asked, Front
from sandbox.statuspage.page import WebPage
from sandbox.statuspage.state import API_TOKEN, PAGE_ID, Page


class StatuspageSandbox:
    """One page on one port; both APIs speak of the same incidents."""

    def __init__(self, *, clock: Callable[[], datetime] | None = None) -> None:
        """Nothing is served before `start`. `clock` None: the machine's."""
        self.faults = Faults()
        self.page = Page(clock or (lambda: datetime.now(UTC)))
        self._front = Front(self.faults)
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; port 0 = any free one."""
        app = web.Application(middlewares=[self._front.handle])
        app.add_routes(Api(self.page).routes())
        app.add_routes(WebPage(self.page, self.faults).routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start on any free port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def asked(self) -> list[Asked]:
        """Every request of the bot, in order."""
        return self._front.asked

    def fault(self, kind: Any, **more: Any) -> None:
        """Switch a fault on."""
        self.faults.add(Fault(kind, **more))

    def settings(self, provider: str = "statuspage") -> dict[str, Any]:
        """Return the bot's settings for this page, as plain text by field name."""
        api = {"statuspage": "/v1", "generic": "/generic"}[provider]
        return {
            "status_page_provider": provider,
            "status_page_api": f"{self.base_url}{api}",
            "status_page_token": API_TOKEN,
            "status_page_id": PAGE_ID,
        }
