"""Restart, start, stop: every replica, in order, the planned one and no other."""

import pytest

from bot.action import Probe
from bot.errors import Rejected
from tests.integrations_docker.desk import QUICK

WEB = {"service": "web", **QUICK}
GRACE = {"service": "web", "grace_s": 1}


async def test_a_restart_makes_the_planned_calls_saves_the_logs_and_is_found_done(desk, project):
    names = project.scale(2)
    before = [project.look(name) for name in names]
    planned, result = await desk.change("restart_service", **WEB)
    assert planned.targets == (
        f"docker:{project.name}/service/web",
        *(f"docker:{project.name}/container/{name}" for name in names),
    )
    assert [call.text for call in planned.calls] == [
        f"POST /containers/{name}/restart?t=1" for name in names
    ]
    after = [project.look(name) for name in names]
    for old, new in zip(before, after, strict=True):
        assert old["Id"] == new["Id"]
        assert old["State"]["StartedAt"] < new["State"]["StartedAt"]
    assert any("ready 1" in line for line in desk.said), "the log from before is evidence"
    assert result.summary == f"Restarted {', '.join(names)}."
    assert await desk.probe("restart_service", planned, **WEB) is Probe.DONE
    again = await desk.plan("restart_service", **WEB)
    assert again == planned, "nothing that changes by itself is sealed"


async def test_a_restart_waits_for_health_and_stops_at_the_first_replica_that_stays_sick(
    desk, project
):
    check = {"test": ["CMD-SHELL", "exit 1"], "interval": 100_000_000, "retries": 1}
    project.add(number=1, healthcheck=check)
    second = project.add(number=2)
    started = project.look(second)["State"]["StartedAt"]
    planned = await desk.plan("restart_service", **WEB)
    with pytest.raises(Rejected, match="did not come up: running") as refused:
        await desk.run("restart_service", planned, **WEB)
    assert refused.value.code == "unhealthy"
    assert project.look(second)["State"]["StartedAt"] == started


async def test_a_container_that_is_not_the_planned_one_any_more_is_not_touched(desk, project):
    name = project.add()
    planned = await desk.plan("restart_service", **WEB)
    project.engine.api.remove_container(name, force=True)
    project.add()
    with pytest.raises(Rejected, match="is not there as it was planned") as refused:
        await desk.run("restart_service", planned, **WEB)
    assert refused.value.code == "moved"


async def test_a_container_that_was_renamed_meanwhile_is_not_touched(desk, project):
    name = project.add()
    planned = await desk.plan("stop", **GRACE)
    project.engine.api.rename(name, f"{name}-old")
    with pytest.raises(Rejected, match=f"is called {name}-old now"):
        await desk.run("stop", planned, **GRACE)
    assert project.names(up=True) == [f"{name}-old"]


async def test_one_off_and_foreign_containers_are_never_picked(desk, project):
    project.add()
    project.add(name=f"{project.name}-web-run-1", labels={"com.docker.compose.oneoff": "True"})
    other = {"com.docker.compose.project": "someone-else"}
    project.add(name=f"alone-{project.name}", labels=other)
    planned = await desk.plan("restart_service", **WEB)
    assert list(planned.captured["containers"]) == [f"{project.name}-web-1"]
    with pytest.raises(Rejected, match="another project"):
        await desk.plan("stop", container=f"alone-{project.name}")
    with pytest.raises(Rejected, match="no container of worker"):
        await desk.plan("restart_service", service="worker")


async def test_a_listed_container_outside_of_compose_can_be_restarted(desk, project):
    name = f"alone-{project.name}"
    project.add(name=name, compose=False)
    planned, _ = await desk.change("restart_service", container=name, **QUICK)
    assert planned.targets == (f"docker:{project.name}/container/{name}",)


async def test_stop_and_start_and_their_undo(desk, project):
    names = project.scale(2)
    stopped, _ = await desk.change("stop", **GRACE)
    assert project.names(up=False) == names
    assert await desk.probe("stop", stopped, **GRACE) is Probe.DONE
    again, result = await desk.change("stop", **GRACE)
    assert (again.calls, result.summary) == ((), "Nothing to do: it was stopped already.")
    await desk.run("stop", stopped, **GRACE)  # the same plan once more: 304, no harm
    await desk.undo("stop", stopped, **GRACE)
    assert project.names(up=True) == names
    project.engine.api.stop(names[1], timeout=1)
    started, _ = await desk.change("start", service="web")
    assert [call.text for call in started.calls] == [f"POST /containers/{names[1]}/start"]
    assert await desk.probe("start", started, service="web") is Probe.DONE
    await desk.undo("start", started, service="web")
    assert project.names(up=False) == [names[1]]
    assert await desk.probe("start", started, service="web") is Probe.NOT_DONE
