"""The only module that imports the Docker SDK; it blocks, so every call runs in a thread.

The SDK's low-level client is a `requests.Session` that knows the engine's socket and version. Calls
are made through its public `request`, so that what goes out is the planned method, path and query
and nothing that a convenience method would add.
"""

import asyncio
import errno
import json
import socket
import struct
import threading
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

import docker
import docker.auth
import docker.errors
import docker.tls
import requests

from bot.errors import IntegrationError, OutcomeUnknown, Rejected, Unavailable
from integrations.docker.settings import DockerSettings
from integrations.docker.wire import Wire

CONNECT_S = 5
READ_S = 30
ANSWER_S = 60  # on top of what a call itself asks the engine to wait
TEXT_MAX = 1_000_000  # bytes of log read; the rest is cut, and said so
NOT_FOUND = 404
FRAME = struct.Struct(">BxxxL")  # of a multiplexed stream: which stream, length
NEVER_LEFT = {errno.ENOENT, errno.ECONNREFUSED, errno.EACCES, errno.EHOSTUNREACH, errno.ENETUNREACH}

Body = Mapping[str, Any]


class DockerClient:
    """One engine, seen by one system."""

    def __init__(self, settings: DockerSettings) -> None:
        """Keep the settings; the connection is opened by the first call."""
        self.settings = settings
        self._api: Any = None
        self._opening = threading.Lock()

    async def get(self, *parts: str, **query: str | int | bool) -> Any:
        """Return the JSON of a reading call.

        Raises:
            Unavailable: the engine did not answer.
            Rejected: it answered no; `code` is the HTTP status.
        """
        return await asyncio.to_thread(self._json, Wire.to("GET", *parts, **query), READ_S)

    async def find(self, *parts: str) -> Any | None:
        """Return the JSON of a reading call, None when there is no such thing."""
        try:
            return await self.get(*parts)
        except Rejected as error:
            if error.code == str(NOT_FOUND):
                return None
            raise

    async def lines(self, *parts: str, tty: bool, **query: str | int | bool) -> tuple[str, bool]:
        """Return a log as text, both streams as they came, and whether it was cut."""
        wire = Wire.to("GET", *parts, **query)
        return await asyncio.to_thread(self._text, wire, tty)

    async def records(self, *parts: str, **query: str | int | bool) -> list[Any]:
        """Return the JSON lines of a reading call that ends by itself."""
        wire = Wire.to("GET", *parts, **query)
        text, _ = await asyncio.to_thread(self._text, wire, tty=True)
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    async def send(self, wire: Wire, body: Body | None = None) -> Any:
        """Make a changing call; return its JSON, None when it has none (204, 304).

        Raises:
            Unavailable: it never left.
            OutcomeUnknown: it left and was not answered.
            Rejected: the engine answered no; `code` is the HTTP status.
        """
        wait_s = ANSWER_S + int(wire.query.get("t", "0"))
        return await asyncio.to_thread(self._json, wire, wait_s, body)

    async def pull(self, wire: Wire, registry: str) -> list[Mapping[str, Any]]:
        """Pull an image; return what the engine reports as it goes.

        Raises:
            Rejected: the registry said no, or the download failed.
        """
        records = await asyncio.to_thread(self._pull, wire, registry)
        wrong = [str(record["error"]) for record in records if "error" in record]
        if wrong:
            message = f"{wire}: {wrong[0][:500]}"
            raise Rejected(message, code="pull")
        return records

    async def distribution(self, reference: str, registry: str) -> Mapping[str, Any]:
        """Return what the registry has under a reference, without pulling it."""
        wire = Wire.to("GET", "distribution", reference, "json")
        return dict(await asyncio.to_thread(self._json, wire, ANSWER_S, None, registry))

    async def close(self) -> None:
        """Close what was opened."""
        if self._api is not None:
            await asyncio.to_thread(self._api.close)
            self._api = None

    def _json(
        self, wire: Wire, wait_s: int, body: Body | None = None, registry: str | None = None
    ) -> Any:
        with self._answered(wire, wait_s, body, registry) as response:
            try:
                return response.json() if response.content else None
            except (requests.RequestException, ValueError) as error:
                raise _translated(error, wire) from error

    def _text(self, wire: Wire, tty: bool) -> tuple[str, bool]:  # noqa: FBT001 - of one stream, or two
        data = bytearray()
        with self._answered(wire, READ_S) as response:
            try:
                for chunk in response.iter_content(65536):
                    data += chunk
                    if len(data) > TEXT_MAX:
                        break
            except requests.RequestException as error:
                raise _translated(error, wire) from error
        whole = bytes(data[:TEXT_MAX])
        text = whole if tty else b"".join(_frames(whole))
        return text.decode("utf-8", "replace"), len(data) > TEXT_MAX

    def _pull(self, wire: Wire, registry: str) -> list[Mapping[str, Any]]:
        with self._answered(wire, ANSWER_S, registry=registry) as response:
            try:
                return [json.loads(line) for line in response.iter_lines() if line]
            except (requests.RequestException, ValueError) as error:
                raise _translated(error, wire) from error

    def _answered(
        self, wire: Wire, wait_s: int, body: Body | None = None, registry: str | None = None
    ) -> requests.Response:
        try:
            api = self._opened()
            headers = _registry_headers(api, registry) if registry is not None else {}
            response: requests.Response = api.request(
                wire.method,
                f"{api.base_url}/v{api.api_version}{wire.path}",
                json=body,
                headers=headers,
                timeout=(CONNECT_S, wait_s),
                stream=True,
            )
        except (requests.RequestException, docker.errors.DockerException) as error:
            raise _translated(error, wire) from error
        if response.status_code >= 400:  # noqa: PLR2004 - what HTTP calls an error
            with response:
                raise _refused(response, wire)
        return response

    def _opened(self) -> Any:
        with self._opening:
            if self._api is None:
                folder, tls = self.settings.certificates, None
                if folder is not None:
                    tls = docker.tls.TLSConfig(
                        client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")),
                        ca_cert=str(folder / "ca.pem"),
                        verify=True,
                    )
                api = docker.APIClient(self.settings.host, timeout=READ_S, tls=tls)
                api.trust_env = False  # no proxy of the bot's own environment
                self._api = api
            return self._api


def _registry_headers(api: Any, registry: str) -> dict[str, str]:
    header = docker.auth.get_config_header(api, registry)
    return {"X-Registry-Auth": header} if header else {}


def _frames(data: bytes) -> Iterator[bytes]:
    start = 0
    while start + FRAME.size <= len(data):
        _, length = FRAME.unpack_from(data, start)
        start += FRAME.size
        yield data[start : start + length]
        start += length


def _refused(response: requests.Response, wire: Wire) -> IntegrationError:
    try:
        said = str(response.json()["message"])
    except (requests.RequestException, ValueError, KeyError, TypeError):
        said = "it gave no reason"
    message = f"Docker refused {wire} ({response.status_code}): {said[:500]}"
    return Rejected(message, code=str(response.status_code))


def _translated(error: Exception, wire: Wire) -> IntegrationError:
    _close_sockets(error)
    if wire.method == "GET" or isinstance(error, docker.errors.DockerException):
        message = f"The Docker engine does not answer ({wire}). Is it running, and may we use it?"
        return Unavailable(message)
    if isinstance(error, requests.ConnectTimeout) or _numbers(error) & NEVER_LEFT:
        return Unavailable(f"The Docker engine cannot be reached; {wire} was not sent.")
    message = f"{wire} was sent and the Docker engine stopped answering. It may have been done."
    return OutcomeUnknown(message)


def _close_sockets(error: BaseException | None) -> None:
    """Close what the SDK leaves open, until the traceback goes, when it cannot connect."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            left = frame.f_locals.get("sock")
            if isinstance(left, socket.socket):
                left.close()
        error = error.__cause__ or error.__context__


def _numbers(error: BaseException) -> set[int]:
    """Return the system's error numbers in what an error was made from."""
    found: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, OSError) and each.errno is not None:
            found.add(each.errno)
        if isinstance(each, BaseException):
            waiting += [*each.args, each.__cause__]
    return found
