"""The number of replicas of a Compose service: an absolute count, and never below by mistake."""

import re
from typing import Any, Literal

from pydantic import Field

from bot.action import ActionSet, Call, Context, Diff, Effect, Planned, Probe, Result, Risk
from bot.errors import Invalid, Rejected
from integrations.docker import blueprint
from integrations.docker.client import DockerClient
from integrations.docker.params import Replicated
from integrations.docker.replica import MADE_AS, NUMBER, STEP, Replica, inspect, replicas_of
from integrations.docker.running import LONG_S, to_container
from integrations.docker.walk import Walk, honest_after
from integrations.docker.watching import save_evidence
from integrations.docker.wire import Wire, name_of

actions: ActionSet[DockerClient] = ActionSet("docker")


class Scale(Replicated):
    """`intent`: `up` refuses a count under the present one, `down` one over it."""

    replicas: int = Field(ge=0, le=100)
    intent: Literal["up", "down", "exact"] = "exact"


@actions.change(Scale, risk=Risk.HIGH, effect=Effect.IDEMPOTENT, timeout_s=LONG_S)
async def scale_service(
    client: DockerClient, params: Scale, planned: Planned, context: Context
) -> Result:
    """Bring a service to a number of replicas."""
    for call in planned.calls:
        if Wire.of(call).operation == "stop":
            going = await inspect(client, name_of(call.target))
            if going is not None:
                await save_evidence(client, going, context, 200)
    await _walk(client, params, planned, context).go()
    with honest_after(lambda: planned.calls, lambda: "every call was made"):
        count = len([each for each in await replicas_of(client, params.service) if each.up])
    if count != params.replicas:
        message = f"{params.service} has {count} replicas, not {params.replicas}."
        raise Rejected(message, code="count")
    before = planned.captured["count"]
    said = f"{params.service}: {before} → {count} replicas."
    return Result(summary=said, data={"before": before, "replicas": count})


@scale_service.plan
async def plan_scale(client: DockerClient, params: Scale, _context: Context) -> Planned:
    """Take the present replicas, and refuse what Compose could not do either."""
    replicas = await replicas_of(client, params.service)
    up = [each for each in replicas if each.up]
    _may(client, params, len(up))
    captured: dict[str, Any] = {
        "count": len(up),
        "containers": {each.name: each.id for each in replicas},
    }
    calls: list[Call] = []
    if params.replicas > len(up):
        calls, more = await _up(client, params, replicas, params.replicas - len(up))
        captured |= more
    elif params.replicas < len(up):
        calls = _down(client, params, up)
    targets = [client.settings.target("service", params.service)]
    targets += sorted({call.target for call in calls})
    current, new = str(len(up)), str(params.replicas)
    diff = Diff(subject=f"{params.service} replicas", current=current, new=new)
    return Planned(targets=tuple(targets), calls=tuple(calls), diffs=(diff,), captured=captured)


@scale_service.probe
async def probe_scale(
    client: DockerClient, params: Scale, planned: Planned, _context: Context
) -> Probe:
    """Count."""
    replicas = await replicas_of(client, params.service)
    up = len([each for each in replicas if each.up])
    if up == params.replicas:
        return Probe.DONE
    same = {each.name: each.id for each in replicas} == planned.captured["containers"]
    return Probe.NOT_DONE if same and up == planned.captured["count"] else Probe.UNKNOWN


@scale_service.undo
async def undo_scale(
    client: DockerClient, params: Scale, planned: Planned, context: Context
) -> Result:
    """Go back to the number of replicas that there was: what was made goes, the rest comes back."""
    made = list(planned.captured.get("created", {}))
    existing = {each.name: each for each in await replicas_of(client, params.service)}
    calls: list[Call] = []
    for name in reversed(made):
        if name in existing and existing[name].labels.get(MADE_AS) == name:
            calls += _removal(client, name, params.grace_s, keep=False)
    for name in planned.captured.get("started", ()):
        calls.append(to_container(client, name, "stop", t=params.grace_s))
    back = planned.model_copy(
        update={
            "calls": tuple(calls),
            "captured": {"containers": {each.name: each.id for each in existing.values()}},
        }
    )
    await Walk(client, back, context).go()
    count = int(planned.captured["count"])
    wanted = params.model_copy(update={"replicas": count, "intent": "exact"})
    again = await plan_scale(client, wanted, context)
    await _walk(client, wanted, again, context).go()
    return Result(summary=f"{params.service}: back to {count} replicas.", data={"replicas": count})


def _may(client: DockerClient, params: Scale, count: int) -> None:
    most = client.settings.max_replicas
    if params.replicas > most:
        message = (
            f"{params.replicas} replicas are over this system's `docker: max_replicas`, {most}."
        )
        raise Invalid(message, field="replicas")
    if params.intent == "up" and params.replicas < count:
        message = (
            f"{params.service} has {count} replicas: {params.replicas} would be fewer, not more."
        )
        raise Rejected(message, code="would-lower")
    if params.intent == "down" and params.replicas > count:
        message = (
            f"{params.service} has {count} replicas: {params.replicas} would be more, not fewer."
        )
        raise Rejected(message, code="would-raise")


async def _up(
    client: DockerClient, params: Scale, replicas: list[Replica], more: int
) -> tuple[list[Call], dict[str, Any]]:
    """Start what is stopped, the lowest number first; then make copies with the next numbers."""
    stopped = [each for each in replicas if not each.up][:more]
    calls = [to_container(client, each.name, "start") for each in stopped]
    captured: dict[str, Any] = {"started": [each.name for each in stopped], "created": {}}
    if more == len(stopped):
        return calls, captured
    sample = _sample(client, params.service, replicas)
    image = await client.get("images", sample.image, "json")
    reference = await client.find("images", sample.reference, "json")
    use = sample.reference if reference and reference["Id"] == sample.image else sample.image
    captured |= {"sample": sample.name, "use": use, "image": sample.image}
    stem = sample.name.removesuffix(str(sample.number))
    first = max(each.number for each in replicas) + 1
    for number in range(first, first + more - len(stopped)):
        name = f"{stem}{number}"
        body = blueprint.body_like(sample, image, blueprint.Copy(name, use))
        captured["created"][name] = {"number": number, "shape": blueprint.shape(body)}
        wire = Wire.to("POST", "containers", "create", name=name)
        note = f"like {sample.name}: {use} ({sample.image[7:19]}), number {number}"
        calls.append(wire.call(client.settings.target("container", name), note))
        calls += connections(client, sample, name)
        calls.append(to_container(client, name, "start"))
    return calls, captured


def connections(client: DockerClient, sample: Replica, name: str) -> list[Call]:
    """Return the calls that put a new container into the further networks of its sample."""
    target = client.settings.target("container", name)
    return [
        Wire.to("POST", "networks", network, "connect").call(target, f"of {name}")
        for network in blueprint.further_networks(sample, name)
    ]


def _down(client: DockerClient, params: Scale, up: list[Replica]) -> list[Call]:
    """Stop and remove the highest numbers; going to nothing keeps them, stopped."""
    keep = params.replicas == 0
    going = reversed(up[params.replicas :])
    return [
        call for each in going for call in _removal(client, each.name, params.grace_s, keep=keep)
    ]


def _removal(client: DockerClient, name: str, grace_s: int, *, keep: bool) -> list[Call]:
    target = client.settings.target("container", name)
    gone = Wire.to("DELETE", "containers", name, force=False, v=False).call(target)
    return [to_container(client, name, "stop", t=grace_s), *([] if keep else [gone])]


def _sample(client: DockerClient, service: str, replicas: list[Replica]) -> Replica:
    """Return the replica to copy.

    Raises:
        Rejected: there is none, or a second one could not live beside it.
    """
    if not replicas:
        message = f"There is no container of {service} to copy. Bring it up with Compose first."
        raise Rejected(message, code="absent")
    up = [each for each in replicas if each.up]
    sample = (up or replicas)[0]
    project = re.escape(client.settings.project)
    if not re.fullmatch(rf"{project}[-_]{re.escape(service)}[-_]{sample.number}", sample.name):
        message = (
            f"{service} has a container_name of its own ({sample.name}), so there can be only one. "
            "Take container_name out of the Compose file to scale it."
        )
        raise Rejected(message, code="container-name")
    if ports := blueprint.fixed_ports(sample):
        message = (
            f"{service} publishes the host port {ports[0]}, which only one container can have. "
            "Publish it without a host port, or put a balancer in front, to scale it."
        )
        raise Rejected(message, code="host-port")
    return sample


def _walk(client: DockerClient, params: Scale, planned: Planned, context: Context) -> Walk:
    captured = planned.captured

    async def body(call: Call) -> dict[str, Any]:
        sample = await inspect(client, captured["containers"][captured["sample"]])
        if sample is None:
            message = f"{captured['sample']}, which was to be copied, is gone."
            raise Rejected(message, code="moved")
        if Wire.of(call).operation == "connect":
            return connecting(sample, call)
        image = await client.get("images", captured["image"], "json")
        name = name_of(call.target)
        made = captured["created"][name]
        labels = {NUMBER: str(made["number"]), STEP: context.step_key, MADE_AS: name}
        copy = blueprint.Copy(name, captured["use"], labels=labels)
        found = blueprint.body_like(sample, image, copy)
        if blueprint.shape(found) != made["shape"]:
            message = f"The settings of {sample.name} are not the planned ones any more."
            raise Rejected(message, code="moved")
        return found

    return Walk(client, planned, context, params.health_deadline_s, body)


def connecting(sample: Replica, call: Call, *, same: bool = False) -> dict[str, Any]:
    """Return the body of a connect call; `same` for a successor of the sample."""
    name, network = name_of(call.target), Wire.of(call).path.split("/")[2]
    endpoint = blueprint.further_networks(sample, name, same=same)[network]
    return {"Container": name, "EndpointConfig": endpoint}
