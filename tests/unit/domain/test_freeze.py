"""Freeze windows: local times, zones, the two hours a year that are odd."""

from datetime import UTC, datetime

import pytest

from bot.domain.config import Freeze
from bot.domain.freeze import begins, ends, freeze_of, policy_in
from bot.domain.person import Role
from bot.domain.policy import BUILT_IN
from bot.errors import Denied

LOCAL = dict[str, datetime]


def freeze(first: str, last: str, zone: str = "UTC", **said) -> Freeze:
    given = {"from_": datetime.fromisoformat(first), "to": datetime.fromisoformat(last)}
    return Freeze(**{"name": "year end", "zone": zone, **given, **said})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "zone", "begun", "ended"),
    [
        ("2026-12-24T00:00", "2027-01-02T00:00", "UTC",
         "2026-12-24T00:00", "2027-01-02T00:00"),
        ("2026-12-24T00:00", "2027-01-02T00:00", "Europe/Berlin",
         "2026-12-23T23:00", "2027-01-01T23:00"),
        ("2026-07-01T00:00", "2026-12-01T00:00", "Europe/Berlin",
         "2026-06-30T22:00", "2026-11-30T23:00"),
        ("2026-12-24T00:00", "2026-12-25T00:00", "Pacific/Auckland",
         "2026-12-23T11:00", "2026-12-24T11:00"),
        ("2026-12-24T00:00", "2026-12-25T00:00", "Asia/Kolkata",
         "2026-12-23T18:30", "2026-12-24T18:30"),
        # 02:30 comes twice on 25 October 2026 in Berlin: the longer reading
        ("2026-10-25T02:30", "2026-10-25T04:00", "Europe/Berlin",
         "2026-10-25T00:30", "2026-10-25T03:00"),
        ("2026-10-24T00:00", "2026-10-25T02:30", "Europe/Berlin",
         "2026-10-23T22:00", "2026-10-25T01:30"),
        # 02:30 does not exist on 29 March 2026 in Berlin: the longer reading
        ("2026-03-29T02:30", "2026-03-29T04:00", "Europe/Berlin",
         "2026-03-29T00:30", "2026-03-29T02:00"),
        ("2026-03-28T00:00", "2026-03-29T02:30", "Europe/Berlin",
         "2026-03-27T23:00", "2026-03-29T01:30"),
    ],
)  # fmt: skip
def test_local_times(first, last, zone, begun, ended):
    one = freeze(first, last, zone)
    assert begins(one) == utc(begun)
    assert ends(one) == utc(ended)


@pytest.mark.parametrize(
    ("system", "now", "on"),
    [
        ("shop", "2026-12-24T12:00", True),
        ("shop", "2026-12-23T23:59", False),
        ("shop", "2026-12-24T00:00", True),
        ("shop", "2026-12-26T00:00", False),
        ("other", "2026-12-24T12:00", False),
    ],
)
def test_a_freeze_is_of_its_systems_and_its_time(system, now, on):
    one = freeze("2026-12-24T00:00", "2026-12-26T00:00", systems=("shop",))
    assert (freeze_of([one], system, utc(now)) is one) is on


def test_all_is_every_system_and_the_longer_freeze_counts():
    short = freeze("2026-12-24T00:00", "2026-12-25T00:00")
    long = freeze("2026-12-20T00:00", "2026-12-30T00:00", systems=("shop",))
    assert freeze_of([short, long], "shop", utc("2026-12-24T12:00")) is long
    assert freeze_of([short, long], "other", utc("2026-12-24T12:00")) is short
    assert freeze_of([], "shop", utc("2026-12-24T12:00")) is None


@pytest.mark.parametrize("name", BUILT_IN)
def test_its_approvers_decide_and_nothing_gets_easier(name):
    one = freeze("2026-12-24T00:00", "2026-12-25T00:00", approvers=(Role.ADMIN,))
    own = BUILT_IN[name]
    strict = policy_in(one, own)
    assert strict.approve >= max(own.approve, 1)
    assert strict.from_ == (Role.ADMIN,)
    easier = (strict.commander_counts, strict.relaxed, strict.fallback, strict.alone_after)
    assert not any(easier)
    assert (strict.typed, strict.confirm, strict.incident) == (own.typed, own.confirm, own.incident)


def test_a_freeze_without_approvers_refuses():
    with pytest.raises(Denied, match="until 2026-12-25 00:00 UTC"):
        policy_in(freeze("2026-12-24T00:00", "2026-12-25T00:00"), BUILT_IN["one-approver"])
