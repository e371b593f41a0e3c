"""Pages only go up, and what PagerDuty says may come late, twice or in any order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.handoff import Brief, decide
from bot.domain.paging import (
    SEED_RULE,
    Ask,
    Heard,
    Page,
    PagerStatus,
    Urgency,
    concerns,
    echoed,
    expecting,
    incident_of,
    mirrored,
    urgency_for,
    wanted,
)
from bot.domain.severity import Severity
from bot.errors import Conflict, Denied

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
NEW = Page(id="INC-00001")


def test_the_seed_rule_is_the_default_and_a_system_may_say_otherwise():
    assert [SEED_RULE[one].value for one in Severity] == ["high", "low", "low", "low"]
    assert urgency_for({Severity.SEV2: Urgency.HIGH}, Severity.SEV2) is Urgency.HIGH
    assert urgency_for({Severity.SEV2: Urgency.HIGH}, Severity.SEV3) is Urgency.LOW


@given(st.lists(st.sampled_from(list(Urgency)), max_size=20))
def test_however_often_it_flaps_it_is_triggered_once_and_raised_at_most_once(asked):
    page, asks = NEW, []
    for urgency in asked:
        page, ask = wanted(page, urgency)
        asks.append(ask)
    assert asks.count(Ask.TRIGGER) <= 1
    assert asks.count(Ask.RAISE) <= 1
    assert page.urgency.rank == max((one.rank for one in asked), default=0)


def test_each_trigger_has_a_key_of_its_own():
    first, _ = wanted(NEW, Urgency.HIGH)
    second, ask = wanted(first.model_copy(update={"ended": True}), Urgency.LOW)
    assert (first.key, second.key, ask) == ("INC-00001", "INC-00001.2", Ask.TRIGGER)
    assert [incident_of(one.key) for one in (first, second)] == ["INC-00001", "INC-00001"]


@pytest.mark.parametrize("key", ["", "srv01/mysql", "INC-", "INC-1x", "INC-00001.x"])
def test_other_peoples_keys_are_not_ours(key):
    assert incident_of(key) is None


def heard(number: int, **said: object) -> Heard:
    return Heard(type="incident.x", at=NOW + timedelta(seconds=number), key="INC-00001", **said)


STREAM = [
    heard(1, status=PagerStatus.TRIGGERED, assignees=("Ann",), pager="Q1", url="https://pd/1"),
    heard(2, status=PagerStatus.ACKNOWLEDGED, assignees=("Ann",)),
    heard(3, priority="P1"),
    heard(4, status=PagerStatus.TRIGGERED, assignees=("Lea",)),
    heard(5, status=PagerStatus.RESOLVED),
    heard(6, assignees=("Bob",), priority="P3"),
]


@given(st.permutations(STREAM + STREAM))
def test_any_order_ends_in_the_same_state(stream):
    page = NEW
    for one in stream:
        page = mirrored(page, one)
    assert (page.status, page.assignees, page.priority) == (PagerStatus.RESOLVED, ("Bob",), "P3")
    assert (page.pager, page.url) == ("Q1", "https://pd/1")


def test_what_is_said_of_an_earlier_pagerduty_incident_is_not_about_this_one():
    page = NEW.model_copy(update={"key": "INC-00001.2", "pager": "Q2"})
    assert not concerns(page, heard(1))
    assert concerns(page, heard(1).model_copy(update={"key": "INC-00001.2"}))
    assert concerns(page, heard(1).model_copy(update={"key": None, "pager": "Q2"}))
    assert not concerns(NEW, heard(1).model_copy(update={"key": None}))


def test_our_own_act_comes_back_once():
    page = expecting(NEW, "incident.x", NOW)
    left, echo = echoed(page, heard(1))
    assert (echo, left.echoes) == (True, ())
    assert echoed(left, heard(2))[1] is False
    assert echoed(page, heard(2 * 3600))[1] is False
    assert expecting(page, "incident.y", NOW + timedelta(hours=2)).echoes[0][0] == "incident.y"


def test_a_page_is_live_from_its_trigger_to_its_end():
    live, _ = wanted(NEW, Urgency.LOW)
    assert not NEW.is_live
    assert live.is_live
    assert not live.model_copy(update={"ended": True}).is_live


def test_a_shift_is_taken_by_whom_it_was_offered_to_and_once():
    brief = Brief(id="b", by="U0ANN", to="U0BOB", at=NOW)
    with pytest.raises(Denied, match="U0BOB"):
        decide(brief, by="U0LEA", accepted=True, now=NOW)
    taken = decide(brief, by="U0BOB", accepted=True, now=NOW)
    assert (taken.accepted, taken.decided_at) == (True, NOW)
    with pytest.raises(Conflict, match="accepted"):
        decide(taken, by="U0BOB", accepted=False, now=NOW)
    refused = decide(brief, by="U0BOB", accepted=False, now=NOW)
    with pytest.raises(Conflict, match="declined"):
        decide(refused, by="U0BOB", accepted=True, now=NOW)
