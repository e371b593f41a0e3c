"""Who is reminded when: by example, and over two simulated days with a clock that misbehaves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.incident import IncidentRole
from bot.domain.lifecycle import Declaration, declare, post_update, resolve, snooze
from bot.domain.reminders import (
    MAX_NAGS,
    NAG_EVERY,
    QUIET_AFTER_UPDATE,
    nag,
    nagged,
    next_wake,
)
from bot.domain.roles import assign
from bot.domain.severity import DEFAULT_TIMETABLES, Severity
from bot.errors import Invalid
from tests.unit.domain.values import ANN, BOB, EVE, at, incident, resolution, update

MINUTE = timedelta(minutes=1)


def test_nothing_is_said_before_the_update_is_due():
    assert next_wake(incident()) == at(30)
    assert nag(incident(), now=at(29)) is None
    assert nag(incident(), now=at(30)).overdue == timedelta(0)
    assert nag(incident(), now=at(47)).overdue == 17 * MINUTE


def test_it_goes_to_the_owner_then_the_deputy_then_everyone():
    one = incident(commander=ANN)
    one = assign(assign(one, IncidentRole.COMMS, BOB), IncidentRole.DEPUTY, EVE)
    seen = []
    while (wake := next_wake(one)) is not None:
        seen.append((wake, nag(one, now=wake).to))
        one = nagged(one, now=wake)
    asked = [BOB, EVE, *[None] * (MAX_NAGS - 2)]
    assert seen == [(at(30 + 10 * step), to) for step, to in enumerate(asked)]


def test_without_roles_it_goes_to_who_declared():
    one = incident()
    assert [nag(one, now=at(30)).to, nag(nagged(one, now=at(30)), now=at(40)).to] == [ANN, ANN]
    led = incident(commander=BOB)
    assert [nag(led, now=at(30)).to, nag(nagged(led, now=at(30)), now=at(40)).to] == [BOB, BOB]


def test_a_snooze_puts_the_next_one_off_once():
    one = snooze(incident(), timedelta(hours=1), now=at(5))
    assert next_wake(one) == at(65)
    assert nag(one, now=at(64)) is None
    after = nagged(one, now=at(65))
    assert after.snoozed_until is None
    assert next_wake(after) == at(75)


def test_a_snooze_that_is_over_before_the_update_is_due_is_refused():
    """Red when: "snoozed until" on the card names a time before the one that counts."""
    for minutes in (1, 20, 25):
        with pytest.raises(Invalid, match=r"due in 25m.*Snooze for longer: `/incident snooze 40m`"):
            snooze(incident(), minutes * MINUTE, now=at(5))
    assert next_wake(snooze(incident(), 26 * MINUTE, now=at(5))) == at(31)
    assert next_wake(snooze(incident(), MINUTE, now=at(40))) == at(41)


def test_after_an_outage_reminders_do_not_come_all_at_once():
    """The bot was down from before the update was due until three hours later."""
    one = nagged(incident(), now=at(210))
    assert nag(one, now=at(211)) is None
    assert next_wake(one) == at(220)


def test_no_reminder_right_after_an_update_however_short_the_cadence():
    one = incident().model_copy(update={"cadence": MINUTE})
    one = post_update(one, update(10))
    assert one.update_due_at == at(11)
    assert next_wake(one) == at(15)


def test_an_ended_incident_is_left_alone():
    assert next_wake(resolve(incident(), resolution(5))) is None
    assert nag(resolve(incident(), resolution(5)), now=at(500)) is None


# The nights on which Berlin's clocks change, and one on which they do not.
nights = st.sampled_from([(2026, 10, 24), (2026, 3, 28), (2026, 11, 20)])
# One thing in each of up to 300 steps over 48 h: an update, a snooze, the clock set, or nothing.
steps = st.lists(
    st.tuples(
        st.sampled_from(["wait", "wait", "wait", "update", "snooze", "set the clock"]),
        st.integers(1, 40),
        st.integers(-90, 90),
    ),
    min_size=10,
    max_size=150,
)


@settings(max_examples=80, deadline=None)
@given(night=nights, steps=steps, severity=st.sampled_from(list(Severity)))
def test_two_days_of_reminders_keep_their_distance(night, steps, severity):
    """Never within five minutes of an update, ten minutes apart, six at most, on any clock."""
    now = datetime(*night, 20, 0, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    end = now + timedelta(hours=48)
    said = Declaration(title="slow", severity=severity)
    one = declare(1, said, by=ANN, now=now, timetable=DEFAULT_TIMETABLES[severity])
    since_update, last = 0, None
    for what, wait, jump in steps:
        for _ in range(wait):
            now += MINUTE
            reminder = nag(one, now=now)
            if reminder is None:
                continue
            assert now - one.spoken_at >= QUIET_AFTER_UPDATE
            assert now >= one.update_due_at
            assert last is None or now - last >= NAG_EVERY
            one, last, since_update = nagged(one, now=now), now, since_update + 1
            assert since_update <= MAX_NAGS
        if now > end:
            break
        if what == "update":
            one = post_update(one, update(0).model_copy(update={"at": now}))
            since_update, last = 0, None
        elif what == "snooze":
            left = max(one.update_due_at - now, timedelta(0))
            one, since_update = snooze(one, left + wait * MINUTE, now=now), 0
        elif what == "set the clock":
            now += jump * MINUTE


@settings(max_examples=20, deadline=None)
@given(night=nights, hours=st.integers(1, 47))
def test_an_hour_is_an_hour_also_when_the_clocks_change(night, hours):
    start = datetime(*night, 20, 0, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    spoken = start + timedelta(hours=hours)
    one = declare(
        1,
        Declaration(title="slow", severity=Severity.SEV3),
        by=ANN,
        now=start,
        timetable=DEFAULT_TIMETABLES[Severity.SEV3],
    )
    one = post_update(one, update(0).model_copy(update={"at": spoken}))
    assert next_wake(one) - spoken == timedelta(hours=1)
    assert nag(one, now=spoken + timedelta(minutes=59)) is None
    assert nag(one, now=spoken + timedelta(minutes=60)) is not None
