"""What is shown of a container: no value of its environment, labels or arguments."""

from collections.abc import Mapping
from typing import Any

from integrations.docker.replica import KEPT, NUMBER, PROJECT, SERVICE, Replica


def row(replica: Replica) -> dict[str, Any]:
    """Return the line of a container in a list."""
    return {
        "name": replica.name,
        "id": replica.id[:12],
        "service": replica.labels.get(SERVICE, ""),
        "number": replica.number,
        "state": replica.state,
        "image": replica.reference,
        "image_id": replica.image,
        "started_at": replica.started_at.isoformat(),
        "restarts": replica.restarts,
        "ports": _ports(replica.raw),
        "kept": KEPT.search(replica.name) is not None,
    }


def facts(replica: Replica) -> dict[str, Any]:
    """Return all that may be shown of how a container is set up."""
    config, host = replica.raw["Config"], replica.raw["HostConfig"]
    state = replica.raw["State"]
    environment = sorted(each.partition("=")[0] for each in config.get("Env") or ())
    argv = [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]
    return {
        **row(replica),
        "pid": state["Pid"],
        "exit_code": state["ExitCode"],
        "out_of_memory": state["OOMKilled"],
        "finished_at": state["FinishedAt"],
        "program": argv[0] if argv else "",
        "environment": environment,
        "labels": _labels(replica),
        "restart_policy": (host.get("RestartPolicy") or {}).get("Name", ""),
        "memory_limit": host.get("Memory") or 0,
        "cpus": (host.get("NanoCpus") or 0) / 1e9,
        "networks": sorted(replica.raw["NetworkSettings"]["Networks"]),
        "mounts": [
            f"{each.get('Name') or each['Source']} → {each['Destination']}"
            for each in replica.raw.get("Mounts") or ()
        ],
    }


def usage(replica: Replica, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return one sample, as `docker stats` reckons it; None for what was not measured."""
    memory = raw.get("memory_stats") or {}
    used, limit = _memory(memory), memory.get("limit")
    share = None if used is None or not limit else round(used / limit * 100, 1)
    networks = (raw.get("networks") or {}).values()
    blocks = (raw.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ()
    return {
        "name": replica.name,
        "cpu_percent": _cpu(raw),
        "memory_percent": share,
        "memory_bytes": used,
        "memory_limit": limit,
        "received_bytes": sum(each["rx_bytes"] for each in networks),
        "sent_bytes": sum(each["tx_bytes"] for each in networks),
        "disk_bytes": sum(each["value"] for each in blocks if each["op"].lower() != "total"),
        "processes": (raw.get("pids_stats") or {}).get("current"),
    }


def _cpu(raw: Mapping[str, Any]) -> float | None:
    """Return percent of one processor over the time between the two samples."""
    now, before = raw.get("cpu_stats") or {}, raw.get("precpu_stats") or {}
    if "system_cpu_usage" not in now or "system_cpu_usage" not in before:
        return None
    spent = now["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]
    passed = now["system_cpu_usage"] - before["system_cpu_usage"]
    count = now.get("online_cpus") or len(now["cpu_usage"].get("percpu_usage") or ()) or 1
    return round(spent / passed * count * 100, 1) if passed > 0 and spent >= 0 else None


def _memory(stats: Mapping[str, Any]) -> int | None:
    """Return what is used without the file cache that can be given back (cgroup 1 and 2)."""
    if "usage" not in stats:
        return None
    inner = stats.get("stats") or {}
    cache = inner.get("total_inactive_file", inner.get("inactive_file", 0))
    return int(max(stats["usage"] - cache, 0))


def _labels(replica: Replica) -> list[str]:
    shown = {PROJECT, SERVICE, NUMBER}
    return sorted(
        f"{name}={value}" if name in shown else name for name, value in replica.labels.items()
    )


def _ports(raw: Mapping[str, Any]) -> str:
    ports = raw["NetworkSettings"].get("Ports") or {}
    bound = [
        f"{each['HostIp']}:{each['HostPort']}→{port}"
        for port, where in ports.items()
        for each in where or ()
    ]
    return ", ".join(bound)
