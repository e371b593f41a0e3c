"""Restart, start and stop: the same containers, in another state."""

from pydantic import Field

from bot.action import ActionSet, Call, Context, Diff, Effect, Planned, Probe, Result, Risk
from integrations.docker.client import DockerClient
from integrations.docker.params import Patient, Picking, Stopping
from integrations.docker.replica import Replica, inspect, picked
from integrations.docker.walk import Walk, honest_after
from integrations.docker.watching import ahead, happened, save_evidence
from integrations.docker.wire import Wire

LONG_S = 3600  # every replica may take its grace and its health deadline

actions: ActionSet[DockerClient] = ActionSet("docker")


class Restart(Patient):
    """`evidence_lines` of each log are shown before it is restarted."""

    evidence_lines: int = Field(default=200, ge=0, le=2000)


class Start(Picking):
    """What is stopped of it is started."""

    health_deadline_s: int = Field(default=60, ge=1, le=600)


def touched(client: DockerClient, params: Picking, replicas: list[Replica]) -> tuple[str, ...]:
    """Return the stable names of a service and of its replicas, or of one container."""
    names = [client.settings.target("container", each.name) for each in replicas]
    if params.service is not None:
        names.insert(0, client.settings.target("service", params.service))
    return tuple(names)


def to_container(
    client: DockerClient, name: str, operation: str, note: str = "", /, **query: str | int | bool
) -> Call:
    """Return the planned call of one operation on one container."""
    wire = Wire.to("POST", "containers", name, operation, **query)
    return wire.call(client.settings.target("container", name), note)


@actions.change(Restart, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=LONG_S)
async def restart_service(
    client: DockerClient, params: Restart, planned: Planned, context: Context
) -> Result:
    """Restart every replica of a service, one after the other, each up before the next."""
    ids = planned.captured["containers"]
    for name in ids:
        replica = await inspect(client, ids[name])
        if replica is not None:
            await save_evidence(client, replica, context, params.evidence_lines)
    await Walk(client, planned, context, params.health_deadline_s).go()
    with honest_after(lambda: planned.calls, lambda: "every call was made"):
        after = [await inspect(client, each) for each in ids.values()]
    started = {each.name: each.started_at.isoformat() for each in after if each is not None}
    return Result(summary=f"Restarted {', '.join(ids)}.", data={"started_at": started})


@restart_service.plan
async def plan_restart(client: DockerClient, params: Restart, _context: Context) -> Planned:
    """Take every replica in order.

    Neither since when nor how well they run is part of the plan: both change all the time when a
    service is in trouble, and an approval would never hold.
    """
    replicas = await picked(client, params)
    return Planned(
        targets=touched(client, params, replicas),
        calls=tuple(
            to_container(client, each.name, "restart", t=params.grace_s) for each in replicas
        ),
        diffs=tuple(
            Diff(subject=each.name, current=f"container {each.id[:12]}", new="the same, restarted")
            for each in replicas
        ),
        captured={
            "containers": {each.name: each.id for each in replicas},
            "images": {each.name: each.image for each in replicas},
        },
    )


@restart_service.probe
async def probe_restart(
    client: DockerClient, _params: Restart, planned: Planned, context: Context
) -> Probe:
    """Compare each StartedAt with when the step began, on the engine's clock."""
    ids = list(planned.captured["containers"].values())
    begun = context.begun_at + await ahead(client)
    found = [await inspect(client, each) for each in ids]
    replicas = [each for each in found if each is not None and each.status == "running"]
    if len(replicas) < len(ids):
        return Probe.UNKNOWN  # gone, or between stop and start
    restarted = [each.started_at > begun for each in replicas]
    events = await happened(client, ids, begun)
    if not any(restarted):
        # Its process may just be taking its time to end.
        return Probe.UNKNOWN if "kill" in events else Probe.NOT_DONE
    # A restart that was asked for begins the count anew; the policy's own restarts raise it.
    asked_for = events.get("restart", set()) >= set(ids) or not any(
        each.restarts for each in replicas
    )
    return Probe.DONE if all(restarted) and asked_for else Probe.UNKNOWN


@actions.change(Start, risk=Risk.LOW, effect=Effect.IDEMPOTENT, timeout_s=LONG_S)
async def start(client: DockerClient, params: Start, planned: Planned, context: Context) -> Result:
    """Start what is stopped of a service."""
    await Walk(client, planned, context, params.health_deadline_s).go()
    return _all_are(planned, "started", "was up already")


@start.plan
async def plan_start(client: DockerClient, params: Start, _context: Context) -> Planned:
    """Take the containers that are down."""
    down = [each for each in await picked(client, params) if not each.up]
    calls = [to_container(client, each.name, "start") for each in down]
    return _state_change(client, params, down, calls, ("stopped", "running"))


@start.probe
async def probe_start(
    client: DockerClient, _params: Start, planned: Planned, _context: Context
) -> Probe:
    """Look whether they are up."""
    return await _probe_up(client, planned, up=True)


@start.undo
async def undo_start(
    client: DockerClient, _params: Start, planned: Planned, context: Context
) -> Result:
    """Stop what was started."""
    return await _walk_back(client, planned, context, "stop")


@actions.change(Stopping, risk=Risk.HIGH, effect=Effect.IDEMPOTENT, timeout_s=LONG_S)
async def stop(
    client: DockerClient, _params: Stopping, planned: Planned, context: Context
) -> Result:
    """Stop every replica of a service; nothing is removed."""
    for each in planned.captured["containers"].values():
        replica = await inspect(client, each)
        if replica is not None and replica.up:
            await save_evidence(client, replica, context, 200)
    await Walk(client, planned, context).go()
    return _all_are(planned, "stopped", "was stopped already")


@stop.plan
async def plan_stop(client: DockerClient, params: Stopping, _context: Context) -> Planned:
    """Take the containers that are up."""
    up = [each for each in await picked(client, params) if each.up]
    calls = [to_container(client, each.name, "stop", t=params.grace_s) for each in up]
    return _state_change(client, params, up, calls, ("running", "stopped"))


@stop.probe
async def probe_stop(
    client: DockerClient, _params: Stopping, planned: Planned, _context: Context
) -> Probe:
    """Look whether they are down."""
    return await _probe_up(client, planned, up=False)


@stop.undo
async def undo_stop(
    client: DockerClient, _params: Stopping, planned: Planned, context: Context
) -> Result:
    """Start what was stopped."""
    return await _walk_back(client, planned, context, "start")


def _state_change(
    client: DockerClient,
    params: Picking,
    replicas: list[Replica],
    calls: list[Call],
    states: tuple[str, str],
) -> Planned:
    return Planned(
        targets=touched(client, params, replicas),
        calls=tuple(calls),
        diffs=tuple(Diff(subject=each.name, current=states[0], new=states[1]) for each in replicas),
        captured={"containers": {each.name: each.id for each in replicas}},
    )


def _all_are(planned: Planned, done: str, nothing: str) -> Result:
    names = list(planned.captured["containers"])
    said = f"{', '.join(names)} {done}." if names else f"Nothing to do: it {nothing}."
    return Result(summary=said, data={"containers": names})


async def _probe_up(client: DockerClient, planned: Planned, *, up: bool) -> Probe:
    found = [await inspect(client, each) for each in planned.captured["containers"].values()]
    states = [each is not None and each.up is up for each in found]
    if all(states):
        return Probe.DONE
    return Probe.UNKNOWN if any(states) else Probe.NOT_DONE


async def _walk_back(
    client: DockerClient, planned: Planned, context: Context, operation: str
) -> Result:
    """Do the opposite to the same containers, the last one first."""
    names = list(reversed(planned.captured["containers"]))
    back = planned.model_copy(
        update={"calls": tuple(to_container(client, name, operation) for name in names)}
    )
    await Walk(client, back, context, health_deadline_s=60).go()
    return Result(summary=f"Back as it was: {operation} of {', '.join(names) or 'nothing'}.")
