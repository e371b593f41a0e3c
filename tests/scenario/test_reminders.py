"""The update that is due: asked of the right person, at the right time, and quiet otherwise."""

import pytest
from redis import Redis

from tests.scenario.steps import ANNOUNCE, Scene, buttons, matching, words
from tests.support.redis import StillClock
from tests.support.world import Unpaced, running, settings_for, workspace


def _nags(at: Scene, channel: str) -> list[str]:
    return matching("^⏰", at.said(channel))


@pytest.mark.parametrize(("severity", "minutes"), [("sev1", 30), ("sev3", 60), ("sev4", 240)])
async def test_a_reminder_comes_at_the_cadence_of_the_severity(
    still: Scene, clock: StillClock, severity: str, minutes: int
) -> None:
    """Not a minute before; with the buttons that help; the cards say overdue."""
    channel = await still.declare(f"{severity} checkout is slow")
    await still.type("role commander @bob", channel=channel)
    await still.later(clock, minutes=minutes - 1)
    assert _nags(still, channel) == []
    await still.later(clock, minutes=1)
    [nag] = _nags(still, channel)
    assert "⏰ <@U0BOB>: the update on" in nag
    assert {"incident.update", "incident.snooze:15m", "incident.snooze:30m"} <= set(
        buttons(still.posted(channel)[-1])
    )
    await still.later(clock, minutes=2)
    await still.type("role comms @sam", channel=channel)
    assert "*Update overdue*" in words(still.card(ANNOUNCE))
    assert len(_nags(still, channel)) == 1
    assert not matching("⏰", still.thread(still.card(ANNOUNCE)))


async def test_who_is_asked_first_and_who_next(still: Scene, clock: StillClock) -> None:
    """Comms, then the commander's deputy, then the channel; six in all, then the card alone."""
    channel = await still.declare("sev1 checkout is slow")
    for text in ("role commander @bob", "role deputy @dan", "role comms @sam"):
        await still.type(text, channel=channel)
    await still.later(clock, minutes=30)
    for _ in range(7):
        await still.later(clock, minutes=10)
    nags = _nags(still, channel)
    assert len(nags) == 6
    assert "<@U0SAM>" in nags[0]
    assert "<@U0DAN>" in nags[1]
    assert all("The update on" in nag for nag in nags[2:])
    assert "*Update overdue*" in words(still.card(channel))


async def test_without_roles_who_declared_is_asked(still: Scene, clock: StillClock) -> None:
    """Somebody always is."""
    channel = await still.declare("sev1 checkout is slow", by="U0NEW")
    await still.later(clock, minutes=30)
    assert "<@U0NEW>" in _nags(still, channel)[0]


async def test_an_update_starts_the_rhythm_again(still: Scene, clock: StillClock) -> None:
    """Counted from the update; overdue goes from the cards; the first one is asked first again."""
    channel = await still.declare("sev1 checkout is slow")
    await still.later(clock, minutes=30)
    await still.press("incident.update", channel=channel, ts=still.posted(channel)[-1]["ts"])
    await still.submit({"investigation": "the cache is cold"}, channel=channel)
    assert "overdue" not in words(still.card(ANNOUNCE))
    await still.later(clock, minutes=29)
    assert len(_nags(still, channel)) == 1
    await still.later(clock, minutes=1)
    assert len(_nags(still, channel)) == 2
    assert "<@U0ANN>" in _nags(still, channel)[1]


async def test_snooze_puts_it_off_once(still: Scene, clock: StillClock) -> None:
    """By the reminder's own button; after it the reminders come as before."""
    channel = await still.declare("sev1 checkout is slow")
    await still.later(clock, minutes=30)
    told = await still.press("incident.snooze:15m", channel=channel)
    assert "snoozed for 15m" in told
    await still.later(clock, minutes=14)
    assert len(_nags(still, channel)) == 1
    await still.later(clock, minutes=1)
    assert len(_nags(still, channel)) == 2
    await still.later(clock, minutes=10)
    assert len(_nags(still, channel)) == 3


async def test_no_reminder_right_after_an_update(still: Scene, clock: StillClock) -> None:
    """P10: a worse severity that makes the update overdue at once waits five minutes."""
    channel = await still.declare("sev4 search is slow")
    await still.later(clock, minutes=60)
    await still.type("update still slow", channel=channel)
    await still.type("snooze 1m", channel=channel)
    await still.later(clock, minutes=4)
    assert _nags(still, channel) == []


async def test_the_end_ends_the_reminders(still: Scene, clock: StillClock) -> None:
    """Nobody is asked for an update of what is over."""
    channel = await still.declare("sev1 checkout is slow")
    await still.type("resolve rolled back", channel=channel)
    await still.later(clock, hours=5)
    assert _nags(still, channel) == []


async def test_reminders_survive_a_restart(clock: StillClock, embedded_url: str) -> None:
    """A bot that was down when an update was due asks once when it is back, not six times."""
    with Redis.from_url(embedded_url) as redis:
        redis.flushall()
    async with workspace(clock=clock) as slack:
        told = settings_for(slack, redis_url=embedded_url)
        async with running(slack, told, pace=Unpaced(), clock=clock) as first:
            channel = await Scene(first).declare("sev1 checkout is slow")
        clock.forward(hours=2)
        async with running(slack, told, pace=Unpaced(), clock=clock) as second:
            again = Scene(second)
            await again.later(clock, seconds=1)
            assert len(_nags(again, channel)) == 1
            await again.later(clock, minutes=10)
            assert len(_nags(again, channel)) == 2


async def test_a_clock_that_goes_back_sends_nothing_early(still: Scene, clock: StillClock) -> None:
    """The machine's time is corrected: the reminder comes when it is due, once."""
    channel = await still.declare("sev1 checkout is slow")
    await still.later(clock, minutes=-20)
    await still.later(clock, minutes=45)
    assert _nags(still, channel) == []
    await still.later(clock, minutes=5)
    assert len(_nags(still, channel)) == 1
