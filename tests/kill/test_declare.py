"""SIGKILL at every message to Redis and every call of Slack while an incident is declared."""

import pytest

from tests.kill.stage import Stages
from tests.kill.trials import clean, declare, die_at


@pytest.mark.timeout(240)
async def test_wherever_the_bot_dies_an_incident_is_declared_once(stages: Stages):
    """Red with: an ack before the record, a post that is not read back, a commit that does not
    mark its intent as done, a lease or hand-over that nobody takes up."""
    peace = await clean(stages, declare)
    toll = await die_at(stages, declare, peace.deaths, peace.picture)
    toll.told("declare")
    assert toll.died > 0.9 * toll.planned
