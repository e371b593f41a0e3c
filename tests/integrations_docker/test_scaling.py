"""An absolute count, refused where a second container could not live, and a way back."""

import pytest

from bot.action import Probe
from bot.errors import Invalid, Rejected
from tests.integrations_docker.desk import QUICK

WEB = {"service": "web", **QUICK}


async def test_up_makes_copies_with_the_next_numbers_and_the_undo_removes_them(desk, project):
    sick = {"test": ["CMD-SHELL", "true"], "interval": 100_000_000}
    environment = ["LOG_LEVEL=warn", "TOKEN=hidden-canary"]
    names = project.scale(
        2, environment=environment, healthcheck=sick, host={"mem_limit": 32_000_000}
    )
    given = {**WEB, "replicas": 4, "intent": "up"}
    planned, result = await desk.change("scale_service", **given)
    third, fourth = (f"{project.name}-web-{number}" for number in (3, 4))
    assert [call.text.split(" like ")[0] for call in planned.calls] == [
        f"POST /containers/create?name={third}",
        f"POST /containers/{third}/start",
        f"POST /containers/create?name={fourth}",
        f"POST /containers/{fourth}/start",
    ]
    assert "hidden-canary" not in planned.model_dump_json()
    assert result.data == {"before": 2, "replicas": 4}
    made, sample = project.look(third), project.look(names[0])
    assert made["Config"]["Env"] == sample["Config"]["Env"]
    assert made["Config"]["Cmd"] == sample["Config"]["Cmd"]
    assert made["Config"]["Image"] == "lab/app:1"
    assert made["HostConfig"]["Memory"] == 32_000_000
    assert made["State"]["Health"]["Status"] == "healthy"
    assert made["Config"]["Labels"]["com.docker.compose.container-number"] == "3"
    assert await desk.probe("scale_service", planned, **given) is Probe.DONE
    await desk.run("scale_service", planned, **given)  # once more: nothing is made twice
    assert len(project.names()) == 4
    await desk.undo("scale_service", planned, **given)
    assert project.names() == names
    assert await desk.probe("scale_service", planned, **given) is Probe.NOT_DONE


async def test_down_removes_the_highest_numbers_and_the_undo_restores_the_count(desk, project):
    names = project.scale(3)
    given = {**WEB, "replicas": 1, "intent": "down"}
    planned, _ = await desk.change("scale_service", **given)
    assert [call.text for call in planned.calls] == [
        f"POST /containers/{names[2]}/stop?t=1",
        f"DELETE /containers/{names[2]}?force=false&v=false",
        f"POST /containers/{names[1]}/stop?t=1",
        f"DELETE /containers/{names[1]}?force=false&v=false",
    ]
    assert project.names(up=True) == names[:1]
    assert await desk.probe("scale_service", planned, **given) is Probe.DONE
    await desk.run("scale_service", planned, **given)  # once more: what is gone is no surprise
    await desk.undo("scale_service", planned, **given)
    assert project.names(up=True) == names


async def test_to_nothing_keeps_the_containers_and_up_again_starts_them(desk, project):
    names = project.scale(2)
    await desk.change("scale_service", **WEB, replicas=0)
    assert project.names(up=False) == names
    planned, _ = await desk.change("scale_service", **WEB, replicas=1, intent="up")
    assert [call.text for call in planned.calls] == [f"POST /containers/{names[0]}/start"]
    assert project.names(up=True) == names[:1]


async def test_up_never_lowers_and_the_same_count_is_nothing_to_do(desk, project):
    project.scale(3)
    with pytest.raises(Rejected, match="has 3 replicas: 2 would be fewer") as refused:
        await desk.plan("scale_service", **WEB, replicas=2, intent="up")
    assert refused.value.code == "would-lower"
    with pytest.raises(Rejected, match="would be more"):
        await desk.plan("scale_service", **WEB, replicas=4, intent="down")
    with pytest.raises(Invalid, match="max_replicas"):
        await desk.plan("scale_service", **WEB, replicas=7)
    planned, result = await desk.change("scale_service", **WEB, replicas=3, intent="up")
    assert (planned.calls, result.summary) == ((), "web: 3 → 3 replicas.")


async def test_a_service_that_can_only_be_one_is_refused_with_the_reason(desk, project):
    name = project.add("web", name=f"{project.name}-my-web")
    with pytest.raises(Rejected, match=f"container_name of its own .{name}") as refused:
        await desk.plan("scale_service", **WEB, replicas=2)
    assert refused.value.code == "container-name"
    project.engine.api.remove_container(name, force=True)
    host = {"port_bindings": {8080: ("127.0.0.1", 18080)}, "network_mode": "bridge"}
    project.add("web", ports=[8080], host=host, start=False)
    with pytest.raises(Rejected, match="host port 18080") as refused:
        await desk.plan("scale_service", **WEB, replicas=2)
    assert refused.value.code == "host-port"
    with pytest.raises(Rejected, match="no container of worker to copy"):
        await desk.plan("scale_service", **{**WEB, "service": "worker"}, replicas=1)


async def test_a_copy_joins_every_network_of_its_sample_under_the_service_s_name(desk, project):
    front, back = project.network("front"), project.network("back")
    api = project.engine.api
    config = api.create_networking_config({front: api.create_endpoint_config(aliases=["web"])})
    name = project.add(host={"network_mode": front}, networking_config=config)
    api.connect_container_to_network(name, back, aliases=["web", name])
    planned, _ = await desk.change("scale_service", **WEB, replicas=2)
    second = f"{project.name}-web-2"
    assert f"POST /networks/{back}/connect of {second}" in [call.text for call in planned.calls]
    networks = project.look(second)["NetworkSettings"]["Networks"]
    assert set(networks) == {front, back}
    assert {"web"} <= set(networks[front]["Aliases"])
    assert {"web", second} <= set(networks[back]["Aliases"])
    assert name not in networks[back]["Aliases"]


async def test_a_sample_that_was_recreated_meanwhile_stops_the_scaling(desk, project):
    name = project.add()
    planned = await desk.plan("scale_service", **WEB, replicas=2)
    project.engine.api.remove_container(name, force=True)
    project.add(environment=["OTHER=1"])
    with pytest.raises(Rejected, match="is gone"):
        await desk.run("scale_service", planned, **WEB, replicas=2)
    assert project.names() == [name]
