"""What a break-glass costs: somebody reviews it, by a deadline; until then there is no other."""

from datetime import datetime, timedelta

from bot.domain.values import Value
from bot.errors import Conflict, Denied

DEADLINE = timedelta(days=3)


class Review(Value):
    """A run that was started alone, and who looks at it afterwards."""

    id: str  # the run's
    by: str
    reason: str
    owner: str  # a lead; who runs it alone when there is none
    opened_at: datetime
    due_at: datetime
    done_by: str | None = None
    done_at: datetime | None = None
    finding: str = ""
    version: int = 0


def overdue(review: Review, now: datetime) -> bool:
    """Whether it should have been done by now."""
    return review.done_at is None and now >= review.due_at


def reviewed(review: Review, by: str, finding: str, now: datetime) -> Review:
    """Return it done.

    Raises:
        Denied: by the person whose act it is.
        Conflict: it was done before.
    """
    if review.done_at is not None:
        message = f"<@{review.done_by}> reviewed {review.id} already."
        raise Conflict(message)
    if by == review.by:
        message = "Somebody else reviews what you did alone."
        raise Denied(message)
    return review.model_copy(update={"done_by": by, "done_at": now, "finding": finding})
