"""Other settings, another image: a successor for each replica, the old one kept to go back to."""

import pytest

from bot.action import Probe
from bot.errors import Invalid, Rejected
from tests.integrations_docker.desk import QUICK, SECRETS

WEB = {"service": "web", **QUICK}
ENV = ["LOG_LEVEL=warn", "TOKEN=hidden-canary", "OLD=1"]


def env(project, name: str) -> list[str]:
    return project.look(name)["Config"]["Env"]


async def test_settings_are_changed_one_replica_after_the_other_and_undone(desk, project):
    names = project.scale(2, environment=ENV)
    ids = {name: project.look(name)["Id"] for name in names}
    changes = {"LOG_LEVEL": "debug", "TOKEN": "${API_KEY}", "OLD": None, "APP_VERSION": "9"}
    given = {**WEB, "env": changes}
    planned, result = await desk.change("recreate_service", **given)
    name, kept = names[0], f"{names[0]}.signalbox-kept-{ids[names[0]][:12]}"
    assert [call.text.split(" like ")[0] for call in planned.calls[:5]] == [
        f"POST /containers/create?name={name}.signalbox-new",
        f"POST /containers/{name}.signalbox-new/start",
        f"POST /containers/{name}/stop?t=1",
        f"POST /containers/{name}/rename?name={kept}",
        f"POST /containers/{name}.signalbox-new/rename?name={name}",
    ]
    assert [(diff.subject, diff.current, diff.new) for diff in planned.diffs[:4]] == [
        (f"{name} LOG_LEVEL", "warn", "debug"),
        (f"{name} TOKEN", "set, hidden", "set, hidden"),
        (f"{name} OLD", "set, hidden", "removed"),
        (f"{name} APP_VERSION", "set, hidden", "set, hidden"),
    ]
    sealed = planned.model_dump_json()
    assert "hidden-canary" not in sealed
    assert SECRETS["API_KEY"] not in sealed
    assert result.data["replaced"] == names
    for each in names:
        found = env(project, each)
        assert {"LOG_LEVEL=debug", f"TOKEN={SECRETS['API_KEY']}", "APP_VERSION=9"} <= set(found)
        assert not any(one.startswith("OLD=") for one in found)
    assert await desk.probe("recreate_service", planned, **given) is Probe.DONE
    assert (await desk.plan("recreate_service", **given)).calls == ()
    await desk.undo("recreate_service", planned, **given)
    assert {each: project.look(each)["Id"] for each in names} == ids
    assert project.names() == names
    assert project.names(up=True) == names
    assert await desk.probe("recreate_service", planned, **given) is Probe.NOT_DONE


async def test_a_fixed_port_makes_the_old_one_stop_first_and_kept_ones_are_removed_later(
    desk, project
):
    name = project.add(host={"network_mode": "host", "restart_policy": {"Name": "always"}})
    first = project.look(name)["Id"]
    given = {**WEB, "env": {"LOG_LEVEL": "debug"}}
    planned, result = await desk.change("recreate_service", **given)
    kept = f"{name}.signalbox-kept-{first[:12]}"
    assert [call.text.split(" ")[1].rpartition("/")[2] for call in planned.calls] == [
        f"create?name={name}.signalbox-new",
        "stop?t=1",
        f"rename?name={kept}",
        f"rename?name={name}",
        "start",
        "update",
    ]
    assert project.look(kept)["HostConfig"]["RestartPolicy"]["Name"] == "no"
    assert project.look(name)["HostConfig"]["RestartPolicy"]["Name"] == "always"
    assert result.data["kept"] == [kept]
    await desk.undo("recreate_service", planned, **given)
    assert project.look(name)["Id"] == first
    assert project.look(name)["HostConfig"]["RestartPolicy"]["Name"] == "always"
    planned, _ = await desk.change("recreate_service", **given)
    removed, _ = await desk.change("remove_kept", service="web")
    assert [call.text for call in removed.calls] == [
        f"DELETE /containers/{kept}?force=false&v=false"
    ]
    assert project.names() == [name]
    assert await desk.probe("remove_kept", removed, service="web") is Probe.DONE
    with pytest.raises(Rejected, match="cannot be put back"):
        await desk.undo("recreate_service", planned, **given)


async def test_a_successor_that_stays_sick_leaves_the_old_one_running(desk, project):
    check = {
        "test": ["CMD-SHELL", 'test "$LOG_LEVEL" != bad'],
        "interval": 100_000_000,
        "retries": 1,
    }
    names = project.scale(2, environment=["LOG_LEVEL=warn"], healthcheck=check)
    ids = [project.look(name)["Id"] for name in names]
    given = {**WEB, "env": {"LOG_LEVEL": "bad"}}
    planned = await desk.plan("recreate_service", **given)
    with pytest.raises(Rejected, match="did not come up"):
        await desk.run("recreate_service", planned, **given)
    assert [project.look(name)["Id"] for name in names] == ids
    assert all(project.look(name)["State"]["Running"] for name in names)
    assert await desk.probe("recreate_service", planned, **given) is Probe.UNKNOWN
    with pytest.raises(Rejected, match="left from a recreation"):
        await desk.plan("recreate_service", **given)
    await desk.undo("recreate_service", planned, **given)
    assert project.names() == names
    assert await desk.probe("recreate_service", planned, **given) is Probe.NOT_DONE


async def test_an_image_is_rolled_back_by_digest_with_its_own_defaults_and_forth_again(
    desk, project
):
    name = project.add(image="lab/app:2", environment=["TOKEN=hidden-canary"])
    target = project.engine.api.inspect_image("lab/app:1")["Id"]
    now = project.look(name)["Image"]
    given = {**WEB, "image": target}
    planned, result = await desk.change("rollback_image", **given)
    assert [(diff.current, diff.new) for diff in planned.diffs] == [(now, target)]
    assert result.summary == f"web runs {target[:19]} now."
    assert project.look(name)["Image"] == target
    found = env(project, name)
    assert "APP_VERSION=1" in found, "the image's own default, not the old container's copy of it"
    assert "TOKEN=hidden-canary" in found
    assert project.look(name)["Config"]["Labels"]["version"] == "1"
    assert await desk.probe("rollback_image", planned, **given) is Probe.DONE
    await desk.undo("rollback_image", planned, **given)
    assert project.look(name)["Image"] == now
    assert "APP_VERSION=2" in env(project, name)


async def test_another_service_s_image_or_one_that_is_not_here_is_refused(desk, project):
    project.add()
    with pytest.raises(Rejected, match="is not on this engine"):
        await desk.plan("rollback_image", **WEB, image="lab/app:77")
    with pytest.raises(Invalid, match="not an image of this service"):
        await desk.plan("rollback_image", **WEB, image="lab/busybox:1")
    with pytest.raises(Invalid, match="secret OTHER is not set"):
        await desk.plan("recreate_service", **WEB, env={"TOKEN": "${OTHER}"})


async def test_a_tag_that_moved_after_the_approval_stops_the_run(desk, project):
    name = project.add(image="lab/app:1")
    api = project.engine.api
    project.engine.make_image("lab/app:moving", "3")
    given = {**WEB, "image": "lab/app:moving"}
    planned = await desk.plan("rollback_image", **given)
    project.engine.make_image("lab/app:moving", "4")
    with pytest.raises(Rejected, match="is not the planned image any more"):
        await desk.run("rollback_image", planned, **given)
    assert project.look(name)["State"]["Running"]
    assert project.names() == [name]
    api.remove_image("lab/app:moving")


async def test_a_successor_answers_to_the_same_names_in_the_same_networks(desk, project):
    front, back = project.network("front"), project.network("back")
    api = project.engine.api
    config = api.create_networking_config({front: api.create_endpoint_config(aliases=["web"])})
    name = project.add(host={"network_mode": front}, networking_config=config)
    api.connect_container_to_network(name, back, aliases=["web", name])
    given = {**WEB, "env": {"LOG_LEVEL": "debug"}}
    planned, _ = await desk.change("recreate_service", **given)
    assert f"POST /networks/{back}/connect" in planned.calls[1].text
    networks = project.look(name)["NetworkSettings"]["Networks"]
    assert set(networks) == {front, back}
    assert {"web", name} <= set(networks[back]["Aliases"])
    assert not any("signalbox" in alias for each in networks.values() for alias in each["Aliases"])


async def test_a_container_that_someone_put_in_the_place_is_not_touched_by_the_undo(desk, project):
    name = project.add()
    given = {**WEB, "env": {"LOG_LEVEL": "debug"}}
    planned, _ = await desk.change("recreate_service", **given)
    project.engine.api.remove_container(name, force=True)
    project.add()
    assert await desk.probe("recreate_service", planned, **given) is Probe.UNKNOWN
    with pytest.raises(Rejected, match="that we did not make"):
        await desk.undo("recreate_service", planned, **given)
    assert project.names(up=True) == [name]


async def test_volumes_go_with_the_successor_and_a_shared_mount_is_never_written_by_two(
    desk, project
):
    name = project.add(volumes=["/data"])
    volume = project.look(name)["Mounts"][0]["Name"]
    given = {**WEB, "env": {"LOG_LEVEL": "debug"}}
    planned, _ = await desk.change("recreate_service", **given)
    assert "/stop?" in planned.calls[1].text, "stopped first: both could write"
    assert project.look(name)["Mounts"][0]["Name"] == volume
    await desk.change("remove_kept", service="web")
    assert project.engine.api.inspect_volume(volume)["Name"] == volume
