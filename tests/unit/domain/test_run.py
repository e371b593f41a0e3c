"""A run's journal: what may follow what, and what a person may answer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import asking, progress
from bot.domain.plan import Effect
from bot.domain.run import (
    ENDED,
    RUN_ALPHABET,
    Answer,
    Phase,
    RunState,
    StepState,
    journal_of,
    run_id,
)
from bot.errors import Conflict, Stale
from tests.unit.domain.requests import ANN, BOB, plan, read, run, step
from tests.unit.domain.values import NOON, at

LEASE = timedelta(seconds=30)
KEY = "steps/restart"


def taken(*steps, **said):
    """Return a run that a worker holds."""
    started = progress.start(progress.queue(run(*steps, **said)), now=NOON)
    return progress.take(started, "w1", now=NOON, until=NOON + LEASE)


def begun(*steps):
    return progress.begin(taken(*steps), KEY, now=NOON)


@given(st.binary(min_size=16, max_size=16))
def test_ids_are_crockford_and_follow_from_the_bits(bits):
    name = run_id(bits.hex())
    assert name.startswith("RUN-")
    assert len(name) == 14
    assert set(name[4:]) <= set(RUN_ALPHABET)
    assert run_id(bits.hex()) == name


def test_a_journal_holds_every_step_and_settles_the_skipped():
    made = plan(read(), step(), step("later", skipped="not needed"), verify=(read("well"),))
    journal = journal_of(made, frozenset({"look"}))
    assert [one.key for one in journal] == ["steps/look", KEY, "steps/later", "verify/well"]
    assert [one.state for one in journal][2] is StepState.SKIPPED
    assert journal[0].human
    assert made.changes
    assert made.targets == ("docker/later", "docker/restart")


def test_the_usual_way():
    one = taken(step())
    assert one.next_entry is not None
    assert one.next_entry.key == KEY
    one = progress.begin(one, KEY, now=at(1))
    assert one.begun is one.entry(KEY)
    one = progress.finish(one, KEY, now=at(2), summary="done", data={"a": 1})
    assert one.begun is None
    assert one.next_entry is None
    one = progress.end(one, RunState.SUCCEEDED, now=at(3), why="")
    assert one.is_over
    assert (one.holder, one.lease_until, one.ended_at) == ("", None, at(3))


def test_a_lease_is_respected_and_an_epoch_fences():
    one = taken()
    with pytest.raises(Conflict, match="worked on by w1"):
        progress.take(one, "w2", now=NOON, until=NOON + LEASE)
    two = progress.take(one, "w2", now=NOON + LEASE, until=NOON + 2 * LEASE)
    assert (two.epoch, two.holder) == (2, "w2")
    progress.holds(two, 2)
    with pytest.raises(Stale):
        progress.holds(two, 1)
    with pytest.raises(Stale):
        progress.holds(progress.end(two, RunState.FAILED, now=NOON, why="x"), 2)
    assert progress.renew(two, until=at(9)).lease_until == at(9)
    assert progress.let_go(two).lease_until is None


@pytest.mark.parametrize("state", [state for state in RunState if state is not RunState.QUEUED])
def test_only_what_is_queued_starts(state):
    with pytest.raises(Conflict):
        progress.start(run().model_copy(update={"state": state}), now=NOON)


def test_a_step_begins_from_rest_or_from_doubt_only():
    one = begun()
    with pytest.raises(Conflict):
        progress.begin(one, KEY, now=NOON)
    lost = progress.lose(one, KEY, error="line broke")
    again = progress.begin(lost, KEY, now=at(5), planned=step(params={"a": 1}))
    assert again.entry(KEY).begun_at == NOON  # a probe looks from the first try on
    assert again.entry(KEY).attempts == 2
    assert again.entry(KEY).planned.params == {"a": 1}
    rest = progress.put_off(again, KEY, error="not now")
    assert progress.begin(rest, KEY, now=at(6)).entry(KEY).begun_at == at(6)
    done = progress.finish(again, KEY, now=NOON, summary="", data={})
    with pytest.raises(Conflict):
        progress.finish(done, KEY, now=NOON, summary="", data={})
    skipped = progress.skip(rest, KEY, why="not needed", planned=step(skipped="x"))
    assert skipped.entry(KEY).summary == "not needed"
    assert skipped.next_entry is None


@pytest.mark.parametrize(
    ("entry", "undo", "expected"),
    [
        (step(), False, Effect.PROBE),
        (step(effect=Effect.MANUAL), False, Effect.MANUAL),
        (step(effect=Effect.IDEMPOTENT), False, Effect.IDEMPOTENT),
        (read(effect=Effect.MANUAL), False, Effect.IDEMPOTENT),
        (step(), True, Effect.MANUAL),
        (step(effect=Effect.IDEMPOTENT), True, Effect.IDEMPOTENT),
    ],
)
def test_how_a_lost_step_may_go_on(entry, undo, expected):
    [known] = journal_of(plan(entry))
    assert progress.resumes(progress.undo_of(known) if undo else known) is expected


def test_the_way_back_undoes_the_last_first():
    one = taken(step(), step("scale"), step("never"))
    for key in (KEY, "steps/scale"):
        one = progress.begin(one, key, now=NOON)
        one = progress.finish(one, key, now=NOON, summary="", data={})
    one = progress.roll_back(one, why="unwell")
    back = tuple(progress.undo_of(entry) for entry in reversed(one.touched))
    one = progress.with_way_back(one, back)
    assert one.backed
    assert one.next_entry is not None
    assert one.next_entry.key == "rollback/scale"
    for entry in back:
        one = progress.begin(one, entry.key, now=NOON)
        one = progress.finish(one, entry.key, now=NOON, summary="", data={})
    assert one.entry(KEY).state is StepState.UNDONE
    assert one.touched == ()
    assert one.next_entry is None
    with pytest.raises(Conflict):
        progress.with_way_back(taken(), back)


@pytest.mark.parametrize(
    ("one", "refused"),
    [
        (run(), None),
        (progress.queue(run()), None),
        (taken(), None),
        (progress.roll_back(taken(), why="x"), "rolled back"),
        (progress.end(taken(), RunState.FAILED, now=NOON, why="x"), "failed already"),
        (taken().model_copy(update={"cancel_by": BOB}), "cancelled"),
        (asking.ask(taken(), KEY, "?", (Answer.DONE,), now=NOON), None),
        (asking.ask(begun(), KEY, "?", (Answer.DONE,), now=NOON), "answer its question"),
    ],
)
def test_who_may_be_cancelled(one, refused):
    if refused is not None:
        with pytest.raises(Conflict, match=refused):
            progress.cancel(one, by=ANN, now=at(1))
        return
    gone = progress.cancel(one, by=ANN, now=at(1))
    assert gone.cancel_by == ANN
    assert gone.is_over == (one.state is not RunState.RUNNING)


@pytest.mark.parametrize("state", RunState)
def test_an_end_is_an_end(state):
    if state in ENDED:
        over = progress.end(taken(), state, now=NOON, why="x")
        with pytest.raises(Conflict):
            progress.end(over, RunState.FAILED, now=NOON, why="y")
    else:
        with pytest.raises(Conflict):
            progress.end(taken(), state, now=NOON, why="x")


def test_a_newer_plan_waits_for_approval_or_is_adopted_before_anything_happened():
    newer = plan(step(), step("more"))
    one = progress.replanned(taken(), newer, frozenset())
    assert (one.state, one.drifted, one.approval, one.started_at) == (
        RunState.AWAITING,
        1,
        None,
        None,
    )
    looked = taken(read(), step())
    looked = progress.begin(looked, "steps/look", now=NOON)
    looked = progress.finish(looked, "steps/look", now=NOON, summary="seen", data={})
    went = progress.adopted(looked, plan(read(), step(), step("more")), frozenset())
    assert went.entry("steps/look").summary == "seen"
    assert went.state is RunState.RUNNING
    for move in (progress.replanned, progress.adopted):
        with pytest.raises(Conflict, match="its plan stays"):
            move(begun(), newer, frozenset())


def test_a_question_stops_the_run_and_is_answered_once():
    one = asking.ask(begun(), KEY, "well?", tuple(Answer), now=at(1), within=LEASE)
    assert (one.state, one.holder, one.question.number) == (RunState.ASKING, "", 1)
    assert one.question.until == at(1) + LEASE
    with pytest.raises(Conflict, match="was answered"):
        asking.answer(one, 2, Answer.DONE, by=ANN, now=NOON)
    gone = asking.answer(one, 1, Answer.DONE, by=ANN, now=at(2))
    assert gone.state is RunState.RUNNING
    assert gone.entry(KEY).state is StepState.DONE
    assert gone.entry(KEY).by == ANN
    with pytest.raises(Conflict, match="nothing is asked"):
        asking.answer(gone, 1, Answer.DONE, by=ANN, now=NOON)


def test_only_its_choices_answer_a_question():
    one = asking.ask(begun(), KEY, "well?", (Answer.ABORT,), now=NOON)
    with pytest.raises(Conflict, match="cannot be answered"):
        asking.answer(one, 1, Answer.DONE, by=ANN, now=NOON)


@pytest.mark.parametrize("state", [StepState.UNKNOWN, StepState.FAILED, StepState.BEGUN])
def test_trying_again_begins_anew(state):
    one = progress.with_step(begun(), begun().entry(KEY), state=state, attempts=3)
    one = asking.answer(
        asking.ask(one, KEY, "?", (Answer.RETRY,), now=NOON), 1, Answer.RETRY, by=ANN, now=NOON
    )
    assert one.entry(KEY).state is StepState.PENDING
    assert one.entry(KEY).attempts == 0


def test_going_on_after_a_stop_leaves_the_next_step_as_it_is():
    one = taken(step(), step("more")).model_copy(update={"cancel_by": BOB})
    one = asking.ask(one, KEY, "?", (Answer.RETRY,), now=NOON)
    one = asking.answer(one, 1, Answer.RETRY, by=ANN, now=NOON)
    assert one.cancel_by is None
    assert one.entry(KEY).state is StepState.PENDING


@pytest.mark.parametrize(
    ("cancelled", "ends"), [(None, RunState.FAILED), (BOB, RunState.CANCELLED)]
)
def test_stopping_says_what_stays(cancelled, ends):
    one = asking.ask(begun(), KEY, "?", (Answer.ABORT,), now=NOON)
    one = one.model_copy(update={"cancel_by": cancelled})
    one = asking.answer(one, 1, Answer.ABORT, by=ANN, now=at(1))
    assert one.state is ends
    assert "1 changing step stay" in one.why
    empty = asking.ask(taken(), KEY, "?", (Answer.ABORT,), now=NOON)
    assert asking.answer(empty, 1, Answer.ABORT, by=ANN, now=NOON).why == f"<@{ANN}> stopped it."


def test_a_question_on_the_way_back_goes_on_there():
    one = progress.roll_back(begun(), why="unwell")
    one = progress.with_way_back(one, (progress.undo_of(one.entry(KEY)),))
    one = progress.fail(one, "rollback/restart", now=NOON, error="no")
    asked = asking.ask(one, "rollback/restart", "?", (Answer.RETRY,), now=NOON)
    assert asking.answer(asked, 1, Answer.RETRY, by=ANN, now=NOON).state is RunState.ROLLING_BACK
    forward = asking.ask(begun(), KEY, "?", (Answer.ROLL_BACK,), now=NOON)
    back = asking.answer(forward, 1, Answer.ROLL_BACK, by=ANN, now=NOON)
    assert back.state is RunState.ROLLING_BACK
    assert "chose to roll back" in back.why


def test_what_a_person_writes_is_what_the_step_found():
    made = plan(read("ask", uses="human.text"))
    one = taken(plan=made, journal=journal_of(made, frozenset({"ask"})))
    one = asking.ask(one, "steps/ask", "what?", (Answer.DONE,), now=NOON)
    one = asking.answer(one, 1, Answer.DONE, by=ANN, now=NOON, said="it says 200")
    assert one.entry("steps/ask").data == {"answer": "it says 200", "by": ANN}
    assert one.entry("steps/ask").summary == "it says 200"


def test_nobodys_answer_becomes_another_question():
    one = asking.ask(begun(), KEY, "well?", (Answer.DONE,), now=NOON, within=LEASE)
    late = asking.overdue(one, now=at(1))
    assert late.question is not None
    assert late.question.number == 2
    assert late.question.until is None
    assert Answer.ROLL_BACK in late.question.choices
    with pytest.raises(Conflict):
        asking.overdue(taken(), now=NOON)


def test_phases_are_named_in_keys():
    assert [phase.value for phase in Phase] == ["steps", "verify", "rollback"]
