"""The bot is killed in mid-step, or the engine is: what is said afterwards is the truth."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.action import Planned, Probe
from bot.errors import OutcomeUnknown, Rejected, Unavailable
from integrations.docker import integration
from tests.integrations_docker.desk import QUICK, Desk, Project, until
from tests.integrations_docker.proxy import RecordingProxy
from tests.support.docker_engine import running_engine

ROOT = Path(__file__).parents[2]
WEB = {"service": "web", **QUICK}
RECREATE = {**WEB, "env": {"LOG_LEVEL": "debug"}}
SCALE = {**WEB, "replicas": 3}


def nth(operation: str, number: int, trick: str):
    """Return a trick for the n-th request that has `operation` in its line."""
    seen = []

    def play(line: str) -> str | None:
        if operation in line and not line.startswith("GET"):
            seen.append(line)
            return trick if len(seen) == number else None
        return None

    return play


async def killed(desk: Desk, name: str, given: dict) -> Planned:
    """Run an action in a process of its own and kill it where the proxy's trick holds it."""
    told = json.dumps([desk.system, name, given, desk.step_key])
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integrations_docker.child", told),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    begun_at, planned = json.loads(await child.stdout.readline())
    assert await asyncio.to_thread(desk.proxy.held.wait, 20)
    child.kill()
    await child.wait()
    desk.proxy.trick = lambda _line: None
    desk.proxy.release.set()
    desk.proxy.seen.clear()
    desk.begun_at = datetime.fromisoformat(begun_at)
    return Planned.model_validate(planned)


async def probe_soon(desk: Desk, name: str, planned: Planned, given: dict) -> Probe:
    """Let the engine finish what it was sent."""
    await asyncio.sleep(0.5)
    return await desk.probe(name, planned, **given)


@pytest.mark.parametrize(
    ("number", "trick", "verdict"),
    [
        (1, "hold", Probe.NOT_DONE),
        (1, "forward", Probe.UNKNOWN),
        (2, "hold", Probe.UNKNOWN),
        (2, "forward", Probe.DONE),
    ],
)
async def test_a_restart_killed_between_begin_and_done(desk, project, number, trick, verdict):
    project.scale(2)
    desk.proxy.trick = nth("/restart", number, trick)
    planned = await killed(desk, "restart_service", WEB)
    assert await probe_soon(desk, "restart_service", planned, WEB) is verdict


async def test_a_restart_whose_process_takes_its_time_to_end_is_not_called_not_done(desk, project):
    """The engine has the request, and nothing has restarted yet: a second one would be wrong."""
    project.add(command=["sh", "-c", 'trap "" TERM; while :; do sleep 1; done'])
    desk.proxy.trick = nth("/restart", 1, "forward")
    given = {**WEB, "grace_s": 3}
    planned = await killed(desk, "restart_service", given)
    assert await desk.probe("restart_service", planned, **given) is Probe.UNKNOWN


async def test_a_container_that_restarts_by_itself_is_not_taken_for_our_restart(desk, project):
    crashing = ["sh", "-c", "sleep 0.3; exit 3"]
    name = project.add(command=crashing, host={"restart_policy": {"Name": "always"}})
    given = {**WEB, "health_deadline_s": 1}
    planned = await desk.plan("restart_service", **given)
    desk.proxy.seen.clear()
    count = project.look(name)["RestartCount"]
    await until(lambda: project.look(name)["RestartCount"] >= count + 2)
    assert await desk.probe("restart_service", planned, **given) is not Probe.DONE


@pytest.mark.parametrize(
    ("operation", "number", "trick", "verdict"),
    [
        ("/create", 1, "hold", Probe.NOT_DONE),
        ("/create", 1, "forward", Probe.UNKNOWN),
        ("/stop", 1, "forward", Probe.UNKNOWN),
        ("/rename", 2, "hold", Probe.UNKNOWN),
        ("/rename", 2, "forward", Probe.DONE),
    ],
)
async def test_a_recreation_killed_anywhere_is_told_apart_finished_and_undone(
    desk, project, operation, number, trick, verdict
):
    name = project.add(environment=["LOG_LEVEL=warn"])
    first = project.look(name)["Id"]
    desk.proxy.trick = nth(operation, number, trick)
    planned = await killed(desk, "recreate_service", RECREATE)
    assert await probe_soon(desk, "recreate_service", planned, RECREATE) is verdict
    begun_at = desk.begun_at
    if number == 2:  # taken up again by the same plan
        await desk.run("recreate_service", planned, **RECREATE)
        assert "LOG_LEVEL=debug" in project.look(name)["Config"]["Env"]
    desk.begun_at = begun_at
    await desk.undo("recreate_service", planned, **RECREATE)
    assert project.look(name)["Id"] == first
    assert project.names(up=True) == [name]
    assert project.names() == [name]


async def test_a_scaling_killed_in_the_middle_is_finished_by_the_same_plan(desk, project):
    project.add()
    desk.proxy.trick = nth("/start", 1, "hold")
    planned = await killed(desk, "scale_service", SCALE)
    assert await desk.probe("scale_service", planned, **SCALE) is Probe.UNKNOWN
    await desk.run("scale_service", planned, **SCALE)
    assert len(project.names(up=True)) == 3
    await desk.undo("scale_service", planned, **SCALE)
    assert project.names() == [f"{project.name}-web-1"]


async def test_an_engine_that_hangs_up_after_a_change_left_gives_outcome_unknown(desk, project):
    project.add()
    planned = await desk.plan("restart_service", **WEB)
    desk.proxy.trick = nth("/restart", 1, "cut")
    with pytest.raises(OutcomeUnknown, match="It may have been done"):
        await desk.run("restart_service", planned, **WEB)
    desk.proxy.trick = lambda line: "refuse" if line.startswith("GET") else None
    with pytest.raises(Unavailable, match="does not answer"):
        await desk.run("restart_service", planned, **WEB)


@pytest.fixture
def dying() -> Iterator[Project]:
    """A project on an engine of its own, which may be killed."""
    with running_engine() as engine:
        engine.make_image("lab/app:1", "1")
        yield Project(engine, "dying")


async def test_an_engine_that_ends_in_mid_step_is_unknown_then_unavailable(dying):
    """Its power goes while it waits for a process to end."""
    dying.add(command=["sh", "-c", 'trap "" TERM; while :; do sleep 1; done'])
    proxy = RecordingProxy(dying.engine.folder / "p.sock", dying.engine.socket)
    system = {"docker": {"host": proxy.host, "project": "dying", "services": ["web"]}}
    desk = Desk(integration.connect(system), system, proxy, dying)
    given = {**WEB, "grace_s": 10}
    planned = await desk.plan("restart_service", **given)

    async def pull_the_plug() -> None:
        await until(lambda: any("/restart" in line for line in proxy.seen))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(dying.engine.kill)

    plug, began = asyncio.create_task(pull_the_plug()), time.monotonic()
    with pytest.raises(OutcomeUnknown, match="stopped answering"):
        await desk.run("restart_service", planned, **given)
    await plug
    assert time.monotonic() - began < 5
    with pytest.raises(Unavailable):
        await desk.run("restart_service", planned, **given)
    with pytest.raises(Unavailable):
        await integration.check(desk.client)
    await integration.close(desk.client)
    proxy.close()


async def test_an_engine_that_is_not_there_is_unavailable(tmp_path):
    for host in (f"unix://{tmp_path}/no.sock", "tcp://127.0.0.1:1"):
        client = integration.connect({"docker": {"host": host}})
        with pytest.raises(Unavailable, match="does not answer"):
            await integration.check(client)


async def test_a_restart_that_was_answered_is_never_called_nothing(desk, project):
    """The engine goes after the last call: trying again would restart a second time."""
    project.add()
    planned = await desk.plan("restart_service", **WEB)
    seen = []

    def play(line: str) -> str | None:
        seen.append(line)
        return "refuse" if any("/restart" in each for each in seen[:-1]) else None

    desk.proxy.trick = play
    with pytest.raises(OutcomeUnknown, match="1 of 1 calls were made"):
        await desk.run("restart_service", planned, **WEB)


async def test_what_was_done_before_the_engine_went_is_not_called_nothing(desk, project):
    project.scale(2)
    planned = await desk.plan("stop", service="web", grace_s=1)
    seen = []

    def play(line: str) -> str | None:
        seen.append(line)
        return "refuse" if any("/stop" in each for each in seen[:-1]) else None

    desk.proxy.trick = play
    with pytest.raises(OutcomeUnknown, match="1 of 2 calls were made"):
        await desk.run("stop", planned, service="web", grace_s=1)
    desk.proxy.trick = lambda _line: None
    assert await desk.probe("stop", planned, service="web", grace_s=1) is Probe.UNKNOWN


async def test_a_name_that_is_taken_is_a_clear_no(desk, project):
    project.add()
    planned = await desk.plan("scale_service", **WEB, replicas=2)
    project.add(name=f"{project.name}-web-2", compose=False)
    with pytest.raises(Rejected, match=r"409.*already in use") as refused:
        await desk.run("scale_service", planned, **WEB, replicas=2)
    assert refused.value.code == "409"
