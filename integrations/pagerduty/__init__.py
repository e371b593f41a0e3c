"""PagerDuty: pages out, webhooks in, and who is on call."""

from collections.abc import Mapping
from typing import Any

from bot.integration import Integration
from integrations.pagerduty.actions import RunbookPagerDuty, actions

__all__ = ["integration"]


def _connect(settings: Mapping[str, Any]) -> RunbookPagerDuty:
    return RunbookPagerDuty(settings.get("pagerduty") or {})


async def _check(client: RunbookPagerDuty) -> str:
    """Say what a runbook would use; the key itself is only known while a runbook runs."""
    return f"Runbooks page through {client.api_url}, service {client.service or 'not named'}."


async def _close(client: RunbookPagerDuty) -> None:
    await client.close()


integration = Integration("pagerduty", _connect, actions, _check, _close)
