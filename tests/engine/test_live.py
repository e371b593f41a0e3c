"""Live choices: fast from the cache, true at submit."""

import asyncio
from datetime import timedelta

import pytest

from bot.engine.live import CHOICES_MAX, LiveChoices
from bot.errors import Invalid, Unavailable
from tests.engine.kit import NOW, listing

TEXT = """params:
  service: {type: live, uses: toy.services, field: names, example: api, required: false}
steps: [{uses: toy.look, with: {service: "{service}"}}]
"""


class Asked:
    """Answers as told; counts how often."""

    def __init__(self):
        self.answer = ("api", "worker")
        self.delay_s = 0.0
        self.broken = None
        self.count = 0

    async def __call__(self, _runbook, _name):
        self.count += 1
        await asyncio.sleep(self.delay_s)
        if self.broken:
            raise self.broken
        return self.answer


@pytest.fixture
async def asked():
    return Asked()


@pytest.fixture
async def live(asked):
    choices = LiveChoices(asked)
    yield choices
    await choices.close()


@pytest.fixture
def runbook(tmp_path):
    return listing(tmp_path, TEXT).runbook


async def test_the_second_question_within_a_minute_is_answered_from_the_cache(live, asked, runbook):
    for seconds in (0, 59):
        now = NOW + timedelta(seconds=seconds)
        assert await live.choices(runbook, "service", now=now) == ("api", "worker")
    assert asked.count == 1
    await live.choices(runbook, "service", now=NOW + timedelta(seconds=61))
    assert asked.count == 2


async def test_a_slow_system_is_answered_for_within_a_second(live, asked, runbook):
    await live.choices(runbook, "service", now=NOW)
    asked.delay_s, asked.answer = 5, ("new",)
    async with asyncio.timeout(1):
        later = NOW + timedelta(minutes=5)
        assert await live.choices(runbook, "service", now=later) == ("api", "worker")


async def test_a_slow_answer_is_there_for_the_next_question(live, asked, runbook):
    asked.delay_s = 1.0
    with pytest.raises(Unavailable, match="type the value"):
        await live.choices(runbook, "service", now=NOW)
    await asyncio.sleep(0.4)
    assert await live.choices(runbook, "service", now=NOW) == ("api", "worker")
    assert asked.count == 1


async def test_many_at_once_ask_once(live, asked, runbook):
    asked.delay_s = 0.05
    found = await asyncio.gather(*(live.choices(runbook, "service", now=NOW) for _ in range(20)))
    assert set(found) == {("api", "worker")}
    assert asked.count == 1


async def test_a_system_that_is_down_is_answered_for_from_before(live, asked, runbook):
    await live.choices(runbook, "service", now=NOW)
    asked.broken = Unavailable("down")
    later = NOW + timedelta(hours=1)
    assert await live.choices(runbook, "service", now=later) == ("api", "worker")


async def test_at_submit_the_truth_is_asked_again(live, asked, runbook):
    await live.choices(runbook, "service", now=NOW)
    asked.answer = ("worker",)
    with pytest.raises(Invalid, match="one of what is there: `worker`") as error:
        await live.must_be_there(runbook, {"service": "api"}, now=NOW)
    assert error.value.field == "service"
    await live.must_be_there(runbook, {"service": "worker"}, now=NOW)
    await live.must_be_there(runbook, {"service": None}, now=NOW)


async def test_at_submit_nothing_passes_while_the_system_is_down(live, asked, runbook):
    asked.broken = Unavailable("down")
    with pytest.raises(Unavailable):
        await live.must_be_there(runbook, {"service": "api"}, now=NOW)


async def test_a_menu_holds_what_slack_shows_and_submit_knows_all(live, asked, runbook):
    asked.answer = tuple(f"s{number}" for number in range(150))
    assert len(await live.choices(runbook, "service", now=NOW)) == CHOICES_MAX
    await live.must_be_there(runbook, {"service": "s149"}, now=NOW)


async def test_another_version_of_the_runbook_asks_anew(live, asked, runbook):
    await live.choices(runbook, "service", now=NOW)
    edited = runbook.model_copy(update={"title": "Other"})
    await live.choices(edited, "service", now=NOW)
    assert asked.count == 2
