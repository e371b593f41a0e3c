"""A project of its own for each test, made by labels as Compose does, behind a recording proxy."""

import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from integrations.docker import integration, watching
from tests.integrations_docker.desk import Desk, Project
from tests.integrations_docker.proxy import RecordingProxy
from tests.support.docker_engine import Engine, docker_engine

__all__ = ["docker_engine"]

HERE = Path(__file__).parent
NUMBERS = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE and "docker_engine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.external)


@pytest.fixture(autouse=True)
def _soon_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs for a moment is up: the tests' containers end at once or never."""
    monkeypatch.setattr(watching, "STEADY_S", 0.2)


@pytest.fixture
async def project(docker_engine: Engine) -> AsyncIterator[Project]:
    """An empty project; what is left of it is removed."""
    made = Project(docker_engine, f"demo{os.getpid()}x{next(NUMBERS)}")
    yield made
    made.clear()


@pytest.fixture
async def desk(project: Project, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """The actions on that project, as the engine of the bot calls them."""
    listen = project.engine.folder / f"p{next(NUMBERS)}.sock"
    proxy = RecordingProxy(listen, project.engine.socket)
    system: dict[str, Any] = {
        "id": "demo",
        "docker": {
            "host": proxy.host,
            "project": project.name,
            "services": ["web", "worker"],
            "containers": ["alone-" + project.name],
            "images": ["lab/app"],
            "harmless_env": ["LOG_LEVEL"],
            **getattr(request, "param", {}),
        },
    }
    client = integration.connect(system)
    yield Desk(client, system, proxy, project)
    await integration.close(client)
    proxy.close()
