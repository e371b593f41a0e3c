"""Looking at containers: how they are, what they say, what they use."""

import asyncio
import re
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from bot.action import ActionSet, Context, Params, Result
from bot.errors import Rejected
from integrations.docker.client import DockerClient
from integrations.docker.facts import facts, row, usage
from integrations.docker.params import Ago, Name, Picking, seconds
from integrations.docker.replica import Replica, is_aside, of_project, picked, with_kept
from integrations.docker.watching import clock

AT_ONCE = 4  # samples taken side by side; the engine takes 1-2 s for each
ERRORS = re.compile(
    r"\b(error|errors|fatal|critical|panic|exception|traceback|failed|failure)\b", re.IGNORECASE
)

actions: ActionSet[DockerClient] = ActionSet("docker")


class Listing(Params):
    """One service, or all that the system lists."""

    service: Name | None = None


class Health(Picking):
    """`require`: below it the step fails. `replicas`: at least so many must be up."""

    require: Literal["nothing", "running", "healthy"] = "nothing"
    replicas: int | None = Field(default=None, ge=1, le=100)


class Logs(Picking):
    """The last `tail` lines of each, at most `since` old (`15m`); `errors`: only such lines."""

    tail: int = Field(default=100, ge=1, le=2000)
    since: Ago | None = None
    errors: bool = False


@actions.read(Listing, timeout_s=30)
async def list(client: DockerClient, params: Listing, context: Context) -> Result:  # noqa: A001 - the action's name; the builtin is not used here
    """List the containers, running or not, with those that were put aside."""
    if params.service is None:
        found = await of_project(client)
    else:
        found = await with_kept(client, params.service)
    rows = [row(each) for each in found]
    for each in rows:
        await context.emit(f"{each['name']}  {each['state']}  {each['image']}  {each['ports']}")
    up = len([each for each in found if each.up])
    data = {"containers": rows, "count": len(found), "up": up}
    return Result(summary=f"{up} of {len(found)} containers are up.", data=data)


@actions.read(Picking, timeout_s=30)
async def inspect(client: DockerClient, params: Picking, context: Context) -> Result:
    """Show how each container is set up; of its environment and labels only the names."""
    found = [facts(each) for each in await picked(client, params)]
    for each in found:
        for key, value in each.items():
            await context.emit(f"{each['name']}  {key}: {value}")
    return Result(summary=f"{len(found)} containers.", data={"containers": found})


@actions.read(Health, timeout_s=30)
async def health(client: DockerClient, params: Health, context: Context) -> Result:
    """Say how healthy each replica is; the worst is the verdict, and no check is no health."""
    replicas = await picked(client, params)
    states = {}
    for each in replicas:
        states[each.name] = _health(each)
        await context.emit(f"{each.name}: {states[each.name]} ({each.state})")
        if (each.raw["State"].get("Health") or {}).get("Log"):
            last = each.raw["State"]["Health"]["Log"][-1]
            await context.emit(f"  last check: {last['ExitCode']} {last['Output'].strip()[:500]}")
    up = [name for name, state in states.items() if state != "down"]
    worst = max(states.values(), key=WORSE.index)
    if wrong := _short_of(params, states, len(up)):
        raise Rejected(wrong, code=worst)
    summary = f"{worst}: {len(up)} of {len(replicas)} replicas are up."
    return Result(summary=summary, data={"verdict": worst, "states": states, "up": len(up)})


WORSE = ("healthy", "unknown", "starting", "unhealthy", "down")


def _health(replica: Replica) -> str:
    if replica.status != "running":
        return "down"
    return replica.health or "unknown"


def _short_of(params: Health, states: dict[str, str], up: int) -> str:
    """Return what is less than required, empty when nothing is."""
    if params.replicas is not None and up < params.replicas:
        return f"{up} replicas are up, {params.replicas} are required."
    accepted = {"healthy": {"healthy"}, "running": {"healthy", "unknown", "starting"}}
    if params.require == "nothing":
        return ""
    short = [f"{name} is {it}" for name, it in states.items() if it not in accepted[params.require]]
    return f"Not {params.require}: {', '.join(short)}." if short else ""


@actions.read(Logs, timeout_s=60)
async def logs(client: DockerClient, params: Logs, context: Context) -> Result:
    """Show the end of each log, standard output and error as they came."""
    query: dict[str, Any] = {"stdout": True, "stderr": True, "timestamps": True}
    query |= {"follow": False, "tail": params.tail}
    if params.since is not None:
        begin = await clock(client) - timedelta(seconds=seconds(params.since))
        query["since"] = f"{begin.timestamp():.3f}"
    counts, wrong, said_cut = {}, 0, False
    for each in await picked(client, params):
        text, cut = await client.lines("containers", each.id, "logs", tty=each.tty, **query)
        lines = text.splitlines()
        bad = [line for line in lines if ERRORS.search(line)]
        shown = bad if params.errors else lines
        counts[each.name], wrong, said_cut = len(lines), wrong + len(bad), said_cut or cut
        if shown:
            await context.emit("\n".join(f"{each.name} | {line}" for line in shown))
        if cut:
            await context.emit(f"{each.name}: cut at 1 MB; take a smaller tail")
    total = sum(counts.values())
    data = {"lines": counts, "errors": wrong, "cut": said_cut}
    return Result(summary=f"{total} lines, {wrong} of them look like errors.", data=data)


@actions.read(Picking, timeout_s=60)
async def stats(client: DockerClient, params: Picking, context: Context) -> Result:
    """Take one sample of processor, memory, network and disk of every running replica."""
    found = await picked(client, params)
    running = [each for each in found if each.status == "running"]
    gate = asyncio.Semaphore(AT_ONCE)

    async def sample(replica: Replica) -> dict[str, Any]:
        async with gate:
            raw = await client.get("containers", replica.id, "stats", stream=False)
        return usage(replica, raw)

    rows = await asyncio.gather(*(sample(each) for each in running))
    for line in rows:
        await context.emit("  ".join(f"{key} {value}" for key, value in line.items()))
    for each in found:
        if each not in running:
            await context.emit(f"{each.name}: {each.state}, no sample")
    summary = f"{len(rows)} of {len(found)} replicas sampled."
    return Result(summary=summary, data={"stats": [*rows], "missing": len(found) - len(rows)})


@actions.read(Picking, timeout_s=30)
async def top(client: DockerClient, params: Picking, context: Context) -> Result:
    """Show the processes of every running replica; their names, not their arguments."""
    data: dict[str, Any] = {}
    for each in await picked(client, params):
        if each.status != "running" or is_aside(each.name):
            await context.emit(f"{each.name}: {each.state}, no processes")
            continue
        # Arguments may hold secrets: `comm` is the bare name.
        fields = "-eo pid,ppid,user,pcpu,pmem,etime,comm"
        found = await client.get("containers", each.id, "top", ps_args=fields)
        data[each.name] = [
            dict(zip(found["Titles"], line, strict=False)) for line in found["Processes"]
        ]
        for line in found["Processes"]:
            await context.emit(f"{each.name} | {'  '.join(line)}")
    count = sum(len(each) for each in data.values())
    return Result(summary=f"{count} processes.", data={"processes": data})
