"""All Docker actions: looking, running, scaling, replacing, images, tidying up.

A container is named by its Compose service (all replicas) or, outside of Compose, by its own name;
both only when the system's `docker:` block lists them. Another project's containers and one-off
containers (`docker compose run`) are never touched.
"""

from bot.action import ActionSet
from integrations.docker import (
    host,
    images,
    pruning,
    putting_back,
    reading,
    replacing,
    running,
    scaling,
)
from integrations.docker.client import DockerClient

__all__ = ["actions"]

PARTS = (reading, host, running, scaling, replacing, putting_back, images, pruning)

actions: ActionSet[DockerClient] = ActionSet(
    "docker", {name: action for part in PARTS for name, action in part.actions.actions.items()}
)
