"""Status pages: the bot's own, Atlassian Statuspage, and the Cortex runbook's generic one.

The providers are wired in bot/bootstrap/status_page.py; this is what runbooks may read.
"""

from collections.abc import Mapping
from typing import Any

from bot.integration import Integration
from integrations.statuspage.actions import actions
from integrations.statuspage.client import PublicClient

__all__ = ["integration"]


def _connect(_settings: Mapping[str, Any]) -> PublicClient:
    return PublicClient()


async def _check(_client: PublicClient) -> str:
    return "asked only by runbooks"


async def _close(client: PublicClient) -> None:
    await client.close()


integration = Integration("statuspage", _connect, actions, _check, _close)
