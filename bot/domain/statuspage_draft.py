"""A text for customers that waits for somebody else's yes. Each function returns the new draft.

A draft is one exact text: an edit makes another draft with another id, so a button of an old card
can never approve words that its reader did not see. Silence never publishes and never expires: it
is asked again, ever more seldom and of more people.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from bot.domain.approval import Vote, Voter
from bot.domain.config import Config
from bot.domain.person import Role
from bot.domain.policy import Policy, matched
from bot.domain.severity import Severity
from bot.domain.statuspage import Notice, PageIncident
from bot.domain.statuspage_post import Difference
from bot.domain.values import Value
from bot.errors import Conflict, Denied, Invalid

REASON_MIN = 10  # characters of a break-glass reason: more than "ok"
LONGEST_SILENCE = timedelta(hours=4)
CALLED_IN = 2  # from the second time on, the deputy and the leads are asked too
KEPT = 20  # drafts of one incident that are remembered; the audit remembers all

_OTHERS = (Role.OPERATOR, Role.LEAD)
_GRAVE = Policy(
    from_=_OTHERS,
    commander_counts=True,
    fallback=(Role.ADMIN,),
    alone_after=timedelta(minutes=5),
)
_SLIGHT = Policy(
    from_=(Role.RESPONDER, *_OTHERS),
    commander_counts=True,
    fallback=(Role.ADMIN,),
    alone_after=timedelta(minutes=15),
    escalate_after=timedelta(minutes=15),
)
POLICIES: Mapping[Severity, Policy] = {
    Severity.SEV1: _GRAVE,
    Severity.SEV2: _GRAVE,
    Severity.SEV3: _SLIGHT,
    Severity.SEV4: _SLIGHT,
}
"""Who says yes to a text for customers. signalbox.yml may say otherwise: `policies` named
`status-page-sev1` ... `status-page-sev4`, or `status-page` for all."""


class DraftState(StrEnum):
    """How a draft stands."""

    PENDING = "pending"
    APPROVED = "approved"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # another text took its place


class Draft(Value):
    """One exact text. `id` is opaque (128 bits): the buttons' value and never authority."""

    id: str
    card: str  # the id it was first shown under: its message is edited in place
    incident: str
    severity: Severity
    notice: Notice
    digest: str
    policy: Policy
    author: str
    asked_at: datetime
    editor: str | None = None  # who changed it last; may not approve either
    corrects: str | None = None  # the published text that it takes the place of
    asked_again: int = 0
    state: DraftState = DraftState.PENDING
    votes: tuple[Vote, ...] = ()
    alone: bool = False  # break-glass
    reason: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def is_pending(self) -> bool:
        """Whether it waits for an answer."""
        return self.state is DraftState.PENDING

    @property
    def missing(self) -> int:
        """How many more people must say yes."""
        return max(1, self.policy.approve) - len(self.votes)


class Publication(Value):
    """What customers were told of one incident, and what waits. `id` is the incident's.

    `told` is what was approved: the page says it as soon as the entry `last` is delivered.
    """

    id: str
    drafts: tuple[Draft, ...] = ()
    told: PageIncident | None = None
    last: str = ""
    differs: tuple[Difference, ...] = ()  # what people have been shown already
    version: int = 0

    @property
    def draft(self) -> Draft | None:
        """The draft that waits, if one does."""
        last = self.drafts[-1] if self.drafts else None
        return last if last and last.is_pending else None

    def with_draft(self, draft: Draft) -> "Publication":
        """Return it with this draft: in the place of the one with its id, else behind all."""
        known = [one for one in self.drafts if one.id != draft.id]
        return self.model_copy(update={"drafts": (*known, draft)[-KEPT:]})


def policy_of(config: Config, severity: Severity) -> Policy:
    """Return who has to agree: signalbox.yml's word, else the built-in one."""
    named = (f"status-page-{severity.value}", "status-page")
    return next((config.policies[n] for n in named if n in config.policies), POLICIES[severity])


def seal(  # noqa: PLR0913 - a draft has this many beginnings, all by name
    notice: Notice,
    *,
    draft_id: str,
    incident: str,
    severity: Severity,
    policy: Policy,
    author: str,
    now: datetime,
    corrects: str | None = None,
) -> Draft:
    """Return a new draft of exactly this text."""
    return Draft(
        id=draft_id,
        card=draft_id,
        incident=incident,
        severity=severity,
        notice=notice,
        digest=notice.digest,
        policy=policy,
        author=author,
        asked_at=now,
        corrects=corrects,
    )


def edit(draft: Draft, notice: Notice, *, draft_id: str, by: str, now: datetime) -> Draft:
    """Return the draft that takes this one's place; the votes for the old words are gone.

    Raises:
        Conflict: it is decided, or nothing was changed.
    """
    must_wait(draft)
    if notice.digest == draft.digest:
        message = "Nothing was changed; the draft waits as it is."
        raise Conflict(message)
    changes = {
        "id": draft_id,
        "notice": notice,
        "digest": notice.digest,
        "editor": by,
        "asked_at": now,
        "asked_again": 0,
        "votes": (),
    }
    return draft.model_copy(update=changes)


def approve(draft: Draft, voter: Voter, *, now: datetime) -> Draft:
    """Count a yes; enough of them approve it.

    Raises:
        Conflict: it is decided, or this person has said yes.
        Denied: this person may not.
    """
    must_wait(draft)
    if draft.editor and voter.id == draft.editor:
        message = "You changed this text last; somebody else has to approve it."
        raise Denied(message)
    if voter.id == draft.author:
        message = "You caused this text; somebody else has to approve it."
        raise Denied(message)
    if not _counts(draft, voter):
        message = f"Only {who_approves(draft)} may approve this text."
        raise Denied(message)
    if any(vote.by == voter.id for vote in draft.votes):
        message = "You have said yes already; one person, one vote."
        raise Conflict(message)
    word = Vote(by=voter.id, at=now, yes=True, titles=voter.titles)
    voted = draft.model_copy(update={"votes": (*draft.votes, word)})
    return _decided(voted, DraftState.APPROVED, voter.id, now) if _met(voted) else voted


def alone(draft: Draft, voter: Voter, *, reason: str, now: datetime) -> Draft:
    """Break the glass: publish without another person, with a reason that is kept.

    Raises:
        Conflict: it is decided, or others still have time to answer.
        Denied: the policy has no break-glass, or this person may not.
        Invalid: no reason.
    """
    must_wait(draft)
    wait = draft.policy.alone_after
    if wait is None:
        message = "This text has no break-glass: somebody else has to approve it."
        raise Denied(message)
    if not _counts(draft, voter) and not voter.commander:
        message = f"Only the incident commander or {who_approves(draft)} may publish it alone."
        raise Denied(message)
    if now < draft.asked_at + wait:
        left = ceil((draft.asked_at + wait - now).total_seconds() / 60)
        message = f"Others still have {left} min to answer before you may publish it alone."
        raise Conflict(message)
    if len(reason.strip()) < REASON_MIN:
        message = "Say why it cannot wait, in a sentence: it is recorded."
        raise Invalid(message, "reason")
    gone = draft.model_copy(update={"alone": True, "reason": reason.strip()})
    return _decided(gone, DraftState.APPROVED, voter.id, now)


def end(draft: Draft, state: DraftState, *, by: str, now: datetime) -> Draft:
    """Take a draft back (cancelled), or note that another took its place (superseded).

    Raises:
        Conflict: it is decided.
    """
    must_wait(draft)
    return _decided(draft, state, by, now)


def ask_again_at(draft: Draft) -> datetime | None:
    """Return when a silent draft is asked again: each time twice as long, four hours at most."""
    if not draft.is_pending:
        return None
    first = draft.policy.escalate_after or POLICIES[draft.severity].escalate_after
    first = first or timedelta(minutes=5)
    silence = sum(
        (min(first * 2**step, LONGEST_SILENCE) for step in range(draft.asked_again + 1)),
        timedelta(0),
    )
    return draft.asked_at + silence


def asked_again(draft: Draft, now: datetime) -> Draft | None:
    """Return the draft as asked once more; None when it is not time, or it is decided.

    A bot that was down asks once and not as often as it missed.
    """
    at = ask_again_at(draft)
    if at is None or now < at:
        return None
    while at is not None and at <= now:
        draft = draft.model_copy(update={"asked_again": draft.asked_again + 1})
        at = ask_again_at(draft)
    return draft


def must_wait(draft: Draft) -> None:
    """Raise Conflict when the draft is decided."""
    if draft.is_pending:
        return
    by = f" by <@{draft.decided_by}>" if draft.decided_by else ""
    message = f"This text was {draft.state.value}{by} already; nothing was done by your click."
    raise Conflict(message)


def who_approves(draft: Draft) -> str:
    """Return who may say yes, in words."""
    names = [f"`{role.value}`" for role in _voters(draft)]
    names += ["the incident commander"] if draft.policy.commander_counts else []
    return " or ".join(names) or "nobody"


def _voters(draft: Draft) -> tuple[Role, ...]:
    called = draft.policy.fallback if draft.asked_again >= CALLED_IN else ()
    return tuple(dict.fromkeys((*draft.policy.from_, *draft.policy.one_of, *called)))


def _counts(draft: Draft, voter: Voter) -> bool:
    commands = voter.commander and draft.policy.commander_counts
    return commands or bool(voter.roles & set(_voters(draft)))


def _met(draft: Draft) -> bool:
    """Whether the votes are enough: how many, and of whom."""
    titles = [vote.titles for vote in draft.votes]
    wanted = {role.value for role in draft.policy.one_of}
    if draft.missing > 0 or (wanted and not any(held & wanted for held in titles)):
        return False
    return matched(draft.policy.each_of, titles)


def _decided(draft: Draft, state: DraftState, by: str, now: datetime) -> Draft:
    return draft.model_copy(update={"state": state, "decided_by": by, "decided_at": now})
