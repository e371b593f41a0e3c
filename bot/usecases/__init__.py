"""What the bot can be asked to do, whoever asks: a command, a click, a webhook, a timer."""

from dataclasses import dataclass

__all__ = ["UseCases"]


@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything a command may call."""
