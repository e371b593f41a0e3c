"""The modals: their fields, what is filled in, what fits."""

from datetime import timedelta

import pytest

from bot.domain.config import Config, System
from bot.domain.incident import Resolution, Situation, Update
from bot.domain.lifecycle import Declaration
from bot.domain.severity import Severity, Timetable
from bot.views import forms
from bot.views.home import home
from tests.support.blockkit import check_view
from tests.unit.views import world
from tests.unit.views.world import ANN, BOB, CONFIG, NIGHT, TEMPLATES, at, buttons, incident, task


def fields(view) -> dict:
    """Return the input elements by field name."""
    return {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}


def needed(view) -> set[str]:
    """Return the fields that must not stay empty."""
    return {b["block_id"] for b in view["blocks"] if b["type"] == "input" and not b["optional"]}


def options(element) -> dict[str, str]:
    """Return value -> label of a menu."""
    return {one["value"]: one["text"]["text"] for one in element["options"]}


def test_the_skeleton_is_shown_at_once_and_has_nothing_to_send():
    view = forms.loading("Declare an incident", "incident.declare")
    assert view["callback_id"] == "incident.declare"
    assert "submit" not in view
    check_view(view)


def test_a_form_that_cannot_be_used_says_why():
    view = forms.refusal("Resolve", "INC-00042 is resolved. `/incident reopen` takes it up again.")
    assert "🚫 INC-00042 is resolved. `/incident reopen`" in world.words(view)
    check_view(view)


def test_declare_asks_for_little_and_offers_much():
    view = forms.declare(CONFIG)
    assert list(fields(view)) == [
        "title",
        "severity",
        "system",
        "impact",
        "health",
        "features",
        "users",
        "commander",
        "invite",
        "private",
    ]
    assert needed(view) == {"title", "severity"}
    assert all(element["action_id"] == "value" for element in fields(view).values())
    severities = fields(view)["severity"]
    assert options(severities)["sev1"] == "🔴 SEV1 · Critical"
    assert severities["options"][0]["description"]["text"] == "Service down, major impact"
    assert severities["initial_option"]["value"] == "sev2"
    assert options(fields(view)["health"]) == {
        "healthy": "Healthy",
        "degraded": "Degraded",
        "down": "Down",
    }
    assert [one["value"] for one in fields(view)["private"]["options"]] == ["private"]


def test_declare_says_who_is_told_before_anything_is_sent():
    text = world.words(forms.declare(CONFIG))
    assert "Announced in #incidents" in text
    assert "announced in <#C0CORTEX>; invited: <!subteam^S0AI>, <@U0BOB>" in text
    assert "🔒 A private incident is announced nowhere." in text


def test_declare_begins_with_what_is_known():
    said = Declaration(
        title="Checkout is slow",
        severity=Severity.SEV1,
        system="pipeline",
        private=True,
        commander=ANN,
        invite=(BOB,),
        situation=Situation(impact="Payments", health="down"),
    )
    known = fields(forms.declare(CONFIG, said=said))
    assert known["title"]["initial_value"] == "Checkout is slow"
    assert known["severity"]["initial_option"]["value"] == "sev1"
    assert known["system"]["initial_option"]["value"] == "pipeline"
    assert known["private"]["initial_options"][0]["value"] == "private"
    assert known["commander"]["initial_user"] == ANN
    assert known["invite"]["initial_users"] == [BOB]
    assert known["health"]["initial_option"]["value"] == "down"
    assert fields(forms.declare(CONFIG, title="From a\nmessage"))["title"]["initial_value"] == (
        "From a message"
    )


def test_long_names_and_many_systems_fit_the_menus():
    """Red when: a menu takes more or longer options than Slack does (firefighter#247)."""
    row = Timetable(label="L" * 90, meaning="M" * 90, response=timedelta(hours=1))
    systems = {
        f"s{n}": System(id=f"s{n}", title="T" * 90, severities=dict.fromkeys(Severity, row))
        for n in range(150)
    }
    config = Config(systems=systems)
    check_view(forms.declare(config, said=Declaration(title="x", system="s1")))
    check_view(forms.severity(incident(system="s1"), config))


def test_an_update_begins_with_what_was_said_last():
    last = Update(by=ANN, at=NIGHT, investigation="Cold cache", mitigation="Warming", eta="5 min")
    view = forms.update(incident(last_update=last))
    known = fields(view)
    assert list(known) == ["status", "investigation", "impact", "mitigation", "eta"]
    assert known["status"]["initial_option"]["text"]["text"] == "Investigating"
    assert options(known["status"]) == {  # untouched, it says nothing
        forms.UNCHANGED: "Investigating",
        "identified": "Identified",
        "monitoring": "Monitoring",
    }
    assert known["investigation"]["initial_value"] == "Cold cache"
    assert known["impact"]["initial_value"] == "Payments take 20 s"
    assert known["eta"]["initial_value"] == "5 min"
    assert buttons(view) == ["incident.preview"]
    check_view(view)


def test_resolving_asks_how_it_ends_and_offers_an_end_that_is_no_resolution():
    said = Resolution(by=ANN, at=NIGHT, root_cause="Cold cache", performance="degraded")
    view = forms.resolve(incident(resolution=said))
    known = fields(view)
    assert set(options(known["ending"])) == {"resolved", "duplicate", "false alarm"}
    assert known["ending"]["initial_option"]["value"] == "resolved"
    assert known["root_cause"]["initial_value"] == "Cold cache"
    assert known["performance"]["initial_option"]["value"] == "degraded"
    assert {"duplicate_of", "applied", "prevention", "services", "monitoring"} <= set(known)
    assert "root_cause" not in needed(view)  # at 3 a.m. it may not be known
    assert buttons(view) == ["incident.preview"]
    check_view(view)


def test_what_fits_the_fields_fits_the_message():
    """Red when: a field takes more than its message can show uncut."""
    last = fields(forms.update(incident()))
    said = {
        name: "x" * last[name]["max_length"]
        for name in ("investigation", "impact", "mitigation", "eta")
    }
    one = incident(
        last_update=Update(by=ANN, at=at(30), **said), situation=Situation(impact=said["impact"])
    )
    text = world.words(TEMPLATES.update(one, CONFIG)["blocks"])
    assert all(value in text for value in said.values())
    end = fields(forms.resolve(incident()))
    parts = {n: "x" * end[n]["max_length"] for n in ("root_cause", "applied", "prevention")}
    done = world.resolved(resolution=Resolution(by=ANN, at=at(65), **parts))
    assert world.words(TEMPLATES.resolved(done, CONFIG)).count("x" * 2500) == 3


def test_small_forms_ask_one_thing():
    assert needed(forms.handover(incident())) == {"user"}
    assert list(fields(forms.handover(incident()))) == ["user", "note"]
    assert fields(forms.task(incident(), text="Drain\nnode"))["text"]["initial_value"] == (
        "Drain node"
    )
    assert fields(forms.severity(incident(), CONFIG))["severity"]["initial_option"]["value"] == (
        "sev2"
    )


def test_snooze_offers_only_what_puts_the_reminder_off():
    """An update due in half an hour is not put off by 15 minutes."""
    soon = fields(forms.snooze(incident(), NIGHT))["duration"]
    assert list(options(soon)) == ["1h", "2h", "4h", "12h"]
    assert soon["initial_option"]["value"] == "1h"
    late = fields(forms.snooze(incident(), at(31)))["duration"]
    assert "15m" in options(late)
    assert late["initial_option"]["value"] == "30m"
    far = fields(forms.snooze(incident(update_due_at=at(900)), NIGHT))["duration"]
    assert list(options(far)) == ["12h"]


@pytest.mark.parametrize(
    ("view", "callback"),
    [
        (forms.declare(CONFIG), "incident.declare"),
        (forms.update(incident()), "incident.update"),
        (forms.resolve(incident()), "incident.resolve"),
        (forms.handover(incident()), "incident.handover"),
        (forms.task(incident()), "incident.task"),
        (forms.severity(incident(), CONFIG), "incident.severity"),
        (forms.snooze(incident(), NIGHT), "incident.snooze"),
    ],
)
def test_callback_ids_are_the_public_ones(view, callback):
    assert view["callback_id"] == callback


def test_a_preview_shows_exactly_the_message():
    message = TEMPLATES.update(incident(), CONFIG)
    view = forms.preview(message)
    assert view["blocks"][1:] == message["blocks"]
    assert "Nothing has been posted." in world.words(view)
    assert "submit" not in view


# ---------------------------------------------------------------- App Home
def test_home_shows_what_is_open_mine_and_due():
    one = incident(tasks=(task(), task(2, "Not mine", owner=ANN), task(3, "Did", status="done")))
    view = home(BOB, [one], {"INC-00042": "C0ROOM"}, now=at(40))
    text = world.words(view)
    assert "Open incidents (1)" in text
    assert "<#C0ROOM>" in text
    assert "My tasks (1)" in text
    assert "1. Drain node-3" in text
    assert "Not mine" not in text
    assert "⚠️ *Update overdue* since" in text
    assert "Waiting for your approval" not in text
    assert buttons(view) == ["incident.declare", "incident.task:done"]
    [row] = [block for block in view["blocks"] if "accessory" in block]
    assert row["accessory"]["value"] == "INC-00042|1"
    assert "<#C0ROOM> · INC-00042" in row["text"]["text"]
    check_view(view)


@pytest.mark.parametrize(
    ("minutes", "changes", "shown"),
    [
        (14, {}, False),
        (15, {}, True),
        (31, {}, True),
        (31, {"snoozed_until": at(45)}, False),
        (46, {"snoozed_until": at(45)}, True),
    ],
)
def test_home_shows_as_due_only_what_needs_an_update_now(minutes, changes, shown):
    text = world.words(home(BOB, [incident(**changes)], now=at(minutes)))
    assert ("Due next" in text) is shown


def test_home_of_a_quiet_night_says_so():
    view = home(BOB, [], now=NIGHT)
    assert "✅ None." in world.words(view)
    assert "My tasks" not in world.words(view)


def test_home_shows_approvals_first_when_some_wait():
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "Restart?"}}
    text = world.words(home(BOB, [incident()], now=NIGHT, approvals=[block]))
    assert text.index("Waiting for your approval") < text.index("Restart?") < text.index("Open")
