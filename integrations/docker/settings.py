"""What a system's system.yml says of its containers: what is not listed is never touched."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.errors import Invalid
from integrations.docker.params import repository


class DockerSettings(BaseModel):
    """The `docker:` block of a system.yml.

    `services` are Compose services of `project`; `containers` are names outside Compose; `images`
    are repositories that may be pulled, tagged and tidied; `harmless_env` names environment
    settings whose values may be shown. `certificates` is a folder with ca.pem, cert.pem, key.pem.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="unix:///var/run/docker.sock", pattern=r"^(unix:///|tcp://)\S+$")
    certificates: Path | None = None
    project: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9_-]{0,62})?$")
    services: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    harmless_env: tuple[str, ...] = ()
    max_replicas: int = Field(default=6, ge=1, le=100)

    @field_validator("images")
    @classmethod
    def _as_listed(cls, images: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(repository(image) for image in images)

    @property
    def scope(self) -> str:
        """Return the beginning of the name of everything that is touched."""
        return f"docker:{self.project or 'engine'}"

    def target(self, kind: str, name: str) -> str:
        """Return the stable name of a container, service or image."""
        return f"{self.scope}/{kind}/{name}"

    def admit_service(self, service: str) -> None:
        """Raise Invalid unless the service is listed."""
        self._admit("service", service, self.services)
        if not self.project:
            message = "The system's `docker: project` is not set. Whoever keeps system.yml can."
            raise Invalid(message)

    def admit_container(self, name: str) -> None:
        """Raise Invalid unless the container is listed."""
        self._admit("container", name, self.containers)

    def admit_image(self, repository: str) -> None:
        """Raise Invalid unless the repository is listed."""
        self._admit("image", repository, self.images)

    def _admit(self, kind: str, name: str, listed: tuple[str, ...]) -> None:
        if name in listed:
            return
        message = (
            f"`{name}` is not one of this system's {kind}s ({', '.join(listed) or 'none'}). "
            f"Whoever keeps its system.yml can add it to `docker: {{{kind}s: [...]}}`."
        )
        raise Invalid(message, field=kind)
