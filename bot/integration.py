"""The contract of an integration: one manifest per package under integrations/."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.action import ActionSet

Connect = Callable[[Mapping[str, Any]], Any]
"""Makes the client for one system from its settings (system.yml); connects at first use."""

Check = Callable[[Any], Awaitable[str]]
"""Reaches the other side once and says what it found; raises IntegrationError. For the doctor."""


@dataclass(frozen=True, slots=True)
class Integration:
    """What bootstrap needs to switch an integration on."""

    name: str
    connect: Connect
    actions: ActionSet[Any]
    check: Check
    close: Callable[[Any], Awaitable[None]]
