"""A real Docker engine of our own for tests: a socket in a short folder, no bridge, no iptables.

`docker_engine` starts one for the whole session with `shared/docker/start-docker.sh` and stops it
by its PID. What is missing skips with the reason on a laptop and fails in CI.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.support.redis import missing

SCRIPTS = Path(__file__).resolve().parents[3] / "shared" / "docker"
NEEDED = {"dockerd": "docker.io", "docker": "docker.io", "busybox": "busybox-static"}
BASE = "lab/busybox:1"
# Ends at once when it is told to; says which version it is.
LOOP = 'trap "exit 0" TERM; echo "ready $APP_VERSION"; while :; do sleep 1000 & wait $!; done'
COMMAND = ["sh", "-c", LOOP]


@dataclass
class Engine:
    """A running engine; `api` is the SDK's low-level client, for preparing and looking."""

    folder: Path
    host: str
    api: Any

    @property
    def socket(self) -> Path:
        return self.folder / "docker.sock"

    @property
    def pid(self) -> int:
        return int((self.folder / "dockerd.pid").read_text())

    def make_image(self, reference: str, version: str, **labels: str) -> str:
        """Make an image of the base with APP_VERSION set; return its id."""
        repository, _, tag = reference.rpartition(":")
        made = self.api.create_container(BASE, ["true"])["Id"]
        changes = [f"ENV APP_VERSION={version}", f"LABEL version={version}"]
        changes += [f"LABEL {name}={value}" for name, value in labels.items()]
        image = self.api.commit(made, repository, tag, changes=changes)["Id"]
        self.api.remove_container(made)
        return image

    def kill(self) -> None:
        """End the engine and its containers as a power cut would."""
        running = [self.api.inspect_container(each["Id"]) for each in self.api.containers()]
        inside = [each["State"]["Pid"] for each in running]
        shims = [_parent(pid) for pid in inside]
        for pid in (self.pid, *inside, *shims):
            os.kill(pid, signal.SIGKILL)
            for _ in range(200):
                if _is_over(pid):
                    break
                time.sleep(0.02)


def need(found: Any, what: str) -> None:
    """Skip with the reason on a laptop, fail in CI, unless it was found."""
    if not found:
        missing(what)


@contextmanager
def running_engine() -> Iterator[Engine]:
    """Start an engine with the base image; stop it, and what it leaves behind, at the end."""
    need((SCRIPTS / "start-docker.sh").exists(), "shared/docker/start-docker.sh")
    need(os.geteuid() == 0, "root, which a Docker engine of our own needs,")
    for program, package in NEEDED.items():
        need(shutil.which(program), f"{program} (apt-get install {package})")
    # Short: the path of a socket is limited to about 100 bytes.
    folder = Path(tempfile.mkdtemp(prefix="sbd-", dir="/tmp"))
    environment = {**os.environ, "DOCKERD_ARGS": "--bridge=none --iptables=false"}
    try:
        host = _script("start-docker.sh", str(folder), environment).strip().splitlines()[-1]
        _script("mkbusybox.sh", BASE, {**os.environ, "DOCKER_HOST": host})
        api = docker.APIClient(host, timeout=60)
        yield Engine(folder, host, api)
        api.close()
    finally:
        _stop(folder, environment)


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[Engine]:
    """One engine for the session, with images lab/app:1 and lab/app:2."""
    with running_engine() as engine:
        engine.make_image("lab/app:1", "1")
        engine.make_image("lab/app:2", "2")
        yield engine


def _stop(folder: Path, environment: dict[str, str]) -> None:
    """Stop the engine with its containers, and unmount what one that was killed left mounted."""
    _script("stop-docker.sh", str(folder), environment)
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for each in sorted((each for each in mounts if each.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", each], check=True)  # noqa: S603, S607 - only below our own folder
    shutil.rmtree(folder)


def _parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


def _script(name: str, argument: str, environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own scripts
        [SCRIPTS / name, argument],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if name != "start-docker.sh" else None,
        timeout=60,
        check=False,
    )
    if done.returncode and name != "stop-docker.sh":
        pytest.fail(f"{name} {argument}: {done.stderr or 'failed'}")
    return done.stdout


def _is_over(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
