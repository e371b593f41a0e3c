"""HTTP hosts of a system under care."""

from collections.abc import Mapping
from typing import Any

from bot.errors import IntegrationError, Invalid, Unavailable
from bot.integration import Integration
from integrations.http.actions import actions
from integrations.http.asking import Reading, Wanted
from integrations.http.client import HttpClient
from integrations.http.guard import listed

__all__ = ["integration"]

CHECK_S = 5


def _connect(settings: Mapping[str, Any]) -> HttpClient:
    return HttpClient(settings, ca=settings.get("http", {}).get("ca"))


async def _check(client: HttpClient) -> str:
    """Ask every listed URL once; any answer will do."""
    urls = client.settings.get("urls", {})
    said, failed = [], []
    for name in listed(urls):
        wanted = Wanted.of("GET", Reading(url=urls[name], timeout=CHECK_S), client.settings)
        try:
            answer = await client.send(wanted.ask(client.settings, {}, changes=False))
        except (IntegrationError, Invalid) as error:
            failed.append(f"{name}: {error}")
        else:
            said.append(f"{name} answers {answer.status}")
    if failed:
        raise Unavailable(" ".join(failed))
    return ", ".join(said) or "no urls are set"


async def _close(client: HttpClient) -> None:
    await client.close()


integration = Integration("http", _connect, actions, _check, _close)
