"""Runs and approvals in any order: clicks, edits, expiries, deaths, moved worlds, jumping clocks.

What must always hold: nothing gated is touched without a valid approval of exactly that plan by
somebody else; a step that must not be repeated is not; every end says why; nothing stays locked.
"""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from redis import Redis
from structlog.testing import capture_logs

from bot.domain.run import Run, RunState
from bot.errors import OutcomeUnknown, Rejected, Unavailable
from bot.store.store import RedisStore
from bot.usecases.approvals import to_type
from tests.runs.office import Office, office
from tests.runs.plant import Killed
from tests.runs.town import ANN, BOB, DAN, EVE, LEA
from tests.runs.ways import Dying, allowed, true_answer
from tests.support.redis import StillClock

BOOKS = ("see", "grow", "restart", "both", "flush", "two", "confirmed", "sized count=3", "asking")
PEOPLE = st.sampled_from([ANN, BOB, EVE, DAN, LEA, "U0GUEST", "U0NOBODY"])
FAULTS = {"unknown": OutcomeUnknown, "silent": Unavailable, "refused": Rejected}
URL = ""
REACHED: Counter[str] = Counter()  # so that a machine that does nothing is noticed


class Life(RuleBasedStateMachine):
    """One workspace, two workers that take turns."""

    def __init__(self) -> None:
        super().__init__()
        with Redis.from_url(URL) as redis:
            redis.flushall()
        self.wrong: list[str] = []
        self.loop = asyncio.new_event_loop()
        self.clock = StillClock()
        self.store = RedisStore.at(URL, self.clock)
        self.workers = itertools.count(2)
        self.opened: Any = None
        self.shop: Office
        self.do(self._open(None))

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    async def _open(self, before: Office | None) -> None:
        shared = {}
        if before is not None:
            names = ("plant", "people", "slack", "numbers")
            shared = {name: getattr(before, name) for name in names}
        self.opened = office(self.store, self.clock, name=f"worker-{next(self.workers)}", **shared)
        self.shop = await self.opened.__aenter__()
        self.shop.plant.watch = self._must_be_allowed

    async def _must_be_allowed(self, step_key: str) -> None:
        """Keep what is wrong: an error in a step would only be noted as its unknown outcome."""
        REACHED["touched"] += 1
        try:
            await allowed(self.shop, step_key)
        except AssertionError as error:
            self.wrong.append(f"{step_key}: {error}")

    # ------------------------------------------------------------ what people do

    @rule(book=st.sampled_from(BOOKS), user=st.sampled_from([ANN, BOB, "U0NOBODY"]))
    def ask(self, book, user):
        self.clock.forward(seconds=1)
        self.do(self.shop.command(user, f"run {book}"))

    @rule(book=st.sampled_from(BOOKS), at=st.integers(0, 40), after=st.booleans())
    def ask_agree_and_work(self, book, at, after):
        """The usual way, with a death somewhere on it, or far behind its end."""
        self.ask(book, ANN)
        self.everybody_agrees(0)
        self.do(self._die(at, after=after))
        self.clock.forward(seconds=31)
        self.work()

    @rule(user=PEOPLE, place=st.integers(0, 5), how=st.sampled_from(["approve", "deny", "word"]))
    def answer_a_request(self, user, place, how):
        self.do(self._decide(user, place, how))

    async def _decide(self, user: str, place: int, how: str) -> None:
        value = await self._request(place)
        if value is None:
            return
        if how == "approve":
            await self.shop.click(user, "approval.approve", value)
        elif how == "deny":
            await self.shop.submit(user, "approval.deny", value, reason="not now")
        else:
            approval = await self.shop.about.runs.shelf.approval(value)
            expected = to_type(approval.plan)
            await self.shop.submit(user, "approval.typed", value, typed=expected)

    @rule(place=st.integers(0, 2))
    def everybody_agrees(self, place):
        for user in (BOB, LEA, DAN):
            self.do(self._decide(user, place, "approve"))
        self.do(self._decide(ANN, place, "word"))

    @rule(user=PEOPLE, place=st.integers(0, 3), count=st.integers(1, 9))
    def change_a_request(self, user, place, count):
        value = self.do(self._request(place))
        if value is not None:
            self.do(self.shop.submit(user, "approval.edit", value, count=str(count)))

    @rule(user=PEOPLE, place=st.integers(0, 3))
    def cancel(self, user, place):
        run = self.do(self._run(place))
        if run is not None:
            self.do(self.shop.click(user, "run.cancel", run.id))

    @rule(place=st.integers(0, 3))
    def again(self, place):
        run = self.do(self._run(place))
        if run is not None:
            self.clock.forward(seconds=1)
            self.do(self.shop.click(BOB, "run.retry", run.id))

    @rule(place=st.integers(0, 3), back=st.booleans())
    def answer_a_question(self, place, back):
        run = self.do(self._run(place))
        if run is not None:
            self.do(true_answer(self.shop, run, back=back))

    @rule(on=st.sampled_from([True, False, False, False]))
    def kill_switch(self, on):
        self.do(self.shop.command(LEA, "halt test" if on else "resume"))

    # ------------------------------------------------------------ what the world does

    @rule(minutes=st.sampled_from([-3, 0, 1, 6, 12, 35]))
    def the_clock_jumps(self, minutes):
        self.clock.forward(minutes=minutes)

    @rule()
    def work(self):
        self.do(self.shop.work())

    @rule(at=st.integers(0, 9), after=st.booleans())
    def a_worker_dies(self, at, after):
        self.do(self._die(at, after=after))

    async def _die(self, at: int, *, after: bool) -> None:
        real = self.store.memory
        shelf = self.shop.about.execution.desk.shelf
        object.__setattr__(shelf, "memory", Dying(real, at, after))
        try:
            await self.shop.work()
        except Killed:
            await self._open(self.shop)
        finally:
            object.__setattr__(shelf, "memory", real)

    @rule(
        where=st.sampled_from(["before", "after"]),
        action=st.sampled_from(["set", "restart", "flush", "look", "undo", "probe"]),
        fault=st.sampled_from(sorted(FAULTS)),
    )
    def a_fault(self, where, action, fault):
        if where == "after":
            fault = "unknown"  # what happened is never called not done
        getattr(self.shop.plant, where)[action].append(FAULTS[fault]("a fault"))

    @rule(replicas=st.integers(1, 4))
    def somebody_scales(self, replicas):
        self.shop.plant.values["replicas"] = replicas

    @rule(state=st.sampled_from(["healthy", "sick"]))
    def the_system_falls_ill(self, state):
        self.shop.plant.values["state"] = state

    @rule(inside=st.booleans())
    def eve_leaves_or_joins_the_operators(self, inside):
        self.shop.people.groups["S0OPS"] = {EVE} if inside else set()

    # ------------------------------------------------------------ what always holds

    @invariant()
    def nothing_that_must_not_be_repeated_is(self):
        plant = self.shop.plant
        twice = {
            key: count
            for key, count in plant.by_key.items()
            if count > 1 and key.startswith(("restart", "flush"))
        }
        assert not twice

    @invariant()
    def nothing_is_touched_that_may_not_be(self):
        assert not self.wrong

    @invariant()
    def every_run_explains_itself(self):
        for run in self.do(self._runs()):
            if run.is_over:
                assert run.ended_at is not None
                assert run.question is None
                assert run.why or run.state is RunState.SUCCEEDED
                assert not run.locks
            assert (run.state is RunState.ASKING) == (run.question is not None)
            assert run.begun is None or run.state in {RunState.RUNNING, RunState.ROLLING_BACK}

    def teardown(self):
        try:
            self.do(self._finish())
        finally:
            self.do(self.opened.__aexit__(None, None, None))
            self.do(self.store.close())
            self.loop.close()

    async def _finish(self) -> None:
        """Heal everything, answer everything: every run ends and every lock is free."""
        plant = self.shop.plant
        plant.before.clear()
        plant.after.clear()
        await self.shop.command(LEA, "resume")
        for _ in range(12):
            await self.shop.pass_time(minutes=31)
            runs = await self._runs()
            for run in runs:
                await true_answer(self.shop, run, back=False)
        runs = await self._runs()
        assert all(run.is_over for run in runs), [(r.state, r.question) for r in runs]
        names = ["system:shop", "plant/replicas", "plant/api"]
        REACHED.update(run.state.value for run in runs)
        for lock in await self.shop.about.runs.shelf.locks(names):
            assert not lock.holder
            assert not lock.waiting

    async def _runs(self) -> list[Run]:
        return await self.shop.about.runs.shelf.newest("runs", 100)

    async def _run(self, place: int) -> Run | None:
        runs = await self._runs()
        return runs[place] if place < len(runs) else None

    async def _request(self, place: int) -> str | None:
        run = await self._run(place)
        return run.approval if run is not None else None

    @initialize()
    def begin(self):
        self.ask("grow", ANN)


def test_in_any_order(embedded_url):
    global URL  # noqa: PLW0603 -- hypothesis makes the machine without arguments
    URL = embedded_url
    long = settings(
        max_examples=int(os.environ.get("EXAMPLES", "150")),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with capture_logs():  # thousands of refusals
        run_state_machine_as_test(Life, settings=long)
    assert REACHED["touched"] > 50, REACHED
    assert {"succeeded", "cancelled", "expired"} <= set(REACHED), REACHED
