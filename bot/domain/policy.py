"""Approval policies: data that says who must agree before anything is touched."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import permutations

from bot.domain.person import Role
from bot.domain.severity import Severity
from bot.domain.values import Value

COMMANDER = "commander"  # of the open incident that the run belongs to


class Policy(Value):
    """What it takes. Words of `each_of` are role names or "commander".

    `approve` votes are needed, `deny` votes stop it. Votes count from holders of `from_`, and from
    the commander when `commander_counts`. One vote at least must come from a holder of `one_of`.
    `each_of`: each word must be matched by another voter. `confirm`: the requester's own word is
    enough. `typed`: the requester types what is touched. `incident`: "", "open" or "private".
    `relaxed`: fewer votes while the requester works on an open incident of that severity.
    `alone_after`: an unanswered request may then be started by the commander alone, with a reason.
    `pending`: how long a request waits. `valid`: how long an approval may wait to start.
    `escalate_after`: then the `fallback` roles are asked too.
    """

    approve: int = 1
    deny: int = 1
    from_: tuple[Role, ...] = (Role.OPERATOR,)
    one_of: tuple[Role, ...] = ()
    each_of: tuple[str, ...] = ()
    commander_counts: bool = False
    confirm: bool = False
    typed: bool = False
    incident: str = ""
    relaxed: dict[Severity, int] = {}
    alone_after: timedelta | None = None
    fallback: tuple[Role, ...] = ()
    escalate_after: timedelta | None = timedelta(minutes=5)
    pending: timedelta = timedelta(minutes=15)
    valid: timedelta = timedelta(minutes=10)

    @property
    def needs_nobody(self) -> bool:
        """Whether it runs at once."""
        return self.approve == 0 and not self.confirm and not self.each_of

    def quorum(self, severity: Severity | None) -> int:
        """Return the votes needed; `severity` of the requester's open incident, None without."""
        least = max(len(self.each_of), 1 if self.approve else 0)
        if severity is None:
            return self.approve
        return max(least, min(self.approve, self.relaxed.get(severity, self.approve)))


NONE = Policy(approve=0, from_=())
CONFIRM = Policy(approve=0, from_=(), confirm=True)
ONE = Policy(fallback=(Role.LEAD,))
TWO = Policy(
    approve=2,
    from_=(Role.OPERATOR, Role.LEAD, Role.DATA_OWNER),
    one_of=(Role.LEAD, Role.DATA_OWNER),
    commander_counts=True,
    fallback=(Role.ADMIN,),
)
TWO_TYPED = Policy(
    approve=2,
    from_=(Role.OPERATOR, Role.LEAD, Role.DATA_OWNER),
    one_of=(Role.DATA_OWNER,),
    commander_counts=True,
    typed=True,
    fallback=(Role.ADMIN,),
)
COMMANDER_PLUS_ONE = Policy(
    approve=2,
    from_=(Role.OPERATOR, Role.LEAD),
    each_of=(COMMANDER,),
    commander_counts=True,
    incident="open",
    alone_after=timedelta(minutes=5),
    fallback=(Role.LEAD,),
)
SECURITY = Policy(
    approve=2,
    from_=(Role.SECURITY_LEAD,),
    each_of=(Role.SECURITY_LEAD.value, COMMANDER),
    commander_counts=True,
    incident="private",
)

BUILT_IN: Mapping[str, Policy] = {
    "none": NONE,
    "confirm": CONFIRM,
    "one-approver": ONE,
    "two-approvers": TWO,
    "two-approvers-typed": TWO_TYPED,
    "commander-plus-one": COMMANDER_PLUS_ONE,
    "security": SECURITY,
}


def matched(words: Iterable[str], titles: Iterable[frozenset[str]]) -> bool:
    """Whether each word can be given to another voter; `titles` are what each voter holds."""
    wanted, holders = tuple(words), tuple(titles)
    return any(
        all(word in held for word, held in zip(wanted, order, strict=True))
        for order in permutations(holders, len(wanted))
    )
