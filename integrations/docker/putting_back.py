"""After a succession: did it happen, how to go back, and how to let go of what was kept."""

from typing import Any

from bot.action import (
    ActionSet,
    Call,
    Context,
    Diff,
    Effect,
    Params,
    Planned,
    Probe,
    Result,
    Risk,
)
from bot.errors import Rejected
from integrations.docker.client import DockerClient
from integrations.docker.params import Name, Replicated
from integrations.docker.replica import NEW, REPLACES, Replica, inspect, is_aside, with_kept
from integrations.docker.running import to_container
from integrations.docker.walk import Walk
from integrations.docker.wire import Wire, name_of

actions: ActionSet[DockerClient] = ActionSet("docker")


class Service(Params):
    """A Compose service."""

    service: Name


@actions.change(Service, risk=Risk.HIGH, effect=Effect.IDEMPOTENT, timeout_s=300)
async def remove_kept(
    client: DockerClient, _params: Service, planned: Planned, context: Context
) -> Result:
    """Remove the stopped containers that a recreation put aside; then it cannot be undone."""
    await Walk(client, planned, context).go()
    names = list(planned.captured["containers"])
    said = f"Removed {', '.join(names)}." if names else "Nothing was kept."
    return Result(summary=said, data={"removed": names})


@remove_kept.plan
async def plan_remove(client: DockerClient, params: Service, _context: Context) -> Planned:
    """Take what was put aside and is stopped, and what was never finished; volumes stay."""
    found = [each for each in await with_kept(client, params.service) if is_aside(each.name)]
    kept = [each for each in found if not each.up or each.name.endswith(NEW)]
    names = [client.settings.target("container", each.name) for each in kept]
    calls = []
    for each, target in zip(kept, names, strict=True):
        if each.up:
            calls.append(to_container(client, each.name, "stop", t=10))
        calls.append(Wire.to("DELETE", "containers", each.name, force=False, v=False).call(target))
    diffs = [Diff(subject=each.name, current=each.state, new="removed") for each in kept]
    return Planned(
        targets=(client.settings.target("service", params.service), *names),
        calls=tuple(calls),
        diffs=tuple(diffs),
        captured={"containers": {each.name: each.id for each in kept}},
    )


@remove_kept.probe
async def probe_remove(
    client: DockerClient, _params: Service, planned: Planned, _context: Context
) -> Probe:
    """Look whether they are gone."""
    ids = planned.captured["containers"].values()
    left = [each for each in ids if await inspect(client, each) is not None]
    if not left:
        return Probe.DONE
    return Probe.NOT_DONE if len(left) == len(ids) else Probe.UNKNOWN


async def probe(client: DockerClient, planned: Planned) -> Probe:
    """Look who is in each place: the successor, the old one, or something in between."""
    verdicts = {await _one(client, planned, name) for name in planned.captured["containers"]}
    if verdicts <= {Probe.DONE}:
        return Probe.DONE
    return Probe.NOT_DONE if verdicts == {Probe.NOT_DONE} else Probe.UNKNOWN


async def _one(client: DockerClient, planned: Planned, name: str) -> Probe:
    old = planned.captured["containers"][name]
    here, coming = await inspect(client, name), await inspect(client, name + NEW)
    if here is None or coming is not None:
        return Probe.UNKNOWN
    if here.id == old:
        return Probe.NOT_DONE if here.up is planned.captured["up"][name] else Probe.UNKNOWN
    well = here.status == "running" and here.health in {None, "healthy"}
    return Probe.DONE if here.labels.get(REPLACES) == old and well else Probe.UNKNOWN


async def undo(
    client: DockerClient, params: Replicated, planned: Planned, context: Context
) -> Result:
    """Put every old container back in its place, from wherever the walk had come to."""
    calls: list[Call] = []
    ids: dict[str, str] = {}
    for name in reversed(planned.captured["containers"]):
        steps, found = await _back(client, params, planned, name)
        calls += steps
        ids |= found
    back = planned.model_copy(
        update={"calls": tuple(calls), "captured": {**planned.captured, "containers": ids}}
    )

    async def body(call: Call) -> dict[str, Any]:
        return {"RestartPolicy": planned.captured["policies"][name_of(call.target)]}

    await Walk(client, back, context, params.health_deadline_s, body).go()
    names = ", ".join(planned.captured["containers"])
    return Result(summary=f"{names or 'Nothing'}: the containers from before are back.")


async def _back(
    client: DockerClient, params: Replicated, planned: Planned, name: str
) -> tuple[list[Call], dict[str, str]]:
    """Return the calls that put one container back, and the ids of what they touch."""
    captured = planned.captured
    old = await inspect(client, captured["containers"][name])
    if old is None:
        message = f"The container that {name} was is removed: it cannot be put back."
        raise Rejected(message, code="gone")
    calls: list[Call] = []
    ids = {old.name: old.id}
    for place in (name, name + NEW):
        there = await inspect(client, place)
        if there is None or there.id == old.id:
            continue
        _is_successor(there, old)
        ids[place] = there.id
        calls.append(to_container(client, place, "stop", t=params.grace_s))
        target = client.settings.target("container", place)
        calls.append(Wire.to("DELETE", "containers", place, force=False, v=False).call(target))
    if old.name != name:
        calls.append(to_container(client, old.name, "rename", name=name))
    if name in captured["policies"] and old.raw["HostConfig"]["RestartPolicy"]["Name"] == "no":
        calls.append(to_container(client, name, "update", "restart policy as before"))
    if captured["up"][name]:
        calls.append(to_container(client, name, "start"))
    return calls, ids


def _is_successor(there: Replica, old: Replica) -> None:
    if there.labels.get(REPLACES) != old.id:
        message = f"{there.name} is a container that we did not make: it is not touched."
        raise Rejected(message, code="moved")
