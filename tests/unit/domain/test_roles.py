"""Roles, the hand-over of command, and tasks, by example."""

import pytest

from bot.domain.incident import IncidentRole
from bot.domain.lifecycle import resolve
from bot.domain.roles import (
    TASK_MAX,
    TASKS_MAX,
    accept_handover,
    add_task,
    assign,
    claim,
    decline_handover,
    find_task,
    offer_handover,
    own_task,
    set_task,
)
from bot.errors import Conflict, Invalid, NotFound
from tests.unit.domain.values import ANN, BOB, EVE, NOON, at, incident, resolution

COMMANDER, DEPUTY, COMMS = IncidentRole.COMMANDER, IncidentRole.DEPUTY, IncidentRole.COMMS


def test_a_role_can_be_given_and_its_holder_is_invited():
    found = assign(incident(), COMMS, BOB)
    assert found.roles == {COMMS: BOB}
    assert found.invited == (ANN, BOB)
    with pytest.raises(Conflict, match="already"):
        assign(found, COMMS, BOB)
    with pytest.raises(Conflict, match="reopen"):
        assign(resolve(found, resolution(1)), COMMS, EVE)


def test_a_free_role_can_be_claimed_and_a_held_one_cannot():
    found = claim(incident(), COMMANDER, BOB)
    assert found.roles[COMMANDER] == BOB
    with pytest.raises(Conflict, match="handover"):
        claim(found, COMMANDER, EVE)
    with pytest.raises(Conflict, match="already"):
        claim(found, COMMANDER, BOB)


def test_command_moves_only_when_the_receiver_accepts():
    offered = offer_handover(incident(commander=ANN), BOB, by=ANN, now=at(5), note="bedtime")
    assert offered.roles[COMMANDER] == ANN
    assert BOB in offered.invited
    with pytest.raises(Conflict, match="waits for you"):
        accept_handover(offered, by=EVE)
    taken = accept_handover(offered, by=BOB)
    assert taken.roles == {COMMANDER: BOB, DEPUTY: ANN}
    assert taken.handover is None


def test_command_can_be_offered_when_nobody_has_it():
    assert accept_handover(offer_handover(incident(), BOB, by=ANN, now=at(1)), by=BOB).roles == {
        COMMANDER: BOB
    }


def test_an_offer_can_be_declined_and_is_gone():
    offered = offer_handover(incident(commander=ANN), BOB, by=ANN, now=at(5))
    with pytest.raises(Conflict, match="waits for you"):
        decline_handover(offered, by=EVE)
    declined = decline_handover(offered, by=BOB)
    assert declined.roles[COMMANDER] == ANN
    with pytest.raises(Conflict, match="waits for you"):
        accept_handover(declined, by=BOB)


def test_an_offer_ends_when_command_is_given_away():
    offered = offer_handover(incident(commander=ANN), BOB, by=ANN, now=at(5))
    assert assign(offered, COMMANDER, EVE).handover is None
    assert assign(offered, COMMS, EVE).handover == offered.handover


def test_nobody_takes_command_by_offering_it_to_themselves():
    with pytest.raises(Invalid, match="somebody else"):
        offer_handover(incident(commander=ANN), EVE, by=EVE, now=at(5))
    with pytest.raises(Conflict, match="already"):
        offer_handover(incident(commander=ANN), ANN, by=EVE, now=at(5))


def test_tasks_are_numbered_from_one_and_keep_their_numbers():
    found = add_task(incident(), "  Drain\nnode-3 ", by=ANN, now=NOON, owner=BOB)
    found = add_task(found, "x" * 1000, by=ANN, now=NOON)
    assert [task.number for task in found.tasks] == [1, 2]
    assert found.tasks[0].text == "Drain node-3"
    assert len(found.tasks[1].text) == TASK_MAX
    done = set_task(found, 1, "done", now=at(3))
    assert (done.tasks[0].status, done.tasks[0].done_at) == ("done", at(3))
    assert done.tasks[1] == found.tasks[1]
    assert set_task(done, 1, "open", now=at(4)).tasks[0].done_at is None
    assert own_task(done, 2, EVE).tasks[1].owner == EVE
    with pytest.raises(Conflict, match="done already"):
        set_task(done, 1, "done", now=at(5))


def test_follow_ups_may_be_added_after_the_end():
    assert add_task(resolve(incident(), resolution(1)), "write it up", by=ANN, now=at(2)).tasks


@pytest.mark.parametrize("number", [0, 2, -1, 10**9])
def test_a_task_that_is_not_there_is_named(number):
    found = add_task(incident(), "one", by=ANN, now=NOON)
    with pytest.raises(NotFound, match=f"task {number};"):
        find_task(found, number)


def test_a_task_needs_words_and_there_is_an_end_to_them():
    with pytest.raises(Invalid, match="words"):
        add_task(incident(), " ", by=ANN, now=NOON)
    full = incident()
    for number in range(TASKS_MAX):
        full = add_task(full, f"task {number}", by=ANN, now=NOON)
    with pytest.raises(Conflict, match="tracker"):
        add_task(full, "one more", by=ANN, now=NOON)
