"""The post-mortem draft: facts from the incident, questions where nobody said anything."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.incident import Situation
from bot.views.postmortem import draft, file_name, md
from tests.unit.views import world
from tests.unit.views.world import ANN, BOB, fact, incident, resolved, task

NAMES = {ANN: "Ann Lee", BOB: "Bob | Ray"}


def test_a_draft_reads_as_one_page():
    lines = [
        fact(0, "SEV2: Checkout is slow", "declared"),
        fact(4, "<@U0BOB> is oncall.", "role", "signalbox"),
        fact(5, "see graph", "pinned", BOB, source="https://x.slack.com/p1"),
    ]
    one = resolved(
        tasks=(task(), task(2, "Warm at start", status="done", owner=None)), updates=2, reopened=1
    )
    assert (
        draft(one, lines, NAMES, "MCP-Cortex AI Services")
        == """\
# Post-mortem: INC-00042 Checkout is slow

| | |
|---|---|
| Service | MCP-Cortex AI Services |
| Severity | SEV2 (High) |
| Status | Resolved |
| Started | 2026-11-20 03:12 UTC |
| Acknowledged | 2026-11-20 03:16 UTC |
| Mitigated | 2026-11-20 03:43 UTC |
| Ended | 2026-11-20 04:17 UTC |
| Duration | 1 hour 5 minutes |
| Time to acknowledge | 4 minutes |
| Time to mitigate | 31 minutes |
| Updates sent | 2 |
| Times reopened | 1 |
| Commander | Ann Lee |
| Involved | Ann Lee, Bob \\| Ray |

## Impact

> Payments take 20 s

- Health: degraded

## Timeline (UTC)

| When | Who | What | |
|---|---|---|---|
| 2026-11-20 03:12 | Ann Lee | declared | SEV2: Checkout is slow |
| 2026-11-20 03:16 | Signalbox | role | @Bob \\| Ray is oncall. |
| 2026-11-20 03:17 | Bob \\| Ray | pinned | see graph (https://x.slack.com/p1) |

## Root cause

> A cold cache

## Resolution

> Warmed the cache

## Prevention

_Not said during the incident:_ What keeps it from happening again?

## Follow-ups

- [ ] Drain node-3 (Bob \\| Ray, open)
- [x] Warm at start (owner?, done)

## Lessons

- What went well?
- What went badly?
- Where were we lucky?
"""
    )


def test_what_nobody_said_stays_a_question():
    """Red when: a gap looks like a fact."""
    text = draft(incident(roles={}, situation=Situation()), [])
    assert text.count("_Not said during the incident:_") == 6
    assert "| Commander | nobody |" in text
    assert "| Ended | not noted |" in text
    assert "| Duration | not known |" in text


@given(world.texts, st.lists(world.lines, max_size=4))
def test_a_value_is_no_markdown(text, lines):
    """Red when: a pipe breaks the table, or HTML or a link gets into the file."""
    one = incident(title=text, situation=Situation(impact=text), tasks=(task(text=text),))
    made = draft(one, lines)
    rows = [row for row in made.split("\n") if row.startswith("| ")]
    for row in rows:
        assert row.replace("\\\\", "").replace("\\|", "").count("|") in {3, 5}
    assert not list(world.hidden({"type": "mrkdwn", "text": made}))
    assert made.encode()


def test_markdown_is_shown_as_it_was_typed():
    assert md("# [x](y) <b> *z* `c` a|b") == r"\# \[x\](y) \<b\> \*z\* \`c\` a\|b"


def test_the_file_is_named_for_its_channel():
    assert file_name(incident()) == "inc-00042-checkout-is-slow-post-mortem.md"
