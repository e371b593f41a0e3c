"""Looking at the engine: its disk, and what happened lately."""

import json
from datetime import timedelta
from typing import Any

from pydantic import Field

from bot.action import ActionSet, Context, Params, Result
from integrations.docker.client import DockerClient
from integrations.docker.params import Ago, seconds
from integrations.docker.replica import PROJECT, SERVICE
from integrations.docker.watching import clock

actions: ActionSet[DockerClient] = ActionSet("docker")


class Disk(Params):
    """The whole engine."""


class Events(Params):
    """At most the last `limit` events of this project's containers; the engine remembers 256."""

    since: Ago = "1h"
    limit: int = Field(default=100, ge=1, le=256)


@actions.read(Disk, timeout_s=60)
async def system_df(client: DockerClient, _params: Disk, context: Context) -> Result:
    """Show what images, containers, volumes and the build cache take of the engine's disk."""
    found = await client.get("system", "df")
    containers = found.get("Containers") or ()
    volumes = found.get("Volumes") or ()
    caches = found.get("BuildCache") or ()
    data: dict[str, Any] = {
        "images": {"count": len(found.get("Images") or ()), "bytes": found.get("LayersSize", 0)},
        "containers": _total(containers, "SizeRw"),
        "volumes": {
            "count": len(volumes),
            "bytes": sum(max((each.get("UsageData") or {}).get("Size", 0), 0) for each in volumes),
        },
        "build_cache": _total(caches, "Size"),
    }
    for kind, each in data.items():
        await context.emit(f"{kind}: {each['count']}, {each['bytes'] / 1e6:.1f} MB")
    total = sum(each["bytes"] for each in data.values())
    return Result(summary=f"{total / 1e6:.0f} MB in all.", data={**data, "bytes": total})


@actions.read(Events, timeout_s=30)
async def events(client: DockerClient, params: Events, context: Context) -> Result:
    """Show what happened to this system's containers: started, died, killed, out of memory."""
    now = await clock(client)
    filters = {"type": ["container"]}
    if client.settings.project:
        filters["label"] = [f"{PROJECT}={client.settings.project}"]
    else:
        filters["container"] = [*client.settings.containers]
    records = await client.records(
        "events",
        since=f"{(now - timedelta(seconds=seconds(params.since))).timestamp():.3f}",
        until=f"{now.timestamp():.6f}",
        filters=json.dumps(filters, separators=(",", ":")),
    )
    # `exec_create: sh -c ...` has its arguments in the action's name.
    rows = [
        {
            "at": each["time"],
            "event": each["Action"].partition(":")[0],
            "name": each["Actor"]["Attributes"].get("name", ""),
            "exit_code": each["Actor"]["Attributes"].get("exitCode", ""),
        }
        for each in records
        if not client.settings.project
        or each["Actor"]["Attributes"].get(SERVICE) in client.settings.services
    ][-params.limit :]
    for each in rows:
        code = f" (exit code {each['exit_code']})" if each["exit_code"] else ""
        await context.emit(f"{each['at']}  {each['name']}  {each['event']}{code}")
    died = len([each for each in rows if each["event"] in {"die", "oom"}])
    return Result(summary=f"{len(rows)} events, {died} of them deaths.", data={"events": rows})


def _total(parts: Any, key: str) -> dict[str, int]:
    return {"count": len(parts), "bytes": sum(each.get(key) or 0 for each in parts)}
