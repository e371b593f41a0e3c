"""The values of the runbook format."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.domain.plan import Risk
from bot.domain.runbook import HumanStep, Runbook, RunbookText, Step

MINIMAL = {
    "id": "a",
    "title": "A",
    "system": "demo",
    "owner": "team",
    "steps": [{"id": "one", "uses": "toy.look"}],
}


def said(**changes):
    return RunbookText.model_validate({**MINIMAL, **changes})


def test_a_runbook_can_be_written_down_and_read_again():
    full = said(
        params={
            "a": {"type": "text", "pattern": "^a$", "default": "a"},
            "b": {"type": "duration", "default": "90s"},
            "c": {"type": "live", "uses": "toy.list", "field": "names"},
        },
        preconditions=[{"uses": "toy.look"}],
        steps=[
            {"uses": "toy.look", "wait": {"first": "30s", "deadline": "{b}", "in_a_row": 3}},
            {"ask": "confirm", "text": "Sure?", "timeout": "1h"},
            {"id": "go", "uses": "toy.go", "rollback": [{"uses": "toy.back"}]},
            {"id": "keep", "uses": "toy.go", "rollback": "keep", "timeout": "2m"},
        ],
        risk="high",
    )
    again = RunbookText.model_validate(full.model_dump(mode="json", by_alias=True))
    assert again == full
    assert again.digest == full.digest


def test_steps_without_an_id_are_numbered_by_their_section():
    found = said(
        steps=[{"uses": "toy.look"}, {"ask": "confirm", "text": "x"}],
        verify=[{"uses": "toy.look"}, {"uses": "toy.look"}],
    )
    assert [step.id for step in (*found.steps, *found.verify)] == [
        "step-1",
        "step-2",
        "verify-1",
        "verify-2",
    ]


def test_ways_back_are_numbered_by_their_step():
    found = said(steps=[{"id": "go", "uses": "toy.go", "rollback": [{"uses": "toy.back"}]}])
    assert found.steps[0].rollback[0].id == "go-back-1"


def test_the_digest_moves_with_what_is_said_and_not_with_the_file():
    one = Runbook.model_validate({**MINIMAL, "source": "a.yml"})
    other = Runbook.model_validate({**MINIMAL, "source": "b.yml"})
    assert one.digest == other.digest == said().digest
    assert said(title="B").digest != one.digest
    assert said(steps=[{"id": "one", "uses": "toy.look", "timeout": "1m"}]).digest != one.digest


def test_actions_names_all_that_may_be_used():
    found = said(
        preconditions=[{"uses": "toy.pre"}, {"check": "1 == 1", "otherwise": "no"}],
        steps=[
            {"ask": "confirm", "text": "x"},
            {
                "uses": "toy.go",
                "current": {"uses": "toy.current", "field": "x"},
                "probe": {"uses": "toy.probe", "field": "x"},
                "rollback": [{"uses": "toy.back"}],
            },
        ],
        verify=[{"uses": "toy.verify"}],
        rollback=[{"uses": "toy.undo"}],
    )
    assert list(found.actions) == [
        "toy.pre",
        "toy.go",
        "toy.current",
        "toy.probe",
        "toy.back",
        "toy.verify",
        "toy.undo",
    ]
    assert found.human == {"step-1"}


def test_a_step_is_a_persons_when_it_asks():
    found = said(steps=[{"ask": "text", "text": "Why?"}, {"uses": "toy.look"}])
    assert isinstance(found.steps[0], HumanStep)
    assert isinstance(found.steps[1], Step)
    same = said(steps=found.steps)
    assert same.steps == found.steps


@pytest.mark.parametrize(
    ("spec", "must"),
    [
        ({"type": "int", "min": 0, "max": 3}, True),
        ({"type": "int", "min": 0, "max": 3, "default": 0}, False),
        ({"type": "bool", "default": False}, False),
        ({"type": "user"}, True),
        ({"type": "user", "required": False}, False),
    ],
)
def test_what_has_no_default_must_be_given(spec, must):
    assert said(params={"p": spec}).params["p"].must_be_given is must


def test_lengths_are_written_with_their_unit():
    found = said(steps=[{"uses": "a.b", "timeout": timedelta(minutes=2)}])
    assert found.steps[0].timeout == timedelta(minutes=2)
    assert found.model_dump(mode="json")["steps"][0]["timeout"] == "2m"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"steps": []}, "at least 1"),
        ({"steps": "no"}, "valid tuple"),
        ({"steps": ["no"]}, "valid dictionary"),
        ({"steps": [{"uses": "toy.look", "timeout": 5}]}, "no unit"),
        ({"steps": [{"uses": "toy.look", "timeout": "soon"}]}, "no duration"),
        ({"steps": [{"uses": "toy.look", "wait": {}}]}, "Field required"),
        ({"steps": [{"uses": "toy.look", "wait": {"deadline": "{A}"}}]}, "one parameter"),
        ({"steps": [{"uses": "toy.look", "rollback": "maybe"}]}, "'undo' or 'keep'"),
        ({"steps": [{"uses": "look"}]}, "pattern"),
        ({"params": {"Bad": {"type": "bool"}}}, "pattern"),
        ({"params": {"a": {"type": "float"}}}, "does not match any of the expected tags"),
        ({"risk": "big"}, "read-only"),
        ({"extra": 1}, "not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, complaint):
    with pytest.raises(ValidationError, match=complaint):
        said(**changes)


def test_a_whole_that_is_no_block_is_refused():
    with pytest.raises(ValidationError):
        RunbookText.model_validate(["steps"])


def test_the_declared_risk_is_kept():
    assert said(risk="high").risk is Risk.HIGH
