"""A container as it is now, and which ones belong to a service."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import Rejected
from integrations.docker.client import DockerClient
from integrations.docker.params import Picking

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
ONE_OFF = "com.docker.compose.oneoff"
STEP = "signalbox.step"  # on what we made: which step of which run made it
MADE_AS = "signalbox.made-as"  # the name it was planned under
REPLACES = "signalbox.replaces"  # the id of the container it was made for
KEPT = re.compile(r"\.signalbox-kept-[0-9a-f]{12}$")
NEW = ".signalbox-new"
UP = {"running", "restarting", "paused"}


@dataclass(frozen=True, slots=True)
class Replica:
    """One container. `image` is the id it was made from, `raw` all that the engine says."""

    id: str
    name: str
    status: str
    health: str | None
    image: str
    reference: str
    number: int
    labels: Mapping[str, str]
    started_at: datetime
    restarts: int
    raw: Mapping[str, Any]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Replica":
        """Read what `inspect` answers."""
        state, labels = raw["State"], raw["Config"].get("Labels") or {}
        number = labels.get(NUMBER, "")
        return cls(
            id=raw["Id"],
            name=raw["Name"].lstrip("/"),
            status=state["Status"],
            health=(state.get("Health") or {}).get("Status"),
            image=raw["Image"],
            reference=raw["Config"]["Image"],
            number=int(number) if number.isdecimal() else 0,
            labels=labels,
            started_at=datetime.fromisoformat(state["StartedAt"]),
            restarts=raw["RestartCount"],
            raw=raw,
        )

    @property
    def up(self) -> bool:
        """Whether it is meant to run: a container between two tries of its policy is."""
        return self.status in UP

    @property
    def state(self) -> str:
        """Say how it is: `running (healthy)`, `exited 137, out of memory`."""
        facts = self.raw["State"]
        if self.health:
            return f"{self.status} ({self.health})"
        if self.status in {"exited", "dead"}:
            memory = ", out of memory" if facts.get("OOMKilled") else ""
            return f"{self.status} {facts['ExitCode']}{memory}"
        return self.status

    @property
    def tty(self) -> bool:
        """Whether its log is one plain stream."""
        return bool(self.raw["Config"].get("Tty"))


async def inspect(client: DockerClient, name: str) -> Replica | None:
    """Return a container by name or id, None when there is none."""
    raw = await client.find("containers", name, "json")
    return None if raw is None else Replica.of(raw)


async def labelled(client: DockerClient, *labels: str) -> list[Replica]:
    """Return every container with all these labels, running or not, by number and name."""
    filters = json.dumps({"label": labels}, separators=(",", ":"))
    listed = await client.get("containers", "json", all=True, filters=filters)
    found = [await inspect(client, each["Id"]) for each in listed]
    ours = [each for each in found if each is not None and not _is_one_off(each)]
    return sorted(ours, key=lambda each: (each.number, each.name))


async def of_project(client: DockerClient) -> list[Replica]:
    """Return every container of the project and every listed one, kept ones too."""
    found = []
    if client.settings.project:
        found = await labelled(client, f"{PROJECT}={client.settings.project}")
        found = [each for each in found if each.labels.get(SERVICE) in client.settings.services]
    for name in client.settings.containers:
        replica = await inspect(client, name)
        known = {each.id for each in found}
        if replica is not None and replica.id not in known and _is_ours(client, replica):
            found.append(replica)
    return found


async def with_kept(client: DockerClient, service: str) -> list[Replica]:
    """Return the containers of a service, those that were put aside or half made too."""
    client.settings.admit_service(service)
    return await labelled(client, f"{PROJECT}={client.settings.project}", f"{SERVICE}={service}")


async def replicas_of(client: DockerClient, service: str) -> list[Replica]:
    """Return the replicas of a service, running or not.

    Raises:
        Invalid: the system does not list the service.
    """
    return [each for each in await with_kept(client, service) if not is_aside(each.name)]


def is_aside(name: str) -> bool:
    """Whether it is a container that was put aside, or one not yet in its place."""
    return KEPT.search(name) is not None or name.endswith(NEW)


async def picked(client: DockerClient, params: Picking) -> list[Replica]:
    """Return what the parameters name, at least one.

    Raises:
        Invalid: the system does not list it.
        Rejected: there is no such container.
    """
    if params.service is not None:
        found = await replicas_of(client, params.service)
        if not found:
            message = f"{client.settings.project} has no container of {params.service}."
            raise Rejected(message, code="absent")
        return found
    name = str(params.container)
    client.settings.admit_container(name)
    replica = await inspect(client, name)
    if replica is None or replica.name != name:
        message = f"There is no container {name}."
        raise Rejected(message, code="absent")
    if not _is_ours(client, replica):
        message = f"{name} belongs to another project, or is a one-off: it is not touched."
        raise Rejected(message, code="foreign")
    return [replica]


def _is_ours(client: DockerClient, replica: Replica) -> bool:
    project = replica.labels.get(PROJECT)
    return project in {None, client.settings.project} and not _is_one_off(replica)


def _is_one_off(replica: Replica) -> bool:
    return replica.labels.get(ONE_OFF, "").lower() == "true"
