"""Images by exact digest against a real registry, and tidying up that takes nothing else."""

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.action import Probe
from bot.errors import Rejected
from integrations.docker import pruning
from tests.integrations_docker.desk import QUICK
from tests.support.docker_engine import need


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's registry on loopback; return host:port."""
    program = shutil.which("docker-registry")
    need(program, "docker-registry (apt-get install docker-registry)")
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}\n"
        f"http:\n  addr: 127.0.0.1:{port}\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", config], stdout=log, stderr=log)  # noqa: S603 - Debian's
    _await(f"http://127.0.0.1:{port}/v2/")
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def _await(url: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own registry
                return
        except OSError:
            time.sleep(0.05)


def push(engine, reference: str, version: str) -> str:
    """Make an image, push it, forget it; return its id."""
    made = engine.make_image(reference, version)
    repository, _, tag = reference.rpartition(":")
    for record in engine.api.push(repository, tag, stream=True, decode=True):
        assert "error" not in record
    engine.api.remove_image(reference)
    return made


async def test_a_pull_takes_the_digest_that_was_approved_even_when_the_tag_moves(
    desk, project, registry
):
    name, engine = f"{registry}/lab/app", project.engine
    object.__setattr__(desk.client.settings, "images", (name,))
    reference = f"{name}:stable"
    first = push(engine, reference, "10")
    planned = await desk.plan("image_pull", image=reference)
    assert planned.diffs[0].current == "absent"
    digest = planned.diffs[0].new
    assert [call.text for call in planned.calls] == [
        f"POST /images/create?fromImage={registry}/lab/app&tag={digest}",
        f"POST /images/{registry}/lab/app@{digest}/tag?repo={registry}/lab/app&tag=stable",
    ]
    second = push(engine, reference, "11")  # the registry moves on after the approval
    result = await desk.run("image_pull", planned, image=reference)
    assert result.data["id"] == engine.api.inspect_image(reference)["Id"] == first
    assert await desk.probe("image_pull", planned, image=reference) is Probe.DONE
    newer, _ = await desk.change("image_pull", image=reference)
    assert newer.diffs[0].current == digest
    assert engine.api.inspect_image(reference)["Id"] == second
    assert (await desk.plan("image_pull", image=reference)).calls == ()
    await desk.undo("image_pull", newer, image=reference)
    assert engine.api.inspect_image(reference)["Id"] == first
    with pytest.raises(Rejected):
        await desk.plan("image_pull", image=f"{name}:nowhere")
    for each in (first, second):
        engine.api.remove_image(each, force=True)


async def test_a_tag_is_given_by_id_and_given_back(desk, project):
    api = project.engine.api
    one, two = (api.inspect_image(f"lab/app:{number}")["Id"] for number in (1, 2))
    given = {"source": "lab/app:2", "target": "lab/app:current"}
    planned, _ = await desk.change("image_tag", **given)
    assert planned.diffs[0].model_dump() == {
        "subject": "lab/app:current",
        "current": "absent",
        "new": two,
    }
    assert await desk.probe("image_tag", planned, **given) is Probe.DONE
    back, _ = await desk.change("image_tag", source=one, target="lab/app:current")
    await desk.undo("image_tag", back, source=one, target="lab/app:current")
    assert api.inspect_image("lab/app:current")["Id"] == two
    api.tag("lab/busybox:1", "lab/app", "current")
    with pytest.raises(Rejected, match="not for what was planned"):
        await desk.run("image_tag", planned, **given)
    api.tag("lab/app:2", "lab/app", "current")
    await desk.undo("image_tag", planned, **given)
    assert not api.images("lab/app:current")
    with pytest.raises(Rejected, match="not on this engine"):
        await desk.plan("image_tag", source="lab/app:77", target="lab/app:current")


async def test_images_lists_tags_digests_and_who_runs_them(desk, project):
    name = project.add()
    found = (await desk.read("images")).data["images"]
    tags = {tag: row for row in found for tag in row["tags"]}
    assert tags["lab/app:1"]["used_by"] == [name]
    assert "lab/app:2" in tags
    assert "lab/busybox:1" not in tags, "not this system's"


@pytest.fixture
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine's clock, as it is asked by prune_safe, be ten days ahead."""
    clock = pruning.clock

    async def later(client):
        return await clock(client) + timedelta(days=10)

    monkeypatch.setattr(pruning, "clock", later)


@dataclass
class Leftovers:
    """What a project leaves behind in a year."""

    running: str
    stopped: str
    foreign: str
    one_off: str
    volume: str
    ours: str  # dangling images
    theirs: str


@pytest.fixture
def leftovers(project) -> Iterator[Leftovers]:
    engine, api = project.engine, project.engine.api
    running, stopped = project.add(number=1), project.add(number=2, volumes=["/data"])
    foreign = project.add(name=f"{project.name}-foreign", compose=False)
    one_off = project.add(name=f"{project.name}-run", labels={"com.docker.compose.oneoff": "True"})
    for name in (stopped, foreign, one_off):
        api.stop(name, timeout=1)
    volume = project.look(stopped)["Mounts"][0]["Name"]
    label = {"com.docker.compose.project": project.name}
    ours = engine.make_image("lab/app:dangling", "20", **label)
    theirs = engine.make_image("lab/app:dangling2", "21")
    for each in ("lab/app:dangling", "lab/app:dangling2"):
        api.tag("lab/app:1", *each.split(":"), force=True)
        api.remove_image(each)
    yield Leftovers(running, stopped, foreign, one_off, volume, ours, theirs)
    api.remove_image(theirs)


@pytest.mark.usefixtures("_later")
async def test_pruning_takes_this_project_s_old_leftovers_one_by_one_and_no_volume(
    desk, project, leftovers
):
    api = project.engine.api
    await desk.change("recreate_service", service="web", env={"LOG_LEVEL": "x"}, **QUICK)
    api.stop(leftovers.stopped, timeout=1)
    planned, result = await desk.change("prune_safe", older_than_days=7)
    left = project.names()
    assert [call.text for call in planned.calls] == [
        f"DELETE /containers/{leftovers.stopped}?force=false&v=false",
        f"DELETE /images/{leftovers.ours}?force=false&noprune=true",
    ]
    assert leftovers.stopped not in left
    assert {leftovers.running, leftovers.one_off} <= set(left)
    assert any(".signalbox-kept-" in name for name in left)
    assert project.look(leftovers.foreign)
    assert api.inspect_volume(leftovers.volume)
    assert api.inspect_image(leftovers.theirs)
    assert result.summary == "Removed 1 stopped containers and 1 dangling images."
    assert await desk.probe("prune_safe", planned) is Probe.DONE
    await desk.run("prune_safe", planned)  # once more: what is gone is gone


async def test_what_is_young_is_left_alone(desk, project):
    project.add(start=False)
    assert (await desk.plan("prune_safe", older_than_days=1)).calls == ()
