"""Who is called while nobody acknowledges: by the table, through restarts, with and without PD."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from bot.store import keys

from sandbox.pagerduty import PagerDutySandbox
from tests.pagerduty.conftest import Woken, told
from tests.scenario.steps import Scene, matching
from tests.support.redis import StillClock
from tests.support.world import Unpaced, running, world

DOWN = "sev1 --system mcp-cortex models are down"


async def minute(at: Scene, minutes: float) -> list[str]:
    """Let minutes pass; the calls that were made in the channel so far."""
    at.world.bot.clock.forward(minutes=minutes)
    await at.settled()
    return matching("📟|📣 Nobody", at.said(await at.channel()))


@pytest.fixture
async def alone(embedded_url: str, clock: StillClock) -> AsyncIterator[Scene]:
    """A bot without PagerDuty, where time stands."""
    with Redis.from_url(embedded_url) as redis:
        redis.flushall()
    async with world(embedded_url, clock=clock) as made:
        yield Scene(made)


async def levels(at: Scene) -> list[tuple[int, float, tuple[str, ...]]]:
    """Return (level, minutes after the incident began, users) of all that was tried."""
    ladder = await at.bot.use.escalations.ladder("INC-00001")
    begun = (await at.incident()).declared_at
    return [(one.level, (one.at - begun) / timedelta(minutes=1), one.users) for one in ladder.tried]


async def test_levels_at_5_15_and_30_minutes_without_pagerduty(alone: Scene) -> None:
    """Mention in the channel, direct message, invitation; the card and timeline say who."""
    await alone.type(f"declare {DOWN}")
    for minutes in (4.9, 0.1, 9.9, 0.1, 14.9, 0.1, 60):
        await minute(alone, minutes)
    assert await levels(alone) == [
        (1, 5.0, ("U0BOB",)),
        (2, 15.0, ("U0LEA",)),
        (3, 30.0, ("U0ADA",)),
    ]
    assert matching("calls you in", alone.told("U0LEA"))
    channel = await alone.channel()
    assert {"U0LEA", "U0ADA"} <= set(alone.slack.workspace.channel(channel).members)
    assert len([one for one in await alone.timeline() if one.startswith("escalated")]) == 3


async def test_an_acknowledgement_stops_it_in_either_place(still: Woken) -> None:
    """On the phone as in Slack."""
    await still.type(f"declare {DOWN}")
    await still.calm()
    await minute(still, 5)
    await still.pressed("acknowledge")
    await minute(still, 60)
    assert [one[0] for one in await levels(still)] == [1]


async def test_the_card_says_who_was_tried_and_who_is_next(alone: Scene) -> None:
    """One line of it."""
    await alone.type(f"declare {DOWN}")
    await minute(alone, 5)
    channel = await alone.channel()
    from tests.scenario.steps import words  # noqa: PLC0415 - beside its use

    card = words(alone.card(channel))
    assert matching(r"\*Service Down\* level 1 oncall .*<@U0BOB> · next .*: team-lead", [card])


async def test_escalate_now_skips_the_wait_and_the_clock_goes_on_from_there(alone: Scene) -> None:
    """Level 1 by hand at minute 1; level 2 at 15 as the table says."""
    channel = await alone.declare(DOWN)
    await minute(alone, 1)
    await alone.type("escalate", channel=channel)
    await minute(alone, 14)
    assert await levels(alone) == [(1, 1.0, ("U0BOB",)), (2, 15.0, ("U0LEA",))]


async def test_a_title_that_nobody_holds_is_said(alone: Scene) -> None:
    """No silence when a level has nobody behind it."""
    await alone.type("declare sev3 --system mcp-cortex accuracy fell")
    await minute(alone, 31)
    assert await levels(alone) == [
        (1, 31.0, ("U0LEA",)),
        (2, 31.0, ("U0ADA",)),
        (3, 31.0, ()),
    ]
    channel = await alone.channel()
    assert matching("nobody is set up as `cto`", alone.said(channel))


async def test_scroll_calls_at_once(alone: Scene) -> None:
    """P0: on-call engineer and AI team lead with the first breath."""
    await alone.type("declare sev1 --system scrolluniversity all is down")
    await alone.settled()
    assert await levels(alone) == [(1, 0.0, ("U0BOB", "U0LEA"))]


@asynccontextmanager
async def started(
    first: Scene, told_settings: Any, clock: StillClock
) -> AsyncIterator[Scene]:
    """Start the bot again in the same workspace."""
    async with running(first.slack, told_settings, pace=Unpaced(), clock=clock) as made:
        yield Scene(made)


@pytest.mark.timeout(240)
async def test_48_hours_with_restarts_and_a_change_of_clocks(
    embedded_url: str, clock: StillClock
) -> None:
    """Each jump is to the next thing that is due; every level is at its minute, whoever is up.

    The clocks of Berlin go back in the second night, in the middle of an escalation.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - of this alone
    from tests.support.world import settings_for  # noqa: PLC0415 - of this alone
    from sandbox.slack import SlackSandbox  # noqa: PLC0415 - of this alone
    from bot.bootstrap.parts import find_commands  # noqa: PLC0415 - of this alone
    from bot.slack.manifest import manifest  # noqa: PLC0415 - of this alone
    from tests.support.world import SIGNING_SECRET  # noqa: PLC0415 - of this alone

    clock.at = datetime(2026, 10, 24, 2, 0, tzinfo=UTC)
    end = clock.at + timedelta(hours=48)
    with Redis.from_url(embedded_url) as redis:
        redis.flushall()
    sandbox = SlackSandbox(
        signing_secret=SIGNING_SECRET,
        manifest=manifest(find_commands(), socket_mode=False, request_url="https://bot.invalid"),
        rate_limits=False,
        retry_delays=(0.0, 0.05, 0.1),
        clock=lambda: clock.now().timestamp(),
    )
    declared = [clock.at + timedelta(hours=hours) for hours in (0, 11, 22.4, 37)]
    titles = ["models are down", "it is slow", "models are down", "a breach"]
    async with sandbox, PagerDutySandbox(clock=clock.now) as pd:
        settings = settings_for(sandbox, redis_url=embedded_url).model_copy(update=told(pd))
        number = 0
        while clock.at < end:
            async with running(sandbox, settings, pace=Unpaced(), clock=clock) as made:
                at, until = Scene(made), min(clock.at + timedelta(hours=12), end)
                pd.hooks.url = f"{made.url}/webhooks/pagerduty"
                while clock.at < until:
                    if number < len(declared) and clock.at >= declared[number]:
                        await at.type(f"declare sev1 --system mcp-cortex {titles[number]}")
                        number += 1
                    await at.settled()
                    clock.at = min(next_due(embedded_url, clock.at), until, *declared[number:])
                await at.settled()
        async with running(sandbox, settings, pace=Unpaced(), clock=clock) as made:
            at = Scene(made)
            for index, begun in enumerate(declared, 1):
                ladder = await at.bot.use.escalations.ladder(f"INC-{index:05d}")
                times = [(one.at - begun) / timedelta(minutes=1) for one in ladder.tried]
                assert times == [5.0, 15.0, 30.0], (index, times)
                nags = (await at.incident(index)).nags
                assert nags == min(6, int((end - begun) / timedelta(minutes=10)))
            assert len(pd.account.incidents) == 4
            first, second = [
                (await at.bot.use.escalations.ladder(f"INC-{index:05d}")).tried[0].users
                for index in (1, 3)
            ]
            assert first == second == ("U0ANN",)


def next_due(url: str, now: Any) -> Any:
    """Return when the next timer of an incident is due; PagerDuty's own sweeps count as well."""
    with Redis.from_url(url, decode_responses=True) as redis:
        stamps = [score for _, score in redis.zrange(keys.DUE(), 0, -1, withscores=True)]
    later = [score for score in stamps if score > now.timestamp() * 1000]
    hours = timedelta(hours=1)
    if not later:
        return now + hours
    return min(now + hours, type(now).fromtimestamp(min(later) / 1000, tz=now.tzinfo))
