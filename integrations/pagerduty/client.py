"""The only module that imports the `pagerduty` SDK: one request, one answer, one meaning.

The SDK is synchronous and by itself sleeps between tries without an end, so its tries are
switched off, it runs in threads of its own (a PagerDuty that hangs must not take the threads of
other integrations), and every request has our deadline.
"""

import asyncio
import functools
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2
import pagerduty

from bot.domain.paging import AWAY
from bot.errors import IntegrationError, OutcomeUnknown, Rejected, Unavailable

ANSWER_S: Final = 6  # for connecting and for each read; a whole number, says the SDK
DEADLINE_S: Final = 9.0
THREADS: Final = 8
PATIENCE_S: Final = 60.0  # a longer Retry-After is shown to people
_OK: Final = range(200, 300)
_LIMITED: Final = 429
_BROKEN: Final = 500
_TOKEN: Final = "Whoever runs Signalbox: check PAGERDUTY_API_TOKEN (signalbox check)."  # noqa: S105 - a cure
_CURES: Final[Mapping[str, str]] = {
    "1008": "The address in PAGERDUTY_FROM_EMAIL (or in `oncall.logins`) has no PagerDuty login.",
    "2001": "What it names may have been deleted in PagerDuty: check the service in system.yml.",
    "2006": _TOKEN,
    "2010": f"The token may not do this. {_TOKEN}",
    "2100": "It was deleted in PagerDuty: check the service, or resolve and declare again.",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Where PagerDuty is and with which keys. None: that way is not set up."""

    api_url: str
    events_url: str
    api_token: str | None = None
    routing_key: str | None = None
    from_email: str | None = None
    service: str | None = None

    @property
    def rest(self) -> bool:
        """Whether the REST API may be used."""
        return self.api_token is not None and self.from_email is not None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `at` is PagerDuty's own clock, to the second; None when it did not say."""

    data: dict[str, Any]
    at: datetime | None


class _Rest(pagerduty.RestApiV2Client):
    """The SDK's REST client without its sleeping tries."""

    max_network_attempts = 0
    max_http_attempts = -1
    timeout = ANSWER_S  # type: ignore[assignment]  # its two bases disagree; it passes ours on


class _Events(pagerduty.EventsApiV2Client):
    """The SDK's Events client without its sleeping tries."""

    max_network_attempts = 0
    max_http_attempts = -1
    timeout = ANSWER_S  # type: ignore[assignment]  # its two bases disagree; it passes ours on


class PagerDutyClient:
    """Requests to one account. Nothing is opened before the first."""

    def __init__(self, access: Access) -> None:
        """Keep the keys."""
        logging.getLogger("httpx2").setLevel(logging.WARNING)  # it writes a line for each request
        self.access = access
        self._rest: _Rest | None = None
        self._events: _Events | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pagerduty")

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Read.

        Raises:
            Unavailable: it did not answer, or asks to wait.
            Rejected: it said no; the message says who can do what about it.
        """
        headers = {"Content-Type": "application/json"}  # its contract asks for it on GET too
        call = functools.partial(self._opened().get, path, params=params, headers=headers)
        return await self._made(call, f"GET {path}", changes=False)

    async def change(
        self, method: str, path: str, body: Mapping[str, Any], sender: str | None = None
    ) -> Reply:
        """Change something as `sender` (an email with a login), else as the bot's own.

        Raises:
            OutcomeUnknown: it may have been done.
            Unavailable: nothing was done.
            Rejected: it said no.
        """
        headers = {"From": sender or self.access.from_email or ""}
        call = functools.partial(
            self._opened().request, method, path, json=dict(body), headers=headers
        )
        return await self._made(call, f"{method} {path}", changes=True)

    async def enqueue(self, event: Mapping[str, Any]) -> Reply:
        """Send an event to the Events API v2; raises as `change`."""
        if self._events is None:
            self._events = _Events(self.access.routing_key or "")
            _aim(self._events, self.access.events_url)
        call = functools.partial(self._events.post, "/v2/enqueue", json=dict(event))
        return await self._made(call, "POST /v2/enqueue", changes=True)

    async def close(self) -> None:
        """Close what was opened; a request that hangs is left to its own deadline."""
        for client in (self._rest, self._events):
            if client is not None:
                client.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _opened(self) -> _Rest:
        if self._rest is None:
            self._rest = _Rest(self.access.api_token or "")
            _aim(self._rest, self.access.api_url)
        return self._rest

    async def _made(self, call: Any, what: str, *, changes: bool) -> Reply:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(DEADLINE_S):
                response = await loop.run_in_executor(self._threads, call)
        except TimeoutError as error:
            raise _silent(what, changes=changes) from error
        except pagerduty.HttpError as error:
            raise _refusal(what, error.response, changes=changes) from error
        except pagerduty.Error as error:
            raise _unreached(what, error, changes=changes) from error
        if response.status_code not in _OK:
            raise _refusal(what, response, changes=changes)
        return Reply(_json(response), _date(response))


def _aim(client: pagerduty.ApiClient, url: str) -> None:
    """Point a client somewhere; its own setter takes https alone, a stand-in has no certificate.

    A 429 counts as its last try: without a number of tries the SDK would sleep and go on.
    """
    client._url = url  # noqa: SLF001 - see above
    client.retry = dict.fromkeys((_LIMITED, 500, 502, 503, 504), 1)


def _unreached(what: str, error: pagerduty.Error, *, changes: bool) -> IntegrationError:
    cause = error.__cause__
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return Unavailable(f"{AWAY}: it could not be reached for {what}; nothing was sent.")
    return _silent(what, changes=changes)


def _silent(what: str, *, changes: bool) -> IntegrationError:
    if changes:
        return OutcomeUnknown(f"{AWAY}: it did not answer {what}, which may have been done.")
    return Unavailable(f"{AWAY}: it did not answer {what}.")


def _refusal(what: str, response: Any, *, changes: bool) -> IntegrationError:
    status = response.status_code
    if status == _LIMITED:
        wait = _wait_s(response)
        said = f"{AWAY}: its rate limit is reached; it asks to wait {wait:.0f} s."
        return Unavailable(said, retry_after_s=wait)
    if status >= _BROKEN:
        said = f"{AWAY}: it failed ({status}) at {what}."
        return OutcomeUnknown(said) if changes else Unavailable(said)
    error = _json(response).get("error")
    told = error if isinstance(error, dict) else {}
    code = str(told.get("code") or status)
    words = "; ".join(str(one) for one in told.get("errors") or ()) or str(
        told.get("message") or _json(response).get("message") or ""
    )
    cure = _CURES.get(code, "Whoever runs Signalbox: check the PAGERDUTY_ settings.")
    return Rejected(f"PagerDuty refused {what}: {words or status} ({code}). {cure}", code=code)


def _wait_s(response: Any) -> float:
    for name in ("retry-after", "ratelimit-reset"):
        said = response.headers.get(name, "")
        if said.strip().isdecimal():
            return max(1.0, float(said))
    return 10.0


def _json(response: Any) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _date(response: Any) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return None
