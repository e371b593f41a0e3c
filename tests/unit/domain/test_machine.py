"""Every operation in any order, with a clock that jumps: what must stay true of an incident."""

import re
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain import lifecycle, reminders, roles
from bot.domain.incident import CloseReason, Incident, IncidentRole, Resolution, Status, Update
from bot.domain.severity import DEFAULT_TIMETABLES
from bot.errors import UserError
from tests.unit.domain.values import NOON, people, severities, texts

NEXT_STEP = re.compile(r"already|`|ask them|Name |declare a new|tracker|what do people notice")
COMMANDER = IncidentRole.COMMANDER
minutes = st.integers(-20, 300)
in_roles = st.sampled_from(list(IncidentRole))


class Life(RuleBasedStateMachine):
    """One incident. `given` is who may have become commander by the last operation."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.one: Incident
        self.given: str | None = None

    @initialize(
        severity=severities, title=texts, commander=st.none() | people, private=st.booleans()
    )
    def declared(self, severity, title, commander, private):
        said = lifecycle.Declaration(
            title=f"slow {title}", severity=severity, commander=commander, private=private
        )
        timetable = DEFAULT_TIMETABLES[severity]
        self.one = lifecycle.declare(7, said, by="U0ANN", now=self.now, timetable=timetable)
        self.given = commander

    def do(self, operation, *arguments, **named):
        """Do it, or be refused: then nothing has moved and the person knows how to go on."""
        try:
            moved = operation(self.one, *arguments, **named)
        except UserError as error:
            refusal = str(error)
        else:
            return self.keep(moved)
        assert NEXT_STEP.search(refusal), refusal
        return None

    def keep(self, moved):
        assert moved.version == self.one.version
        assert moved.id == self.one.id
        self.one = moved
        return moved

    @rule(jump=minutes)
    def time_passes_or_the_clock_is_set(self, jump):
        self.now += timedelta(minutes=jump)

    @rule(by=people, text=texts, status=st.none() | st.sampled_from(list(Status)))
    def update(self, by, text, status):
        told = Update(by=by, at=self.now, text=text, impact=text)
        if self.do(lifecycle.post_update, told, status):
            assert self.one.spoken_at == self.now
            assert reminders.next_wake(self.one) >= self.now + reminders.QUIET_AFTER_UPDATE

    @rule(severity=severities)
    def change_severity(self, severity):
        timetable = DEFAULT_TIMETABLES[severity]
        if self.do(lifecycle.change_severity, severity, now=self.now, timetable=timetable):
            assert self.one.cadence == timetable.cadence
            assert self.one.update_due_at >= self.now

    @rule(by=people)
    def acknowledge(self, by):
        self.do(lifecycle.acknowledge, by=by, now=self.now)

    @rule(by=people)
    def resolve(self, by):
        self.do(lifecycle.resolve, Resolution(by=by, at=self.now))

    @rule(
        reason=st.sampled_from(list(CloseReason)),
        other=st.sampled_from([None, "INC-00007", "INC-1"]),
    )
    def close(self, reason, other):
        self.do(lifecycle.close_without_resolving, reason, now=self.now, duplicate_of=other)

    @precondition(lambda self: not self.one.is_open)
    @rule()
    def reopen(self):
        self.do(lifecycle.reopen, now=self.now)

    @rule(length=st.integers(-5, 2000))
    def snooze(self, length):
        if self.do(lifecycle.snooze, timedelta(minutes=length), now=self.now):
            assert reminders.next_wake(self.one) >= self.now + timedelta(minutes=length)

    @rule(role=in_roles, user=people)
    def assign(self, role, user):
        if self.do(roles.assign, role, user) and role is COMMANDER:
            self.given = user

    @rule(role=in_roles, user=people)
    def claim(self, role, user):
        free = self.one.roles.get(role) is None
        if self.do(roles.claim, role, user):
            assert free
            if role is COMMANDER:
                self.given = user

    @rule(to=people, by=people)
    def offer(self, to, by):
        self.do(roles.offer_handover, to, by=by, now=self.now)

    @rule(by=people)
    def accept(self, by):
        offered = self.one.handover
        if self.do(roles.accept_handover, by=by):
            assert offered is not None
            assert offered.to == by
            self.given = by

    @rule(by=people)
    def decline(self, by):
        self.do(roles.decline_handover, by=by)

    @rule(text=texts, by=people, owner=st.none() | people)
    def add_task(self, text, by, owner):
        self.do(roles.add_task, text, by=by, now=self.now, owner=owner)

    @rule(number=st.integers(-1, 4), status=st.sampled_from(["open", "in progress", "done"]))
    def set_task(self, number, status):
        self.do(roles.set_task, number, status, now=self.now)

    @rule(number=st.integers(-1, 4), owner=people)
    def own_task(self, number, owner):
        self.do(roles.own_task, number, owner)

    @rule()
    def the_timer_fires(self):
        reminder = reminders.nag(self.one, now=self.now)
        if reminder is None:
            return
        quiet = self.now - self.one.spoken_at
        assert quiet >= reminders.QUIET_AFTER_UPDATE
        assert reminder.overdue >= timedelta(0)
        assert reminder.step == self.one.nags
        self.one = reminders.nagged(self.one, now=self.now)
        wake = reminders.next_wake(self.one)
        assert wake is None or wake >= self.now + reminders.NAG_EVERY

    @invariant()
    def what_is_due_belongs_to_open_incidents(self):
        one = self.one
        assert (one.update_due_at is not None) == one.is_open
        assert (one.ended_at is None) == one.is_open
        assert one.is_open or reminders.next_wake(one) is None
        assert one.is_open or (one.handover, one.snoozed_until, one.nags) == (None, None, 0)
        assert 0 <= one.nags <= reminders.MAX_NAGS

    @invariant()
    def times_are_in_order(self):
        one = self.one
        if one.mitigated_at is not None:
            assert one.mitigated_at >= one.declared_at
            assert one.ended_at is None or one.mitigated_at <= one.ended_at
        assert one.duration is None or one.duration >= timedelta(0)

    @invariant()
    def the_end_says_why(self):
        one = self.one
        assert (one.status is Status.RESOLVED) == (one.resolution is not None)
        assert (one.status is Status.CLOSED) == (one.close_reason is not None)

    @invariant()
    def command_moved_only_by_the_ways_there_are(self):
        assert self.one.roles.get(COMMANDER) == self.given

    @invariant()
    def who_has_a_role_is_invited_once(self):
        assert set(self.one.roles.values()) <= set(self.one.invited)
        assert len(set(self.one.invited)) == len(self.one.invited)

    @invariant()
    def tasks_are_numbered_without_a_gap(self):
        assert [task.number for task in self.one.tasks] == list(range(1, len(self.one.tasks) + 1))
        assert all((task.done_at is not None) == (task.status == "done") for task in self.one.tasks)

    @invariant()
    def it_can_be_stored(self):
        assert Incident.model_validate_json(self.one.model_dump_json()) == self.one


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
