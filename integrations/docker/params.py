"""What the parameters of the Docker actions may be: anchored patterns, ranges, closed lists."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.action import Params

PATH = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
DOMAIN = r"[a-z0-9][a-z0-9.-]{0,252}(?::[0-9]{1,5})?/"
TAG = r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
DIGEST = r"sha256:[0-9a-f]{64}"


def _no_cut_digest(reference: str) -> str:
    if reference.startswith("sha256:"):
        message = "a digest has 64 hexadecimal digits"
        raise ValueError(message)
    return reference


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]
Reference = Annotated[
    str,
    StringConstraints(
        max_length=400, pattern=rf"^(?:{DOMAIN})?{PATH}(?:/{PATH})*(?:{TAG}|@{DIGEST})$"
    ),
    AfterValidator(_no_cut_digest),
]
Tagged = Annotated[
    str, StringConstraints(max_length=400, pattern=rf"^(?:{DOMAIN})?{PATH}(?:/{PATH})*{TAG}$")
]
ImageId = Annotated[str, StringConstraints(pattern=rf"^{DIGEST}$")]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
EnvValue = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\x00-\x1f\x7f]*$")]
Ago = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,4}[smhd]$")]

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Picking(Params):
    """All replicas of a Compose service, or one container by name."""

    service: Name | None = None
    container: Name | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.service is None) == (self.container is None):
            message = "name a service or a container, one of them"
            raise ValueError(message)
        return self


class Stopping(Picking):
    """`grace_s`: how long the process may take to end before it is killed."""

    grace_s: int = Field(default=10, ge=0, le=300)


class Patient(Stopping):
    """`health_deadline_s`: how long a started container may take to be healthy (or steady)."""

    health_deadline_s: int = Field(default=60, ge=1, le=600)


class Replicated(Params):
    """A Compose service whose replicas are changed."""

    service: Name
    grace_s: int = Field(default=10, ge=0, le=300)
    health_deadline_s: int = Field(default=60, ge=1, le=600)


def seconds(ago: str) -> int:
    """Return `15m` as seconds."""
    return int(ago[:-1]) * SECONDS[ago[-1]]


def repository(reference: str) -> str:
    """Return a reference without tag or digest, as Docker lists it: `redis` for docker.io's."""
    plain = reference.partition("@")[0]
    plain = plain.removeprefix("docker.io/").removeprefix("library/")
    head, slash, tail = plain.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"


def tag(reference: str) -> str:
    """Return the tag or the digest of a reference, empty when it has none."""
    if "@" in reference:
        return reference.partition("@")[2]
    return reference.rpartition("/")[2].partition(":")[2]


def registry(reference: str) -> str:
    """Return the registry's host, as the engine's configuration names it."""
    host, slash, _ = reference.partition("/")
    return host if slash and ("." in host or ":" in host or host == "localhost") else "docker.io"
