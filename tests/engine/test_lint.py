"""Every rule of the linter: what it finds, in which line, and how it is put right."""

import json
import re

import pytest

from bot.engine.lint import as_json, as_lines
from bot.engine.lint_sheet import Known
from tests.engine.kit import CHANGING, KNOWN, READING, catalog, findings, linted, write
from tests.engine.lint_cases import CASES, DESTROY, STEP


@pytest.mark.parametrize("case", CASES)
def test_the_mistake_is_found_where_it_stands(case, tmp_path):
    text, line, cause, cure = CASES[case]
    found = findings(tmp_path, text)
    fitting = [one for one in found if cause in one.cause and cure in one.cure]
    assert fitting, as_lines(found)
    assert line in {one.line for one in fitting}, as_lines(fitting)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_keeps_the_runbook_out_of_the_catalog(case, tmp_path):
    shelf = catalog(write(tmp_path, CASES[case][0]))
    assert shelf.all() == ()
    assert shelf.findings


@pytest.mark.parametrize("missing", ["title", "system", "owner", "id"])
def test_the_head_is_needed(missing, tmp_path):
    file = write(tmp_path, READING)
    file.write_text(re.sub(rf"^{missing}:.*\n", "", file.read_text(), flags=re.MULTILINE))
    (found,) = linted(file).findings
    assert found.cause == f"`{missing}` is missing"
    assert found.cure


def test_id_and_system_must_be_what_they_are_called(tmp_path):
    file = write(tmp_path, READING)
    file.write_text(file.read_text().replace("id: a-runbook", "id: other").replace("demo", "dmeo"))
    causes = [one.cause for one in linted(file).findings]
    assert causes == ["The id is `other`, and the file is called `a-runbook`",
                      "There is no system `dmeo`"]  # fmt: skip


def test_one_id_in_two_folders_is_found(tmp_path):
    (tmp_path / "other").mkdir()
    first, second = write(tmp_path, READING), write(tmp_path / "other", READING)
    (found,) = linted(first, second).findings
    assert found.file == str(second)
    assert str(first) in found.cause


def test_covers_is_checked_only_against_an_inventory(tmp_path):
    text = "covers: [cortex-logz]\n" + READING
    assert not findings(tmp_path, text)
    known = Known(KNOWN.actions, KNOWN.systems, KNOWN.policies, inventory={"cortex-logs"})
    (found,) = findings(tmp_path, text, known)
    assert (found.line, found.cure) == (5, "Did you mean `cortex-logs`")


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: [\n", 6, "broken YAML"),
        ("title: again\n", 5, "stands twice"),
        ("a: !!python/name:os.system x\n", 5, "the tag"),
        ("- a\n", 5, "broken YAML"),
    ],
)
def test_yaml_that_cannot_be_read_has_its_line(text, line, cause, tmp_path):
    (found,) = findings(tmp_path, text)
    assert cause in found.cause
    assert found.line == line
    assert not found.cause.startswith(str(tmp_path)), "the file is named once"


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_a_file_that_is_no_block_is_refused(text, tmp_path):
    file = tmp_path / "a-runbook.yml"
    file.write_text(text)
    (found,) = linted(file).findings
    assert found.line == 1


def test_a_destructive_runbook_may_be_typed_or_led_or_excepted(tmp_path):
    for policy in ("two-approvers-typed", "commander-plus-one", "security"):
        assert not findings(tmp_path, f"approval: {policy}\n" + DESTROY)
    excepted = "covers: [cortex-weekly-maintenance]\napproval: two-approvers\n" + DESTROY
    assert not findings(tmp_path, excepted)
    assert findings(tmp_path, excepted.replace("[cortex", "[other, cortex"))


def test_a_post_that_reads_needs_nobody(tmp_path):
    text = "steps:\n  - {id: one, uses: toy.post, with: {url: 'http://x', reads: true}}\n"
    assert not findings(tmp_path, text)
    assert findings(tmp_path, text.replace("true", "false"))


def test_what_is_not_set_here_is_no_mistake(tmp_path):
    """A variable that is only set where the bot runs must not fail anybody's CI."""
    text = "steps:\n  - {id: one, uses: toy.post, with: {url: '{system.urls.off}', reads: true}}\n"
    assert not findings(tmp_path, text)


def test_findings_are_lines_for_editors_and_json_for_machines(tmp_path):
    found = findings(tmp_path, STEP % "{tail: 5000}")
    (line,) = as_lines(found).splitlines()
    assert re.fullmatch(r"\S+/a-runbook\.yml:6: .+\. .+\.", line)
    (said,) = json.loads(as_json(found))
    assert set(said) == {"file", "line", "cause", "cure"}
    assert said["line"] == 6


def test_sound_runbooks_have_no_findings(tmp_path):
    assert not findings(tmp_path, READING)
    assert not findings(tmp_path, CHANGING)
