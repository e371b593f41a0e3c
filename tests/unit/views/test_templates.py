"""The four messages whose words people may edit."""

import pytest
from hypothesis import given

from bot.domain.incident import CloseReason, IncidentRole, Situation, Status, Update
from bot.errors import ConfigError
from bot.views.templates import Templates
from tests.support.blockkit import check_message
from tests.unit.views import world
from tests.unit.views.world import ANN, BOB, CONFIG, TEMPLATES, at, incident, resolved, task

T0 = "<!date^1795144320^{date_short_pretty} at {time}|2026-11-20 03:12 UTC>"
T30 = "<!date^1795146120^{date_short_pretty} at {time}|2026-11-20 03:42 UTC>"
T60 = "<!date^1795147920^{date_short_pretty} at {time}|2026-11-20 04:12 UTC>"
T65 = "<!date^1795148220^{date_short_pretty} at {time}|2026-11-20 04:17 UTC>"


def parts(message) -> list[str]:
    """Return the text of each block."""
    return [block["text"]["text"] for block in message["blocks"]]


def test_the_initial_message_says_every_field_of_the_runbook():
    one = incident(
        roles={IncidentRole.COMMANDER: ANN, IncidentRole.ONCALL: BOB},
        situation=Situation(
            impact="Payments take 20 s", health="degraded", features="checkout", users="2,000"
        ),
    )
    message = TEMPLATES.initial(one, CONFIG)
    assert parts(message) == [
        "🚨 MCP-Cortex AI Services Incident Alert",
        (
            "*Incident ID:* INC-00042 · Checkout is slow\n*Service:* MCP-Cortex AI Services\n"
            f"*Severity:* HIGH (SEV2)\n*Time:* {T0}\n*Impact:* Payments take 20 s"
        ),
        (
            "*Current Status:*\n• Service Health: degraded\n• Affected Features: checkout\n"
            "• Estimated Users Impacted: 2,000"
        ),
        f"*Next Update:* {T30}",
        "*Incident Commander:* <@U0ANN>\n*On-call Engineer:* <@U0BOB>",
    ]
    assert message["text"] == (
        "🚨 MCP-Cortex AI Services Incident Alert: SEV2 · Checkout is slow (INC-00042)"
        " · Payments take 20 s"
    )


def test_what_nobody_knows_is_said_to_be_unknown_and_is_not_blank():
    """On one line where nobody has said anything of a section."""
    message = TEMPLATES.initial(incident(roles={}, situation=Situation()), CONFIG)
    text = world.words(message)
    assert "*Impact:* not known yet" in text
    assert "*Current Status:* not known yet" in parts(message)
    assert message["text"].endswith("SEV2 · Checkout is slow (INC-00042)")
    some = parts(TEMPLATES.initial(incident(situation=Situation(health="down")), CONFIG))[2]
    assert some == (
        "*Current Status:*\n• Service Health: down\n• Affected Features: not known yet\n"
        "• Estimated Users Impacted: not known yet"
    )
    assert "*Incident Commander:* nobody yet" in text
    assert "*On-call Engineer:* nobody yet" in text


def test_an_update_says_how_long_what_is_known_and_who_does_what():
    said = Update(
        by=ANN, at=at(30), investigation="The cache is cold", mitigation="Warming it", eta="10 min"
    )
    moving = task(2, "Warm node-4", status="in progress", owner=None)
    one = incident(
        status=Status.IDENTIFIED,
        last_update=said,
        tasks=(task(), moving, task(3, "Look", status="done")),
        update_due_at=at(60),
    )
    assert parts(TEMPLATES.update(one, CONFIG)) == [
        "📋 MCP-Cortex AI Services Incident Update",
        f"*Incident ID:* INC-00042 · Checkout is slow\n*Time:* {T30}\n*Duration:* 30 minutes",
        (
            "*Current Status:* Identified\n• Investigation: The cache is cold\n"
            "• Impact: Payments take 20 s\n• Mitigation: Warming it\n• ETA: 10 min"
        ),
        (
            "*Work in Progress:*\n• Warm node-4 - nobody yet - in progress\n"
            "• Drain node-3 - <@U0BOB> - open"
        ),
        f"*Next Update:* {T60}",
    ]


def test_an_update_of_one_sentence_is_what_was_learnt():
    one = incident(last_update=Update(by=ANN, at=at(30), text="Rolled back"))
    text = world.words(TEMPLATES.update(one, CONFIG))
    assert "• Investigation: Rolled back" in text
    assert text.count("Rolled back") == 2  # there, and in the notification


def test_an_update_folds_what_nobody_has_said():
    bare = {"situation": Situation(), "status": Status.IDENTIFIED}
    one = incident(last_update=Update(by=ANN, at=at(30), text="Rolled back"), **bare)
    assert parts(TEMPLATES.update(one, CONFIG))[2] == (
        "*Current Status:* Identified\n• Investigation: Rolled back\n"
        "• Impact, Mitigation, ETA: not known yet"
    )
    moved = incident(last_update=Update(by=ANN, at=at(30)), **bare)
    assert parts(TEMPLATES.update(moved, CONFIG))[2] == (
        "*Current Status:* Identified\n• Investigation, Impact, Mitigation, ETA: nothing new"
    )


LABELS = {
    "initial": "Service|Severity|Time|Impact|Current Status|Service Health|Affected Features|"
    "Estimated Users Impacted|Next Update|Incident Commander|On-call Engineer",
    "update": "Incident ID|Time|Duration|Current Status|Investigation|Impact|Mitigation|ETA|"
    "Work in Progress|Next Update",
    "resolved": "Incident ID|Resolution Time|Total Duration|Root Cause|Resolution Applied|"
    "Preventive Measures|Service Status|Performance|Monitoring",
}


@pytest.mark.parametrize("stage", LABELS)
def test_a_shipped_template_has_every_label_of_the_runbook(stage):
    """Red when: a label of the seed's templates is reworded or dropped."""
    source = TEMPLATES._shipped[f"{stage}.txt"]
    assert [label for label in LABELS[stage].split("|") if f"{label}:" not in source] == []


def test_readers_elsewhere_are_not_told_what_is_left_to_do():
    one = resolved(tasks=(task(),))
    outside = world.words(TEMPLATES.resolved(one, CONFIG, "announcement"))
    assert "Follow-ups" not in outside
    assert "Drain node-3" not in outside


def test_the_resolved_message_closes_the_loop_with_computed_facts():
    message = TEMPLATES.resolved(resolved(tasks=(task(),)), CONFIG)
    assert parts(message) == [
        "✅ MCP-Cortex AI Services Incident Resolved",
        (
            f"*Incident ID:* INC-00042 · Checkout is slow\n*Resolution Time:* {T65}\n"
            "*Total Duration:* 1 hour 5 minutes"
        ),
        "*Root Cause:*\nA cold cache",
        "*Resolution Applied:*\nWarmed the cache",
        "*Preventive Measures:*\nnot known yet",
        "*Follow-ups:*\n• Drain node-3 · <@U0BOB> · open",
        (
            "*Service Status:*\n• All AI services: operational\n• Performance: normal\n"
            "• Monitoring: normal"
        ),
        (
            "*Time to Acknowledge:* 4 minutes\n*Time to Mitigate:* 31 minutes\n"
            "*Involved:* <@U0ANN>, <@U0BOB>"
        ),
        "Thank you for your patience.",
    ]


@pytest.mark.parametrize(
    ("reason", "other", "said"),
    [
        (CloseReason.DUPLICATE, "INC-00007", "This is a duplicate of INC-00007"),
        (CloseReason.FALSE_ALARM, None, "This was a false alarm"),
    ],
)
def test_a_closed_incident_is_never_called_resolved(reason, other, said):
    """Red when: a merge or false alarm tells customers that something was fixed."""
    closed = incident(
        status=Status.CLOSED, close_reason=reason, duplicate_of=other, ended_at=at(10)
    )
    text = world.words(TEMPLATES.closed(closed, CONFIG))
    assert said in text
    assert "*Open For:* 10 minutes" in text
    assert "resol" not in text.lower()
    assert "✅" not in text


def test_a_service_without_a_system_or_ai_is_not_called_ai():
    text = world.words(TEMPLATES.resolved(resolved(system="pipeline"), CONFIG))
    assert "✅ Pipeline Incident Resolved" in text
    assert "• All services: operational" in text


def test_a_private_incident_reads_the_same_in_its_own_channel():
    assert TEMPLATES.initial(incident(private=True), CONFIG) == TEMPLATES.initial(
        incident(), CONFIG
    )


@given(world.texts)
def test_a_value_makes_no_structure(text):
    """Red when: "# ", "---", "> " or a blank line of a value becomes a block of its own."""
    one = incident(situation=Situation(impact=f"{text}\n\n---\n# x\n> y"), title=text)
    kinds = [block["type"] for block in TEMPLATES.initial(one, CONFIG)["blocks"]]
    assert kinds[0] == "header"
    assert set(kinds[1:]) == {"section"}


# ---------------------------------------------------------------- overrides
LADDER = [
    "mcp-cortex/announcement/initial.txt",
    "mcp-cortex/initial.txt",
    "announcement/initial.txt",
    "initial.txt",
]


@pytest.mark.parametrize("known", range(4))
def test_the_most_special_template_wins(known):
    have = {name: f"# {name}" for name in LADDER[known:]}
    message = Templates(have.get).initial(incident(), CONFIG, "announcement")
    assert parts(message) == [LADDER[known]]


def test_the_names_are_asked_for_in_order_and_the_shipped_one_is_last():
    asked = []
    message = Templates(asked.append).initial(incident(), CONFIG, "announcement")
    assert asked == LADDER
    assert parts(message)[0] == "🚨 MCP-Cortex AI Services Incident Alert"


def test_a_system_is_no_path_out_of_the_folder():
    asked = []
    Templates(asked.append).initial(incident(system="../../etc"), CONFIG, "..")
    assert asked == ["initial.txt"]


def test_a_broken_override_stops_no_message_and_is_named_inside_only():
    """Red when: a typo in a template takes the Initial message away (P5)."""
    broken = Templates({"initial.txt": "# x\n\n{{ titel }}"}.get)
    inside = broken.initial(incident(), CONFIG)
    assert inside["blocks"][:-1] == TEMPLATES.initial(incident(), CONFIG)["blocks"]
    assert "initial.txt:3: titel is not a name that templates know" in world.words(inside)
    assert "titel" not in world.words(broken.initial(incident(), CONFIG, "announcement"))


def test_an_edited_template_counts_at_once():
    have = {"initial.txt": "# one"}
    templates = Templates(have.get)
    assert parts(templates.initial(incident(), CONFIG)) == ["one"]
    have["initial.txt"] = "# two"
    assert parts(templates.initial(incident(), CONFIG)) == ["two"]


# ---------------------------------------------------------------- what is wrong, and where
@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("# x\n\n{{ titel }}", "t.txt:3: titel is not a name that templates know"),
        ("# x\n{% for t in tasks %}\n{{ t.ownr }}\n{% endfor %}", "t.txt:3: 'dict object' has no"),
        ("# x\n\n\n{{ title", "t.txt:4: unexpected end of template"),
        ("{{ title|nope }}", "t.txt:1: No filter named 'nope'"),
        ("\n{{ title|safe }}", "t.txt:2: No filter named 'safe'"),
        ("\n{{ title + 1 }}", "t.txt:2: can only concatenate str"),
        ("\n\n{{ title.__class__.__mro__ }}", "t.txt:3: access to attribute '__class__'"),
        ("{{ title ~ id }}", "t.txt:1: write {{ a }}{{ b }}"),
        ("\n{% include 'x' %}", "t.txt:2: a template stands alone"),
        ("{% macro m() %}{% endmacro %}", "t.txt:1: macros are not supported"),
        ("{{ lipsum() }}", "t.txt:1: lipsum is not a name"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(source, wrong):
    found = TEMPLATES.check(source, "t.txt")
    assert len(found) == 1
    assert found[0].startswith(wrong)


def test_every_mistake_is_named_at_once():
    assert len(TEMPLATES.check("{{ a }}\n{{ b }}\n{{ c }}", "t.txt")) == 3


def test_the_shipped_templates_have_no_mistake():
    for name, source in TEMPLATES._shipped.items():
        assert TEMPLATES.check(source, name) == []


def test_a_template_can_format_choose_and_loop_and_every_value_is_escaped_once():
    source = """# {{ service|upper }} & more
{% if mitigation %}{{ mitigation }}{% else %}Nothing is done yet{% endif %}

{{ title|upper }} / {{ impact|default("none") }}
{{ declared_at|clock }} {{ declared_at|ago }} {{ people }} {{ "U0EVE"|user }}
{% for task in tasks %}{{ loop.index }}. {{ task.text }}
{% endfor %}
---
> {{ [title, commander]|join(" and ") }}"""
    assert TEMPLATES.check(source) == []
    one = incident(title="R&D <b>", tasks=(task(),))
    message = Templates({"initial.txt": source}.get).initial(one, CONFIG)
    check_message(message, schema=False)
    assert [block["type"] for block in message["blocks"]] == [
        "header",
        "section",
        "section",
        "divider",
        "context",
    ]
    assert parts({"blocks": message["blocks"][:3]}) == [
        "MCP-CORTEX AI SERVICES & more",
        "Nothing is done yet",
        (
            "R&amp;D &lt;B&gt; / Payments take 20 s\n"
            "<!date^1795144320^{time}|03:12 UTC> "
            "<!date^1795144320^{ago}|since 2026-11-20 03:12 UTC> "
            "<@U0ANN>, <@U0BOB> <@U0EVE>\n1. Drain node-3"
        ),
    ]
    assert message["blocks"][4]["elements"][0]["text"] == "R&amp;D &lt;b&gt; and <@U0ANN>"


def test_no_usable_template_at_all_is_an_error_that_names_each():
    templates = Templates()
    templates._shipped = {"initial.txt": "{{ x }}"}
    with pytest.raises(ConfigError, match=r"shipped/initial\.txt:1: x is not a name"):
        templates.initial(incident(), CONFIG)
