"""SIGKILL at every message to Redis and every call of Slack, before and after it is done."""

import random

import pytest

from tests.kill.lives import DECLARE, FAILING, REST
from tests.kill.stage import Stages
from tests.kill.trials import clean, die_at

REACHED = 0.85  # of the planned points; a message of idling may not come so often in a second life


@pytest.mark.timeout(600)
async def test_wherever_the_bot_dies_an_incident_is_declared_once(stages: Stages):
    """Red with: an ack before the record, a post that is not read back, a commit that does not
    mark its intent as done, a lease or a hand-over that nobody takes up."""
    peace = await clean(stages, DECLARE)
    toll = await die_at(stages, DECLARE, peace.deaths, peace.picture)
    toll.told("declare")
    assert toll.died > REACHED * toll.planned


@pytest.mark.timeout(600)
async def test_wherever_the_bot_dies_the_rest_is_said_once_and_in_order(stages: Stages):
    """Red with: the same, and a click that counts twice, a lane that goes on past its first."""
    peace = await clean(stages, REST)
    every = 4
    deaths = peace.deaths[random.Random(41).randrange(every) :: every]  # noqa: S311 - a sample
    toll = await die_at(stages, REST, deaths, peace.picture)
    toll.told(f"update, claim, resolve (one of {every})")
    assert toll.died > REACHED * toll.planned


@pytest.mark.timeout(600)
async def test_wherever_the_bot_dies_a_failing_lane_is_told_once_and_goes_on(stages: Stages):
    """Red with: a report of a failure that is made again when its end was not noted, a Retry that
    posts without looking."""
    peace = await clean(stages, FAILING)
    every = 4
    deaths = peace.deaths[random.Random(42).randrange(every) :: every]  # noqa: S311 - a sample
    toll = await die_at(stages, FAILING, deaths, peace.picture)
    toll.told(f"a lane fails (one of {every})")
    assert toll.died > REACHED * toll.planned
