"""The live card, the private panel, the topic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.incident import CloseReason, Handover, IncidentRole, Situation, Status
from bot.domain.outbox import LaneStatus
from bot.domain.severity import Severity
from bot.views.card import incident_card, status_panel, topic
from tests.unit.views import world
from tests.unit.views.world import ANN, BOB, CONFIG, NIGHT, at, buttons, incident, resolved, task

REFS = {"channel": "C0ROOM"}
FAILING = LaneStatus(
    lane="channel:C0CORTEX", incident="INC-00042", error="not_in_channel", since=NIGHT, waiting=3
)


def card(one, where="incident", **rest):
    """Return the card with the usual references."""
    return incident_card(one, refs=REFS, config=CONFIG, where=where, **rest)


def body(message) -> list[str]:
    """Return the lines of the card's text."""
    return message["blocks"][0]["text"]["text"].split("\n")


def seen(message) -> int:
    """Count the lines a person sees beside the buttons."""
    texts = [b["text"] for b in message["blocks"] if b["type"] == "section"]
    texts += [one for b in message["blocks"] if b["type"] == "context" for one in b["elements"]]
    return sum(text["text"].count("\n") + 1 for text in texts)


def test_the_card_says_in_six_lines_what_everybody_asks():
    one = incident(roles={IncidentRole.COMMANDER: ANN})
    assert body(card(one, permalink="https://x.slack.com/archives/C1/p1")) == [
        "🟠 *SEV2 · Checkout is slow* (INC-00042)",
        ("*Investigating* · MCP-Cortex AI Services · <https://x.slack.com/archives/C1/p1|details>"),
        "*Commander* <@U0ANN> · *On-call* nobody yet",
        (
            "*Started* <!date^1795144320^{date_short_pretty} at {time}|2026-11-20 03:12 UTC>"
            " · <!date^1795144320^{ago}|since 2026-11-20 03:12 UTC>"
        ),
        "*Impact* Payments take 20 s",
        "*Next update* due <!date^1795146120^{date_short_pretty} at {time}|2026-11-20 03:42 UTC>",
    ]


def test_the_card_speaks_the_systems_own_words():
    """Where they call a severity otherwise than we do; else once is enough."""
    assert body(card(incident(system="pipeline")))[1] == "*Investigating* · P1 - High · Pipeline"
    assert "High" not in world.words(card(incident()))


def test_the_channel_is_named_everywhere_but_in_itself():
    assert "C0ROOM" not in world.words(card(incident()))
    assert "<#C0ROOM>" in body(card(incident(), "announce"))[1]
    panel = {"refs": REFS, "config": CONFIG}
    assert "C0ROOM" not in world.words(status_panel(incident(), here="C0ROOM", **panel))
    assert "<#C0ROOM>" in world.words(status_panel(incident(), here="C0OTHER", **panel))


@given(world.incidents, st.lists(world.lanes, max_size=5))
def test_a_card_has_at_most_eight_lines_and_one_row(one, lanes):
    """Red when: a value brings newlines with it, or every failing lane gets a line."""
    message = incident_card(one, refs={}, config=CONFIG, where="incident", lanes=lanes)
    if one.is_open:
        assert seen(message) <= 8
    rows = [block for block in message["blocks"] if block["type"] == "actions"]
    assert len(rows) <= 1
    assert all(len(row["elements"]) <= 6 for row in rows)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"roles": {}},
            ["update", "resolve", "ack", "role:commander", "role:oncall", "more"],
        ),
        (
            {"acknowledged_by": BOB, "roles": {"commander": ANN, "oncall": BOB}},
            ["update", "resolve", "task", "snooze", "handover", "more"],
        ),
        ({"status": Status.RESOLVED, "ended_at": at(5)}, ["archive", "more"]),
        ({"status": Status.CLOSED, "ended_at": at(5), "archived": True}, ["more"]),
    ],
)
def test_the_buttons_are_those_that_are_needed_next(changes, expected):
    assert buttons(card(incident(**changes))) == [f"incident.{name}" for name in expected]


def test_a_buttons_value_is_the_incident_and_its_menus_name_a_word():
    elements = card(incident())["blocks"][1]["elements"]
    assert {one["value"] for one in elements if one["type"] == "button"} == {"INC-00042"}
    words = [one["value"] for one in elements[-1]["options"]]
    menu = ("timeline", "catchup", "escalate", "customers", "postmortem")
    assert words == [f"INC-00042|{w}" for w in menu]
    private = card(incident(private=True))["blocks"][1]["elements"]
    assert "customers" not in str(private[-1]), "P8: customers are never told"


def test_the_announced_card_has_fewer_buttons_and_none_after_the_end():
    assert buttons(card(incident(roles={}), "announce")) == [
        "incident.ack",
        "incident.role:commander",
    ]
    assert buttons(card(resolved(), "announce")) == []


def test_a_private_incident_has_no_announced_card():
    """Red when: a private incident can be announced at all (P8)."""
    with pytest.raises(ValueError, match="private"):
        card(incident(private=True), "announce")
    assert "🔒 private" in body(card(incident(private=True)))[1]


@pytest.mark.parametrize(
    ("changes", "now", "said"),
    [
        ({}, None, "*Next update* due"),
        ({}, at(31), "⚠️ *Update overdue* since"),
        ({"nags": 1}, None, "⚠️ *Update overdue* since"),
        ({"snoozed_until": at(50)}, at(40), "*Reminders snoozed* until"),
        ({"snoozed_until": at(50)}, at(51), "⚠️ *Update overdue* since"),
        ({"snoozed_until": at(20)}, at(10), "*Next update* due"),  # it would change nothing
        ({"update_due_at": None}, at(31), "No further update is planned"),
    ],
)
def test_the_last_line_says_when_readers_hear_more(changes, now, said):
    assert body(card(incident(**changes), now=now))[-1].startswith(said)


def test_an_ended_card_says_how_it_ended_and_how_it_goes_on():
    lines = body(card(resolved()))
    assert lines[0].startswith("✅")
    assert lines[1].startswith("*Resolved*")
    assert lines[3].endswith("lasted 1 hour 5 minutes")
    assert "/incident reopen" in world.words(card(resolved()))
    assert "/incident" not in world.words(card(resolved(), "announce"))


def test_a_duplicate_is_closed_and_not_resolved():
    one = incident(
        status=Status.CLOSED,
        close_reason=CloseReason.DUPLICATE,
        duplicate_of="INC-00007",
        ended_at=at(9),
    )
    text = world.words(card(one))
    assert "*Closed: duplicate of INC-00007*" in text
    assert "resol" not in text.lower()


def test_a_failing_lane_is_named_with_its_reason_and_a_retry():
    """Red when: a side failure is silent (P5)."""
    block = card(incident(), lanes=[FAILING])["blocks"][1]
    said = "⚠️ Nothing more is announced in <#C0CORTEX> (3 waiting): not_in_channel"
    assert block["text"]["text"] == said
    retry = block["accessory"]
    assert retry["action_id"] == "lane.retry:0"
    assert retry["value"] == "INC-00042|channel:C0CORTEX"


def test_a_channel_that_could_not_be_made_is_said_first():
    lane = FAILING.model_copy(update={"lane": "incident:INC-00042", "waiting": 1})
    unmade = incident_card(incident(), refs={}, config=CONFIG, lanes=[lane], where="announce")
    said = unmade["blocks"][1]["text"]["text"]
    assert said == "⚠️ The incident channel could not be made: not_in_channel"


def test_many_failing_lanes_are_counted_on_the_card_and_all_shown_in_the_panel():
    lanes = [FAILING.model_copy(update={"lane": f"user:U{n}"}) for n in range(4)]
    assert "3 more cannot be delivered" in world.words(card(incident(), lanes=lanes))
    panel = status_panel(incident(), refs=REFS, config=CONFIG, lanes=lanes)
    assert [one for one in buttons(panel) if one.startswith("lane")] == [
        f"lane.retry:{n}" for n in range(4)
    ]


def test_the_panel_shows_open_tasks_with_a_button_each():
    one = incident(tasks=(task(), task(2, "Look", status="done")))
    panel = status_panel(one, refs=REFS, config=CONFIG)
    assert "*Tasks* 1 open, 1 done" in world.words(panel)
    assert "1. Drain node-3 · <@U0BOB> · open" in world.words(panel)
    done = [b["accessory"] for b in panel["blocks"] if "accessory" in b]
    assert [(one["action_id"], one["value"]) for one in done] == [
        ("incident.task:done", "INC-00042|1")
    ]


def test_an_offer_of_command_is_on_the_card():
    offer = Handover(to=BOB, by=ANN, at=NIGHT)
    assert "command offered to <@U0BOB>" in body(card(incident(handover=offer)))[2]


def test_an_impact_nobody_knows_is_said_to_be_unknown():
    assert "*Impact* not known yet" in body(card(incident(situation=Situation())))


@given(world.texts, st.booleans(), st.sampled_from(Severity))
def test_a_topic_fits_and_does_nothing(title, private, severity):
    said = topic(incident(title=title, private=private, severity=severity))
    assert len(said) <= 250
    assert "\n" not in said
    assert not world.live({"type": "mrkdwn", "text": said})


def test_the_topic_says_how_bad_it_is_and_what():
    said = "🟠 SEV2 · Checkout is slow · /incident shows how it stands"
    assert topic(incident()) == said
