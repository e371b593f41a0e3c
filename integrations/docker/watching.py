"""What is looked at around a change: the log before it, the health after it, the engine's clock."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.action import Context
from bot.errors import Rejected
from integrations.docker.client import DockerClient
from integrations.docker.replica import Replica, inspect

STEADY_S = 1.0  # a container without a health check is taken as up after running this long
POLL_S = 0.25
LAST_LINES = 20  # of the log of a container that did not come up


async def clock(client: DockerClient) -> datetime:
    """Return the engine's own time: its clock and ours may differ."""
    return datetime.fromisoformat((await client.get("info"))["SystemTime"])


async def ahead(client: DockerClient) -> timedelta:
    """Return how far the engine's clock is ahead of ours, at the least.

    The least, so that what we began is never put later than it was.
    """
    return await clock(client) - datetime.now(UTC)


async def happened(
    client: DockerClient, containers: Sequence[str], since: datetime
) -> dict[str, set[str]]:
    """Return event -> ids of these containers, since a time on the engine's clock.

    The engine remembers its last 256 events, and none from before its own start.
    """
    filters = {"container": list(containers), "type": ["container"]}
    records = await client.records(
        "events",
        since=f"{since.timestamp():.6f}",
        until=f"{(await clock(client)).timestamp():.6f}",
        filters=json.dumps(filters, separators=(",", ":")),
    )
    found: dict[str, set[str]] = {}
    for record in records:
        found.setdefault(record["Action"], set()).add(record["Actor"]["ID"])
    return found


async def save_evidence(
    client: DockerClient, replica: Replica, context: Context, tail: int
) -> None:
    """Emit how a container is and the end of its log, before it is changed."""
    code = replica.raw["State"]["ExitCode"]
    await context.emit(
        f"{replica.name}: {replica.state}, exit code {code}, {replica.restarts} automatic restarts,"
        f" started {replica.started_at:%Y-%m-%dT%H:%M:%SZ}"
    )
    await emit_log(client, replica, context, tail)


async def emit_log(client: DockerClient, replica: Replica, context: Context, tail: int) -> None:
    """Emit the end of a log, in one piece. A log that cannot be read is said, not fatal."""
    if not tail:
        return
    parts = ("containers", replica.id, "logs")
    try:
        text, cut = await client.lines(
            *parts, tty=replica.tty, stdout=True, stderr=True, timestamps=True, tail=tail
        )
    except Rejected as error:
        await context.emit(f"{replica.name}: its log could not be read: {error}")
        return
    await context.emit(f"{replica.name}: last {tail} lines{', cut at 1 MB' if cut else ''}")
    if text:
        await context.emit(text.rstrip("\n"))


async def settle(
    client: DockerClient, container: str, deadline_s: float, context: Context
) -> Replica:
    """Wait until a started container is healthy, or steady when it has no health check.

    Raises:
        Rejected: it ended, is unhealthy, or was not healthy in time.
    """
    loop = asyncio.get_running_loop()
    end, since = loop.time() + deadline_s, loop.time()
    seen: datetime | None = None
    while True:
        replica = await inspect(client, container)
        if replica is None:
            message = f"The container {container[:12]} is gone."
            raise Rejected(message, code="moved")
        if replica.started_at != seen:
            seen, since = replica.started_at, loop.time()
        verdict = _verdict(replica, loop.time() - since)
        if verdict is True:
            await context.emit(f"{replica.name}: {replica.state}")
            return replica
        if verdict is False or loop.time() >= end:
            await emit_log(client, replica, context, LAST_LINES)
            message = f"{replica.name} did not come up: {replica.state} after {deadline_s:.0f} s."
            if verdict is False:
                message = f"{replica.name} did not come up: {replica.state}."
            raise Rejected(message, code="unhealthy")
        await asyncio.sleep(POLL_S)


def _verdict(replica: Replica, age_s: float) -> bool | None:
    """Return True for up, False for failed, None for not yet known."""
    if replica.status in {"exited", "dead", "removing", "paused"} or replica.health == "unhealthy":
        return False
    if replica.status != "running":
        return None
    if replica.health is not None:
        return replica.health == "healthy" or None
    return age_s >= STEADY_S or None
