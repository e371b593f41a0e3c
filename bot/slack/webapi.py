"""One call of Slack's Web API; the only translation of its failures."""

import io
import json
import logging
import math
from collections.abc import Mapping
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import IntegrationError, OutcomeUnknown, Unavailable
from bot.slack.methods import METHODS, Send
from bot.slack.outcomes import refused

CALL_TIMEOUT_S: Final = 10.0  # a delivery's lease must outlive it
_SERVER_ERROR: Final = 500
_TOO_MANY: Final = 429


def quiet_logger() -> logging.Logger:
    """Return the logger for slack_sdk and Bolt.

    They format every request's text when their logger's level is not above DEBUG (an unset level
    is 0), which is slow and would write incident texts into logs.
    """
    logger = logging.getLogger("signalbox.slack_sdk")
    logger.setLevel(logging.WARNING)
    return logger


class WebApi:
    """Calls methods by name and raises our errors. Nothing is retried here.

    Raises, from every call:
        Unavailable: nothing was done; `retry_after_s` is set when Slack named a wait.
        OutcomeUnknown: the request left and no clear answer came.
        Rejected: Slack said no; `code` is its error name.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        http: aiohttp.ClientSession,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> None:
        """Use `client` for methods and `http` for response URLs and uploads.

        `timeout_s`: the longest that a call may take; both keep to it.
        """
        self.client = client
        self.http = http
        self.timeout_s = timeout_s

    @classmethod
    def connect(
        cls, token: str, base_url: str | None = None, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Self:
        """Return a client with its own session; call it inside the running loop, and `close` it."""
        http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_s))
        client = AsyncWebClient(
            token=token,
            base_url=base_url or AsyncWebClient.BASE_URL,
            timeout=math.ceil(timeout_s),  # `http` has its own, and that one counts
            session=http,
            retry_handlers=[],  # slack_sdk's connection retry can post twice
            logger=quiet_logger(),
        )
        return cls(client, http, timeout_s)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.close()

    async def call(self, method: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer of one method; see the class for what it raises."""
        answer, _ = await self.call_with_headers(method, args)
        return answer

    async def call_with_headers(
        self, method: str, args: Mapping[str, Any] | None = None, token: str | None = None
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """Return answer and response headers; `token`: the app-level one, for its own methods."""
        try:
            response = await self.client.api_call(method, **_request(method, args or {}, token))
        except SlackApiError as error:
            raise _translated(method, error) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unanswered(method, error) from error
        data = response.data
        return (data if isinstance(data, dict) else {}), response.headers

    async def post(
        self, url: str, *, json_body: Mapping[str, Any] | None = None, data: bytes | None = None
    ) -> tuple[int, str]:
        """POST to a URL that Slack gave us (a response URL, an upload); return status and body."""
        host = urlsplit(url).hostname or ""
        try:
            async with self.http.post(
                url, json=json_body, data=data and io.BytesIO(data), allow_redirects=False
            ) as response:
                body = (await response.content.read(2000)).decode(errors="replace")
                wait = response.headers.get("Retry-After")
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unanswered(host, error) from error
        if status == _TOO_MANY:
            raise _limited(host, wait)
        if status >= _SERVER_ERROR:
            msg = f"{host} failed with HTTP {status}."
            raise OutcomeUnknown(msg)
        return status, body

    def is_slack(self, url: str) -> bool:
        """Say whether `url` is one that we may post to: Slack's own hosts, or the stand-in's."""
        parts, base = urlsplit(url), urlsplit(self.client.base_url)
        if (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
            return True
        host = parts.hostname or ""
        ours = ("slack.com", "slack-gov.com")
        return parts.scheme == "https" and (
            host in ours or host.endswith(tuple(f".{domain}" for domain in ours))
        )


def _request(method: str, args: Mapping[str, Any], token: str | None) -> dict[str, Any]:
    """Return api_call's keyword arguments for a method."""
    send = METHODS[method].send if method in METHODS else Send.JSON
    kept = {key: value for key, value in args.items() if value is not None}
    if send is Send.JSON:  # slack_sdk moves the token into the header
        return {"json": kept if token is None else kept | {"token": token}}
    plain = {key: _scalar(value) for key, value in kept.items()}
    return {"http_verb": "GET", "params": plain} if send is Send.QUERY else {"data": plain}


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict | list) else value


def _translated(method: str, error: SlackApiError) -> IntegrationError:
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", _SERVER_ERROR)
    data = getattr(response, "data", None)
    if status == _TOO_MANY:
        return _limited(method, response.headers.get("Retry-After"))
    if status >= _SERVER_ERROR or not isinstance(data, dict) or "ok" not in data:
        return OutcomeUnknown(f"Slack failed in the middle of {method} (HTTP {status}).")
    if data.get("error") == "ratelimited":
        return _limited(method, response.headers.get("Retry-After"))
    return refused(method, data)


def _limited(method: str, retry_after: str | None) -> Unavailable:
    wait = float(retry_after) if retry_after and retry_after.isdigit() else 1.0
    return Unavailable(f"Slack's rate limit for {method} is reached.", retry_after_s=max(wait, 1.0))


def unanswered(method: str, error: Exception) -> IntegrationError:
    """Return whether a request that got no answer may have been done."""
    never_left = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
    if isinstance(error, never_left):
        return Unavailable(f"Slack cannot be reached for {method} ({type(error).__name__}).")
    return OutcomeUnknown(f"Slack did not answer {method} ({type(error).__name__}).")
