"""Actions and the clients they act through, one client for each integration and system."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bot.action import Action
from bot.domain.config import System
from bot.errors import NotFound
from bot.integration import Integration


class Bound(NamedTuple):
    """An action and the client it acts through."""

    action: Action
    client: Any


class Bindings:
    """Clients are made at their first use and kept until `close`."""

    def __init__(self, integrations: Iterable[Integration], systems: Mapping[str, System]) -> None:
        """Know what could be called; connect to nothing."""
        self._integrations = {known.name: known for known in integrations}
        self._systems = systems
        self._clients: dict[tuple[str, str], Any] = {}

    @property
    def actions(self) -> Mapping[str, Action]:
        """Every action by its name."""
        return {
            name: action
            for integration in self._integrations.values()
            for name, action in integration.actions.actions.items()
        }

    def bind(self, system: str, uses: str) -> Bound:
        """Return an action with its client for a system.

        Raises:
            NotFound: there is no such action or system.
        """
        integration = self._integrations.get(uses.partition(".")[0])
        action = integration.actions.actions.get(uses) if integration else None
        if integration is None or action is None:
            message = f"No action is called `{uses}`."
            raise NotFound(message)
        if system not in self._systems:
            message = f"No system is called `{system}`."
            raise NotFound(message)
        key = (integration.name, system)
        if key not in self._clients:
            self._clients[key] = integration.connect(settings_of(self._systems[system]))
        return Bound(action, self._clients[key])

    async def close(self) -> None:
        """Close every client that was made."""
        for (name, _), client in self._clients.items():
            await self._integrations[name].close(client)
        self._clients.clear()


def settings_of(system: System) -> dict[str, Any]:
    """Return what an integration and a runbook may know of a system."""
    return {
        **system.settings,
        "id": system.id,
        "title": system.title,
        "platform": system.platform,
        "urls": system.urls,
        "links": system.links,
    }
