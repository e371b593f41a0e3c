"""`signalbox runbooks test FILE`: a runbook against recorded answers, through the command line."""

import shutil
from pathlib import Path

import pytest

from bot.__main__ import main

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "runbooks").glob("*/tests/*.yml"))
RESTART = SHIPPED[0].read_text()
RESTARTS = "POST /containers/mcp-cortex-ai-1/restart?t=10"
ANSWERED = f"""\
  - uses: docker.restart_service
    plan:
      targets: [docker:mcp-cortex/container/mcp-cortex-ai-1]
      calls: ["{RESTARTS}"]
    answers: {{}}"""
LOST = "lost: the line broke\n    happened: true"
CALL = "POST /services/mcp-cortex-ai?replicas=3"
BOOK = """\
id: grow
title: Grow the AI service
system: mcp-cortex
owner: ai-platform
params:
  replicas: {type: int, min: 1, max: 6, default: 3}
approval: one-approver
steps:
  - {id: look, uses: docker.inspect, with: {service: mcp-cortex-ai}}
  - id: grow
    uses: docker.scale_service
    with: {service: mcp-cortex-ai, replicas: "{replicas}", intent: up}
    timeout: 2m
  - {id: green, ask: confirm, text: "Is the page green?"}
verify:
  - id: well
    uses: docker.health
    with: {service: mcp-cortex-ai}
    wait: {first: 5s, deadline: 2m}
"""
TRIAL = """\
runbook: grow
world:
  - {uses: docker.inspect, answers: {replicas: 1}}
  - uses: docker.scale_service
    plan:
      calls: ["POST /services/mcp-cortex-ai?replicas=3"]
      diffs: [{subject: replicas, current: "1", new: "3"}]
    answers: {replicas: 3}
  - {uses: docker.health, answers: {healthy: 3}}
people: [done]
expect:
  ends: succeeded
  calls: ["/POST .*replicas=3/"]
  steps: {look: done, grow: done, green: done, well: done}
"""


@pytest.fixture
def trial(tmp_path, monkeypatch, capsys):
    """Try the runbook `grow` with changes to the file above; returns exit code and output."""
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    (tmp_path / "runbooks/mcp-cortex/grow.yml").write_text(BOOK)
    monkeypatch.chdir(tmp_path)

    def made(*changes: tuple[str, str], text: str = TRIAL) -> tuple[int, str]:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "runbooks/mcp-cortex/tests/grow.yml"
        file.write_text(text)
        code = main(["runbooks", "test", "runbooks/mcp-cortex/tests/grow.yml"])
        said = capsys.readouterr()
        return code, said.out + said.err

    return made


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_what_comes_with_the_product_passes(file, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["runbooks", "test", str(file)]) == 0, capsys.readouterr().out


def test_a_runbook_goes_as_its_file_says(trial):
    assert trial() == (0, "ok    runbooks/mcp-cortex/tests/grow.yml: grow succeeded\n")


def test_a_test_file_is_no_runbook(trial, capsys):
    trial()
    assert main(["runbooks", "lint"]) == 0, capsys.readouterr().out


def test_what_came_out_differently_is_told_with_its_line(trial):
    code, said = trial(
        ("ends: succeeded", "ends: failed\n  why: /nothing/"),
        ("replicas=3/", "replicas=4/"),
        ("well: done", "well: skipped"),
    )
    assert code == 1
    assert "grow.yml:12: expected that it ends failed; it ends succeeded" in said
    assert "grow.yml:13: expected `/nothing/`" in said
    assert f"grow.yml:14: call 1: expected /POST .*replicas=4/; made was {CALL}" in said
    assert "grow.yml:15: expected that `well` is skipped; it is done" in said


def test_calls_that_are_too_many_or_too_few_are_told(trial):
    code, said = trial(('calls: ["/POST .*replicas=3/"]', "calls: []"))
    assert (code, f"call 1 was not expected: {CALL}" in said) == (1, True)
    code, said = trial(('.*replicas=3/"]', '.*replicas=3/", more]'))
    assert (code, "call 2 was not made: more" in said) == (1, True)


def test_a_check_that_fails_in_the_end_rolls_back(trial):
    code, said = trial(
        ("docker.health, answers: {healthy: 3}", "docker.health, fails: one of 3 is unhealthy"),
        ("ends: succeeded", 'ends: rolled back\n  why: "/.*one of 3 is unhealthy.*/"'),
        ('replicas=3/"]', 'replicas=3/", undo grow]'),
        ("grow: done, green: done, well: done", "grow: undone, green: done, well: failed"),
    )
    assert code == 0, said


def test_a_way_back_that_fails_asks(trial):
    code, said = trial(
        ("docker.health, answers: {healthy: 3}", "docker.health, fails: one of 3 is unhealthy"),
        ("answers: {replicas: 3}", "answers: {replicas: 3}\n    undo_fails: no such service"),
        ("ends: succeeded", 'ends: asking\n  why: "/.*no such service.*/"'),
        ("well: done", "well: failed"),
    )
    assert code == 0, said


def test_answers_come_in_order_and_the_last_one_stays(trial):
    code, said = trial(
        (
            "  - {uses: docker.health, answers",
            (
                "  - {uses: docker.health, times: 2, silent: refused}\n"
                "  - {uses: docker.health, answers"
            ),
        ),
    )
    assert code == 0, said


def test_a_lost_answer_is_looked_for(trial):
    code, said = trial(
        ('answers: {started_at: {mcp-cortex-ai-1: "2026-01-05T09:00:05+00:00"}}', LOST),
        text=RESTART,
    )
    assert code == 0, said


def test_a_lost_answer_that_nobody_can_look_for_is_asked_about(trial):
    code, said = trial(
        ('answers: {started_at: {mcp-cortex-ai-1: "2026-01-05T09:00:05+00:00"}}', "lost: it broke"),
        ("ends: succeeded", 'ends: asking\n  why: "/Did .* happen?.*/"'),
        (", restart: done, healthy: done, metrics: done", ", restart: outcome unknown"),
        text=RESTART.replace("  - {uses: http.get, step: healthy", "  # -")
        .replace("  - {uses: http.post", "  # -")
        .replace("  - {uses: docker.health", "  # -"),
    )
    assert code == 0, said


def test_what_is_known_not_to_have_happened_is_done_again(trial):
    again = "lost: it broke\n    happened: false\n    times: 1\n" + ANSWERED
    code, said = trial(
        ('answers: {started_at: {mcp-cortex-ai-1: "2026-01-05T09:00:05+00:00"}}', again),
        (f'calls: ["{RESTARTS}"]\n  steps', f'calls: ["{RESTARTS}", "{RESTARTS}"]\n  steps'),
        text=RESTART,
    )
    assert code == 0, said


def test_a_run_that_stops_at_a_person_asks(trial):
    code, said = trial(
        ("people: [done]\n", ""),
        ("ends: succeeded", "ends: asking\n  why: Is the page green?"),
        ("green: done, well: done", "green: pending, well: pending"),
        ("  - {uses: docker.health, answers: {healthy: 3}}\n", ""),
    )
    assert code == 0, said


def test_what_cannot_be_planned_is_refused(trial):
    code, said = trial(
        ("docker.inspect, answers: {replicas: 1}", "docker.inspect, fails: no such container"),
        ("runbook: grow", "runbook: grow\nparams: {replicas: 3}"),
        ("ends: succeeded", 'ends: refused\n  why: "/.*no such container.*/"'),
        ('  calls: ["/', '  # calls: ["/'),
        ("  steps:", "  # steps:"),
    )
    assert code == 1
    assert "nobody asked for this answer of docker.scale_service" in said
    assert "expected" not in said.replace("not expected", "")


def test_a_question_that_nobody_recorded_is_told(trial):
    code, said = trial(
        ("{uses: docker.inspect, answers", "{uses: docker.inspect, step: well, answers")
    )
    assert code == 1
    assert "no answer is recorded for docker.inspect" in said
    assert "of step `look`" in said


def test_a_change_without_its_plan_is_told(trial):
    code, said = trial(
        ('    plan:\n      calls: ["POST /services/mcp-cortex-ai?replicas=3"]\n', ""),
        ('      diffs: [{subject: replicas, current: "1", new: "3"}]\n', ""),
    )
    assert code == 1
    assert "docker.scale_service changes something, and its `plan` is missing" in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("runbook: grow", "runbook: grwo", "grow.yml:1: There is no runbook `grwo`"),
        ("docker.health", "docker.helth", "grow.yml:9: no action is called `docker.helth`"),
        ("people:", "persons:", "grow.yml:10: persons: unknown key"),
        ("ends: succeeded", "ends: well", "grow.yml:12: expect.ends: "),
        ("look: done", "lok: done", "grow.yml:14: the runbook has no step `lok`"),
        ("/POST .*", "/POST (", "grow.yml:13: expect.calls[0]: no pattern that can be read"),
        ("answers: {replicas: 3}", "plan_b: {}", "plan_b: unknown key"),
        (
            "answers: {replicas: 3}",
            "answers: {}\n    fails: both",
            "grow.yml:4: world[1]: say exactly one of answers, fails, silent, lost",
        ),
        (
            "docker.health, answers",
            "docker.health, with: {servce: x}, answers",
            "`docker.health` has no parameter `servce`",
        ),
        ("docker.health, answers", "docker.health, step: wel, answers", "no step `wel`"),
        (
            "docker.health, answers: {healthy: 3}",
            "docker.health, answers: {}, plan: {calls: []}",
            "`docker.health` only reads; it plans nothing",
        ),
        ("runbook: grow", "runbook: grow\nparams: {n: 3}", "grow.yml:2: grow has no parameter `n`"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(trial, old, new, told):
    code, said = trial((old, new))
    assert code == 2
    assert told in said
