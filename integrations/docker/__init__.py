"""Docker Engine and Compose services, over its socket or TCP."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.errors import ConfigError
from bot.integration import Integration
from integrations.docker.actions import actions
from integrations.docker.client import DockerClient
from integrations.docker.settings import DockerSettings

__all__ = ["integration"]


def _connect(settings: Mapping[str, Any]) -> DockerClient:
    given = {
        "project": settings.get("compose", {}).get("project", ""),
        **settings.get("docker", {}),
    }
    try:
        return DockerClient(DockerSettings.model_validate(given))
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in ("docker", *wrong["loc"]))
        message = f"system.yml of {settings.get('id', 'the system')}: `{where}`: {wrong['msg']}."
        raise ConfigError(message) from error


async def _check(client: DockerClient) -> str:
    """Ask the engine for its version."""
    found = await client.get("version")
    return f"Docker {found['Version']} (API {found['ApiVersion']}) answers."


async def _close(client: DockerClient) -> None:
    await client.close()


integration = Integration("docker", _connect, actions, _check, _close)
