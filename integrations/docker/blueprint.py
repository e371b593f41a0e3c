"""From an existing container to the body that makes another one like it.

`inspect` shows the container's own settings and its image's defaults as one. Only its own are
taken along, so that another image keeps its own command, paths and environment.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.docker.replica import Replica

Json = dict[str, Any]

# Inherited from the image when the container does not say otherwise.
PLAIN = ("User", "WorkingDir", "StopSignal", "Healthcheck", "Shell", "OnBuild", "Entrypoint")
NEVER_COPIED = (
    *("Hostname", "Domainname", "MacAddress", "Image", "Cmd", "Env", "Labels", "ArgsEscaped"),
    *("ExposedPorts", "Volumes", "AttachStdin", "AttachStdout", "AttachStderr", *PLAIN),
)
ENDPOINT = ("Links", "DriverOpts")


@dataclass(frozen=True, slots=True)
class Copy:
    """What is to differ: the name, the image, settings (None removes one), further labels.

    `same` when it takes the replica's place: it then gets the volumes and addresses of its own.
    """

    name: str
    use: str
    env: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    same: bool = False


def body_like(replica: Replica, image: Mapping[str, Any], copy: Copy) -> Json:
    """Return the create body of a copy of `replica`, whose own image inspects as `image`."""
    config, base = replica.raw["Config"], image.get("Config") or {}
    body = {key: value for key, value in config.items() if key not in NEVER_COPIED}
    body |= {key: config[key] for key in PLAIN if key in config and config[key] != base.get(key)}
    if config.get("Cmd") and (config["Cmd"] != base.get("Cmd") or "Entrypoint" in body):
        body["Cmd"] = config["Cmd"]
    for key in ("ExposedPorts", "Volumes"):
        own: Json = {
            each: {} for each in config.get(key) or {} if each not in (base.get(key) or {})
        }
        body |= {key: own} if own else {}
    own_labels = {
        key: value
        for key, value in replica.labels.items()
        if (base.get("Labels") or {}).get(key) != value
    }
    body["Image"] = copy.use
    body["Env"] = _env(config.get("Env") or [], base.get("Env") or [], copy.env)
    body["Labels"] = {**own_labels, **copy.labels}
    if copy.same and _has_hostname(replica):
        body["Hostname"] = config["Hostname"]
    body["HostConfig"] = _host_config(replica, same=copy.same)
    body["NetworkingConfig"] = {"EndpointsConfig": _endpoints(replica, copy.name, same=copy.same)}
    return body


def shape(body: Mapping[str, Any]) -> str:
    """Return a digest of a create body without what may be secret or is the step's own."""
    names = sorted(each.partition("=")[0] for each in body["Env"])
    labels = sorted(key for key in body["Labels"] if not key.startswith("signalbox."))
    seen = json.dumps({**body, "Env": names, "Labels": labels}, sort_keys=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def env_of(replica: Replica) -> dict[str, str]:
    """Return the environment of a container. Values may be secret: never show or keep them."""
    pairs = [each.partition("=") for each in replica.raw["Config"].get("Env") or []]
    return {name: value for name, sign, value in pairs if sign}


def fixed_ports(replica: Replica) -> list[str]:
    """Return the host ports that only one container can have."""
    bindings = replica.raw["HostConfig"].get("PortBindings") or {}
    ports = {each.get("HostPort") for bound in bindings.values() for each in bound or ()}
    return sorted(port for port in ports if port and port != "0")


def further_networks(replica: Replica, name: str, *, same: bool = False) -> dict[str, Json]:
    """Return network -> endpoint for those beside the first: older engines create with one."""
    first = _first_network(replica)
    return {
        network: _endpoint(replica, endpoint, name, same=same)
        for network, endpoint in _networks(replica).items()
        if network != first
    }


def writes_to_mounts(replica: Replica) -> bool:
    """Whether it can write to a mount that its replacement would share."""
    return any(mount.get("RW") for mount in replica.raw.get("Mounts") or ())


def on_its_own_address(replica: Replica) -> bool:
    """Whether its network is the host's, or it has an address of its own choosing."""
    endpoints = _networks(replica).values()
    own = any((each.get("IPAMConfig") or {}).get("IPv4Address") for each in endpoints)
    return own or replica.raw["HostConfig"]["NetworkMode"] == "host"


def _env(own: list[str], base: list[str], changes: Mapping[str, str | None]) -> list[str]:
    kept = [each for each in own if each not in base and each.partition("=")[0] not in changes]
    # A name alone removes it, the image's default too (Docker API, "Env" of create).
    return kept + [name if value is None else f"{name}={value}" for name, value in changes.items()]


def _has_hostname(replica: Replica) -> bool:
    mode = replica.raw["HostConfig"]["NetworkMode"]
    given = replica.raw["Config"].get("Hostname")
    return bool(given) and given != replica.id[:12] and not mode.startswith(("host", "container:"))


def _host_config(replica: Replica, *, same: bool) -> Json:
    host: Json = {**replica.raw["HostConfig"], "ContainerIDFile": ""}
    if host.get("Links"):  # shown as /db:/web-1/db, taken as db:db
        parts = [link.partition(":") for link in host["Links"]]
        host["Links"] = [f"{to.lstrip('/')}:{name.rpartition('/')[2]}" for to, _, name in parts]
    if same:
        placed = {bind.split(":")[1] for bind in host.get("Binds") or ()}
        placed |= {mount["Target"] for mount in host.get("Mounts") or ()}
        binds = [
            f"{mount['Name']}:{mount['Destination']}" + ("" if mount["RW"] else ":ro")
            for mount in replica.raw.get("Mounts") or ()
            if mount["Type"] == "volume" and mount["Destination"] not in placed
        ]
        host["Binds"] = [*(host.get("Binds") or ()), *binds]
    return host


def _networks(replica: Replica) -> Json:
    mode = replica.raw["HostConfig"]["NetworkMode"]
    if mode in {"host", "none", "default", "bridge"} or mode.startswith("container:"):
        return {}
    return dict(replica.raw["NetworkSettings"]["Networks"])


def _first_network(replica: Replica) -> str:
    networks, mode = _networks(replica), replica.raw["HostConfig"]["NetworkMode"]
    return mode if mode in networks else next(iter(networks), "")


def _endpoints(replica: Replica, name: str, *, same: bool) -> Json:
    first = _first_network(replica)
    networks = _networks(replica)
    return {first: _endpoint(replica, networks[first], name, same=same)} if first else {}


def _endpoint(replica: Replica, endpoint: Mapping[str, Any], name: str, *, same: bool) -> Json:
    taken: Json = {key: endpoint[key] for key in ENDPOINT if endpoint.get(key)}
    if same and endpoint.get("IPAMConfig"):
        taken["IPAMConfig"] = endpoint["IPAMConfig"]
    aliases = [each for each in endpoint.get("Aliases") or () if each != replica.id[:12]]
    own = replica.name if same else name  # a successor ends up under the same name
    taken["Aliases"] = [own if each == replica.name else each for each in aliases]
    return taken
