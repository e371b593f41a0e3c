"""One request for approval: asked, answered, expired or superseded. Sealed to one plan's digest."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from bot.domain.person import Role
from bot.domain.plan import Diff
from bot.domain.policy import COMMANDER, Policy, matched
from bot.domain.severity import Severity
from bot.domain.values import Value
from bot.errors import Conflict, Denied, Invalid


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
    digest: str
    policy_name: str
    policy: Policy
    requester: str
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


def vote(
    approval: Approval, voter: Voter, *, yes: bool, digest: str, now: datetime, reason: str = ""
) -> Approval:
    """Count somebody's word. `digest` is that of the plan the person saw.

    Raises:
        Conflict: it is decided, another plan was seen, or this person has voted.
        Denied: this person may not vote.
        Invalid: a no without a reason.
    """
    _must_wait(approval, now)
    if digest != approval.digest:
        message = "The plan has changed since this message: look at the new one."
        raise Conflict(message)
    may_vote(approval, voter, yes=yes)
    if any(known.by == voter.id for known in approval.votes):
        message = "You have voted already; one person, one vote."
        raise Conflict(message)
    if not yes and not reason.strip():
        message = "Say why you deny it: the requester reads it."
        raise Invalid(message, "reason")
    word = Vote(by=voter.id, at=now, yes=yes, reason=reason.strip(), titles=voter.titles)
    return settled(approval.model_copy(update={"votes": (*approval.votes, word)}), now)


def may_vote(approval: Approval, voter: Voter, *, yes: bool = True) -> None:
    """Raise Denied when this person's vote would not count."""
    if yes and voter.id == approval.requester:
        message = "Somebody else has to approve what you asked for."
        raise Denied(message)
    if yes and voter.id == approval.editor:
        message = "You changed this request last; somebody else has to approve it."
        raise Denied(message)
    if voter.roles & set(_voters(approval)) or (
        voter.commander and approval.policy.commander_counts
    ):
        return
    names = " or ".join(f"`{role.value}`" for role in _voters(approval)) or "nobody"
    message = f"Only {names} may decide this."
    raise Denied(message)


def confirm(
    approval: Approval, by: str, *, now: datetime, typed: str = "", expected: str = ""
) -> Approval:
    """Take the requester's own word, and what they typed when the policy asks for it.

    Raises:
        Denied: somebody else.
        Invalid: the typed words are not the expected ones.
    """
    _must_wait(approval, now)
    if by != approval.requester:
        message = f"<@{approval.requester}> has to confirm this."
        raise Denied(message)
    if approval.policy.typed and typed.strip() != expected:
        message = f"Type `{expected}` exactly, to show that you know what is touched."
        raise Invalid(message, "typed")
    changes = {"confirmed_at": now, "typed": approval.policy.typed}
    return settled(approval.model_copy(update=changes), now)


def alone(approval: Approval, voter: Voter, *, now: datetime, reason: str) -> Approval:
    """Break the glass: the commander goes on alone after the wait, with a reason.

    Raises:
        Denied: not the commander, or the policy does not allow it.
        Conflict: too early.
        Invalid: no reason.
    """
    _must_wait(approval, now)
    wait = approval.policy.alone_after
    if wait is None:
        message = f"The policy `{approval.policy_name}` has no break-glass."
        raise Denied(message)
    if not voter.commander:
        message = "Only the incident commander may go on alone."
        raise Denied(message)
    if now < approval.asked_at + wait:
        left = int((approval.asked_at + wait - now).total_seconds() // 60) + 1
        message = f"Approvers still have {left} min to answer before you may go on alone."
        raise Conflict(message)
    if approval.needs_word:
        message = f"<@{approval.requester}> has to confirm first what is touched."
        raise Conflict(message)
    if len(reason.strip()) < _REASON_MIN:
        message = "Say why it cannot wait, in a sentence: the review will ask."
        raise Invalid(message, "reason")
    return _approved(approval.model_copy(update={"alone": True, "reason": reason.strip()}), now)


def settled(approval: Approval, now: datetime) -> Approval:
    """Return the request decided, when its votes decide it."""
    no = [known for known in approval.votes if not known.yes]
    if len(no) >= approval.policy.deny:
        return approval.model_copy(update={"decision": Decision.DENIED, "decided_at": now})
    return _approved(approval, now) if _met(approval) else approval


def expire(approval: Approval, now: datetime) -> Approval:
    """Return the request expired when nobody answered in time; else as it is."""
    if approval.is_pending and now >= approval.expires_at:
        return approval.model_copy(update={"decision": Decision.EXPIRED, "decided_at": now})
    return approval


def end(approval: Approval, decision: Decision, now: datetime) -> Approval:
    """Take a request back (cancelled) or replace it (superseded).

    Raises:
        Conflict: it is decided.
    """
    _must_wait(approval, now)
    return approval.model_copy(update={"decision": decision, "decided_at": now})


def still_valid(
    approval: Approval, present: Mapping[str, Voter], now: datetime, *, started: datetime | None
) -> Approval:
    """Look again just before something is touched: who said yes must still be allowed to.

    `present` are the voters as they are now; what they held when they voted does not count. Votes
    of people who may no longer vote are dropped; with too few left the request is pending again.
    `started` is when the run began (None: it has not): from then on the validity clock stands.

    Raises:
        Conflict: the approval waited too long to start, or is none.
    """
    if approval.decision is not Decision.APPROVED:
        message = f"This request is {approval.decision.value}."
        raise Conflict(message)
    if approval.valid_until is not None and (started or now) >= approval.valid_until:
        message = "The approval waited too long to start; ask again."
        raise Conflict(message)
    if approval.alone:
        return approval
    kept = tuple(_as_now(known, present) for known in approval.votes if _counts(known, approval, present))
    looked = approval.model_copy(update={"votes": kept})
    if _met(looked):
        return looked
    return looked.model_copy(
        update={
            "decision": Decision.PENDING,
            "decided_at": None,
            "valid_until": None,
            "expires_at": now + approval.policy.pending,
        }
    )


_REASON_MIN = 10  # characters: more than "ok", less than an essay


def _counts(known: Vote, approval: Approval, present: Mapping[str, Voter]) -> bool:
    voter = present.get(known.by)
    if voter is None:
        return False
    try:
        may_vote(approval, voter, yes=known.yes)
    except Denied:
        return False
    return True


def _as_now(known: Vote, present: Mapping[str, Voter]) -> Vote:
    return known.model_copy(update={"titles": present[known.by].titles})


def _met(approval: Approval) -> bool:
    policy = approval.policy
    if approval.needs_word:
        return False
    titles = [known.titles for known in approval.yes]
    if len(titles) < policy.quorum(approval.severity):
        return False
    wanted = {role.value for role in policy.one_of}
    if wanted and titles and not any(held & wanted for held in titles):
        return False
    return matched(policy.each_of, titles)


def _approved(approval: Approval, now: datetime) -> Approval:
    return approval.model_copy(
        update={
            "decision": Decision.APPROVED,
            "decided_at": now,
            "valid_until": now + approval.policy.valid,
        }
    )


def _voters(approval: Approval) -> tuple[Role, ...]:
    fallback = approval.policy.fallback if approval.escalated else ()
    named = (*approval.policy.from_, *approval.policy.one_of, *fallback)
    return tuple(dict.fromkeys(named))


def _must_wait(approval: Approval, now: datetime) -> None:
    if approval.is_pending and now < approval.expires_at:
        return
    word = approval.decision.value if not approval.is_pending else Decision.EXPIRED.value
    last = approval.votes[-1] if approval.votes else None
    by = f" by <@{last.by}>" if last and approval.decision is Decision.DENIED else ""
    message = f"This request is {word}{by}; nothing was done by your click."
    raise Conflict(message)
