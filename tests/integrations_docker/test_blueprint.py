"""A copy takes along what was the container's own, and leaves to the image what was the image's."""

from typing import Any

import pytest

from integrations.docker.blueprint import (
    Copy,
    body_like,
    env_of,
    fixed_ports,
    on_its_own_address,
    shape,
    writes_to_mounts,
)
from integrations.docker.params import registry, repository, tag
from integrations.docker.replica import Replica

IMAGE = {
    "Config": {
        "Env": ["PATH=/bin", "VERSION=1"],
        "Cmd": ["serve"],
        "Entrypoint": ["/app"],
        "User": "app",
        "Labels": {"version": "1"},
        "Volumes": {"/data": {}},
        "ExposedPorts": {"80/tcp": {}},
    }
}
ID = "0123456789abcdef" * 4


def replica(config: dict[str, Any] | None = None, **given: Any) -> Replica:
    raw: dict[str, Any] = {
        "Id": ID,
        "Name": "/demo-web-1",
        "Image": "sha256:1",
        "RestartCount": 0,
        "State": {"Status": "running", "StartedAt": "2026-11-20T03:00:00.123456789Z"},
        "Config": {"Image": "app:1", "Hostname": ID[:12], **IMAGE["Config"], **(config or {})},
        "HostConfig": {"NetworkMode": "demo_default", **given.get("host", {})},
        "NetworkSettings": {"Networks": given.get("networks", {"demo_default": {}})},
        "Mounts": given.get("mounts", []),
    }
    return Replica.of(raw)


def body(of: Replica, **given: Any) -> dict[str, Any]:
    return body_like(of, IMAGE, Copy("demo-web-2", "app:2", **given))


def test_the_defaults_of_the_image_are_left_to_the_next_image():
    found = body(replica({"Env": ["PATH=/bin", "VERSION=1", "OWN=1"]}))
    assert found["Env"] == ["OWN=1"]
    assert not {"Cmd", "Entrypoint", "User", "Volumes", "ExposedPorts", "Hostname"} & set(found)
    assert found["Labels"] == {}
    assert found["Image"] == "app:2"


def test_what_is_the_container_s_own_is_taken_along():
    own = {"Cmd": ["serve", "--fast"], "User": "root", "Labels": {"version": "1", "own": "x"}}
    found = body(replica({**own, "Volumes": {"/data": {}, "/more": {}}}))
    assert (found["Cmd"], found["User"]) == (["serve", "--fast"], "root")
    assert (found["Labels"], found["Volumes"]) == ({"own": "x"}, {"/more": {}})


def test_an_entrypoint_of_its_own_keeps_the_command_that_belongs_to_it():
    """Docker drops the image's command when an entrypoint is given."""
    found = body(replica({"Entrypoint": ["/other"]}))
    assert (found["Entrypoint"], found["Cmd"]) == (["/other"], ["serve"])


def test_settings_are_changed_added_and_removed():
    found = body(replica({"Env": ["A=1", "B=2"]}), env={"A": "9", "B": None, "C": "x=y"})
    assert found["Env"] == ["A=9", "B", "C=x=y"]
    assert env_of(replica({"Env": ["A=x=y", "B"]})) == {"A": "x=y"}


def test_the_shape_tells_settings_apart_but_not_their_values():
    first = body(replica({"Env": ["A=1"]}))
    assert shape(first) == shape(body(replica({"Env": ["A=2"]})))
    assert shape(first) != shape(body(replica({"Env": ["B=1"]})))
    assert shape(first) != shape(body(replica({"Env": ["A=1"]}, host={"Privileged": True})))
    assert shape(first) == shape(body(replica({"Env": ["A=1"]}), labels={"signalbox.step": "x"}))


def test_only_a_successor_gets_volumes_hostname_and_address():
    networks = {
        "demo_default": {
            "IPAMConfig": {"IPv4Address": "10.0.0.5"},
            "Aliases": ["demo-web-1", "web", ID[:12]],
        }
    }
    mounts = [
        {"Type": "volume", "Name": "v1", "Destination": "/data", "RW": True},
        {"Type": "volume", "Name": "v2", "Destination": "/bound", "RW": False},
    ]
    host = {"Binds": ["named:/bound:ro"], "Links": ["/db:/demo-web-1/store"]}
    old = replica({"Hostname": "web"}, networks=networks, mounts=mounts, host=host)
    same, copy = body(old, same=True), body(old)
    assert same["HostConfig"]["Binds"] == ["named:/bound:ro", "v1:/data"]
    assert copy["HostConfig"]["Binds"] == ["named:/bound:ro"]
    assert copy["HostConfig"]["Links"] == ["db:store"]
    assert (same["Hostname"], "Hostname" in copy) == ("web", False)
    ends = [each["NetworkingConfig"]["EndpointsConfig"]["demo_default"] for each in (same, copy)]
    assert ends[0]["IPAMConfig"] == {"IPv4Address": "10.0.0.5"}
    assert "IPAMConfig" not in ends[1]
    assert ends[1]["Aliases"] == ["demo-web-2", "web"]
    assert on_its_own_address(old)
    assert writes_to_mounts(old)


@pytest.mark.parametrize("mode", ["host", "none", "bridge", "default", "container:abc"])
def test_a_network_that_is_not_the_project_s_has_no_endpoints(mode):
    found = body(replica(host={"NetworkMode": mode}, networks={mode: {}}), same=True)
    assert found["NetworkingConfig"] == {"EndpointsConfig": {}}


def test_only_a_host_port_that_was_chosen_is_fixed():
    ports = {
        "80/tcp": [{"HostIp": "", "HostPort": ""}],
        "81/tcp": None,
        "82/tcp": [{"HostPort": "0"}],
        "83/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8083"}],
    }
    assert fixed_ports(replica(host={"PortBindings": ports})) == ["8083"]


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("app:1", ("docker.io", "app", "1")),
        ("docker.io/library/redis:7", ("docker.io", "redis", "7")),
        ("lab/app:v1.2", ("docker.io", "lab/app", "v1.2")),
        ("localhost:5000/app:1", ("localhost:5000", "localhost:5000/app", "1")),
        ("ghcr.io/a/b@sha256:00", ("ghcr.io", "ghcr.io/a/b", "sha256:00")),
        ("127.0.0.1:5000/a", ("127.0.0.1:5000", "127.0.0.1:5000/a", "")),
    ],
)
def test_a_reference_is_taken_apart(reference, parts):
    assert (registry(reference), repository(reference), tag(reference)) == parts
