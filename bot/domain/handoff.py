"""The on-call shift, offered to somebody who has to accept it. Pure."""

from datetime import datetime

from bot.domain.values import Value
from bot.errors import Conflict, Denied


class Brief(Value):
    """An offer. `decided_at` None: nobody answered yet."""

    id: str
    by: str
    to: str
    at: datetime
    note: str = ""
    accepted: bool = False
    decided_at: datetime | None = None
    version: int = 0


def decide(brief: Brief, *, by: str, accepted: bool, now: datetime) -> Brief:
    """Accept or decline.

    Raises:
        Denied: it was offered to somebody else.
        Conflict: it was answered already.
    """
    if by != brief.to:
        message = f"This shift was offered to <@{brief.to}>; only they can answer."
        raise Denied(message)
    if brief.decided_at is not None:
        word = "accepted" if brief.accepted else "declined"
        message = f"You {word} this shift already."
        raise Conflict(message)
    return brief.model_copy(update={"accepted": accepted, "decided_at": now})
