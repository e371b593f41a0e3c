"""Tidying up what surely nobody needs: of this project, old, unused. Never a volume."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pydantic import Field

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
from integrations.docker.client import NOT_FOUND, DockerClient
from integrations.docker.params import repository
from integrations.docker.replica import PROJECT, Replica, inspect, is_aside, of_project
from integrations.docker.walk import Walk, honest_after
from integrations.docker.watching import clock
from integrations.docker.wire import Wire

OLDEST = datetime.min.replace(tzinfo=UTC)

actions: ActionSet[DockerClient] = ActionSet("docker")


class Prune(Params):
    """What ended, or was made, longer ago than this."""

    older_than_days: int = Field(default=7, ge=1, le=365)


@actions.change(Prune, risk=Risk.DESTRUCTIVE, effect=Effect.IDEMPOTENT, timeout_s=900)
async def prune_safe(
    client: DockerClient, _params: Prune, planned: Planned, context: Context
) -> Result:
    """Remove this project's old stopped containers and dangling images; volumes never."""
    containers = tuple(each for each in planned.calls if "/containers/" in each.text)
    await Walk(client, planned.model_copy(update={"calls": containers}), context).go()
    for made, call in enumerate(planned.calls[len(containers) :], len(containers)):
        await context.emit(call.text)
        said = f"{made} of {len(planned.calls)} calls were made"
        with honest_after(partial(bool, made), partial(str, said)):
            await _remove_image(client, call)
    names, gone = list(planned.captured["containers"]), planned.captured["images"]
    said = f"Removed {len(names)} stopped containers and {len(gone)} dangling images."
    return Result(summary=said, data={"containers": names, "images": gone})


async def _remove_image(client: DockerClient, call: Call) -> None:
    try:
        await client.send(Wire.of(call))
    except Rejected as error:
        if error.code != str(NOT_FOUND):
            raise


@prune_safe.plan
async def plan_prune(client: DockerClient, params: Prune, _context: Context) -> Planned:
    """Take each by name: no call that removes whatever it finds."""
    before = await clock(client) - timedelta(days=params.older_than_days)
    old = [each for each in await of_project(client) if _is_over(each, before)]
    dangling = await _dangling(client, before)
    calls: list[Call] = []
    for each in old:
        wire = Wire.to("DELETE", "containers", each.name, force=False, v=False)
        calls.append(wire.call(client.settings.target("container", each.name)))
    for image in dangling:
        wire = Wire.to("DELETE", "images", image["Id"], force=False, noprune=True)
        calls.append(wire.call(client.settings.target("image", image["Id"])))
    diffs = [Diff(subject=each.name, current=each.state, new="removed") for each in old]
    diffs += [
        Diff(subject=each["Id"][:19], current=f"{each['Size']} bytes, no tag", new="removed")
        for each in dangling
    ]
    return Planned(
        targets=tuple(call.target for call in calls),
        calls=tuple(calls),
        diffs=tuple(diffs),
        captured={
            "containers": {each.name: each.id for each in old},
            "images": [each["Id"] for each in dangling],
        },
    )


@prune_safe.probe
async def probe_prune(
    client: DockerClient, _params: Prune, planned: Planned, _context: Context
) -> Probe:
    """Look what is left."""
    ids = planned.captured["containers"].values()
    left: list[Any] = [each for each in ids if await inspect(client, each) is not None]
    left += [
        each for each in planned.captured["images"] if await client.find("images", each, "json")
    ]
    if not left:
        return Probe.DONE
    return Probe.NOT_DONE if len(left) == len(planned.calls) else Probe.UNKNOWN


def _is_over(replica: Replica, before: datetime) -> bool:
    """Whether it ended (or was made and never ran) before then. What was kept is not ours to take.

    Nor is what an operator lists by name outside of Compose: that may be stopped for a reason.
    """
    if replica.up or is_aside(replica.name) or PROJECT not in replica.labels:
        return False
    finished = datetime.fromisoformat(replica.raw["State"]["FinishedAt"])
    made = datetime.fromisoformat(replica.raw["Created"])
    return max(finished if finished > OLDEST else made, made) < before


async def _dangling(client: DockerClient, before: datetime) -> list[dict[str, Any]]:
    """Return the untagged images of this project's repositories that no container uses."""
    listed = await client.get("images", "json", filters='{"dangling":["true"]}')
    used = {each["ImageID"] for each in await client.get("containers", "json", all=True)}
    found = []
    for each in listed:
        image = await client.find("images", each["Id"], "json")
        if image and each["Id"] not in used and _is_ours(client, image) and _age(image) < before:
            found.append(image)
    return found


def _is_ours(client: DockerClient, image: dict[str, Any]) -> bool:
    labels = (image.get("Config") or {}).get("Labels") or {}
    names = {repository(name) for name in image.get("RepoDigests") or ()}
    ours = bool(client.settings.project) and labels.get(PROJECT) == client.settings.project
    return ours or bool(names & set(client.settings.images))


def _age(image: dict[str, Any]) -> datetime:
    tagged = (image.get("Metadata") or {}).get("LastTagTime") or image["Created"]
    return max(datetime.fromisoformat(image["Created"]), datetime.fromisoformat(tagged))
