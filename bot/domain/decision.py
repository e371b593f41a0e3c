"""What may happen to a request for approval. Each returns the new request.

Nobody approves what they asked for or changed last; one person has one vote; a refusal is a
sentence for the person who clicked, and changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.approval import Approval, Decision, Vote, Voter
from bot.domain.person import Role
from bot.domain.policy import matched
from bot.errors import Conflict, Denied, Invalid

REASON_MIN = 10  # characters of a break-glass reason: more than "ok", less than an essay


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
    message = f"Only {who_decides(approval)} may decide this."
    raise Denied(message)


def confirm(
    approval: Approval, by: str, *, now: datetime, typed: str = "", expected: str = ""
) -> Approval:
    """Take the requester's own word, and what they typed when the policy asks for it.

    Raises:
        Denied: somebody else.
        Conflict: it is decided, or nobody asks for that word.
        Invalid: the typed words are not the expected ones.
    """
    _must_wait(approval, now)
    if by != approval.requester:
        message = f"<@{approval.requester}> has to confirm this."
        raise Denied(message)
    if not approval.needs_word:
        message = "There is nothing for you to confirm; others have to answer."
        raise Conflict(message)
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
    if any(not known.yes for known in approval.votes):
        message = "Somebody said no; going on alone is for when nobody answers."
        raise Denied(message)
    if len(reason.strip()) < REASON_MIN:
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


def escalates_at(approval: Approval) -> datetime | None:
    """Return when the fallback is asked too; None when it never is, or was."""
    after = approval.policy.escalate_after
    if (
        not approval.is_pending
        or approval.escalated
        or after is None
        or not approval.policy.fallback
    ):
        return None
    return approval.asked_at + after


def escalate(approval: Approval, now: datetime) -> Approval:
    """Return the request with its fallback asked too, when it is time; else as it is."""
    at = escalates_at(approval)
    if at is None or now < at:
        return approval
    return approval.model_copy(update={"escalated": True})


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
    kept = tuple(
        _as_now(known, present) for known in approval.votes if _counts(known, approval, present)
    )
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


def who_decides(approval: Approval) -> str:
    """Return who may answer, as words: "`operator` or `lead`"."""
    names = [f"`{role.value}`" for role in _voters(approval)]
    if approval.policy.commander_counts and approval.incident:
        names.append("the incident commander")
    return " or ".join(names) or "nobody"


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
