"""The only module that imports httpx: one request, to an address that was checked.

The host is resolved once, every address it has is checked, and the connection is made to the
checked address itself, with the host's name in the Host header and in TLS: what the name resolves
to a moment later does not matter. Connections are not kept: a pool would share one between two
hosts on one address without checking the second one's certificate.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.errors import OutcomeUnknown, Rejected, Unavailable
from integrations.http.guard import Origin, Reach, refusal

BODY_MAX = 1_000_000  # bytes read of an answer; the rest is cut, and said so
CONNECT_S = 5.0
RESOLVE_S = 5.0
ADDRESSES_MAX = 4  # tried one after the other

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `allowed` says how far the host's addresses may lie. `path` has the query."""

    method: str
    origin: Origin
    path: str
    changes: bool
    allowed: Collection[Reach]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_s: float = 10.0

    def __str__(self) -> str:
        """Write it for people, without headers and body."""
        return f"{self.method} {self.origin}{self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are lower case; `cut` when more came than is read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    elapsed_ms: int


@dataclass(slots=True)
class _Progress:
    """Whether anything of the request has left."""

    left: bool = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Note the moment at which the request starts to leave (httpx calls this)."""
        self.left = self.left or event.endswith("send_request_headers.started")


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, each once, in the system's order."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class HttpClient:
    """HTTP to the hosts of one system; redirects are never followed."""

    def __init__(
        self, settings: Mapping[str, Any], *, resolve: Resolve = resolve, ca: str | None = None
    ) -> None:
        """Keep the system's settings; nothing is opened yet. `ca`: a file of further roots."""
        self.settings = settings
        self._resolve = resolve
        self._ca = ca
        self._http: httpx.AsyncClient | None = None

    async def send(self, ask: Ask) -> Answer:
        """Make one request and read its answer.

        Raises:
            Unavailable: nothing left, or a reading request was not answered.
            OutcomeUnknown: a changing request left and was not answered.
            Rejected: the host has an address that may not be reached, or a wrong certificate.
        """
        progress = _Progress()
        try:
            async with asyncio.timeout(RESOLVE_S + CONNECT_S + ask.timeout_s):
                return await self._first_that_connects(ask, progress)
        except (httpx.TransportError, TimeoutError) as error:
            raise _translated(error, ask, progress) from error

    async def close(self) -> None:
        """Close what was opened."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _first_that_connects(self, ask: Ask, progress: _Progress) -> Answer:
        addresses = await self._checked(ask)
        for address in addresses[:-1]:
            try:
                return await self._exchange(ask, address, progress)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if progress.left:
                    raise
        return await self._exchange(ask, addresses[-1], progress)

    async def _checked(self, ask: Ask) -> Sequence[str]:
        host, port = ask.origin.host, ask.origin.port
        try:
            async with asyncio.timeout(RESOLVE_S):
                addresses = list(await self._resolve(host, port))
        except (OSError, UnicodeError, TimeoutError) as error:
            message = f"{ask}: the name {host} could not be resolved; nothing was sent."
            raise Unavailable(message) from error
        reasons = [why for each in addresses if (why := refusal(each, ask.allowed))]
        if reasons or not addresses:
            why = reasons[0] if reasons else "it has no address"
            message = (
                f"{ask}: {host} may not be reached, {why}; nothing was sent. A host inside your "
                "network can be named in the system's `http: {private_hosts: [...]}`."
            )
            raise Rejected(message, code="address")
        return addresses[:ADDRESSES_MAX]

    async def _exchange(self, ask: Ask, address: str, progress: _Progress) -> Answer:
        began = asyncio.get_running_loop().time()
        http = self._opened()
        url = httpx.URL(f"{ask.origin.scheme}://host").copy_with(
            host=address, port=ask.origin.port, raw_path=ask.path.encode()
        )
        request = http.build_request(
            ask.method,
            url,
            headers=_headers(ask),
            content=ask.body,
            timeout=httpx.Timeout(ask.timeout_s, connect=CONNECT_S),
            extensions={"sni_hostname": ask.origin.host, "trace": progress.trace},
        )
        response = await http.send(request, stream=True)
        try:
            body, cut = await _read(response)
        finally:
            await response.aclose()
        elapsed = round((asyncio.get_running_loop().time() - began) * 1000)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body, cut, elapsed)

    def _opened(self) -> httpx.AsyncClient:
        if self._http is None:
            context = httpx.create_ssl_context(trust_env=False)
            if self._ca:
                context.load_verify_locations(self._ca)
            self._http = httpx.AsyncClient(
                verify=context,
                limits=httpx.Limits(max_keepalive_connections=0),
                trust_env=False,  # a proxy from the environment would resolve the name again
                follow_redirects=False,
            )
        return self._http


def _headers(ask: Ask) -> dict[str, str]:
    # Asked for as it is: what is counted against BODY_MAX is what would be unpacked.
    fixed = {"Host": ask.origin.authority, "Accept-Encoding": "identity"}
    return {"User-Agent": "signalbox", "Accept": "*/*", **ask.headers, **fixed}


async def _read(response: httpx.Response) -> tuple[bytes, bool]:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY_MAX:
            return bytes(body[:BODY_MAX]), True
    return bytes(body), False


def _translated(
    error: Exception, ask: Ask, progress: _Progress
) -> Unavailable | OutcomeUnknown | Rejected:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):  # OpenSSL's name for it; httpx keeps the words
        message = f"{ask}: its certificate is not valid for {ask.origin.host}; nothing was sent."
        return Rejected(message, code="certificate")
    cause = _said(error)
    if progress.left and ask.changes:
        return OutcomeUnknown(f"{ask}: it was sent and {cause}. It may have been done: look first.")
    if progress.left:
        return Unavailable(f"{ask}: {cause}. It only reads: it can be asked again.")
    return Unavailable(f"{ask}: could not connect ({cause}); nothing was sent.")


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "no answer came in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "what came back was not a whole HTTP answer"
    return "the connection failed"
