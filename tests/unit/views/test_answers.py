"""What the bot answers and posts, as a reader sees it."""

from datetime import timedelta

import pytest

from bot.domain.incident import Handover, IncidentRole, Update
from bot.domain.reminders import Nag
from bot.domain.severity import Severity
from bot.views import answers
from tests.support.blockkit import check_message
from tests.unit.views import world
from tests.unit.views.world import ANN, BOB, NIGHT, at, buttons, fact, incident, resolved, task

T0 = "<!date^1795144320^{date_short_pretty} at {time}|2026-11-20 03:12 UTC>"


def text(message) -> str:
    """Return what is in the blocks."""
    return world.words(message["blocks"])


def test_a_refusal_is_the_sentence_of_the_error():
    said = answers.refused("<@U0BOB> has acknowledged INC-00042 already.")
    assert text(said) == "🚫 <@U0BOB> has acknowledged INC-00042 already."


def test_a_refusal_broadcasts_nothing_that_an_error_repeats():
    assert "<!channel>" not in text(answers.refused("No system is called `<!channel>`."))


def test_a_fault_of_ours_has_a_reference_and_a_next_step():
    said = text(answers.broken("3f2a99c1"))
    assert "`3f2a99c1`" in said
    assert "Try again" in said


def test_a_silent_system_is_named_and_nothing_was_done():
    said = text(answers.unavailable("Slack did not answer who you are."))
    assert said.startswith("⏳ Slack did not answer who you are.")
    assert "Nothing was done" in said


def test_an_unknown_word_gets_the_nearest_one_and_its_usage():
    said = answers.unknown_word("/incident", "resovle", "resolve", "/incident resolve [text]")
    assert text(said) == (
        "🤔 `/incident` does not know “resovle”.\nDid you mean `/incident resolve`?\n"
        "Usage: `/incident resolve [text]`\n`/incident help` lists what it knows."
    )


def test_a_word_that_resembles_nothing_is_given_help_once_and_no_guess():
    said = text(answers.unknown_word("/incident", "bogus"))
    assert said == "🤔 `/incident` does not know “bogus”.\n`/incident help` lists what it knows."


def test_a_mistyped_help_names_help_as_what_was_meant():
    said = text(answers.unknown_word("/incident", "hepl", "help", "/incident help"))
    assert "Did you mean `/incident help`?" in said
    assert "lists what it knows" not in said


def test_help_has_a_line_for_each_word_and_an_example_where_something_follows_it():
    said = answers.help_text(
        "/incident",
        [
            ("/incident snooze DURATION", "put the reminder off", "/incident snooze 45m"),
            ("/incident list", "show what is open", "/incident list"),
        ],
        [("/incident archive", "archive the channel", "/incident archive")],
    )
    assert text(said) == (
        "/incident\n`/incident snooze DURATION` put the reminder off, as in "
        "`/incident snooze 45m`\n`/incident list` show what is open\n*Now and then*\n"
        "`/incident archive` archive the channel"
    )


def test_the_list_shows_the_worst_first_and_offers_to_declare():
    worse = incident(id="INC-00043", title="All is down", severity=Severity.SEV1)
    said = answers.incident_list([incident(), worse], {"INC-00042": "C0ROOM"}, at(40))
    assert text(said).index("INC-00043") < text(said).index("INC-00042")
    assert "<#C0ROOM> · Investigating · commander <@U0ANN>" in text(said)
    assert "#inc-00042-checkout-is-slow" in text(said)  # the other one has no channel yet
    assert "⚠️ *update overdue* since" in text(said)
    assert buttons(said) == ["incident.declare"]


def test_an_empty_list_says_so():
    assert "✅ No open incidents." in text(answers.incident_list([], {}, NIGHT))


def test_who_declared_is_told_where_to_go_and_what_is_missing():
    said = text(answers.declared(incident(roles={}), "C0ROOM"))
    assert said.startswith(
        "Declared 🟠 SEV2 · Checkout is slow (INC-00042). Work goes on in <#C0ROOM>."
    )
    assert "Nobody leads it yet" in said
    stuck = text(answers.declared(incident(), stuck=True))
    assert "#inc-00042-checkout-is-slow could not be made: `/incident status INC-00042`" in stuck
    waiting = text(answers.declared(incident(private=True), None))
    assert "Its channel #inc-00042-checkout-is-slow is being made." in waiting
    assert "Only the people invited to it know of it." in waiting


def test_the_timeline_tells_when_who_what():
    lines = [
        fact(0, "SEV2: Checkout is slow", "declared"),
        fact(4, "<@U0BOB> is oncall.", "role", BOB),
        fact(5, "<@U0EVE>: see &lt;this&gt; <!here>", "pinned", source="https://x.slack.com/p1"),
    ]
    one = incident(roles={IncidentRole.COMMANDER: ANN, IncidentRole.ONCALL: BOB})
    said = text(answers.timeline(one, lines)).split("\n")
    assert said[1] == f"{T0} · <@U0ANN> · declared: SEV2: Checkout is slow"
    assert said[2].endswith("· <@U0BOB> · role: <@U0BOB> is oncall.")
    assert said[3].endswith(
        "pinned: <@U0EVE>: see &lt;this&gt; @here · <https://x.slack.com/p1|message>"
    )


def test_a_long_timeline_keeps_the_newest_and_counts_the_rest():
    """Red when: the newest lines are cut, or the cut is silent."""
    said = answers.timeline(incident(), [fact(n, f"fact-{n} " + "x" * 200) for n in range(500)])
    check_message(said, schema=False)
    assert "fact-499" in text(said)
    assert "fact-0 " not in text(said)
    gone = 500 - text(said).count("fact-")
    assert f"… {gone} older lines are left out; `/incident postmortem` has all of them" in text(
        said
    )


def test_an_empty_timeline_says_so():
    assert "Nothing has been noted yet." in text(answers.timeline(incident(), []))


def test_a_catchup_is_what_who_since_when_and_what_changed():
    said = Update(by=BOB, at=at(20), text="Rolled back", eta="5 min")
    one = incident(last_update=said, tasks=(task(), task(2, "Done", status="done")))
    lines = [fact(0, "SEV2", "declared"), fact(40, "rolled back", "update")]
    shown = text(answers.catchup(one, lines, now=at(45)))
    for part in (
        "SEV2 · Checkout is slow (INC-00042) · *Investigating*",
        "*Impact* Payments take 20 s",
        "*Commander* <@U0ANN>",
        "• Rolled back",
        "• ETA: 5 min",
        "*The last 30 minutes* (1)",
        "update: rolled back",
        "1. Drain node-3",
        "⚠️ *Update overdue*",
        "`/incident timeline` has everything.",
    ):
        assert part in shown
    assert "declared: SEV2" not in shown
    assert "2. Done" not in shown


def test_an_offer_of_command_can_be_accepted_or_declined():
    offer = Handover(to=BOB, by=ANN, at=NIGHT, note="DB is next")
    said = answers.handover_offer(incident(handover=offer))
    assert "<@U0BOB>: <@U0ANN> offers you command" in text(said)
    assert "*Note* DB is next" in text(said)
    assert buttons(said) == ["incident.handover:accept", "incident.handover:decline"]
    answered = answers.handover_offer(incident(handover=offer), "accepted")
    assert answered["blocks"][:-1] == said["blocks"][:-2]
    assert text(answered).endswith("\nAnswered: accepted.")
    assert buttons(answered) == []
    with pytest.raises(ValueError, match="not offered"):
        answers.handover_offer(incident())


def test_the_answer_to_an_offer_names_who_leads():
    roles = {IncidentRole.COMMANDER: BOB, IncidentRole.DEPUTY: ANN}
    taken = text(answers.handover_accepted(incident(roles=roles)))
    assert taken == "🧭 <@U0BOB> leads INC-00042 now; <@U0ANN> is deputy"
    declined = text(answers.handover_declined(incident(), BOB))
    assert declined == "<@U0BOB> declined command of INC-00042. Commander: <@U0ANN>"


@pytest.mark.parametrize(
    ("to", "begins"), [(BOB, "⏰ <@U0BOB>: the update"), (None, "⏰ The update")]
)
def test_a_reminder_says_how_late_it_is_and_can_be_snoozed(to, begins):
    said = answers.nag(incident(), Nag(to=to, overdue=timedelta(minutes=7), step=0))
    assert text(said).startswith(begins)
    assert ", 7 minutes ago." in text(said)
    assert buttons(said) == ["incident.update", "incident.snooze:15m", "incident.snooze:30m"]


def test_a_new_task_asks_for_its_owner_and_its_buttons_follow_its_state():
    new = answers.task_message(incident(), task(owner=None))
    assert "📌 Task 1 of INC-00042: Drain node-3 · nobody yet: who takes it?" in text(new)
    assert buttons(new) == ["incident.task:start", "incident.task:done"]
    assert new["blocks"][1]["elements"][0]["value"] == "INC-00042|1"
    begun = answers.task_message(incident(), task(status="in progress"))
    assert text(begun).startswith("🔧 Task 1 of INC-00042: Drain node-3 · <@U0BOB> · *in progress*")
    assert buttons(begun) == ["incident.task:done"]
    moved = answers.task_message(incident(), task(status="done"))
    assert text(moved) == "☑️ Task 1 of INC-00042: Drain node-3 · <@U0BOB> · *done*"
    assert buttons(moved) == []


def test_one_line_changes_say_who_did_it():
    one = incident(severity=Severity.SEV1)
    said = text(answers.severity_changed(one, Severity.SEV3, BOB))
    assert said.startswith("🟡 SEV3 → 🔴 *SEV1* · INC-00042, by <@U0BOB> · *Next update* due")
    assert "given by <@U0ANN>" in text(answers.seated(one, IncidentRole.ONCALL, BOB, ANN))
    assert "given by" not in text(answers.seated(one, IncidentRole.ONCALL, BOB, BOB))
    assert "<@U0BOB>: <@U0ANN> calls you in" in text(answers.called(one, [BOB], ANN))
    assert text(answers.reopened(one, ANN)).startswith("♻️ <@U0ANN> reopened")


def test_who_is_called_in_learns_what_where_and_can_acknowledge():
    said = answers.called_in(incident(), "C0ROOM", ANN)
    assert "*Where* <#C0ROOM>" in text(said)
    assert buttons(said) == ["incident.ack"]
    assert buttons(answers.called_in(incident(acknowledged_by=BOB), None, ANN)) == []


def test_the_archive_is_offered_with_what_is_left():
    said = answers.archive_offer(resolved(tasks=(task(),)))
    assert "Follow-up tasks still open: 1." in text(said)
    assert buttons(said) == ["incident.archive"]
    assert "confirm" in said["blocks"][1]["elements"][0]


def test_a_failing_lane_is_told_with_its_cure():
    """It begins with what people miss, then the cause and the cure."""
    lane = "incident:INC-00042"
    said = answers.lane_failing(incident(), lane, "Slack refused: is_archived.")
    assert text(said).startswith(
        "⚠️ Nothing more is posted in the incident channel: Slack refused: is_archived.\n"
        "🟠 SEV2 · Checkout is slow (INC-00042)"
    )
    assert buttons(said) == ["lane.retry"]
    unmade = text(answers.lane_failing(incident(), lane, "restricted_action", made=False))
    assert unmade.startswith("⚠️ The incident channel could not be made: restricted_action")


def test_a_retry_says_what_is_tried_again():
    said = text(answers.retrying(incident(), "incident:INC-00042", made=False))
    assert said.startswith("🔁 Trying again: making the incident channel · 🟠 SEV2 · Checkout")
    said = text(answers.retrying(incident(), "channel:C0CORTEX"))
    assert said.startswith("🔁 Trying again: announcing in <#C0CORTEX>")


def test_a_private_incident_that_was_not_opened_says_why():
    said = text(answers.private_stopped(incident(private=True), "restricted_action"))
    assert "*not* opened" in said
    assert "restricted_action" in said
    assert "Checkout" not in said
