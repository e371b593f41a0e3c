"""Who else has to hear when an incident moves: PagerDuty, the escalation ladder, the status page.

Each follower adds what it owes to the turn of the change itself, so that both happen or neither.
What it cannot decide from the incident it reads; it never calls the outside (P5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.incident import Incident
from bot.usecases.turn import Turn


class Move(StrEnum):
    """What happened to an incident; each comes after the incident was kept."""

    OPENED = "opened"
    UPDATED = "updated"
    SEVERITY = "severity"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"  # duplicate or false alarm: nobody is told "resolved"
    REOPENED = "reopened"


class Follower(Protocol):
    """Something that follows incidents."""

    async def follow(self, turn: Turn, incident: Incident, move: Move) -> None:
        """Add what follows to the turn; `incident` is as it was kept."""


@dataclass(frozen=True, slots=True)
class Followers:
    """All of them, in order."""

    all: Sequence[Follower] = ()

    async def follow(self, turn: Turn, incident: Incident, move: Move) -> None:
        """Let each follow."""
        for one in self.all:
            await one.follow(turn, incident, move)


NOBODY = Followers()
