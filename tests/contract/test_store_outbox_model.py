"""The outbox against a model that is too simple to be wrong: lists, searched from the front.

Hypothesis makes up histories of owing, taking, settling, failing, waiting and freezing; after each
step both must say the same.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.domain.change import Change
from bot.domain.outbox import Entry, Priority
from bot.ports import Taken
from tests.support.changes import AUDIT, LEASE, due, entry
from tests.support.redis import NIGHT, StillClock, fake_store

LANE = "channel:C1"
INCIDENTS = (None, "INC-1", "INC-2", "INC-3")
incidents = st.sampled_from(INCIDENTS)
priorities = st.sampled_from(Priority)
waits = st.integers(0, 40).map(lambda seconds: timedelta(seconds=seconds))


@dataclass
class Owed:
    """What the model knows of an entry, in the order of `Model.line`."""

    id: str
    incident: str | None
    priority: Priority
    key: str | None
    after: str | None
    optional: bool
    state: str = "pending"
    not_before: datetime = NIGHT
    lease: datetime = NIGHT
    doubt: bool = False
    epoch: int = 0
    tries: int = 0


@dataclass
class Model:
    line: list[Owed] = field(default_factory=list)
    refs: set[tuple[str, str]] = field(default_factory=set)
    begun: Owed | None = None

    def owe(self, new: Owed) -> None:
        for at, old in enumerate(self.line):
            same = new.key is not None and (old.key, old.incident) == (new.key, new.incident)
            newest = not any(later.key == new.key for later in self.line[at + 1 :])
            if same and newest and old.state == "pending" and not old.doubt:
                new.not_before, new.epoch, new.tries = old.not_before, old.epoch, old.tries
                self.line[at] = new
                return
        self.line.append(new)

    def goes_at(self, one: Owed) -> datetime | None:
        if one.state == "failed":
            return None
        if one.state == "begun":
            return one.lease
        waits = one.incident and one.after and (one.incident, one.after) not in self.refs
        return None if waits else one.not_before

    def heads(self) -> list[Owed]:
        first: dict[object, Owed] = {}
        for one in self.line:
            first.setdefault(one.incident or one.id, one)
        return sorted(first.values(), key=lambda one: one.priority)  # stable: the older first

    def take(self, now: datetime) -> Owed | datetime | None:
        if self.begun and self.begun.lease > now:
            return self.begun.lease
        times = []
        for one in self.heads():
            at = self.goes_at(one)
            if at is not None and at <= now:
                one.doubt = one.doubt or one.state == "begun"
                one.state, one.lease, one.epoch = "begun", now + LEASE, one.epoch + 1
                self.begun = one
                return one
            times += [at] if at is not None else []
        return min(times) if times else None

    def leave(self, one: Owed) -> None:
        if self.begun is one:
            self.begun = None

    def remove(self, one: Owed) -> None:
        self.leave(one)
        self.line.remove(one)


class Outbox(RuleBasedStateMachine):
    """Both sides by side. `hands` are entries that somebody took and has not given back."""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock = StillClock()
        self.store = self.loop.run(self._open())
        self.model = Model()
        self.hands: list[tuple[Entry, Owed]] = []
        self.count = 0

    async def _open(self):
        return fake_store(self.clock)

    def teardown(self):
        self.loop.run(self.store.close())
        self.loop.close()

    @rule(
        incident=incidents,
        priority=priorities,
        key=st.sampled_from([None, None, "card"]),
        after=st.sampled_from([None, None, "channel"]),
        optional=st.booleans(),
    )
    def owe(self, incident, priority, key, after, optional):
        self.count += 1
        fields = {"priority": priority, "coalesce": key, "after": after, "optional": optional}
        owed = entry(f"e{self.count}", incident, **fields)
        self.loop.run(self.store.memory.commit(Change(entries=(owed,))))
        self.model.owe(Owed(owed.id, incident, priority, key, after, optional))

    @rule()
    def take(self):
        now = self.clock.now()
        got = self.loop.run(self.store.outbox.take(LANE, now=now, lease=LEASE))
        expected = self.model.take(now)
        if isinstance(got, Taken):
            assert isinstance(expected, Owed)
            assert (got.entry.id, got.entry.epoch) == (expected.id, expected.epoch)
            assert got.unknown == expected.doubt
            self.hands.append((got.entry, expected))
        else:
            assert got == expected

    def _hand(self, data):
        """A taken entry, and whether its taker still holds it."""
        at = data.draw(st.integers(0, len(self.hands) - 1))
        taken, owed = self.hands[at]
        holds = owed in self.model.line and (owed.state, owed.epoch) == ("begun", taken.epoch)
        return taken, owed, holds

    @precondition(lambda self: self.hands)
    @rule(data=st.data(), saves=st.booleans())
    def settle(self, data, saves):
        taken, owed, holds = self._hand(data)
        saved = {"channel": "C1"} if saves else {}
        assert self.loop.run(self.store.outbox.settle(taken, saved=saved, audit=AUDIT)) == holds
        if holds:
            self.model.remove(owed)
            if saves and owed.incident:
                self.model.refs.add((owed.incident, "channel"))

    @precondition(lambda self: self.hands)
    @rule(data=st.data(), wait=waits, error=st.sampled_from(["", "503"]))
    def postpone(self, data, wait, error):
        taken, owed, holds = self._hand(data)
        until = self.clock.now() + wait
        did = self.loop.run(self.store.outbox.postpone(taken, until=until, error=error))
        assert did == holds
        if holds:
            owed.state, owed.not_before = "pending", until
            owed.tries += bool(error)
            self.model.leave(owed)

    @precondition(lambda self: self.hands)
    @rule(data=st.data())
    def fail(self, data):
        taken, owed, holds = self._hand(data)
        assert self.loop.run(self.store.outbox.fail(taken, error="no", audit=AUDIT)) == holds
        if holds and (owed.optional or owed.incident is None):
            self.model.remove(owed)
        elif holds:
            owed.state = "failed"
            owed.tries += 1
            self.model.leave(owed)

    @rule(incident=st.sampled_from(INCIDENTS[1:]))
    def retry(self, incident):
        self.loop.run(self.store.memory.commit(Change(retry_lanes=((LANE, incident),))))
        first = next((one for one in self.model.line if one.incident == incident), None)
        if first and first.state == "failed":
            first.doubt = first.doubt or first.tries > 1
            first.state, first.not_before, first.tries = "pending", NIGHT, 0

    @rule(incident=st.sampled_from(INCIDENTS[1:]))
    def drop(self, incident):
        self.loop.run(self.store.memory.commit(Change(drop_lanes=((LANE, incident),))))
        line = self.model.line
        line[:] = [one for one in line if one.incident != incident or one.state == "begun"]

    @rule(wait=waits)
    def wait(self, wait):
        self.clock.forward(seconds=wait.total_seconds())

    @invariant()
    def failing_lanes_are_those_whose_first_entry_failed(self):
        for incident in INCIDENTS[1:]:
            mine = [one for one in self.model.line if one.incident == incident]
            failing = bool(mine) and mine[0].state == "failed"
            lanes = self.loop.run(self.store.memory.failing_lanes(incident))
            assert [lane.waiting for lane in lanes] == ([len(mine)] if failing else [])

    @invariant()
    def what_can_go_is_due(self):
        """Nothing waits without a wake-up, whatever happened before."""
        times = [self.model.goes_at(one) for one in self.model.heads()]
        if any(at is not None for at in times):
            assert f"lane:{LANE}" in self.loop.run(due(self.store))


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
