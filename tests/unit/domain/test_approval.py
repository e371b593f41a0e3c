"""What becomes of a request: votes, clocks, the fallback, going on alone, the last look."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.approval import Decision
from bot.domain.decision import (
    alone,
    end,
    escalate,
    escalates_at,
    expire,
    may_vote,
    still_valid,
    vote,
    who_decides,
)
from bot.domain.person import Role
from bot.errors import Conflict, Denied, Invalid
from tests.unit.domain.requests import ANN, BOB, EVE, LEA, request, voter
from tests.unit.domain.values import NOON, at

OP, LEAD = Role.OPERATOR, Role.LEAD
bob, eve, lea = voter(BOB, OP), voter(EVE, OP), voter(LEA, LEAD)
commander = voter(LEA, Role.RESPONDER, commander=True)
PENDING, APPROVED = Decision.PENDING, Decision.APPROVED
TWO, PLUS = "two-approvers", "commander-plus-one"


def test_another_plan_than_the_one_seen_counts_nothing():
    with pytest.raises(Conflict, match="plan has changed"):
        vote(request(), bob, yes=True, digest="0" * 64, now=NOON)


def test_a_no_says_why():
    with pytest.raises(Invalid) as caught:
        vote(request(), bob, yes=False, digest=request().digest, now=NOON, reason="  ")
    assert caught.value.field == "reason"


def test_a_vote_keeps_who_when_why_and_what_they_held():
    one = vote(request(), bob, yes=False, digest=request().digest, now=at(1), reason=" bad ")
    [kept] = one.votes
    assert (kept.by, kept.at, kept.reason, kept.titles) == (BOB, at(1), "bad", {"operator"})


def test_what_is_missing():
    one = request("two-approvers-typed")
    assert (one.missing, one.needs_word) == (2, True)
    one = vote(one, bob, yes=True, digest=one.digest, now=NOON)
    assert one.missing == 1


def test_silence_is_no_answer():
    one = request()
    assert expire(one, one.expires_at - timedelta(seconds=1)) is one
    gone = expire(one, one.expires_at)
    assert gone.decision is Decision.EXPIRED
    assert expire(gone, at(99)) is gone


def test_a_request_is_taken_back_once():
    gone = end(request(), Decision.CANCELLED, at(1))
    assert gone.decided_at == at(1)
    with pytest.raises(Conflict):
        end(gone, Decision.SUPERSEDED, at(2))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, at(5)),
        ({"escalated": True}, None),
        ({"decision": Decision.APPROVED}, None),
        ({"changes": {"fallback": ()}}, None),
        ({"changes": {"escalate_after": None}}, None),
    ],
)
def test_when_the_fallback_is_asked(said, expected):
    assert escalates_at(request(**said)) == expected


def test_the_fallback_is_asked_once_and_in_time():
    one = request()
    assert escalate(one, at(4)) is one
    asked = escalate(one, at(5))
    assert asked.escalated
    assert escalate(asked, at(6)) is asked
    may_vote(asked, lea)
    assert who_decides(asked) == "`operator` or `lead`"


def test_who_decides_is_named():
    assert who_decides(request(changes={"from_": (), "fallback": ()})) == "nobody"
    assert "the incident commander" in who_decides(request(PLUS, incident="INC-00001"))


WHY = "customers cannot pay"


@pytest.mark.parametrize(
    ("who", "minutes", "why", "said", "refused"),
    [
        (commander, 5, WHY, {}, None),
        (commander, 4.9, WHY, {}, Conflict),
        (bob, 6, WHY, {}, Denied),
        (commander, 6, "asap", {}, Invalid),
        (commander, 6, "", {}, Invalid),
        (commander, 6, WHY, {"changes": {"alone_after": None}}, Denied),
        (commander, 16, WHY, {}, Conflict),
        (commander, 6, WHY, {"decision": Decision.DENIED}, Conflict),
        (commander, 6, WHY, {"changes": {"typed": True}}, Conflict),
        (voter(ANN, OP, commander=True), 6, WHY, {}, None),
    ],
)
def test_going_on_alone(who, minutes, why, said, refused):
    one = request(PLUS, **said)
    if refused is not None:
        with pytest.raises(refused):
            alone(one, who, now=at(minutes), reason=why)
        return
    gone = alone(one, who, now=at(minutes), reason=why)
    assert (gone.decision, gone.alone, gone.reason) == (APPROVED, True, WHY)


def test_nobody_goes_on_alone_over_a_no():
    one = request(PLUS, changes={"deny": 2})
    one = vote(one, bob, yes=False, digest=one.digest, now=NOON, reason="wait")
    with pytest.raises(Denied, match="Somebody said no"):
        alone(one, commander, now=at(6), reason=WHY)


def approved(policy: str, *voters: Any, **said: Any):
    one = request(policy, **said)
    for who in voters:
        one = vote(one, who, yes=True, digest=one.digest, now=NOON)
    assert one.decision is APPROVED
    return one


@pytest.mark.parametrize(
    ("policy", "voters", "now", "ends"),
    [
        ("one-approver", (bob,), {BOB: bob}, APPROVED),
        ("one-approver", (bob,), {}, PENDING),
        ("one-approver", (bob,), {BOB: voter(BOB)}, PENDING),
        ("one-approver", (bob,), {BOB: voter(BOB, LEAD)}, PENDING),
        (TWO, (bob, lea), {BOB: bob, LEA: lea}, APPROVED),
        (TWO, (bob, lea), {BOB: bob}, PENDING),
        (TWO, (bob, lea), {BOB: bob, LEA: voter(LEA, OP)}, PENDING),
        (TWO, (bob, lea), {BOB: voter(BOB, LEAD), LEA: voter(LEA, OP)}, APPROVED),
        (PLUS, (bob, commander), {BOB: bob, LEA: voter(LEA, OP)}, PENDING),
    ],
)
def test_just_before_the_start_voters_must_still_be_allowed(policy, voters, now, ends):
    looked = still_valid(approved(policy, *voters), now, at(1), started=None)
    assert looked.decision is ends
    if ends is PENDING:
        assert looked.expires_at == at(1) + looked.policy.pending
        assert len(looked.votes) < len(voters) or looked.valid_until is None


def test_the_two_clocks():
    """Validity counts from the approval, and stands still once the run has begun."""
    one = approved("one-approver", bob)
    now = {BOB: bob}
    with pytest.raises(Conflict, match="too long to start"):
        still_valid(one, now, at(10), started=None)
    assert still_valid(one, now, at(40), started=at(9)).decision is APPROVED
    with pytest.raises(Conflict, match="is pending"):
        still_valid(request(), now, at(1), started=None)


def test_what_was_started_alone_needs_no_voters():
    gone = alone(request(PLUS), commander, now=at(6), reason=WHY)
    assert still_valid(gone, {}, at(7), started=None) is gone


def test_a_no_that_did_not_decide_stays_counted():
    one = request(TWO, changes={"deny": 2})
    one = vote(one, eve, yes=False, digest=one.digest, now=NOON, reason="wait")
    for who in (bob, lea):
        one = vote(one, who, yes=True, digest=one.digest, now=NOON)
    looked = still_valid(one, {BOB: bob, LEA: lea, EVE: eve}, at(1), started=None)
    assert len(looked.votes) == 3
