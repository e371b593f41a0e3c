"""Who people are: at most a minute old, and nobody when Slack is silent."""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import Unavailable
from bot.slack.directory import SlackDirectory, person_of
from bot.slack.said import SlackMessages
from sandbox.slack import Person
from sandbox.slack.model import BOT_USER

HERE = "C0INCIDENTS"


@pytest.fixture
def directory(api, clock, sandbox) -> SlackDirectory:
    return SlackDirectory(api, clock, sandbox.workspace.user("U0ANN").team_id)


async def test_flags(directory, sandbox):
    team = sandbox.workspace.user("U0ANN").team_id
    ann = await directory.person("U0ANN", team)
    assert (ann.name, ann.tz, ann.guest, ann.foreign, ann.bot, ann.deleted) == (
        "ann",
        "Europe/Berlin",
        False,
        False,
        False,
        False,
    )
    assert (await directory.person("U0GST", team)).guest
    assert (await directory.person("U0OUT", team)).deleted
    assert (await directory.person("U0STR", "T0OTHER")).foreign
    assert (await directory.person(BOT_USER, team)).bot
    assert (await directory.person("U0NOBODY", team)).deleted
    assert (await directory.person("U0ANN", "T0OTHER")).foreign


def test_what_is_missing_counts_against_them():
    unknown = person_of({"id": "U1"}, "T1")
    assert unknown.foreign
    assert person_of({"id": "U1", "team_id": "T1", "is_ultra_restricted": True}, "T1").guest
    grid = {"id": "W1", "team_id": "E1", "enterprise_user": {"teams": ["T1", "T2"]}}
    assert not person_of(grid, "T1").foreign
    assert person_of(grid, "T9").foreign


async def test_an_answer_lives_a_minute_and_many_ask_once(directory, sandbox, clock):
    await asyncio.gather(*(directory.person("U0ANN", "") for _ in range(20)))
    assert len(sandbox.calls_to("users.info")) == 1
    clock.ahead += timedelta(seconds=59)
    await directory.person("U0ANN", "")
    assert len(sandbox.calls_to("users.info")) == 1
    clock.ahead += timedelta(seconds=2)
    await directory.person("U0ANN", "")
    assert len(sandbox.calls_to("users.info")) == 2


@pytest.mark.parametrize("fault", ["error", "ratelimited", "lost_answer", "refused"])
async def test_it_fails_closed_and_remembers_no_failure(directory, sandbox, fault):
    sandbox.fault(fault, times=0, code="missing_scope")
    with pytest.raises(Unavailable):
        await directory.person("U0ANN", "")
    with pytest.raises(Unavailable):
        await directory.group("S0OPS")
    with pytest.raises(Unavailable):
        await directory.members(HERE)
    sandbox.clear_faults()
    assert (await directory.person("U0ANN", "")).name == "ann"


async def test_groups_and_members(directory):
    assert set(await directory.group("S0OPS")) == {"U0ANN", "U0BOB"}
    assert not await directory.group("S0GONE")
    assert {"U0ANN", "U0BOB"} <= set(await directory.members(HERE))
    assert not await directory.members("C0GONE")


async def test_a_message_is_found_also_in_a_thread(api, sandbox):
    ann = Person(sandbox, "U0ANN")
    first = await ann.say(HERE, "disk full")
    await ann.say(HERE, "another")
    reply = await ann.say(HERE, "since noon", first)
    messages = SlackMessages(api)
    found = await messages.find(HERE, first)
    assert found is not None
    assert (found.user, found.text) == ("U0ANN", "disk full")
    assert found.permalink.startswith("http")
    inside = await messages.find(HERE, reply)
    assert inside is not None
    assert inside.text == "since noon"
    assert await messages.find(HERE, "1.000001") is None
    assert await messages.find("C0GONE", first) is None
    sandbox.fault("error", times=1)
    with pytest.raises(Unavailable):
        await messages.find(HERE, first)
