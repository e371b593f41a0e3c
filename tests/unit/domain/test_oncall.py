"""Rotations: local hand-over times, on days of any length."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.oncall import Every, OnCallPlan, Rotation, shifts

BERLIN = "Europe/Berlin"


def wall(*parts: int) -> datetime:
    """Return what a clock on the wall shows, without a zone."""
    return datetime(*parts)  # noqa: DTZ001 - the zone stands beside it


WEEKLY = Rotation(name="weekly", zone=BERLIN, start=wall(2026, 1, 5, 9), users=("U0ANN", "U0BOB"))
DAILY = WEEKLY.model_copy(update={"name": "daily", "every": Every.DAY, "users": ("A", "B", "C")})


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


def test_people_take_turns_at_the_local_hour():
    now, then = shifts(WEEKLY, local(2026, 1, 12, 8, 59))
    assert (now.user, then.user) == ("U0ANN", "U0BOB")
    assert now.until == then.since == local(2026, 1, 12, 9)
    assert shifts(WEEKLY, local(2026, 1, 12, 9))[0].user == "U0BOB"


def test_before_the_start_the_turns_are_counted_backwards():
    assert shifts(WEEKLY, local(2026, 1, 4, 12))[0].user == "U0BOB"


def test_a_shift_is_an_hour_shorter_or_longer_where_the_clocks_change():
    spring, _ = shifts(DAILY, local(2026, 3, 28, 12))
    autumn, _ = shifts(DAILY, local(2026, 10, 24, 12))
    assert spring.until - spring.since == timedelta(hours=23)
    assert autumn.until - autumn.since == timedelta(hours=25)
    assert spring.until.astimezone(ZoneInfo(BERLIN)).hour == 9


def test_an_hour_that_is_skipped_begins_after_the_skip_and_one_twice_at_its_first():
    night = DAILY.model_copy(update={"start": wall(2026, 3, 1, 2, 30)})
    assert shifts(night, local(2026, 3, 29, 12))[0].since == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert shifts(night, local(2026, 10, 25, 12))[0].since == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_while_the_wall_clock_jumps_the_moments_decide():
    night = DAILY.model_copy(update={"start": wall(2026, 3, 1, 2, 30)})
    skipped = datetime(2026, 3, 29, 1, 15, tzinfo=UTC)  # 03:15, before the shift of 02:30 begins
    twice = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    for moment in (skipped, twice):
        now, then = shifts(night, moment)
        assert now.since <= moment < then.since


@given(
    st.datetimes(wall(2025, 1, 1), wall(2028, 1, 1)).map(lambda one: one.replace(tzinfo=UTC)),
    st.sampled_from([WEEKLY, DAILY]),
    st.integers(0, 23),
)
def test_every_moment_is_in_exactly_one_shift(now, rotation, hour):
    moved = rotation.model_copy(update={"start": rotation.start.replace(hour=hour)})
    current, then = shifts(moved, now)
    assert current.since <= now < current.until == then.since < then.until
    assert shifts(moved, then.since)[0] == then
    assert shifts(moved, current.since)[0] == current


def test_a_system_has_its_own_rotations_or_those_for_all():
    own = WEEKLY.model_copy(update={"systems": ("mcp-cortex",)})
    plan = OnCallPlan(rotations=(own, DAILY), logins={"U0ANN": "ann@example.com"})
    assert plan.of("mcp-cortex") == (own,)
    assert plan.of("ai-chat") == plan.of(None) == (DAILY,)
    assert plan.slack_user("ann@example.com") == "U0ANN"
    assert plan.slack_user("x@example.com") is None
