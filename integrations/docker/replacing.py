"""Other settings or another image: each replica gives its place to a new container.

The old one is put aside under `<name>.signalbox-kept-<id>`, stopped, until `docker.remove_kept`:
going back is renaming it back, so no setting of it has to be remembered anywhere.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from bot.action import ActionSet, Context, Diff, Effect, Planned, Probe, Result, Risk
from bot.errors import Invalid, Rejected
from integrations.docker import putting_back, succession
from integrations.docker.blueprint import env_of
from integrations.docker.client import DockerClient
from integrations.docker.params import (
    EnvName,
    EnvValue,
    ImageId,
    Reference,
    Replicated,
    repository,
)
from integrations.docker.replica import Replica, replicas_of
from integrations.docker.running import LONG_S
from integrations.docker.secret_names import fill

HIDDEN = "set, hidden"

actions: ActionSet[DockerClient] = ActionSet("docker")


class Replace(Replicated):
    """`order`: `start_first` has the old and the new side by side for a moment.

    `auto` does so unless they would fight over a host port, the host's network, an address or a
    mount that both can write to.
    """

    order: Literal["auto", "start_first", "stop_first"] = "auto"


class Recreate(Replace):
    """`env` changes settings; null takes one away; `${NAME}` in a value is a secret."""

    env: dict[EnvName, EnvValue | None] = Field(min_length=1, max_length=50)


class Rollback(Replace):
    """`image`: an id that a plan captured, or a reference with a tag or a digest."""

    image: ImageId | Reference


@actions.change(Recreate, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=LONG_S)
async def recreate_service(
    client: DockerClient, params: Recreate, planned: Planned, context: Context
) -> Result:
    """Recreate a service with changed environment settings, one replica after the other.

    Every replica is started, one that was down too: that may be what the change is for.
    """
    env = {
        name: None if value is None else fill(value, context.secrets)
        for name, value in params.env.items()
    }
    await succession.walk(client, params, planned, context, env).go()
    if not planned.calls:
        return Result(summary=f"{params.service}: these settings are set already.")
    names = ", ".join(params.env)
    said = f"{params.service}: recreated with {names}. The Compose file does not know it yet."
    return Result(summary=said, data=_outcome(planned))


@recreate_service.plan
async def plan_recreate(client: DockerClient, params: Recreate, context: Context) -> Planned:
    """Take the replicas whose settings differ."""
    wanted = {
        name: None if value is None else fill(value, context.secrets)
        for name, value in params.env.items()
    }
    replicas = await _all_of(client, params.service)
    changing = [each for each in replicas if _differs(each, wanted)]
    planned = await succession.plan(client, params, changing, {"env": wanted})
    harmless = client.settings.harmless_env
    diffs = [diff for each in changing for diff in _env_diffs(each, params.env, wanted, harmless)]
    return planned.model_copy(update={"diffs": tuple(diffs)})


@recreate_service.probe
async def probe_recreate(
    client: DockerClient, _params: Recreate, planned: Planned, _context: Context
) -> Probe:
    """Look who is in each place."""
    return await putting_back.probe(client, planned)


@recreate_service.undo
async def undo_recreate(
    client: DockerClient, params: Recreate, planned: Planned, context: Context
) -> Result:
    """Put the old containers back."""
    return await putting_back.undo(client, params, planned, context)


@actions.change(Rollback, risk=Risk.HIGH, effect=Effect.PROBE, timeout_s=LONG_S)
async def rollback_image(
    client: DockerClient, params: Rollback, planned: Planned, context: Context
) -> Result:
    """Recreate a service from an image that is on the engine, one replica after the other."""
    await succession.walk(client, params, planned, context, {}).go()
    image = planned.captured["image"]
    if not planned.calls:
        return Result(summary=f"{params.service} runs {image[:19]} already.")
    return Result(summary=f"{params.service} runs {image[:19]} now.", data=_outcome(planned))


@rollback_image.plan
async def plan_rollback(client: DockerClient, params: Rollback, _context: Context) -> Planned:
    """Take the replicas that run another image."""
    replicas = await _all_of(client, params.service)
    image = await client.find("images", params.image, "json")
    if image is None:
        message = f"{params.image} is not on this engine. Pull it first (docker.image_pull)."
        raise Rejected(message, code="absent")
    await _same_repository(client, replicas, image)
    changing = [each for each in replicas if each.image != image["Id"]]
    use = params.image if params.image in (image.get("RepoTags") or ()) else image["Id"]
    planned = await succession.plan(client, params, changing, {"use": use, "image": image["Id"]})
    diffs = [
        Diff(subject=f"{each.name} image", current=each.image, new=image["Id"]) for each in changing
    ]
    return planned.model_copy(update={"diffs": tuple(diffs)})


@rollback_image.probe
async def probe_rollback(
    client: DockerClient, _params: Rollback, planned: Planned, _context: Context
) -> Probe:
    """Look who is in each place."""
    return await putting_back.probe(client, planned)


@rollback_image.undo
async def undo_rollback(
    client: DockerClient, params: Rollback, planned: Planned, context: Context
) -> Result:
    """Put the old containers back."""
    return await putting_back.undo(client, params, planned, context)


async def _all_of(client: DockerClient, service: str) -> list[Replica]:
    replicas = await replicas_of(client, service)
    if not replicas:
        message = f"{client.settings.project} has no container of {service}."
        raise Rejected(message, code="absent")
    return replicas


async def _same_repository(
    client: DockerClient, replicas: list[Replica], image: Mapping[str, Any]
) -> None:
    """Refuse the image of something else; one without any name was asked for by its id."""
    known = set(client.settings.images)
    for each in {replica.image for replica in replicas}:
        known |= _repositories(await client.find("images", each, "json") or {})
    found = _repositories(image)
    if found and not found & known:
        message = f"{image['Id'][:19]} is {min(found)}, not an image of this service."
        raise Invalid(message, field="image")


def _repositories(image: Mapping[str, Any]) -> set[str]:
    names = [*(image.get("RepoTags") or ()), *(image.get("RepoDigests") or ())]
    return {repository(name) for name in names}


def _differs(replica: Replica, wanted: Mapping[str, str | None]) -> bool:
    present = env_of(replica)
    return any(present.get(name) != value for name, value in wanted.items())


def _env_diffs(
    replica: Replica,
    shown: Mapping[str, str | None],
    wanted: Mapping[str, str | None],
    harmless: tuple[str, ...],
) -> list[Diff]:
    """Return current -> new of each setting; values only of those declared harmless."""
    present = env_of(replica)
    diffs = []
    for name, value in wanted.items():
        if present.get(name) == value:
            continue
        plain = name in harmless and shown[name] == value  # a secret is never harmless
        current = _side(present.get(name), plain=plain)
        new = "removed" if value is None else _side(value, plain=plain)
        diffs.append(Diff(subject=f"{replica.name} {name}", current=current, new=new))
    return diffs


def _side(value: str | None, *, plain: bool) -> str:
    if value is None:
        return "not set"
    return value if plain else HIDDEN


def _outcome(planned: Planned) -> dict[str, Any]:
    captured = planned.captured
    return {"replaced": list(captured["containers"]), "kept": list(captured["kept"].values())}
