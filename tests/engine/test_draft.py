"""Markdown becomes a draft that can be read, and that nobody can run."""

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.runbook import RunbookText
from bot.engine.draft import draft
from bot.engine.substitution import Scope, fill
from bot.errors import Invalid
from tests.engine.kit import linted

MARKDOWN = """# Service down

What to do when it is down.

## Look

```bash
# not a heading
curl -s http://demo/health | jq '{status}' && echo ${HOME}
```

## Restart it

Type `docker compose restart api`.

## Restart it
"""


def read(text):
    return RunbookText.model_validate(yaml.safe_load(text))


def test_headings_become_steps_and_commands_stay_text():
    found = read(draft(MARKDOWN, "demo"))
    assert (found.id, found.title, found.system) == ("service-down", "Service down", "demo")
    assert found.summary == "What to do when it is down."
    assert [step.id for step in found.steps] == ["look", "restart-it", "restart-it-2"]
    assert {step.ask.value for step in found.steps} == {"checkbox"}
    assert list(found.actions) == []
    shown = fill(found.steps[0].text, Scope({}, str))
    assert "curl -s http://demo/health | jq '{status}' && echo ${HOME}" in shown
    assert "# not a heading" in shown


def test_a_draft_cannot_be_run(tmp_path):
    file = tmp_path / "service-down.yml"
    file.write_text(draft(MARKDOWN, "demo"))
    causes = [one.cause for one in linted(file).findings]
    assert causes == ["It is a draft, so nobody can run it"]


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_nothing_makes_no_draft(text):
    with pytest.raises(Invalid):
        draft(text, "demo")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=300), st.text(alphabet="#`~ {}$\n:-a1é", max_size=120))
def test_any_text_becomes_a_draft_or_is_refused(one, other):
    try:
        text = draft(one + "\n" + other, "demo")
    except Invalid:
        return
    found = read(text)
    assert found.draft
    for step in found.steps:
        fill(step.text, Scope({}, str))


def test_a_long_document_is_cut_where_slack_would_refuse_it():
    found = read(draft("# A\n\n## B\n" + "word " * 5000, "demo"))
    assert len(found.steps[0].text) < 3000
    assert "see the original" in found.steps[0].text
    with pytest.raises(Invalid, match="101 headings"):
        draft("# A\n" + "".join(f"## B{number}\n" for number in range(101)), "demo")
