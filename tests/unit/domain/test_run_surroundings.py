"""What stands around a run: plans that differ, locks with their lines, reviews that are owed."""

import pytest

from bot.domain.kill_switch import KillSwitch
from bot.domain.lock import Lock, lock_names
from bot.domain.plan import Diff, Risk
from bot.domain.review import Review, overdue, reviewed
from bot.errors import Conflict, Denied
from tests.unit.domain.requests import ANN, BOB, plan, step
from tests.unit.domain.values import NOON, at


def test_plans_differ_by_what_people_approve():
    old = plan(step(diffs=(Diff(subject="replicas", current="2", new="3"),)))
    moved = plan(step(diffs=(Diff(subject="replicas", current="4", new="3"),)))
    later = old.model_copy(update={"made_at": at(9), "evidence": {"look": "x"}})
    assert later.digest == old.digest
    assert old.differences(later) == ()
    assert moved.digest != old.digest
    assert [one.subject for one in old.differences(moved)] == ["restart: replicas"]
    more = plan(step(), step("more", skipped="no"), risk=Risk.LOW)
    subjects = {one.subject for one in old.differences(more)}
    assert {"risk", "more: runs"} <= subjects
    assert Risk.READ.rank < Risk.DESTRUCTIVE.rank


def test_locks_are_sorted_and_stand_in_line():
    assert lock_names("shop", ("b", "a", "b")) == ("a", "b", "system:shop")
    lock = Lock(id="a")
    assert lock.free_for("R1")
    lock = lock.taken("R1").joined("R2").joined("R3").joined("R2").joined("R1")
    assert (lock.holder, lock.waiting) == ("R1", ("R2", "R3"))
    assert lock.free_for("R1")
    assert not lock.free_for("R2")
    assert lock.next is None
    assert lock.before("R3") == ("R1", "R2")
    assert lock.before("R1") == ()
    assert lock.before("R9") == ("R1", "R2", "R3")
    free = lock.left("R1")
    assert free.next == "R2"
    assert free.free_for("R2")
    assert not free.free_for("R3")
    assert free.left("R2").next == "R3"
    assert Lock(id="b").next is None


def test_a_review_is_done_once_and_by_somebody_else():
    review = Review(id="RUN-1", by=ANN, reason="x", owner=BOB, opened_at=NOON, due_at=at(60))
    assert not overdue(review, at(59))
    assert overdue(review, at(60))
    with pytest.raises(Denied):
        reviewed(review, ANN, "fine", at(1))
    done = reviewed(review, BOB, "fine", at(1))
    assert not overdue(done, at(99))
    with pytest.raises(Conflict):
        reviewed(done, BOB, "fine", at(2))


def test_the_kill_switch_is_off_until_somebody_turns_it():
    assert not KillSwitch().on
