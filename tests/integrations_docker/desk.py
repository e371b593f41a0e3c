"""What the tests hold: a project of containers, and the actions called as the bot calls them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.action import Call, Context, Planned, Probe, Result
from integrations.docker import integration
from tests.integrations_docker.proxy import RecordingProxy
from tests.support.docker_engine import COMMAND, Engine

SECRETS = {"API_KEY": "s3cret-canary-value"}
QUICK = {"grace_s": 1, "health_deadline_s": 10}
ACTIONS = integration.actions.actions


@dataclass
class Project:
    """Containers with Compose's labels, made with the SDK."""

    engine: Engine
    name: str
    networks: list[str] = field(default_factory=list)

    def labels(self, service: str, number: int) -> dict[str, str]:
        return {
            "com.docker.compose.project": self.name,
            "com.docker.compose.service": service,
            "com.docker.compose.container-number": str(number),
            "com.docker.compose.oneoff": "False",
        }

    def add(self, service: str = "web", number: int = 1, **given: Any) -> str:
        """Make and start one container; return its name."""
        name = given.pop("name", f"{self.name}-{service}-{number}")
        compose = given.pop("compose", True)
        labels = {**(self.labels(service, number) if compose else {}), **given.pop("labels", {})}
        host = {"network_mode": "none", **given.pop("host", {})}
        begin = given.pop("start", True)
        options = {"image": "lab/app:1", "command": COMMAND, **given}
        api = self.engine.api
        api.create_container(
            name=name, labels=labels, host_config=api.create_host_config(**host), **options
        )
        if begin:
            api.start(name)
        return name

    def scale(self, count: int, service: str = "web", **given: Any) -> list[str]:
        return [self.add(service, number, **dict(given)) for number in range(1, count + 1)]

    def look(self, name: str) -> dict[str, Any]:
        return self.engine.api.inspect_container(name)

    def network(self, name: str) -> str:
        made = f"{self.name}_{name}"
        self.engine.api.create_network(made)
        self.networks.append(made)
        return made

    def names(self, *, up: bool | None = None) -> list[str]:
        """Return the names of the project's containers, sorted."""
        filters = {"label": f"com.docker.compose.project={self.name}"}
        ids = [each["Id"] for each in self.engine.api.containers(all=True, filters=filters)]
        found = [self.look(each) for each in ids]  # a list's own State may lag (seen on 26.1)
        wanted = [each for each in found if up is None or each["State"]["Running"] is up]
        return sorted(each["Name"].lstrip("/") for each in wanted)

    def clear(self) -> None:
        api = self.engine.api
        for each in api.containers(all=True, filters={"name": self.name}):
            api.remove_container(each["Id"], force=True, v=True)
        for each in self.networks:
            api.remove_network(each)


@dataclass
class Desk:
    """Calls of the actions; `said` is what they emitted."""

    client: Any
    system: dict[str, Any]
    proxy: RecordingProxy
    project: Project
    said: list[str] = field(default_factory=list)
    begun_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    step_key: str = "RUN-1/step"

    @property
    def context(self) -> Context:
        async def emit(text: str) -> None:
            self.said.append(text)

        return Context(emit, self.step_key, self.begun_at, self.system, SECRETS)

    def params(self, name: str, given: dict[str, Any]) -> Any:
        return ACTIONS[f"docker.{name}"].params.model_validate(given)

    async def read(self, name: str, **given: Any) -> Result:
        action = ACTIONS[f"docker.{name}"]
        return await action.read(self.client, self.params(name, given), self.context)

    async def plan(self, name: str, **given: Any) -> Planned:
        action = ACTIONS[f"docker.{name}"]
        planned = await action.planning(self.client, self.params(name, given), self.context)
        assert self.proxy.changes == [], "a plan only reads"
        return Planned.model_validate_json(planned.model_dump_json())  # as it comes back sealed

    async def run(self, name: str, planned: Planned, **given: Any) -> Result:
        """Run it; whatever happens, no call is made that was not planned, nor in another order."""
        self.begun_at = datetime.now(UTC)
        action, params = ACTIONS[f"docker.{name}"], self.params(name, given)
        before = len(self.proxy.changes)
        try:
            return await action.run(self.client, params, planned, self.context)
        finally:
            made = self.proxy.changes[before:]
            lines = [bare(call) for call in planned.calls]
            assert made == [line for line in lines if line in made]
            self.proxy.seen.clear()

    async def change(self, name: str, **given: Any) -> tuple[Planned, Result]:
        """Plan and run; what was planned is exactly what was made."""
        planned = await self.plan(name, **given)
        self.begun_at = datetime.now(UTC)
        action, params = ACTIONS[f"docker.{name}"], self.params(name, given)
        result = await action.run(self.client, params, planned, self.context)
        assert self.proxy.changes == [bare(call) for call in planned.calls]
        self.proxy.seen.clear()
        return planned, result

    async def probe(self, name: str, planned: Planned, **given: Any) -> Probe:
        action = ACTIONS[f"docker.{name}"]
        found = await action.probing(self.client, self.params(name, given), planned, self.context)
        assert self.proxy.changes == [], "a probe only reads"
        return found

    async def undo(self, name: str, planned: Planned, **given: Any) -> Result:
        action = ACTIONS[f"docker.{name}"]
        result = await action.undoing(self.client, self.params(name, given), planned, self.context)
        self.proxy.seen.clear()
        return result


async def until(condition: Callable[[], Any], timeout_s: float = 10) -> None:
    """Wait until something is so."""
    for _ in range(int(timeout_s / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


def bare(call: Call) -> str:
    """Return the request line of a planned call."""
    return " ".join(call.text.split(" ")[:2])
