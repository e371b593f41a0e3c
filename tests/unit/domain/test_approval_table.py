"""Who may say yes or no, and when that is enough: the table."""

from typing import Any, NamedTuple

import pytest

from bot.domain.approval import Decision
from bot.domain.decision import (
    confirm,
    vote,
)
from bot.domain.person import Role
from bot.domain.severity import Severity
from bot.errors import Conflict, Denied, Invalid
from tests.unit.domain.requests import ANN, BOB, DAN, EVE, LEA, SAM, request, voter
from tests.unit.domain.values import NOON

OP, LEAD, DATA, SEC, ADMIN, RESP = (
    Role.OPERATOR,
    Role.LEAD,
    Role.DATA_OWNER,
    Role.SECURITY_LEAD,
    Role.ADMIN,
    Role.RESPONDER,
)
bob, eve = voter(BOB, OP), voter(EVE, OP)
ann, lea, dan, sam = voter(ANN, OP), voter(LEA, LEAD), voter(DAN, DATA), voter(SAM, SEC)
commander = voter(LEA, RESP, commander=True)
nobody, viewer, admin = voter("U0NO"), voter("U0VIEW", Role.VIEWER), voter("U0ADA", ADMIN)

YES, NO, WORD = "yes", "no", "word"
PENDING, APPROVED, DENIED = Decision.PENDING, Decision.APPROVED, Decision.DENIED


class Case(NamedTuple):
    """`acts` in order; the last one may be refused with `refused`."""

    name: str
    policy: str
    acts: tuple[tuple[Any, str], ...]
    ends: Decision
    refused: type[Exception] | None = None
    said: dict[str, Any] = {}


TWO, TYPED, PLUS, SECURE = (
    "two-approvers",
    "two-approvers-typed",
    "commander-plus-one",
    "security",
)
TABLE = [
    Case("one operator", "one-approver", ((bob, YES),), APPROVED),
    Case("one operator says no", "one-approver", ((bob, NO),), DENIED),
    Case("the requester", "one-approver", ((ann, YES),), PENDING, Denied),
    Case("the requester may say no", "one-approver", ((ann, NO),), DENIED),
    Case("nobody's role", "one-approver", ((nobody, YES),), PENDING, Denied),
    Case("nobody's no", "one-approver", ((nobody, NO),), PENDING, Denied),
    Case("a viewer", "one-approver", ((viewer, YES),), PENDING, Denied),
    Case("a lead, too early", "one-approver", ((lea, YES),), PENDING, Denied),
    Case("a lead, escalated", "one-approver", ((lea, YES),), APPROVED, None, {"escalated": True}),
    Case("an admin, escalated", "one-approver", ((admin, YES),), PENDING, Denied,
         {"escalated": True}),
    Case("a commander, not counted", "one-approver", ((commander, YES),), PENDING, Denied),
    Case("the last editor", "one-approver", ((bob, YES),), PENDING, Denied, {"editor": BOB}),
    Case("the editor may say no", "one-approver", ((bob, NO),), DENIED, None, {"editor": BOB}),
    Case("another than the editor", "one-approver", ((eve, YES),), APPROVED, None, {"editor": BOB}),
    Case("decided already", "one-approver", ((bob, YES), (eve, YES)), APPROVED, Conflict),
    Case("no after yes", "one-approver", ((bob, YES), (eve, NO)), APPROVED, Conflict),
    Case("yes after no", "one-approver", ((bob, NO), (eve, YES)), DENIED, Conflict),
    Case("a word nobody asks for", "one-approver", ((ann, WORD),), PENDING, Conflict),
    Case("nobody named", "one-approver", ((bob, YES),), PENDING, Denied,
         {"changes": {"from_": ()}}),
    Case("two, one so far", TWO, ((bob, YES),), PENDING),
    Case("two operators are not enough", TWO, ((bob, YES), (eve, YES)), PENDING),
    Case("an operator and a lead", TWO, ((bob, YES), (lea, YES)), APPROVED),
    Case("a lead and an operator", TWO, ((lea, YES), (bob, YES)), APPROVED),
    Case("a lead and a data owner", TWO, ((lea, YES), (dan, YES)), APPROVED),
    Case("the same twice", TWO, ((lea, YES), (lea, YES)), PENDING, Conflict),
    Case("yes and no of one", TWO, ((lea, YES), (lea, NO)), PENDING, Conflict),
    Case("one yes, one no", TWO, ((bob, YES), (lea, NO)), DENIED),
    Case("two no are asked for", TWO, ((bob, NO),), PENDING, None, {"changes": {"deny": 2}}),
    Case("two no", TWO, ((bob, NO), (lea, NO)), DENIED, None, {"changes": {"deny": 2}}),
    Case(
        "no, then two yes",
        TWO,
        ((bob, NO), (eve, YES), (lea, YES)),
        APPROVED,
        None,
        {"changes": {"deny": 2}},
    ),
    Case("the commander counts", TWO, ((commander, YES), (dan, YES)), APPROVED),
    Case("the commander is no lead", TWO, ((commander, YES), (bob, YES)), PENDING),
    Case("three, lead last", TWO, ((bob, YES), (eve, YES), (lea, YES)), APPROVED),
    Case("the requester as lead", TWO, ((voter(ANN, LEAD), YES),), PENDING, Denied),
    Case("relaxed in a sev1", TWO, ((lea, YES),), APPROVED, None,
         {"severity": Severity.SEV1, "changes": {"relaxed": {Severity.SEV1: 1}}}),
    Case("relaxed, but one of them a lead", TWO, ((bob, YES),), PENDING, None,
         {"severity": Severity.SEV1, "changes": {"relaxed": {Severity.SEV1: 1}}}),
    Case("relaxed for another severity", TWO, ((lea, YES),), PENDING, None,
         {"severity": Severity.SEV2, "changes": {"relaxed": {Severity.SEV1: 1}}}),
    Case("relaxed without an incident", TWO, ((lea, YES),), PENDING, None,
         {"changes": {"relaxed": {Severity.SEV1: 1}}}),
    Case("never relaxed to nobody", "one-approver", (), PENDING, None,
         {"severity": Severity.SEV1, "changes": {"relaxed": {Severity.SEV1: 0}}}),
    Case("confirmed", "confirm", ((ann, WORD),), APPROVED),
    Case("confirmed by another", "confirm", ((bob, WORD),), PENDING, Denied),
    Case("confirm takes no votes", "confirm", ((bob, YES),), PENDING, Denied),
    Case("confirmed twice", "confirm", ((ann, WORD), (ann, WORD)), APPROVED, Conflict),
    Case("typed, then two", TYPED, ((ann, WORD), (bob, YES), (dan, YES)), APPROVED),
    Case("two, then typed", TYPED, ((bob, YES), (dan, YES), (ann, WORD)), APPROVED),
    Case("two, not typed", TYPED, ((bob, YES), (dan, YES)), PENDING),
    Case("typed, no data owner", TYPED, ((ann, WORD), (bob, YES), (lea, YES)), PENDING),
    Case("typed wrongly", TYPED, ((ann, "wrong"),), PENDING, Invalid),
    Case("typed with blanks around", TYPED, ((ann, " word "),), PENDING),
    Case("typed by another", TYPED, ((bob, WORD),), PENDING, Denied),
    Case("commander and one", PLUS, ((commander, YES), (bob, YES)), APPROVED),
    Case("one and commander", PLUS, ((bob, YES), (commander, YES)), APPROVED),
    Case("two, no commander", PLUS, ((bob, YES), (eve, YES)), PENDING),
    Case("commander alone is one", PLUS, ((commander, YES),), PENDING),
    Case("two operators, then the commander", PLUS,
         ((bob, YES), (eve, YES), (commander, YES)), APPROVED),
    Case("the commander asks", PLUS, ((voter(ANN, OP, commander=True), YES),), PENDING, Denied),
    Case("security and commander", SECURE, ((sam, YES), (commander, YES)), APPROVED),
    Case("commander and security", SECURE, ((commander, YES), (sam, YES)), APPROVED),
    Case("two security leads", SECURE, ((sam, YES), (voter(BOB, SEC), YES)), PENDING),
    Case("one who is both is one", SECURE, ((voter(SAM, SEC, commander=True), YES),), PENDING),
    Case("both and security", SECURE,
         ((voter(SAM, SEC, commander=True), YES), (voter(BOB, SEC), YES)), APPROVED),
    Case("an operator in a security matter", SECURE, ((bob, YES),), PENDING, Denied),
    Case("too late", "one-approver", ((bob, YES),), PENDING, Conflict, {"expires_at": NOON}),
    Case("superseded", "one-approver", ((bob, YES),), Decision.SUPERSEDED, Conflict,
         {"decision": Decision.SUPERSEDED}),
    Case("taken back", "one-approver", ((bob, NO),), Decision.CANCELLED, Conflict,
         {"decision": Decision.CANCELLED}),
    Case("expired", "confirm", ((ann, WORD),), Decision.EXPIRED, Conflict,
         {"decision": Decision.EXPIRED}),
]  # fmt: skip


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_the_table(case: Case):
    one, refused = request(case.policy, **case.said), None
    for place, (who, act) in enumerate(case.acts, 1):
        try:
            one = _done(one, who, act)
        except (Denied, Conflict, Invalid) as error:
            refused = (place, type(error))
    assert refused == ((len(case.acts), case.refused) if case.refused else None)
    assert one.decision is case.ends
    assert (one.valid_until is not None) == (case.ends is APPROVED)


def test_the_table_is_long():
    assert len(TABLE) > 60
    assert len({case.name for case in TABLE}) == len(TABLE)


def _done(one: Any, who: Any, act: str) -> Any:
    if act in {YES, NO}:
        return vote(one, who, yes=act == YES, digest=one.digest, now=NOON, reason="no reason")
    return confirm(one, who.id, now=NOON, typed=act, expected="word")
