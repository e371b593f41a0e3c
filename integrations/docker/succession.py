"""The calls by which one container takes the place of another, and their bodies."""

from collections.abc import Mapping
from typing import Any

from bot.action import Call, Context, Planned
from bot.errors import Rejected
from integrations.docker import blueprint
from integrations.docker.client import DockerClient
from integrations.docker.params import Replicated
from integrations.docker.replica import MADE_AS, NEW, REPLACES, STEP, Replica, inspect
from integrations.docker.running import to_container
from integrations.docker.scaling import connecting, connections
from integrations.docker.walk import Walk
from integrations.docker.wire import Wire, name_of

Json = dict[str, Any]


def kept_name(replica: Replica) -> str:
    """Return the name of a container that was put aside."""
    return f"{replica.name}.signalbox-kept-{replica.id[:12]}"


async def plan(
    client: DockerClient, params: Replicated, replicas: list[Replica], change: Mapping[str, Any]
) -> Planned:
    """Plan the succession of these replicas; `change` says `env`, or `use` and `image`."""
    calls: list[Call] = []
    captured: Json = {
        "containers": {each.name: each.id for each in replicas},
        "kept": {each.name: kept_name(each) for each in replicas},
        "up": {each.name: each.up for each in replicas},
        "policies": {},
        "made": {},
        "image": change.get("image", ""),
    }
    for each in replicas:
        await _may_be_replaced(client, each)
        made = await _made(client, each, change)
        captured["made"][each.name + NEW] = made
        steps, policy = _one(client, params, each, made)
        calls += steps
        captured["policies"] |= policy
    names = [client.settings.target("container", each.name) for each in replicas]
    service = client.settings.target("service", params.service)
    return Planned(targets=(service, *names), calls=tuple(calls), captured=captured)


async def _made(client: DockerClient, replica: Replica, change: Mapping[str, Any]) -> Json:
    """Return what is sealed of the new container: where from, which image, what shape."""
    image = await client.get("images", replica.image, "json")
    use, wanted = change.get("use", ""), change.get("image", replica.image)
    if not use:
        reference = await client.find("images", replica.reference, "json")
        same = reference is not None and reference["Id"] == replica.image
        use = replica.reference if same else replica.image
    copy = blueprint.Copy(replica.name + NEW, use, change.get("env", {}), same=True)
    shape = blueprint.shape(blueprint.body_like(replica, image, copy))
    return {"of": replica.name, "use": use, "image": wanted, "shape": shape}


def _one(
    client: DockerClient, params: Replicated, replica: Replica, made: Json
) -> tuple[list[Call], Json]:
    name, new, kept = replica.name, replica.name + NEW, kept_name(replica)
    create = Wire.to("POST", "containers", "create", name=new).call(
        client.settings.target("container", new),
        f"like {name}: {made['use']} ({made['image'][7:19]})",
    )
    stop = to_container(client, name, "stop", t=params.grace_s)
    aside = to_container(client, name, "rename", name=kept)
    into = to_container(client, new, "rename", name=name)
    calls = [create, *connections(client, replica, new)]
    if _side_by_side(params, replica):
        calls += [to_container(client, new, "start"), stop, aside, into]
    else:
        calls += [stop, aside, into, to_container(client, name, "start")]
    policy = replica.raw["HostConfig"].get("RestartPolicy") or {}
    if policy.get("Name") != "always":
        return calls, {}
    # "always" would start the one that was put aside again when the engine restarts.
    calls.append(to_container(client, kept, "update", "restart policy no"))
    return calls, {name: policy}


def _side_by_side(params: Replicated, replica: Replica) -> bool:
    order = getattr(params, "order", "auto")
    if order != "auto":
        return bool(order == "start_first")
    alone = (
        blueprint.fixed_ports(replica),
        blueprint.on_its_own_address(replica),
        blueprint.writes_to_mounts(replica),
    )
    return not any(alone)


async def _may_be_replaced(client: DockerClient, replica: Replica) -> None:
    if replica.raw["HostConfig"].get("AutoRemove"):
        message = (
            f"{replica.name} removes itself when stopped: nothing would be left to go back to."
        )
        raise Rejected(message, code="auto-remove")
    if await inspect(client, replica.name + NEW) is not None:
        message = (
            f"{replica.name}{NEW} is left from a recreation that did not end. Roll that run back, "
            "or remove it with docker.remove_kept."
        )
        raise Rejected(message, code="unfinished")


def walk(
    client: DockerClient,
    params: Replicated,
    planned: Planned,
    context: Context,
    env: Mapping[str, str | None],
) -> Walk:
    """Return the walk through a succession; `env` has its secrets filled in."""
    captured = planned.captured

    async def body(call: Call) -> Json:
        name, wire = name_of(call.target), Wire.of(call)
        if wire.operation == "update":
            return {"RestartPolicy": {"Name": "no"}}
        made = captured["made"][name]
        old = await inspect(client, captured["containers"][made["of"]])
        if old is None:
            message = f"{made['of']}, which was to be replaced, is gone."
            raise Rejected(message, code="moved")
        if wire.operation == "connect":
            return connecting(old, call, same=True)
        return await _create_body(client, old, made, name, env, context)

    return Walk(client, planned, context, params.health_deadline_s, body)


async def _create_body(
    client: DockerClient,
    old: Replica,
    made: Json,
    name: str,
    env: Mapping[str, str | None],
    context: Context,
) -> Json:
    image = await client.get("images", old.image, "json")
    used = await client.find("images", made["use"], "json")
    labels = {STEP: context.step_key, MADE_AS: name, REPLACES: old.id}
    copy = blueprint.Copy(name, made["use"], env, labels, same=True)
    body = blueprint.body_like(old, image, copy)
    if used is None or used["Id"] != made["image"]:
        message = f"{made['use']} is not the planned image any more."
        raise Rejected(message, code="moved")
    if blueprint.shape(body) != made["shape"]:
        message = f"The settings of {old.name} are not the planned ones any more."
        raise Rejected(message, code="moved")
    return body
