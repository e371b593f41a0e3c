"""One request for approval, sealed to one plan's digest. What may happen to it: `decision.py`."""

from datetime import datetime
from enum import StrEnum

from bot.domain.person import Role
from bot.domain.plan import Diff, Plan
from bot.domain.policy import COMMANDER, Policy
from bot.domain.severity import Severity
from bot.domain.values import Value


class Decision(StrEnum):
    """How a request stands. Expired is not denied: nobody said no."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # the plan was made anew; its votes do not count for the new one
    CANCELLED = "cancelled"


class Voter(Value):
    """Somebody at the moment of their click, as the directory describes them."""

    id: str
    roles: frozenset[Role] = frozenset()
    commander: bool = False  # of the open incident that the run belongs to

    @property
    def titles(self) -> frozenset[str]:
        """What a policy's `each_of` may match."""
        held = {role.value for role in self.roles}
        return frozenset(held | {COMMANDER}) if self.commander else frozenset(held)


class Vote(Value):
    """One person's word. `titles` are what they held then."""

    by: str
    at: datetime
    yes: bool
    reason: str = ""
    titles: frozenset[str] = frozenset()


class Approval(Value):
    """A request. `id` is opaque (128 bits): it is the buttons' value and never authority."""

    id: str
    run: str
    plan: Plan
    digest: str  # of the plan, as it was sealed
    policy_name: str
    policy: Policy
    requester: str
    incident: str | None = None
    editor: str | None = None  # who changed the request last; may not vote either
    severity: Severity | None = None  # of the requester's open incident, which may relax the quorum
    asked_at: datetime
    expires_at: datetime
    decision: Decision = Decision.PENDING
    votes: tuple[Vote, ...] = ()
    confirmed_at: datetime | None = None
    typed: bool = False
    alone: bool = False  # break-glass: a review is owed
    escalated: bool = False
    decided_at: datetime | None = None
    valid_until: datetime | None = None
    reason: str = ""
    freeze: str = ""  # the freeze window in which it was asked; its approvers decide
    moved: tuple[Diff, ...] = ()  # what is different from the request that this one replaces
    copies: tuple[str, ...] = ()  # who got a copy as direct message
    version: int = 0

    @property
    def is_pending(self) -> bool:
        """Whether it waits for an answer."""
        return self.decision is Decision.PENDING

    @property
    def yes(self) -> tuple[Vote, ...]:
        """The votes for it."""
        return tuple(vote for vote in self.votes if vote.yes)

    @property
    def needs_word(self) -> bool:
        """Whether the requester's own word is still missing."""
        return (self.policy.confirm or self.policy.typed) and self.confirmed_at is None

    @property
    def missing(self) -> int:
        """How many more people must say yes, at least."""
        return max(self.policy.quorum(self.severity) - len(self.yes), 0)
