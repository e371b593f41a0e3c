"""What happens by itself around runs. A run's own timer is no turn: see bot/boundary.py."""

from bot.usecases import UseCases
from bot.usecases.turn import Turn


async def expired(turn: Turn, use: UseCases, approval: str) -> None:
    """A request has waited as long as it may."""
    await use.approvals.expired(turn, approval)


async def escalated(turn: Turn, use: UseCases, approval: str) -> None:
    """Nobody has answered a request for a while."""
    await use.approvals.escalated(turn, approval)


async def review_due(turn: Turn, use: UseCases, run: str) -> None:
    """A review of what somebody did alone is due."""
    await use.approvals.review_due(turn, run)


async def unanswered(turn: Turn, use: UseCases, run: str) -> None:
    """A question has waited as long as it may."""
    await use.execution.unanswered(turn, run)


TIMERS = {
    "approval": expired,
    "approval-escalate": escalated,
    "review": review_due,
    "run-question": unanswered,
}
