"""`${NAME}` in a setting: the value is put in only when the call is made."""

import re
from collections.abc import Iterable, Mapping

from bot.errors import Invalid

SECRET = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,63})\}")


def names_in(values: Iterable[str | None], secrets: Mapping[str, str]) -> None:
    """Raise Invalid when a secret that is named is not set."""
    for value in values:
        for name in SECRET.findall(value or ""):
            if not secrets.get(name):
                message = (
                    f"The secret {name} is not set. It must be in the `secrets` of system.yml and "
                    "in the environment; whoever runs Signalbox can set it."
                )
                raise Invalid(message, field="env")


def fill(value: str, secrets: Mapping[str, str]) -> str:
    """Return a value with its secrets put in."""
    names_in([value], secrets)
    return SECRET.sub(lambda match: secrets[match[1]], value)
