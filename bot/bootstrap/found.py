"""What is loaded by its place: every module of commands/ and every package of integrations/."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import TypeVar

import commands
import integrations
from bot.command import SlashCommand
from bot.errors import BotError
from bot.integration import Integration

T = TypeVar("T")


def find_commands() -> tuple[SlashCommand, ...]:
    """Return the `command` of every module in commands/, in file order."""
    return tuple(_found(commands.__path__, "commands", "command", SlashCommand))


def find_integrations() -> tuple[Integration, ...]:
    """Return the `integration` of every package in integrations/, in file order."""
    return tuple(_found(integrations.__path__, "integrations", "integration", Integration))


def _found(path: list[str], package: str, name: str, kind: type[T]) -> Iterator[T]:
    for module in pkgutil.iter_modules(path):
        value = getattr(importlib.import_module(f"{package}.{module.name}"), name, None)
        if not isinstance(value, kind):
            message = f"{package}.{module.name} must define `{name}: {kind.__name__}`."
            raise BotError(message)
        yield value
