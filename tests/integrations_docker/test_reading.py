"""What is shown of containers: enough at 3 a.m., and never a value that may be secret."""

import asyncio
import json

import pytest
from pydantic import ValidationError

from bot.errors import ConfigError, Invalid, Rejected
from integrations.docker import integration
from tests.integrations_docker.desk import ACTIONS
from tests.support.docker_engine import COMMAND

NOISY = 'echo one; echo "ERROR: two" >&2; echo three; ' + COMMAND[2]
CANARY = "hidden-canary"


async def test_list_shows_the_project_s_containers_and_no_others(desk, project):
    project.scale(2)
    project.add("secret-service")
    stopped = project.add("worker", start=False)
    project.add(name=f"{project.name}-other", compose=False)
    result = await desk.read("list")
    rows = {row["name"]: row for row in result.data["containers"]}
    assert sorted(rows) == [f"{project.name}-web-1", f"{project.name}-web-2", stopped]
    assert rows[stopped]["state"] == "created"
    assert result.summary == "2 of 3 containers are up."
    assert (await desk.read("list", service="web")).data["up"] == 2


async def test_inspect_shows_names_of_settings_and_no_values(desk, project):
    project.add(
        environment=[f"TOKEN={CANARY}", "LOG_LEVEL=warn"],
        labels={"traefik.auth": CANARY},
        command=["sleep", "1000"],
        host={"mem_limit": 64_000_000, "restart_policy": {"Name": "unless-stopped"}},
    )
    result = await desk.read("inspect", service="web")
    (found,) = result.data["containers"]
    assert found["environment"] == ["APP_VERSION", "LOG_LEVEL", "PATH", "TOKEN"]
    assert "traefik.auth" in found["labels"]
    assert (found["memory_limit"], found["restart_policy"]) == (64_000_000, "unless-stopped")
    assert found["program"] == "sleep"
    assert CANARY not in json.dumps(result.data) + "".join(desk.said)


async def test_health_is_the_worst_of_all_and_no_check_is_unknown(desk, project):
    well = {"test": ["CMD-SHELL", "true"], "interval": 100_000_000}
    project.add(number=1, healthcheck=well)
    await _until(project, "healthy")
    assert (await desk.read("health", service="web")).data["verdict"] == "healthy"
    await desk.read("health", service="web", require="healthy", replicas=1)
    with pytest.raises(Rejected, match="1 replicas are up, 2 are required"):
        await desk.read("health", service="web", replicas=2)
    project.add(number=2)
    assert (await desk.read("health", service="web")).data["verdict"] == "unknown"
    await desk.read("health", service="web", require="running")
    with pytest.raises(Rejected, match=f"{project.name}-web-2 is unknown"):
        await desk.read("health", service="web", require="healthy")
    project.engine.api.stop(f"{project.name}-web-2", timeout=1)
    with pytest.raises(Rejected, match="web-2 is down"):
        await desk.read("health", service="web", require="running")
    with pytest.raises(Rejected, match="no container of worker"):
        await desk.read("health", service="worker")


async def _until(project, health: str) -> None:
    for _ in range(100):
        if project.look(f"{project.name}-web-1")["State"]["Health"]["Status"] == health:
            return
        await asyncio.sleep(0.05)


async def test_logs_come_from_every_replica_and_both_streams(desk, project):
    names = project.scale(2, command=["sh", "-c", NOISY])
    project.add("worker", command=["sh", "-c", NOISY], tty=True)
    await asyncio.sleep(0.3)
    result = await desk.read("logs", service="web", tail=10, since="1h")
    said = "\n".join(desk.said)
    for name in names:
        assert [line.split(" ", 3)[3] for line in said.splitlines() if line.startswith(name)]
    assert said.count("ERROR: two") == 2
    assert result.data == {"lines": dict.fromkeys(names, 4), "errors": 2, "cut": False}
    desk.said.clear()
    await desk.read("logs", service="web", errors=True)
    assert [line.split(" ", 3)[3] for line in "\n".join(desk.said).splitlines()] == [
        "ERROR: two"
    ] * 2
    desk.said.clear()
    assert (await desk.read("logs", service="worker", tail=2)).data["errors"] == 0
    assert "three" in desk.said[0]


async def test_a_log_is_cut_at_a_megabyte_and_says_so(desk, project):
    line = "x" * 999
    project.add(
        command=["sh", "-c", f"i=0; while [ $i -lt 1500 ]; do echo {line}; i=$((i+1)); done"]
    )
    await asyncio.sleep(0.7)
    result = await desk.read("logs", service="web", tail=2000)
    assert result.data["cut"]
    assert "cut at 1 MB" in desk.said[-1]


async def test_stats_and_top_look_at_every_running_replica_once(desk, project):
    busy = ["sh", "-c", "while :; do :; done"]
    project.add(number=1, command=busy, host={"mem_limit": 64_000_000})
    project.add(number=2, start=False)
    result = await desk.read("stats", service="web")
    (row,) = result.data["stats"]
    assert row["cpu_percent"] > 10
    assert 0 < row["memory_percent"] < 100
    assert result.data["missing"] == 1
    found = await desk.read("top", service="web")
    (processes,) = found.data["processes"].values()
    assert processes[0]["COMMAND"] == "sh"
    assert "while" not in json.dumps(found.data), "arguments may be secret"


async def test_disk_and_events(desk, project):
    name = project.add()
    project.engine.api.kill(name)
    await asyncio.sleep(0.2)
    disk = await desk.read("system_df")
    assert disk.data["images"]["count"] >= 3
    found = await desk.read("events", since="10m")
    kinds = [each["event"] for each in found.data["events"] if each["name"] == name]
    assert {"create", "start", "kill", "die"} <= set(kinds)
    assert "exit code 137" in "\n".join(desk.said)
    assert (await desk.read("events", limit=1)).data["events"][0]["name"] == name


@pytest.mark.parametrize(
    "name",
    [
        *("-web", "--help", "web;reboot", "web$(id)", "web`id`", "../web", "web/../x", "web\n"),
        *("web\0", "web\nworker", "a" * 10_000, "", " web", "wéb", "web?all=1", "web#x", "web%2f"),
        *(5, None, ["web"], True),
    ],
)
@pytest.mark.parametrize(
    "action", ["restart_service", "logs", "scale_service", "recreate_service", "health"]
)
def test_names_that_are_more_than_names_are_refused(action, name):
    given = {"service": name}
    given |= {"scale_service": {"replicas": 1}, "recreate_service": {"env": {"A": "1"}}}.get(
        action, {}
    )
    with pytest.raises(ValidationError):
        ACTIONS[f"docker.{action}"].params.model_validate(given)


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("logs", {"service": "web", "tail": 2001}),
        ("logs", {"service": "web", "tail": 0}),
        ("logs", {"service": "web", "follow": True}),
        ("logs", {"service": "web", "since": "-1h"}),
        ("logs", {"service": "web", "since": "1 day ago"}),
        ("logs", {"service": "web", "container": "alone"}),
        ("logs", {}),
        ("scale_service", {"service": "web", "replicas": -1}),
        ("scale_service", {"service": "web", "replicas": 10**9}),
        ("scale_service", {"service": "web", "replicas": 2, "intent": "sideways"}),
        ("recreate_service", {"service": "web", "env": {}}),
        ("recreate_service", {"service": "web", "env": {"A=B": "1"}}),
        ("recreate_service", {"service": "web", "env": {"A": "1\nB=2"}}),
        ("recreate_service", {"service": "web", "env": {"A": "1\x00"}}),
        ("rollback_image", {"service": "web", "image": "app"}),
        ("rollback_image", {"service": "web", "image": "--app:1"}),
        ("rollback_image", {"service": "web", "image": "../app:1"}),
        ("rollback_image", {"service": "web", "image": "sha256:abc"}),
        ("image_pull", {"image": "lab/app"}),
        ("image_pull", {"image": "http://evil/app:1"}),
        ("image_tag", {"source": "lab/app:1", "target": "lab/app:2;x"}),
        ("prune_safe", {"older_than_days": 0}),
    ],
)
def test_parameters_out_of_range_or_unknown_are_refused(action, given):
    with pytest.raises(ValidationError):
        ACTIONS[f"docker.{action}"].params.model_validate(given)


async def test_what_the_system_does_not_list_is_refused(desk):
    for given in ({"service": "database"}, {"container": "someone-elses"}):
        with pytest.raises(Invalid, match="is not one of this system's"):
            await desk.plan("restart_service", **given)
    with pytest.raises(Invalid, match="lab/other"):
        await desk.plan("image_pull", image="lab/other:1")


def test_a_wrong_docker_block_is_named():
    with pytest.raises(ConfigError, match=r"docker.host"):
        integration.connect({"id": "demo", "docker": {"host": "http://docker"}})
    with pytest.raises(ConfigError, match=r"docker.servces"):
        integration.connect({"id": "demo", "docker": {"servces": ["web"]}})


async def test_the_doctor_says_which_engine_answers(desk):
    assert (await integration.check(desk.client)).startswith("Docker ")
