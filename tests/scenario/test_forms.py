"""The forms of an incident: what they begin with, what they check, what they do."""

import re

from tests.scenario.steps import ALERTS, ANNOUNCE, Scene, buttons, matching, words


async def test_every_word_with_a_form_opens_it_in_its_channel(at: Scene) -> None:
    """`update`, `resolve`, `sev`, `task`, `snooze`, `handover` alone: a form, and nothing else."""
    channel = await at.declare()
    before = await at.everything()
    expected = {
        "update": "Post an update",
        "resolve": "Resolve",
        "sev": "Change the severity",
        "task": "Add a task",
        "snooze": "Snooze the reminder",
        "handover": "Hand over command",
    }
    for word, title in expected.items():
        form = await at.open(word, channel=channel)
        assert form["title"]["text"] == title
        assert "INC-00001" in words(form)
        await at.person("U0ANN").close()
    assert await at.everything() == before


async def test_the_update_form_begins_with_what_was_said_last(at: Scene) -> None:
    """The second update starts from the first; status and impact move the card."""
    channel = await at.declare()
    await at.open("update", channel=channel)
    said = {
        "status": "identified",
        "investigation": "a cold cache",
        "impact": "payments take 20 s",
        "mitigation": "warming it",
        "eta": "10 minutes",
    }
    assert await at.submit(said, channel=channel) == ""
    for part in ("Identified", "a cold cache", "payments take 20 s", "warming it", "10 minutes"):
        assert part in at.said(channel)[-1]
    card = words(at.card(channel))
    assert "*Identified*" in card
    assert "*Impact* payments take 20 s" in card
    form = await at.open("update", channel=channel)
    fields = {one["block_id"]: one["element"] for one in form["blocks"] if "element" in one}
    assert fields["investigation"]["initial_value"] == "a cold cache"
    chosen = fields["status"]["initial_option"]
    assert chosen["value"] == "unchanged"  # whatever it is by then; it says what it is now
    assert "Identified" in words(chosen)
    assert fields["impact"]["initial_value"] == "payments take 20 s"


async def test_an_empty_update_is_refused_in_the_form(at: Scene) -> None:
    """Nobody is sent a message that says nothing."""
    channel = await at.declare()
    await at.open("update", channel=channel)
    refused = await at.person("U0ANN").submit(values={"investigation": "  "})
    assert "at least one thing" in refused.errors["investigation"]
    assert (await at.incident()).updates == 0


async def test_a_new_status_alone_is_an_update(at: Scene) -> None:
    """Nothing has to be invented to say that the cause is known."""
    channel = await at.declare()
    await at.open("update", channel=channel)
    await at.submit({"status": "identified"}, channel=channel)
    incident = await at.incident()
    assert (incident.updates, incident.status) == (1, "identified")
    assert "*Current Status:* Identified" in at.said(channel)[-1]
    assert (await at.timeline())[-1] == "update: Status: identified."


async def test_an_untouched_status_takes_nothing_back(at: Scene) -> None:
    """Somebody moved it on while the form was open: posting keeps what they said."""
    channel = await at.declare()
    await at.open("update", channel=channel)
    await at.enter(channel, "U0BOB")
    await at.open("update", by="U0BOB", channel=channel)
    await at.submit({"status": "identified"}, by="U0BOB", channel=channel)
    await at.submit({"investigation": "a cold cache"}, channel=channel)
    assert (await at.incident()).status == "identified"


async def test_the_preview_is_the_message_that_is_then_posted(at: Scene) -> None:
    """Preview pushes a view with the very blocks; posting changes only the moment."""
    channel = await at.declare()
    form = await at.open("update", channel=channel)
    ann = at.person("U0ANN")
    typed = {"investigation": {"value": {"type": "plain_text_input", "value": "a cold *cache*"}}}
    await ann.click_view(form, "incident.preview", state=typed)
    await at.settled()
    shown = at.form()
    assert shown["title"]["text"] == "Preview"
    assert len(ann.open_views()) == 2
    assert "Nothing has been posted" in words(shown)
    assert (await at.incident()).updates == 0
    await ann.close()
    await at.submit({"investigation": "a cold *cache*"}, channel=channel)
    posted = at.posted(channel)[-1]
    assert _told(shown["blocks"][1:]) == _told(posted["blocks"])


async def test_the_preview_of_the_end_shows_the_end(at: Scene) -> None:
    """Resolve has its own preview, with what was typed."""
    channel = await at.declare()
    form = await at.open("resolve", channel=channel)
    typed = {"applied": {"value": {"type": "plain_text_input", "value": "warmed the cache"}}}
    await at.person("U0ANN").click_view(form, "incident.preview", state=typed)
    await at.settled()
    assert "Incident Resolved" in words(at.form())
    assert "warmed the cache" in words(at.form())
    assert (await at.incident()).is_open


async def test_the_resolve_form_ends_it_with_all_it_says(at: Scene) -> None:
    """Root cause, fix, prevention and states reach the Resolved message."""
    channel = await at.declare()
    await at.open("resolve", channel=channel)
    said = {
        "ending": "resolved",
        "root_cause": "cold cache",
        "applied": "warmed it",
        "prevention": "warm at start",
        "services": "operational",
        "performance": "degraded",
        "monitoring": "enhanced",
    }
    await at.submit(said, channel=channel)
    [message] = matching("Incident Resolved", at.said(channel))
    for part in ("cold cache", "warmed it", "warm at start", "degraded", "enhanced"):
        assert part in message


async def test_the_resolve_form_asks_what_fixed_it(at: Scene) -> None:
    """Resolved needs the fix; a duplicate needs the other incident's id."""
    channel = await at.declare()
    await at.open("resolve", channel=channel)
    ann = at.person("U0ANN")
    unsaid = await ann.submit(values={"ending": "resolved"})
    assert "what fixed it; only a duplicate" in unsaid.errors["applied"]
    wrong = await ann.submit(values={"ending": "duplicate", "duplicate_of": "that one"})
    assert "INC-42" in wrong.errors["duplicate_of"]
    assert (await at.incident()).is_open


async def test_a_duplicate_by_the_form_never_says_resolved(at: Scene) -> None:
    """Customers are told that it goes on elsewhere."""
    await at.declare()
    channel = await at.declare("sev3 checkout slow too", number=2)
    await at.open("resolve", channel=channel)
    before = at.mark()
    await at.submit({"ending": "duplicate", "duplicate_of": "inc-1"}, channel=channel)
    incident = await at.incident(2)
    assert (incident.status, incident.duplicate_of) == ("closed", "INC-00001")
    said = [words(one.args) for one in at.posts(before)]
    assert matching("duplicate of INC-00001", said)
    assert not matching("(?i)resolved", said)
    assert "Closed: duplicate of INC-00001" in words(at.card(channel))


async def test_the_small_forms_do_what_they_say(at: Scene) -> None:
    """Severity, task with owner, snooze, handover: each as by the word."""
    channel = await at.declare()
    await at.open("sev", channel=channel)
    await at.submit({"severity": "sev1"}, channel=channel)
    await at.open("task", channel=channel)
    await at.submit({"text": "drain node-3", "owner": "U0BOB"}, channel=channel)
    await at.open("snooze", channel=channel)
    assert "snoozed" in await at.submit({"duration": "1h"}, channel=channel)
    await at.open("handover", channel=channel)
    await at.submit({"user": "U0BOB", "note": "the cache is next"}, channel=channel)
    incident = await at.incident()
    assert incident.severity == "sev1"
    assert [(task.text, task.owner) for task in incident.tasks] == [("drain node-3", "U0BOB")]
    assert incident.snoozed_until is not None
    assert (incident.handover.to, incident.handover.note) == ("U0BOB", "the cache is next")
    assert matching("offers you command.*the cache is next", at.said(channel))


async def test_the_buttons_of_the_card_open_the_same_forms(at: Scene) -> None:
    """Every button of the card that promises a form opens it for this incident."""
    channel = await at.declare()
    await at.type("ack", channel=channel)
    await at.type("role commander", channel=channel)
    expected = {
        "incident.update": "Post an update",
        "incident.resolve": "Resolve",
        "incident.task": "Add a task",
        "incident.snooze": "Snooze the reminder",
        "incident.handover": "Hand over command",
    }
    card = at.card(channel)
    assert set(buttons(card)) == {*expected, "incident.more"}
    for action, title in expected.items():
        assert await at.press(action, channel=channel, ts=card["ts"]) == ""
        assert at.form()["title"]["text"] == title
        assert "INC-00001" in words(at.form())
        await at.person("U0ANN").close()


async def test_a_form_opened_by_an_id_never_moves_the_incident_of_the_channel(at: Scene) -> None:
    """`/incident update INC-1` typed in the channel of INC-2 moves INC-1 and not INC-2."""
    await at.declare()
    other = await at.declare("sev1 search is down", number=2)
    form = await at.open("update INC-1", channel=other)
    assert "INC-00001" in words(form)
    await at.submit({"investigation": "a cold cache"}, channel=other)
    assert [(await at.incident(number)).updates for number in (1, 2)] == [1, 0]


async def test_a_form_opened_elsewhere_by_an_id_works_on_that_incident(at: Scene) -> None:
    """`/incident update INC-1` in another channel: the form, and then its submission."""
    channel = await at.declare()
    form = await at.open("update INC-1", channel=ALERTS)
    assert "INC-00001" in words(form)
    answer = await at.submit({"investigation": "a cold cache"}, channel=ALERTS)
    assert "Update posted" in answer
    assert matching("a cold cache", at.said(channel))


async def test_a_form_for_no_incident_says_so_in_the_form(at: Scene) -> None:
    """Outside an incident the form becomes a refusal with what to type."""
    form = await at.open("update", channel=ANNOUNCE)
    assert "This is not an incident channel" in words(form)
    assert not form["submit"]


async def test_a_form_submitted_after_the_end_is_answered(at: Scene) -> None:
    """The incident ended while somebody typed: they are told, and nothing is posted."""
    channel = await at.declare()
    await at.open("update", channel=channel)
    await at.enter(channel, "U0BOB")
    await at.type("resolve rolled back", by="U0BOB", channel=channel)
    before = await at.everything()
    answer = await at.submit({"investigation": "too late"}, channel=channel)
    assert "INC-00001 is resolved. `/incident reopen` takes it up again." in answer
    assert await at.everything() == before


def _told(blocks: list[dict]) -> list[str]:
    """Return the texts with the moments taken out."""
    return [re.sub(r"<!date\^\d+\^[^>]*>", "<when>", words(block)) for block in blocks]
