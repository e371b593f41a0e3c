"""What may happen to an incident, by example."""

from datetime import timedelta

import pytest

from bot.domain.incident import CloseReason, IncidentRole, Status
from bot.domain.lifecycle import (
    TITLE_MAX,
    Declaration,
    acknowledge,
    change_severity,
    close_without_resolving,
    declare,
    post_update,
    reopen,
    resolve,
    shorten,
    snooze,
)
from bot.domain.severity import DEFAULT_TIMETABLES, Severity
from bot.errors import Conflict, Invalid
from tests.unit.domain.values import ANN, BOB, EVE, NOON, at, incident, resolution, update

SEV1, SEV4 = (DEFAULT_TIMETABLES[level] for level in (Severity.SEV1, Severity.SEV4))


def test_a_declared_incident_owes_its_first_update_one_cadence_later():
    found = incident(commander=BOB, invite=(EVE, BOB))
    assert found.id == "INC-00042"
    assert found.channel_name == "inc-00042-checkout-is-slow"
    assert found.update_due_at == at(30)
    assert found.roles == {IncidentRole.COMMANDER: BOB}
    assert found.invited == (ANN, EVE, BOB)
    assert found.duration is None
    assert found.spoken_at == NOON


@pytest.mark.parametrize("title", ["", "  \n", "\u200b\u200e", "\x00"])
def test_a_title_that_nobody_can_see_is_refused(title):
    with pytest.raises(Invalid, match="title") as refused:
        declare(1, Declaration(title=title), by=ANN, now=NOON, timetable=SEV1)
    assert refused.value.field == "title"


def test_a_very_long_title_is_cut_with_an_ellipsis():
    found = incident(title="slow " * 2_000)
    assert len(found.title) == TITLE_MAX
    assert found.title.endswith("…")
    assert shorten("short", 5) == "short"


def test_an_update_starts_the_cadence_again_and_ends_a_snooze():
    before = snooze(incident(), timedelta(hours=2), now=at(10)).model_copy(update={"nags": 3})
    after = post_update(before, update(20, impact="half of the users"), Status.MONITORING)
    assert after.update_due_at == at(50)
    assert (after.snoozed_until, after.nags, after.updates) == (None, 0, 1)
    assert after.situation.impact == "half of the users"
    assert after.mitigated_at == at(20)
    assert post_update(after, update(25), Status.IDENTIFIED).mitigated_at == at(20)
    assert post_update(before, update(20)).status is Status.INVESTIGATING


def test_an_update_cannot_end_an_incident():
    with pytest.raises(Invalid, match="resolve"):
        post_update(incident(), update(1), Status.RESOLVED)


def test_a_worse_severity_makes_the_update_due_sooner_and_ends_a_snooze():
    calm = incident(severity=Severity.SEV4)
    assert calm.update_due_at == at(240)
    snoozed = snooze(calm, timedelta(hours=5), now=at(1))
    worse = change_severity(snoozed, Severity.SEV1, now=at(45), timetable=SEV1)
    assert worse.update_due_at == at(45)
    assert worse.snoozed_until is None
    assert worse.nags == 0
    better = change_severity(
        snooze(worse, timedelta(hours=1), now=at(46)), Severity.SEV4, now=at(47), timetable=SEV4
    )
    assert better.update_due_at == at(240)
    assert better.snoozed_until == at(106)


def test_the_same_severity_again_is_refused():
    with pytest.raises(Conflict, match="SEV2 already"):
        change_severity(incident(), Severity.SEV2, now=at(1), timetable=SEV1)


def test_the_first_to_acknowledge_is_kept():
    seen = acknowledge(incident(), by=BOB, now=at(2))
    assert (seen.acknowledged_by, seen.acknowledged_at) == (BOB, at(2))
    with pytest.raises(Conflict, match=BOB):
        acknowledge(seen, by=EVE, now=at(3))


def test_resolving_ends_it_and_forgets_what_was_due():
    ended = resolve(incident(), resolution(90))
    assert (ended.status, ended.ended_at, ended.mitigated_at) == (Status.RESOLVED, at(90), at(90))
    assert ended.duration == timedelta(minutes=90)
    assert (ended.update_due_at, ended.snoozed_until, ended.handover) == (None, None, None)
    assert not ended.is_open
    for again in (
        lambda: resolve(ended, resolution(91)),
        lambda: post_update(ended, update(91)),
        lambda: acknowledge(ended, by=ANN, now=at(91)),
        lambda: snooze(ended, timedelta(hours=1), now=at(91)),
    ):
        with pytest.raises(Conflict, match="reopen"):
            again()


def test_a_clock_that_was_set_back_makes_no_negative_duration():
    monitoring = post_update(incident(), update(20), Status.MONITORING)
    assert resolve(monitoring, resolution(-60)).ended_at == at(20)
    assert close_without_resolving(
        incident(), CloseReason.FALSE_ALARM, now=at(-5)
    ).duration == timedelta(0)
    assert post_update(incident(), update(-9), Status.MONITORING).mitigated_at == NOON


def test_a_duplicate_names_another_incident():
    for other in (None, "INC-00042"):
        with pytest.raises(Invalid, match="duplicate of"):
            close_without_resolving(
                incident(), CloseReason.DUPLICATE, now=at(1), duplicate_of=other
            )
    closed = close_without_resolving(
        incident(), CloseReason.DUPLICATE, now=at(1), duplicate_of="INC-00007"
    )
    assert (closed.status, closed.duplicate_of) == (Status.CLOSED, "INC-00007")
    assert closed.resolution is None


def test_an_ended_incident_can_be_taken_up_again():
    ended = resolve(incident(), resolution(60)).model_copy(update={"archived": True})
    again = reopen(ended, now=at(70))
    assert (again.status, again.update_due_at) == (Status.INVESTIGATING, at(100))
    assert (again.ended_at, again.mitigated_at, again.resolution) == (None, None, None)
    assert (again.reopened, again.archived) == (1, False)
    with pytest.raises(Conflict, match="open already"):
        reopen(again, now=at(71))


def test_an_incident_without_its_private_channel_stays_closed():
    closed = close_without_resolving(incident(private=True), CloseReason.NO_CHANNEL, now=at(1))
    with pytest.raises(Conflict, match="declare a new incident"):
        reopen(closed, now=at(2))


@pytest.mark.parametrize(
    "length", [timedelta(0), timedelta(seconds=59), timedelta(hours=24, seconds=1), -timedelta(1)]
)
def test_a_snooze_lasts_a_minute_to_a_day(length):
    with pytest.raises(Invalid, match="24h"):
        snooze(incident(), length, now=NOON)
