"""A bot that dies again and again, and one that dies together with its Redis."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from tests.kill.lives import REST, all_of_it, declare
from tests.kill.portrait import portrait
from tests.kill.stage import Stage, Stages
from tests.kill.trials import (
    Clean,
    Death,
    Life,
    Toll,
    clean,
    deaths_of,
    differences,
    nothing,
    run_all,
)
from tests.support.redis_proxy import Point
from tests.support.zygote import Bot

SEEDS = range(6)
DIES_AFTER = (10, 90)
ALL = Life(all_of_it)


def restless(stage: Stage, seed: int) -> None:
    """Let every bot die at one of its first messages, half of them after it is done.

    Under about ten nothing would ever be done: so many it takes to hand over and take one entry.
    """
    dice = random.Random(seed)  # noqa: S311 - reproducible

    def doom(bot: Bot) -> None:
        left, answered = dice.randint(*DIES_AFTER), dice.random() < 0.5

        def meet(point: Point) -> bool:
            nonlocal left
            left -= point.answered == answered
            if left:
                return True
            bot.kill()
            return False

        assert stage.proxy is not None
        stage.proxy.arm(meet)

    stage.on_birth = doom
    for bot in stage.bots:
        doom(bot)


@pytest.mark.timeout(600)
async def test_a_bot_that_dies_every_few_messages_gets_everything_done_once(stages: Stages):
    """Red with: an effect that is only noted in memory, a step that begins anew each time, a
    start that does harm to what is under way."""
    peace = await clean(stages, ALL)
    deaths = [Death("redis", Point(f"seed {seed}", 1)) for seed in SEEDS]
    toll = Toll(len(deaths))

    async def one(death: Death) -> None:
        async with stages.open() as stage:
            restless(stage, SEEDS[deaths.index(death)])
            await all_of_it(stage)
            toll.died += stage.deaths
            if wrong := await differences(stage, peace.picture):
                toll.wrong.append(f"{death}\n{wrong}")

    await run_all(one, deaths, toll)
    toll.told("dying again and again")
    assert toll.died > 5 * len(SEEDS)


# ---------------------------------------------------------------- with its own Redis


def kill_both(stage: Stage, *, server_first: bool) -> None:
    """SIGKILL the bot and the Redis that it started."""
    [bot] = stage.bots
    children = Path(f"/proc/{bot.pid}/task/{bot.pid}/children").read_text("ascii").split()
    victims = [*map(int, children), bot.pid] if server_first else [bot.pid, *map(int, children)]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)


async def clean_with_own_redis(stages: Stages, life: Life) -> Clean:
    async with stages.open_with_own_redis() as stage:
        await life.before(stage)
        stage.calls.arm()
        await life.acts(stage)
        await stage.settled()
        return Clean((await portrait(stage)), deaths_of(stage))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("life", [Life(declare), REST], ids=["declare", "the rest"])
async def test_nothing_acknowledged_is_lost_when_bot_and_redis_are_killed(
    stages: Stages, life: Life
):
    """Red with: an append-only file that is not written before the answer, a start that finds the
    old server's lock, held work that waits for ever."""
    peace = await clean_with_own_redis(stages, life)
    deaths = peace.deaths[:: 1 if life.before is nothing else 3]
    toll = Toll(len(deaths))
    room = asyncio.Semaphore(12)

    async def one(death: Death) -> None:
        async with room, stages.open_with_own_redis() as stage:
            await life.before(stage)

            def strike() -> bool:
                kill_both(stage, server_first=deaths.index(death) % 4 < 2)
                toll.died += 1
                return False

            stage.calls.arm(stage.at(death.point, strike))
            await life.acts(stage)
            await stage.settled()
            if wrong := await differences(stage, peace.picture):
                toll.wrong.append(f"{death}\n{wrong}")

    await run_all(one, deaths, toll)
    toll.told("bot and Redis")
    assert toll.died == toll.planned
