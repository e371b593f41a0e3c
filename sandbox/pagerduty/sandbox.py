"""The stand-in as tests and `signalbox demo` use it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from sandbox.pagerduty import seed
from sandbox.pagerduty.account import Account, PdIncident
from sandbox.pagerduty.faults import Fault, Faults, Kind
from sandbox.pagerduty.front import Asked, Front
from sandbox.pagerduty.hooks import Hooks
from sandbox.pagerduty.page import Page
from sandbox.pagerduty.rest import Rest


class PagerDutySandbox:
    """One account on one port. REST and Events share `base_url`."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] | None = None,
        retry_delays: Sequence[float] = (0.05, 0.1, 0.3, 1.0, 1.0, 1.0),
    ) -> None:
        """Nothing is served before `start`. `clock` None: the machine's."""
        self.faults = Faults()
        self.account = Account(clock or (lambda: datetime.now(UTC)))
        self.hooks = Hooks(self.faults, retry_delays)
        self._front = Front(self.faults, seed.API_TOKEN, self.account.now)
        self.account.on_event.append(self.hooks.send)
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; port 0 = any free one."""
        app = web.Application(middlewares=[self._front.handle])
        app.add_routes(Rest(self.account, seed.ROUTING_KEY).routes())
        app.add_routes(Page(self.account, self.press).routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"
        self.account.base_url = self.base_url

    async def stop(self) -> None:
        """End every connection."""
        await self.hooks.close()
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

    def settings(self) -> dict[str, Any]:
        """Return the bot's settings for this account, as plain text by field name."""
        return {
            "pagerduty_routing_key": seed.ROUTING_KEY,
            "pagerduty_api_token": seed.API_TOKEN,
            "pagerduty_from_email": seed.FROM_EMAIL,
            "pagerduty_service_id": seed.SERVICE,
            "pagerduty_api_url": self.base_url,
            "pagerduty_events_url": self.base_url,
            "pagerduty_webhook_secret": self.hooks.secrets,
        }

    def fault(self, kind: Kind, **what: Any) -> None:
        """Switch a fault on."""
        self.faults.add(Fault(kind, **what))

    def press(self, one: PdIncident, act: str, user: str | None = None) -> None:
        """Let somebody (whoever is assigned first) do something on their phone."""
        by = self.account.person(user or (one.assignees or ("PUSRANN",))[0])
        match act:
            case "acknowledge":
                self.account.acknowledge(one, by)
            case "unacknowledge":
                self.account.unacknowledge(one)
            case "escalate":
                self.account.escalate(one, min(one.level + 1, 3), by)
            case "resolve":
                self.account.resolve(one, by)
            case "reopen":
                self.account.reopen(one, by)

    def only(self) -> PdIncident:
        """Return the one incident there is."""
        [one] = self.account.incidents.values()
        return one

    async def settled(self, timeout_s: float = 20.0) -> None:
        """Wait until no webhook is on its way."""
        deadline = time.monotonic() + timeout_s
        while not self.hooks.idle:
            if time.monotonic() > deadline:
                message = "webhooks are still on their way"
                raise TimeoutError(message)
            await asyncio.sleep(0.01)
