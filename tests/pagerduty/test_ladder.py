"""Who is called while nobody acknowledges: by the table, through restarts, with and without PD."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from bot.store import keys
from tests.pagerduty.conftest import Woken
from tests.scenario.steps import Scene, matching, words
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


BEGIN = datetime(2026, 10, 24, 10, tzinfo=UTC)  # Berlin's clocks go back at 2026-10-25 01:00 UTC
DECLARED = [BEGIN + timedelta(hours=hours) for hours in (0, 7, 14.8, 46.5)]
TITLES = ("models are down", "it is slow", "models are down", "gateway outage")
RESTART_EVERY = timedelta(hours=12)


@pytest.mark.timeout(240)
async def test_48_hours_with_restarts_and_a_change_of_clocks(
    embedded_url: str, clock: StillClock
) -> None:
    """Each step is to the next thing that is due; all of it comes at its minute, whoever is up."""
    clock.at = BEGIN
    with Redis.from_url(embedded_url) as redis:
        redis.flushall()
    async with world(embedded_url, clock=clock) as made:
        slack, settings = made.slack, made.bot.settings
        await lived(Scene(made), clock, embedded_url, BEGIN + RESTART_EVERY)
        await made.settled()
        for number in (2, 3, 4):
            async with running(slack, settings, pace=Unpaced(), clock=clock) as again:
                await lived(Scene(again), clock, embedded_url, BEGIN + number * RESTART_EVERY)
                if number == 4:
                    await as_the_tables_say(Scene(again))


async def lived(at: Scene, clock: StillClock, url: str, until: datetime) -> None:
    """Let time pass until `until`, declaring what is declared in it."""
    while True:
        if clock.at in DECLARED:
            number = DECLARED.index(clock.at)
            await at.type(f"declare sev1 --system mcp-cortex {TITLES[number]}")
        await at.settled()
        if clock.at >= until:
            return
        upcoming = [one for one in (*DECLARED, until) if one > clock.at]
        clock.at = min(next_due(url, clock.at), *upcoming)


async def as_the_tables_say(at: Scene) -> None:
    """Levels at 5, 15, 30 minutes; who was on call by the wall clock; reminders by the cadence."""
    firsts = []
    for number, begun in enumerate(DECLARED, 1):
        ladder = await at.bot.use.escalations.ladder(f"INC-{number:05d}")
        times = [(one.at - begun) / timedelta(minutes=1) for one in ladder.tried]
        assert times == [5.0, 15.0, 30.0], number
        firsts.append(ladder.tried[0].users)
        lines = await at.bot.store.memory.timeline(f"INC-{number:05d}")
        nags = [(one.at - begun) / timedelta(minutes=1) for one in lines if one.what == "reminder"]
        assert nags == [30.0, 40.0, 50.0, 60.0, 70.0, 80.0], number
    assert firsts == [("U0BOB",), ("U0BOB",), ("U0BOB",), ("U0ANN",)]


def next_due(url: str, now: datetime) -> datetime:
    """Return when the next timer is due; a day ahead when there is none."""
    with Redis.from_url(url, decode_responses=True) as redis:
        stamps = [score for _, score in redis.zrange(keys.DUE(), 0, -1, withscores=True)]
    later = [score for score in stamps if score > now.timestamp() * 1000]
    ahead = now + timedelta(days=1)
    return min(ahead, datetime.fromtimestamp(min(later) / 1000, tz=UTC)) if later else ahead
