"""The ladder: which matrix, when is the next level, who still has to be found."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config_files import read_systems
from bot.domain import lifecycle
from bot.domain.escalation import Ladder, Tried, called, due, is_waiting, matrix_for, next_call
from bot.domain.lifecycle import Declaration
from bot.domain.severity import DEFAULT_TIMETABLES, Severity

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SYSTEMS = read_systems((ROOT / "runbooks",), {})
CORTEX = SYSTEMS["mcp-cortex"].escalation

TABLE = {  # inventory, table (c)
    "Service Down": {5: ("oncall",), 15: ("team-lead",), 30: ("engineering-manager",)},
    "High Latency": {5: ("oncall",), 15: ("team-lead",), 30: ("engineering-manager",)},
    "Accuracy Issues": {5: ("ai-team-lead",), 15: ("engineering-manager",), 30: ("cto",)},
    "Cost Overrun": {5: ("operations-lead",), 15: ("finance-team",), 30: ("executive-team",)},
    "Security Incident": {5: ("security-team",), 15: ("ciso",), 30: ("ceo",)},
}


def minutes(matrix) -> dict[int, tuple[str, ...]]:
    return {int(one.after.total_seconds() // 60): one.to for one in matrix.levels}


@pytest.mark.parametrize("system", ["mcp-cortex", "ai-chat", "devops-mcp"])
def test_the_matrices_are_those_of_the_table(system):
    found = {one.alert: minutes(one) for one in SYSTEMS[system].escalation}
    assert found == TABLE


def test_scroll_calls_at_once():
    rows = {one.alert: minutes(one) for one in SYSTEMS["scrolluniversity"].escalation}
    both = {0: ("oncall", "ai-team-lead")}
    assert rows == {"P0": both, "P1": {0: ("oncall",)}, "P2": {0: ("oncall",)}}


@pytest.mark.parametrize(
    ("title", "severity", "alert"),
    [
        ("the gateway is DOWN", Severity.SEV3, "Service Down"),
        ("downloads fail", Severity.SEV1, "Service Down"),
        ("checkout is slow", Severity.SEV1, "High Latency"),
        ("memory leak", Severity.SEV2, "High Latency"),
        ("breach in the vault", Severity.SEV4, "Security Incident"),
        ("answers are odd", Severity.SEV3, "Accuracy Issues"),
        ("a typo", Severity.SEV4, None),
    ],
)
def test_a_title_tells_the_alert_type_and_else_the_severity_does(title, severity, alert):
    found = matrix_for(CORTEX, title, severity)
    assert (found.alert if found else None) == alert


def test_levels_are_due_one_after_the_other_and_all_that_passed_after_an_outage():
    ladder = Ladder(id="INC-00001", alert="Service Down", levels=CORTEX[-1].levels, since=NOW)
    assert next_call(ladder) == NOW + timedelta(minutes=5)
    assert due(ladder, NOW + timedelta(minutes=4, seconds=59)) == ()
    assert due(ladder, NOW + timedelta(minutes=5)) == (1,)
    late = NOW + timedelta(minutes=20)
    assert due(ladder, late) == (1, 2)
    climbed = called(called(ladder, tried(1)), tried(2))
    assert due(climbed, late) == ()
    assert next_call(climbed) == NOW + timedelta(minutes=30)
    assert next_call(called(climbed, tried(3))) is None


def tried(level: int) -> Tried:
    return Tried(level=level, at=NOW, to=("oncall",))


def test_somebody_is_looked_for_until_acknowledged_in_either_place():
    incident = lifecycle.declare(
        1,
        Declaration(title="x"),
        by="U0ANN",
        now=NOW,
        timetable=DEFAULT_TIMETABLES[Severity.SEV1],
    )
    assert is_waiting(incident)
    assert is_waiting(incident, "triggered")
    assert not is_waiting(incident, "acknowledged")
    assert not is_waiting(lifecycle.acknowledge(incident, by="U0BOB", now=NOW))
