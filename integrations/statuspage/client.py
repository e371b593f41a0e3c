"""The only module that imports httpx: one request to a status page, at its pace.

Statuspage allows about one request a second for a token, on a window of a minute, and answers 420
or 429 above that (developer.statuspage.io, "Rate limiting").
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import httpx

from bot.errors import IntegrationError, OutcomeUnknown, Rejected, Unavailable
from bot.ports import Clock, Pace

KEY: Final = "statuspage"
EVERY: Final = timedelta(seconds=1)
TIMEOUT_S: Final = 10.0
PATIENCE_S: Final = 3.0  # a longer wait for one's turn gives the worker back
WINDOW_S: Final = 60.0  # when the page does not say how long to wait
_LIMITED: Final = frozenset({420, 429})
_FAILED: Final = 500
_SAID: Final = 300  # characters of the page's own words that are shown


class PageClient:
    """JSON to one base URL with one token; redirects are never followed."""

    def __init__(
        self,
        base: str,
        authorization: str,
        pace: Pace,
        clock: Clock,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Keep what requests need; nothing is opened yet. `base` has no slash at its end."""
        self._base = base
        self._authorization = authorization
        self._pace = pace
        self._clock = clock
        self._timeout_s = timeout_s
        self._http: httpx.AsyncClient | None = None

    async def get(self, path: str, **query: Any) -> Any:
        """Read.

        Raises:
            Unavailable: no answer, or the page asks to wait.
            Rejected: it says no.
        """
        return await self._send("GET", path, params=query, changes=False)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something; raises as `get`, and OutcomeUnknown when it may have happened."""
        return await self._send("POST", path, json=body, changes=True)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something; raises as `post`."""
        return await self._send("PATCH", path, json=body, changes=True)

    async def close(self) -> None:
        """Close what was opened."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _send(self, method: str, path: str, *, changes: bool, **more: Any) -> Any:
        await self._turn()
        try:
            async with asyncio.timeout(self._timeout_s + 1):
                answer = await self._opened().request(method, f"{self._base}{path}", **more)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            message = "The status page cannot be reached; nothing was sent."
            raise Unavailable(message) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise _silent(changes=changes) from error
        if not answer.is_success:
            await self._refused(answer, changes=changes)
        return _json(answer, changes=changes)

    async def _turn(self) -> None:
        """Wait for the next second that is ours."""
        while True:
            wait = await self._pace.wait(KEY, every=EVERY, burst=1, now=self._clock.now())
            seconds = wait.total_seconds()
            if seconds <= 0:
                return
            if seconds > PATIENCE_S:
                message = "The status page asked to wait."
                raise Unavailable(message, retry_after_s=seconds)
            await asyncio.sleep(seconds)

    async def _refused(self, answer: httpx.Response, *, changes: bool) -> None:
        status = answer.status_code
        if status in _LIMITED:
            seconds = _retry_after_s(answer)
            until = self._clock.now() + timedelta(seconds=seconds)
            await self._pace.block(KEY, until=until)
            message = f"The status page asks to wait {seconds:.0f} s."
            raise Unavailable(message, retry_after_s=seconds)
        if status >= _FAILED:
            raise _silent(changes=changes, status=status)
        raise Rejected(_sentence(status, _said(answer)), code=str(status))

    def _opened(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                headers={"Authorization": self._authorization, "User-Agent": "signalbox"},
                timeout=self._timeout_s,
                follow_redirects=False,
            )
        return self._http


class PublicClient:
    """Reads public pages, without a token."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Open nothing yet."""
        self._http = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False)

    async def summary(self, page: str) -> dict[str, Any]:
        """Return a page's summary.json; raises as `PageClient.get`."""
        try:
            answer = await self._http.get(f"{page.rstrip('/')}/api/v2/summary.json")
        except httpx.HTTPError as error:
            raise _silent(changes=False) from error
        if not answer.is_success:
            message = f"The status page answered {answer.status_code} to summary.json."
            raise Rejected(message, code=str(answer.status_code))
        found = _json(answer, changes=False)
        return found if isinstance(found, dict) else {}

    async def close(self) -> None:
        """Close what was opened."""
        await self._http.aclose()


def _silent(*, changes: bool, status: int | None = None) -> IntegrationError:
    cause = f"failed ({status})" if status else "did not answer"
    if changes:
        return OutcomeUnknown(f"The status page {cause} after the request had left.")
    return Unavailable(f"The status page {cause}.")


def _json(answer: httpx.Response, *, changes: bool) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise _silent(changes=changes, status=answer.status_code) from error


def _retry_after_s(answer: httpx.Response) -> float:
    try:
        return max(1.0, float(answer.headers.get("Retry-After", "")))
    except ValueError:
        return WINDOW_S


def _said(answer: httpx.Response) -> str:
    """Return the page's own words: {"error": "..."}, {"error": ["..."]} or {"message": "..."}."""
    try:
        found = answer.json()
    except ValueError:
        return ""
    words = (found.get("error") or found.get("message")) if isinstance(found, dict) else ""
    return str("; ".join(map(str, words)) if isinstance(words, list) else words or "")[:_SAID]


def _sentence(status: int, said: str) -> str:
    cures = {
        401: "It does not accept STATUS_PAGE_TOKEN. Whoever runs Signalbox can renew it",
        403: "STATUS_PAGE_TOKEN may not do this. Whoever runs Signalbox can renew it",
        404: "It knows no such page, incident or component: check STATUS_PAGE_ID, STATUS_PAGE_API "
        "and `status_page` of the system's system.yml",
        422: "It does not accept the text or a component: check `status_page` of the system's "
        "system.yml",
    }
    why = cures.get(status, f"It refused ({status})")
    words = f" It says: {said}" if said else ""
    return f"{why}, then press Retry.{words}"
