"""Slack's payloads become intents without anything that is not needed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.intent import IntentKind
from bot.slack import intents, modals
from bot.slack.fields import element_value, form_values
from bot.slack.names import event_type
from bot.slack.outcomes import sentence
from bot.slack.reachable import Reachable
from bot.slack.template import saved

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[3] / "shared/contracts/slack-payload-samples"


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": "x"}, "x"),
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "plain_text_input", "value": ""}, None),
        ({"type": "static_select", "selected_option": {"value": "sev1"}}, "sev1"),
        ({"type": "static_select", "selected_option": None}, None),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, ["a", "b"]),
        ({"type": "checkboxes", "selected_options": []}, []),
        ({"type": "users_select", "selected_user": "U1"}, "U1"),
        ({"type": "multi_users_select", "selected_users": ["U1", "U2"]}, ["U1", "U2"]),
        ({"type": "conversations_select", "selected_conversation": "C1"}, "C1"),
        ({"type": "datepicker", "selected_date": "2026-01-02"}, "2026-01-02"),
        ({"type": "datetimepicker", "selected_date_time": 1700000000}, "1700000000"),
        ({"type": "file_input", "files": [{"id": "F1", "name": "x"}]}, ["F1"]),
        ({"type": "button", "value": "INC-1"}, "INC-1"),
        ({"type": "button"}, None),
    ],
)
def test_values_of_elements(element, value):
    assert element_value(element) == value


def test_rich_text_becomes_words():
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "ask "},
                    {"type": "user", "user_id": "U1"},
                ],
            },
            {
                "type": "rich_text_section",
                "elements": [{"type": "link", "url": "https://x.example"}],
            },
        ],
    }
    value = element_value({"type": "rich_text_input", "rich_text_value": rich})
    assert value == "ask <@U1>\nhttps://x.example\n"


def test_blocks_with_several_elements_give_each():
    state = {
        "values": {
            "when": {
                "day": {"type": "datepicker", "selected_date": "2026-01-02"},
                "hour": {"type": "timepicker", "selected_time": "10:00"},
            }
        }
    }
    assert form_values(state) == {"when": "2026-01-02", "day": "2026-01-02", "hour": "10:00"}
    assert form_values(None) == {}


def test_a_metadata_that_is_not_ours_is_nothing():
    for text in (None, "", "not json", "[1]", "3"):
        assert intents.opened_from(text) == {}


def command(**rest):
    body = {
        "command": "/incident",
        "text": "declare",
        "user_id": "U1",
        "team_id": "T1",
        "trigger_id": "1.2.3",
        "channel_id": "C1",
        "token": "secret-token",
        "response_url": "https://hooks.slack.com/x",
    }
    return intents.command_intent(body | rest, NOW)


def test_the_metadata_stays_within_slacks_limit():
    intent = command().model_copy(update={"value": '"' * 2000})
    text = intents.private_metadata(intent)
    assert len(text) <= 3000
    assert json.loads(text) == {
        "intent": "1.2.3",
        "channel": "C1",
        "response_url": "https://hooks.slack.com/x",
    }


def test_the_reopen_button_keeps_what_the_form_needs():
    asked = command(text="declare high checkout")
    message = modals.reopen_message(asked, "incident.declare")
    button = message["blocks"][1]["elements"][0]
    click = asked.model_copy(
        update={"kind": IntentKind.CLICK, "name": "form.reopen", "value": button["value"]}
    )
    form, shown_for = modals.reopened(click)
    assert form == "incident.declare"
    assert (shown_for.kind, shown_for.name) == (IntentKind.COMMAND, "/incident")
    assert (shown_for.text, shown_for.value) == ("declare high checkout", "")
    for value in ("", "not json", "[]", "3", '{"form": 3}'):
        form, _ = modals.reopened(click.model_copy(update={"value": value}))
        assert form in ("", "3")


def test_a_huge_value_still_gives_a_button_within_the_limit():
    asked = command().model_copy(update={"value": "v" * 1999})
    button = modals.reopen_message(asked, "f")["blocks"][1]["elements"][0]
    assert len(button["value"]) <= 2000


def test_slacks_own_samples_are_understood():
    for name, make in (
        ("SlashCommandPayload", intents.command_intent),
        ("ViewSubmissionPayload", intents.view_intent),
        ("MessageShortcutPayload", intents.shortcut_intent),
        ("BlockActionPayload", intents.click_intent),
    ):
        sample = json.loads((SAMPLES / f"{name}.json").read_text())
        text = make(sample, NOW).model_dump_json()
        assert "bot_access_token" not in text
        assert '"token"' not in text


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"type": "reaction_added"}, "reaction_added"),
        ({"type": "message", "channel_type": "channel"}, "message.channels"),
        ({"type": "message", "channel_type": "group"}, "message.groups"),
        ({"type": "message", "channel_type": "im"}, "message.im"),
        ({"type": "message", "channel": "G1"}, "message.groups"),
        ({"type": "message", "channel": "C1"}, "message.channels"),
        ({}, ""),
    ],
)
def test_event_names_are_those_of_the_manifest(event, name):
    assert event_type(event) == name


def test_a_renamed_channel_keeps_its_id():
    event = {
        "type": "channel_rename",
        "channel": {"id": "C1", "name": "new", "created": 1, "extra": "x"},
    }
    intent = intents.event_intent({"event": event, "event_id": "Ev1", "team_id": "T1"}, NOW)
    assert (intent.channel, intent.team) == ("C1", "T1")
    assert intent.payload["channel"] == {"id": "C1", "name": "new"}


def test_references_are_found_at_their_place():
    answer = {"channel": {"id": "C1"}, "files": [{"id": "F1"}], "ts": "1.2"}
    saves = {
        "a": "channel.id",
        "b": "files.0.id",
        "c": "ts",
        "d": "files.3.id",
        "e": "ts.no",
        "f": "none",
    }
    assert saved(saves, answer) == {"a": "C1", "b": "F1", "c": "1.2"}


def test_a_missing_scope_is_named():
    assert "pins:write" in sentence("pins.add", "missing_scope", "pins:write")


async def test_slack_is_asked_rarely(api, sandbox, clock):
    reachable = Reachable(api, clock)
    assert await reachable.check() is None
    sandbox.fault("refused", method="auth.test", code="invalid_auth", times=0)
    assert await reachable.check() is None
    clock.ahead += timedelta(seconds=31)
    assert "SLACK_BOT_TOKEN" in (await reachable.check() or "")
    assert len(sandbox.calls_to("auth.test")) == 2
