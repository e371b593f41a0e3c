"""Images: what is here, what the registry has, and names given to exact digests."""

from typing import Any

from bot.action import ActionSet, Call, Context, Diff, Effect, Params, Planned, Probe, Result, Risk
from bot.errors import Rejected
from integrations.docker.client import DockerClient
from integrations.docker.params import ImageId, Reference, Tagged, registry, repository, tag
from integrations.docker.replica import of_project
from integrations.docker.walk import honest_after
from integrations.docker.wire import Wire

ABSENT = "absent"
PULL_S = 900

actions: ActionSet[DockerClient] = ActionSet("docker")


class Images(Params):
    """All repositories that the system lists, and what its containers run."""


class Pull(Params):
    """`image` names a tag or a digest: what is not pinned is not pulled."""

    image: Reference


class Tag(Params):
    """`target` is the new name of what `source` names now."""

    source: ImageId | Reference
    target: Tagged


@actions.read(Images, timeout_s=60)
async def images(client: DockerClient, _params: Images, context: Context) -> Result:
    """List the system's images: tags, digests, age, size, and which containers run them."""
    running: dict[str, list[str]] = {}
    for replica in await of_project(client):
        running.setdefault(replica.image, []).append(replica.name)
    rows = []
    for image in await client.get("images", "json"):
        names = [*(image.get("RepoTags") or ()), *(image.get("RepoDigests") or ())]
        listed = {repository(name) for name in names} & set(client.settings.images)
        if listed or image["Id"] in running:
            rows.append(_row(image, running.get(image["Id"], [])))
    for row in rows:
        used = ", ".join(row["used_by"]) or "nothing"
        await context.emit(f"{', '.join(row['tags']) or 'no tag'}  {row['id']}  used by {used}")
    return Result(summary=f"{len(rows)} images.", data={"images": rows})


@actions.change(Pull, risk=Risk.LOW, effect=Effect.IDEMPOTENT, timeout_s=PULL_S)
async def image_pull(
    client: DockerClient, params: Pull, planned: Planned, context: Context
) -> Result:
    """Pull an image by the digest that its name had in the registry when it was planned."""
    await _unmoved(client, params.image, planned)
    made = 0
    with honest_after(lambda: made, lambda: "the image was pulled"):
        for made, call in enumerate(planned.calls):
            await context.emit(f"[{made + 1}/{len(planned.calls)}] {call.text}")
            wire = Wire.of(call)
            if wire.operation == "create":
                records = await client.pull(wire, registry(params.image))
                await context.emit(str(records[-1].get("status", "")) if records else "no answer")
            else:
                await client.send(wire)
        made = len(planned.calls)
        after = await _id_of(client, params.image)
    digest = planned.captured["digest"]
    return Result(summary=f"{params.image} is {digest} now.", data={"id": after, "digest": digest})


@image_pull.plan
async def plan_pull(client: DockerClient, params: Pull, _context: Context) -> Planned:
    """Ask the registry what is under the name, so that exactly this is pulled."""
    name = repository(params.image)
    client.settings.admit_image(name)
    found = await client.distribution(params.image, registry(params.image))
    digest = str(found["Descriptor"]["digest"])
    image = await client.find("images", params.image, "json")
    before = str(image["Id"]) if image else ""
    here = f"{name}@{digest}" in ((image or {}).get("RepoDigests") or ())
    target = client.settings.target("image", params.image)
    calls: list[Call] = []
    if not here:
        calls.append(Wire.to("POST", "images", "create", fromImage=name, tag=digest).call(target))
        if "@" not in params.image:
            named = Wire.to(
                "POST", "images", f"{name}@{digest}", "tag", repo=name, tag=tag(params.image)
            )
            calls.append(named.call(target))
    current = _digest_of(image, name) or before or ABSENT
    return Planned(
        targets=(target,),
        calls=tuple(calls),
        diffs=(Diff(subject=params.image, current=current, new=digest),),
        captured={"before": before, "digest": digest},
    )


@image_pull.probe
async def probe_pull(
    client: DockerClient, params: Pull, planned: Planned, _context: Context
) -> Probe:
    """Look whether the name stands for the digest."""
    image = await client.find("images", params.image, "json")
    digests = (image or {}).get("RepoDigests") or ()
    wanted = f"{repository(params.image)}@{planned.captured['digest']}"
    return Probe.DONE if wanted in digests else Probe.NOT_DONE


@image_pull.undo
async def undo_pull(
    client: DockerClient, params: Pull, planned: Planned, context: Context
) -> Result:
    """Give the name back to the image it stood for; what was pulled stays."""
    return await _name_back(client, params.image, planned, context)


@actions.change(Tag, risk=Risk.LOW, effect=Effect.IDEMPOTENT, timeout_s=60)
async def image_tag(
    client: DockerClient, params: Tag, planned: Planned, context: Context
) -> Result:
    """Give an image another name."""
    await _unmoved(client, params.target, planned)
    for call in planned.calls:
        await context.emit(call.text)
        await client.send(Wire.of(call))
    source = planned.captured["source"]
    return Result(summary=f"{params.target} is {source[:19]} now.", data={"id": source})


@image_tag.plan
async def plan_tag(client: DockerClient, params: Tag, _context: Context) -> Planned:
    """Resolve both names to ids."""
    name = repository(params.target)
    client.settings.admit_image(name)
    source = await _id_of(client, params.source)
    if not source:
        message = f"{params.source} is not on this engine. Pull it first (docker.image_pull)."
        raise Rejected(message, code="absent")
    before = await _id_of(client, params.target)
    target = client.settings.target("image", params.target)
    wire = Wire.to("POST", "images", source, "tag", repo=name, tag=tag(params.target))
    return Planned(
        targets=(target,),
        calls=(wire.call(target),) if before != source else (),
        diffs=(Diff(subject=params.target, current=before or ABSENT, new=source),),
        captured={"before": before, "source": source},
    )


@image_tag.probe
async def probe_tag(
    client: DockerClient, params: Tag, planned: Planned, _context: Context
) -> Probe:
    """Look what the name stands for."""
    found = await _id_of(client, params.target)
    return Probe.DONE if found == planned.captured["source"] else Probe.NOT_DONE


@image_tag.undo
async def undo_tag(client: DockerClient, params: Tag, planned: Planned, context: Context) -> Result:
    """Give the name back to what it stood for."""
    return await _name_back(client, params.target, planned, context)


async def _name_back(client: DockerClient, name: str, planned: Planned, context: Context) -> Result:
    """Name the image from before again; a name that is new goes, unless the image has no other."""
    before, now = planned.captured["before"], await client.find("images", name, "json")
    if now is None or now["Id"] == before:
        return Result(summary=f"{name} is as it was.")
    if before and "@" not in name:
        wire = Wire.to("POST", "images", before, "tag", repo=repository(name), tag=tag(name))
    elif not before and len(now.get("RepoTags") or ()) > 1:
        wire = Wire.to("DELETE", "images", name, force=False, noprune=True)
    else:
        return Result(summary=f"{name} stays: it is the only name of its image.")
    await context.emit(str(wire))
    await client.send(wire)
    return Result(summary=f"{name} is {before[:19] or ABSENT} again.")


async def _unmoved(client: DockerClient, name: str, planned: Planned) -> None:
    """Raise Rejected when a name stands for a third image by now."""
    now = await client.find("images", name, "json")
    id_now = str(now["Id"]) if now else ""
    wanted = {planned.captured["before"], planned.captured.get("source", id_now)}
    digest = f"{repository(name)}@{planned.captured.get('digest', '')}"
    if id_now in wanted or digest in ((now or {}).get("RepoDigests") or ()):
        return
    message = f"{name} stands for {id_now[:19] or 'nothing'} now, not for what was planned."
    raise Rejected(message, code="moved")


async def _id_of(client: DockerClient, name: str) -> str:
    image = await client.find("images", name, "json")
    return str(image["Id"]) if image else ""


def _digest_of(image: Any, name: str) -> str:
    digests = (image or {}).get("RepoDigests") or ()
    return next((each.partition("@")[2] for each in digests if repository(each) == name), "")


def _row(image: dict[str, Any], used_by: list[str]) -> dict[str, Any]:
    return {
        "id": image["Id"],
        "tags": image.get("RepoTags") or [],
        "digests": image.get("RepoDigests") or [],
        "created": image["Created"],
        "bytes": image["Size"],
        "used_by": used_by,
    }
