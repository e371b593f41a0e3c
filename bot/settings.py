"""What the bot is told at start: environment, `.env`, and files named by `NAME_FILE`."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import ConfigError

DOTENV = Path(".env")
SECRET_FILE_MAX = 65_536  # bytes; a token is under a hundred, so a bigger file is the wrong file
SLACK_API = "https://slack.com/api/"


class Settings(BaseSettings):
    """Every setting. None: not set. Secrets show as `**********` wherever they are printed."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API
    redis_url: SecretStr | None = None  # it may hold a password
    signalbox_data_dir: Path = Path(".signalbox")
    signalbox_config: Path | None = None  # None: signalbox.yml when there is one
    signalbox_runbooks: Annotated[tuple[Path, ...], NoDecode] = (Path("runbooks"),)
    signalbox_templates: Path | None = None  # None: templates/ when there is one
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65_535)  # 0: any free one
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    pagerduty_routing_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("PAGERDUTY_ROUTING_KEY", "PAGERDUTY_SERVICE_KEY")
    )
    pagerduty_api_token: SecretStr | None = None
    pagerduty_from_email: str | None = None
    pagerduty_service_id: str | None = None
    pagerduty_api_url: str = "https://api.pagerduty.com"
    pagerduty_events_url: str = "https://events.pagerduty.com"
    pagerduty_webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    status_page_provider: Literal["builtin", "statuspage", "generic"] = "builtin"
    status_page_api: str | None = None
    status_page_token: SecretStr | None = None
    status_page_id: str | None = None
    alertmanager_webhook_token: SecretStr | None = None
    dashboard_url: str | None = None

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is listened to over sockets; over HTTP otherwise."""
        return self.slack_app_token is not None

    @field_validator("signalbox_runbooks", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        return [part for part in value.split(":") if part] if isinstance(value, str) else value

    @field_validator("pagerduty_webhook_secret", mode="before")
    @classmethod
    def _rotating(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("log_level", "log_format", "status_page_provider", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _token(cls, value: SecretStr | None, info: Any) -> SecretStr | None:
        prefix = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if value is not None and not value.get_secret_value().startswith(prefix):
            message = f"begins with something else than {prefix}; {_WHERE[prefix]}"
            raise ValueError(message)
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        schemes = ("redis://", "rediss://", "unix://")
        if value is not None and not value.get_secret_value().startswith(schemes):
            message = "must begin with redis://, rediss:// or unix://; unset it for an embedded one"
            raise ValueError(message)
        return value

    @field_validator(
        "slack_api_url",
        "pagerduty_api_url",
        "pagerduty_events_url",
        "status_page_api",
        "dashboard_url",
    )
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            message = "must begin with http:// or https://"
            raise ValueError(message)
        return value

    @field_validator(
        "pagerduty_api_url", "pagerduty_events_url", "status_page_api", "dashboard_url"
    )
    @classmethod
    def _no_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @field_validator("slack_api_url")
    @classmethod
    def _api_base(cls, value: str) -> str:
        if not value.endswith("/api/"):
            message = "must end in /api/ (Slack's own is the default: unset it)"
            raise ValueError(message)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look in the arguments, the environment, `.env`, and last in the secrets' files."""
        told: dict[str, str | None] = {}
        for source in (dotenv_settings, env_settings):
            told |= cast("EnvSettingsSource", source).env_vars
        files = _SecretFiles(settings_cls, told)
        return init_settings, env_settings, dotenv_settings, files


class _SecretFiles(PydanticBaseSettingsSource):
    """`SLACK_BOT_TOKEN_FILE=/run/secrets/token`: the setting is the content of the file."""

    def __init__(self, settings: type[BaseSettings], told: Mapping[str, str | None]) -> None:
        super().__init__(settings)
        self._told = {name.lower(): value for name, value in told.items() if value}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return (content or None, environment name, False)."""
        if "SecretStr" not in str(field.annotation):
            return None, field_name, False
        for name in env_names(field_name):
            path = self._told.get(f"{name.lower()}_file")
            if path is None:
                continue
            if name.lower() in self._told:
                message = f"{name} and {name}_FILE are both set: keep one of them."
                raise ConfigError(message)
            return _secret(f"{name}_FILE", Path(path)), name, False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {}
        for field_name, field in self.settings_cls.model_fields.items():
            value, name, _ = self.get_field_value(field, field_name)
            if value is not None:
                found[name if field.validation_alias else field_name] = value
        return found


_WHERE = {
    "xoxb-": "copy the Bot User OAuth Token from OAuth & Permissions of the Slack app",
    "xapp-": "make an App-Level Token with connections:write under Basic Information",
}


def read_settings(env_file: Path | None = DOTENV) -> Settings:
    """Read every setting. `env_file` None: the environment alone.

    Raises:
        ConfigError: names each wrong setting, what is wrong with it and the cure.
    """
    try:
        read = cast(
            "Callable[..., Settings]", Settings
        )  # pydantic hides its own arguments from mypy
        return read(_env_file=env_file, _env_file_encoding="utf-8")
    except ValidationError as error:
        lines = [_sentence(dict(problem)) for problem in error.errors()]
        raise ConfigError("\n".join(lines)) from error
    except UnicodeDecodeError as error:
        message = f"{env_file} is not UTF-8 text: save it again as UTF-8."
        raise ConfigError(message) from error


def environment(env_file: Path | None = DOTENV) -> dict[str, str]:
    """Return the environment over what `.env` says: what `${NAME}` in a system.yml means."""
    stored = dotenv_values(env_file, encoding="utf-8") if env_file and env_file.is_file() else {}
    return {name: value for name, value in stored.items() if value is not None} | dict(os.environ)


def env_names(field_name: str) -> list[str]:
    """Return the environment names of a field, the documented one first."""
    alias = Settings.model_fields[field_name].validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [field_name.upper()]


def known_names() -> list[str]:
    """Return the environment names of all settings."""
    return [name for field in Settings.model_fields for name in env_names(field)]


def told(settings: Settings) -> dict[str, str]:
    """Return environment name -> value (a secret: `**********`) of what was set."""
    values = {name: getattr(settings, name) for name in sorted(settings.model_fields_set)}
    return {env_names(name)[0]: str(value) for name, value in values.items() if value is not None}


def secret_values(settings: Settings) -> list[str]:
    """Return every secret that is set, for redaction."""
    found = [getattr(settings, name) for name in Settings.model_fields]
    flat = [part for value in found for part in (value if isinstance(value, tuple) else (value,))]
    secrets = [part.get_secret_value() for part in flat if isinstance(part, SecretStr)]
    password = urlsplit(address).password if (address := redis_address(settings)) else None
    return [*secrets, password] if password else secrets


def redis_address(settings: Settings) -> str | None:
    """Return the URL of the bot's own Redis; None means the embedded one."""
    return settings.redis_url.get_secret_value() if settings.redis_url else None


def _secret(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SECRET_FILE_MAX + 1)
    except OSError as error:
        message = f"{name}: {path} cannot be read ({error.strerror}): check the path and its mode."
        raise ConfigError(message) from error
    if len(content) > SECRET_FILE_MAX:
        message = f"{name}: {path} is too big for a secret: it must hold the bare value."
        raise ConfigError(message)
    value = content.decode("utf-8", "replace").strip()
    if not value:
        message = f"{name}: {path} is empty: write the value into it or unset {name}."
        raise ConfigError(message)
    return value


def _sentence(problem: dict[str, Any]) -> str:
    """Say one problem; the value is never repeated, it may be a secret."""
    place = str(problem["loc"][0])
    names = {alias: field for field in Settings.model_fields for alias in env_names(field)}
    name = place if place in names else env_names(place)[0]
    said = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "literal_error":
        said = f"must be {problem['ctx']['expected']}"
    elif name == "PORT":
        said = "must be a number from 0 to 65535 (0: any free one)"
    return f"{name} {said[0].lower()}{said[1:]}."
