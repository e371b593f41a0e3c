"""SIGSTOP past the lease, and SIGCONT: a worker that wakes up changes nothing any more.

What cannot be promised: a process that is frozen between its last look at the lease and the send
posts when it wakes up, which may be after another has looked and posted. That is about a
millisecond of its own work, without a message in between: the bot is stopped here where it waits,
never in there. Of random moments about one in a hundred fell into it, in the busiest second.
"""

import asyncio

import pytest

from tests.kill.lives import DECLARE
from tests.kill.stage import Stages
from tests.kill.trials import IDLING, SET_UP, Death, Toll, clean, differences, run_all, side_of

READING = SET_UP | IDLING | {"GET", "HGET", "HMGET"}


@pytest.mark.timeout(600)
async def test_wherever_a_worker_freezes_past_its_lease_nothing_is_said_twice(stages: Stages):
    """Red with: a lease that counts from when the answer to `take` is read, a settle or a commit
    without a fence."""
    peace = await clean(stages, DECLARE)
    deaths = [
        death
        for death in peace.deaths
        if not death.point.answered  # for who is frozen both are the same
        and death.point.name not in READING
        and "docket" not in death.point.name
    ]
    toll = Toll(len(deaths))

    async def one(death: Death) -> None:
        async with stages.open() as stage:
            side_of(stage, death).arm(stage.at(death.point, stage.freeze))
            await DECLARE.acts(stage)
            await stage.settled()
            toll.died += len(stage.frozen)
            stage.thaw()
            await asyncio.sleep(0.7)
            await stage.settled()
            if wrong := await differences(stage, peace.picture):
                toll.wrong.append(f"{death}\n{wrong}")

    await run_all(one, deaths, toll)
    toll.told("frozen past the lease")
    assert toll.died > 0.8 * toll.planned
