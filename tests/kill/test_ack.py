"""What the person is told when the bot dies before it could answer."""

import pytest

from tests.kill.lives import FIRST, number_of
from tests.kill.stage import Stages
from tests.kill.trials import Death, kill_at
from tests.support.redis_proxy import Point

TITLE = "checkout is slow"
WORDS = f"declare sev1 {TITLE}"


@pytest.mark.timeout(300)
async def test_killed_before_the_record_the_person_sees_an_error_and_tries_again(stages: Stages):
    """Red with: an ack before the record."""
    async with stages.open() as stage:
        ann = stage.person("U0ANN")
        dead = kill_at(stage, Death("redis", Point("record *", 1)))
        told = await ann.command("/incident", WORDS)
        assert dead()
        assert (told.status, told.error) == (0, "dispatch_failed")
        await stage.settled()
        assert await number_of(stage, TITLE) is None
        assert not stage.calls.seen or stage.calls.seen[-1].name == "auth.test"
        assert (await ann.command("/incident", WORDS)).status == 200
        await stage.settled()
        assert await stage.store.memory.marked("incidents") == [FIRST]


@pytest.mark.timeout(300)
async def test_killed_between_record_and_ack_it_happens_though_an_error_was_shown(stages: Stages):
    """Slack shows an error, the answer to the command follows: whoever looks does not repeat it.

    Red with: work that only the process that heard the request knows of.
    """
    async with stages.open() as stage:
        ann = stage.person("U0ANN")
        dead = kill_at(stage, Death("redis", Point("record *", 1, answered=True)))
        told = await ann.command("/incident", WORDS)
        assert dead()
        assert (told.status, told.error) == (0, "dispatch_failed")
        await stage.settled()
        assert await stage.store.memory.marked("incidents") == [FIRST]
        assert any(FIRST in line["text"] for line in ann.ephemerals("C0INCIDENTS"))


@pytest.mark.timeout(300)
async def test_killed_the_moment_it_acknowledged_it_has_promised_and_keeps_it(stages: Stages):
    """Red with: an ack before the record, or an intent kept in the process."""
    async with stages.open() as stage:
        told = await stage.person("U0ANN").command("/incident", WORDS)
        stage.bots[0].kill()
        assert told.status == 200
        await stage.settled()
        assert await stage.store.memory.marked("incidents") == [FIRST]
