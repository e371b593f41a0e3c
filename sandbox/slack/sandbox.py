"""The sandbox as tests and `signalbox demo` use it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self

from aiohttp import web

from sandbox.slack import manifest as manifests
from sandbox.slack import people
from sandbox.slack.core import Core
from sandbox.slack.delivery import ANSWER_S, Delivery
from sandbox.slack.events import EventFeed
from sandbox.slack.faults import SOCKET_KINDS, Fault, FaultKind, Faults
from sandbox.slack.model import CallRecord, Change
from sandbox.slack.rate import RateLimits
from sandbox.slack.server import application
from sandbox.slack.triggers import ResponseUrls, Triggers
from sandbox.slack.ui.stream import Streams
from sandbox.slack.workspace import Workspace

_STOP_S = 1.0  # how long open connections may take to end


class SlackSandbox:
    """One workspace with one app, served on one port.

    `granted_scopes` None = all that the manifest asks for; without a manifest, everything is
    granted and any command is known. `retry_delays` are the Events API's (Slack: 0, 60, 300 s).
    `answer_s` is how long the bot may take to answer (Slack: 3 s).
    """

    def __init__(  # noqa: PLR0913 -- the contract's signature; all by keyword
        self,
        *,
        signing_secret: str,
        bot_token: str = "xoxb-sandbox",  # noqa: S107 -- not a secret, a stand-in's
        app_token: str = "xapp-sandbox",  # noqa: S107 -- likewise
        request_url: str | None = None,
        manifest: Mapping[str, Any] | None = None,
        granted_scopes: frozenset[str] | None = None,
        clock: Callable[[], float] = time.time,
        rate_limits: bool = True,
        retry_delays: Sequence[float] = (0.1, 0.3, 1.0),
        answer_s: float = ANSWER_S,
    ) -> None:
        """Nothing is served before `start`."""
        faults = Faults()
        self.core = Core(
            ws=Workspace(clock),
            app=manifests.read(manifest, granted_scopes),
            bot_token=bot_token,
            app_token=app_token,
            faults=faults,
            rates=RateLimits(clock, enabled=rate_limits),
            triggers=Triggers(clock),
            urls=ResponseUrls(clock),
            delivery=Delivery(signing_secret, faults, answer_s),
        )
        self.core.delivery.request_url = request_url
        self.events = EventFeed(self.core, retry_delays)
        self._streams = Streams(self.core)
        self._runner: web.AppRunner | None = None
        self._stirred = asyncio.Event()
        self.workspace.on_change.append(self._stir)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; port 0 = any free one."""
        app = application(self.core, self._streams, self._set_fault)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.core.base_url = f"http://{host}:{bound}"
        self.workspace.url = f"{self.core.base_url}/"

    async def stop(self) -> None:
        """End every connection."""
        self._streams.stop()
        await self.events.stop()
        await self.core.delivery.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start on any port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def base_url(self) -> str:
        """Where it is served, without a slash at the end."""
        return self.core.base_url

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL should be: ends in `/api/`."""
        return f"{self.core.base_url}/api/"

    @property
    def request_url(self) -> str | None:
        """Where signed requests go; None = nowhere (then only sockets reach the bot)."""
        return self.core.delivery.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.core.delivery.request_url = url

    @property
    def workspace(self) -> Workspace:
        """The state, to look into or to set up."""
        return self.core.ws

    @property
    def calls(self) -> list[CallRecord]:
        """Every Web API call and every use of a response URL (`response_url`), oldest first."""
        return self.core.calls

    @property
    def warnings(self) -> list[str]:
        """What Slack would pass over: unknown arguments, JSON where none is read."""
        return self.core.warnings

    def calls_to(self, method: str) -> list[CallRecord]:
        """The calls of one method."""
        return [call for call in self.core.calls if call.method == method]

    def change_user(self, user_id: str, **fields: Any) -> None:
        """Change a person: `deleted=True`, `is_restricted=True`; told as user_change."""
        people.change(self.workspace, user_id, **fields)

    def change_group(self, group_id: str, members: list[str]) -> None:
        """Set who is in a user group; told as subteam_members_changed."""
        people.regroup(self.workspace, group_id, members)

    def fault(  # noqa: PLR0913 -- a fault's fields, all but the kind by keyword
        self,
        kind: FaultKind,
        *,
        method: str = "*",
        times: int = 1,
        probability: float = 1.0,
        seconds: float = 1.0,
        seed: int = 0,
        code: str = "internal_error",
    ) -> None:
        """Switch a fault on (README.md says what each does); `times` 0 = until cleared."""
        self._set_fault(Fault(kind, method, times, probability, seconds, seed, code))

    def clear_faults(self) -> None:
        """Switch all off."""
        self._set_fault(None)

    def _set_fault(self, fault: Fault | None) -> None:
        sockets = self.core.delivery.sockets
        if fault is None:
            self.core.faults.clear()
            sockets.unstall()
        elif fault.kind not in SOCKET_KINDS:
            self.core.faults.add(fault)
        elif fault.kind == "drop_socket":
            sockets.drop(fault.times)
        else:
            sockets.stall(fault.times)

    async def settled(self) -> None:
        """Wait until all events, with their retries, are delivered or given up."""
        await self.events.settled()

    async def until(
        self, found: Callable[[], Any] | Callable[[], Awaitable[Any]], timeout_s: float = 5.0
    ) -> Any:
        """Wait until `found()` is true, looking again at every change; what it returned.

        Raises:
            TimeoutError: when it never was, with the last calls.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            self._stirred.clear()
            seen = found()
            seen = await seen if isinstance(seen, Awaitable) else seen
            if seen:
                return seen
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(self._what_happened(timeout_s))
            await self._wait(min(left, 0.05))

    async def _wait(self, timeout_s: float) -> None:
        try:
            await asyncio.wait_for(self._stirred.wait(), timeout_s)
        except TimeoutError:
            return

    def _stir(self, _change: Change) -> None:
        self._stirred.set()

    def _what_happened(self, timeout_s: float) -> str:
        last = [f"{c.method} {c.error or 'ok'}" for c in self.core.calls[-10:]]
        return f"not so within {timeout_s} s; the last calls: {', '.join(last) or 'none'}"
