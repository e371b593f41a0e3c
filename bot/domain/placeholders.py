"""`${NAME}` and `${NAME:-default}` in a system.yml: values that come from the environment."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from bot.errors import Invalid

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}")


def fill(value: Any, environ: Mapping[str, str], secrets: Collection[str] = ()) -> Any:
    """Return `value` with its placeholders filled, in every text inside of it.

    A name that is not set and has no default stays as it is, for `unset` to find when the value is
    used. So does the name of a secret: its value is put in at the moment of use, and redacted.

    Raises:
        Invalid: a `${` that is no placeholder.
    """
    if isinstance(value, dict):
        return {key: fill(part, environ, secrets) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [fill(part, environ, secrets) for part in value]
    if not isinstance(value, str):
        return value
    if "${" in PLACEHOLDER.sub("", value):
        message = "a placeholder is written ${NAME} or ${NAME:-default}"
        raise Invalid(message)

    def filled(match: re.Match[str]) -> str:
        name, default = match.groups()
        if name in secrets:
            return f"${{{name}}}"
        return environ.get(name) or (match[0] if default is None else default)

    return PLACEHOLDER.sub(filled, value)


def unset(value: Any) -> list[str]:
    """Return the names that `value` waits for, in the order they stand there."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return list(dict.fromkeys(name for part in value for name in unset(part)))
    return [match[1] for match in PLACEHOLDER.finditer(value)] if isinstance(value, str) else []
