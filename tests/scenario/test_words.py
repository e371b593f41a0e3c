"""Each word behind /incident, from inside an incident's channel and from elsewhere."""

import pytest

from commands.incident.words import ALIASES, WORDS
from tests.scenario.steps import ALERTS, ANNOUNCE, Scene, matching, words


async def test_bare_incident_shows_the_panel_inside_and_the_list_outside(at: Scene) -> None:
    """Inside: that incident's card and tasks, privately. Outside: what is open, worst first."""
    assert "No open incidents" in await at.says("")
    channel = await at.declare("sev3 search is down")
    await at.declare("sev1 checkout is slow", number=2)
    await at.type("task add drain node-3 @bob", channel=channel)
    panel = await at.says("", channel=channel)
    assert "*SEV3 · search is down* (INC-00001)" in panel
    assert "drain node-3 · <@U0BOB> · open" in panel
    assert f"<#{channel}>" not in panel
    assert f"<#{channel}>" in await at.says("status INC-1")
    listed = await at.says("")
    assert "2 open incidents" in listed
    assert listed.index("checkout is slow") < listed.index("search is down")


async def test_an_id_behind_the_word_means_that_incident_from_anywhere(at: Scene) -> None:
    """`INC-1`, `inc-00001` and `INC1` all name it; it is confirmed, as nothing is seen there."""
    channel = await at.declare()
    assert "checkout is slow" in await at.says("INC-1", channel=ALERTS)
    assert "checkout is slow" in await at.says("status inc-00001", channel=ALERTS)
    assert "Update posted" in await at.says("update INC1 all well", channel=ALERTS)
    assert "Severity changed" in await at.says("sev INC-1 p0", channel=ALERTS)
    assert "Commander set" in await at.says("role INC-1 commander @bob", channel=ALERTS)
    assert "Task added" in await at.says("task INC-1 add drain node-3", channel=ALERTS)
    assert "Paged" in await at.says("page INC-1 @dan", channel=ALERTS)
    assert "Resolved" in await at.says("resolve INC-1 rolled back", channel=ALERTS)
    assert "Channel archived" in await at.says("archive INC-1", channel=ALERTS)
    incident = await at.incident()
    assert (incident.severity, incident.updates, incident.status) == ("sev1", 1, "resolved")
    assert len(matching("all well", at.said(channel))) == 1
    assert at.posted(ALERTS) == []


async def test_outside_an_incident_a_word_says_how_to_name_one(at: Scene) -> None:
    """`update` in another channel changes nothing and lists what is open."""
    await at.declare()
    before = await at.everything()
    answer = await at.says("update all well", channel=ALERTS)
    assert "This is not an incident channel" in answer
    assert "Open now: INC-00001" in answer
    assert "There is no incident INC-00099" in await at.says("status INC-99")
    assert await at.everything() == before


async def test_severity_changes_by_any_name_and_moves_the_next_update(still: Scene, clock) -> None:
    """Worse: the shorter rhythm counts from the last word. The same again is refused."""
    channel = await still.declare("low search is slow")
    due = (await still.incident()).update_due_at
    clock.forward(minutes=10)
    assert await still.says("sev P0", channel=channel) == ""
    incident = await still.incident()
    assert incident.severity == "sev1"
    assert incident.update_due_at < due
    assert matching("🔵 SEV4 → 🔴 .SEV1.*by <@U0ANN>.*Next update", still.said(channel))
    assert still.slack.workspace.channel(channel).topic.value.startswith("🔴 SEV1")
    assert "SEV1 already" in await still.says("sev critical", channel=channel)
    assert "Severities are `critical high medium low`" in await still.says(
        "severity 11", channel=channel
    )


async def test_acknowledging_makes_the_first_one_on_call(at: Scene) -> None:
    """Once: the second is told who was first. The channel gets no message, the card shows it."""
    channel = await at.declare()
    await at.enter(channel, "U0BOB")
    before = len(at.posts())
    assert "Acknowledged" in await at.says("ack", by="U0BOB", channel=channel)
    assert "<@U0BOB> has acknowledged INC-00001 already" in await at.says("ack", channel=channel)
    assert len(at.posts()) == before
    incident = await at.incident()
    assert (incident.acknowledged_by, incident.roles) == ("U0BOB", {"oncall": "U0BOB"})
    assert "*On-call* <@U0BOB>" in words(at.card(channel))


async def test_roles_are_claimed_and_given(at: Scene) -> None:
    """Alone a role is mine; with a name it is theirs and they are brought in."""
    channel = await at.declare()
    await at.type("role commander", channel=channel)
    await at.type("role on-call @dan", channel=channel)
    await at.type("role comms @sam", channel=channel)
    await at.type("role deputy @bob", channel=channel)
    incident = await at.incident()
    assert incident.roles == {
        "commander": "U0ANN",
        "oncall": "U0DAN",
        "comms": "U0SAM",
        "deputy": "U0BOB",
    }
    assert {"U0DAN", "U0SAM", "U0BOB"} <= set(at.slack.workspace.channel(channel).members)
    assert matching("<@U0DAN> is on-call of INC-00001, given by <@U0ANN>", at.said(channel))
    for text in ("role king @bob", "role commander bob", "role", "role commander @bob now"):
        answer = await at.says(text, channel=channel)
        assert matching("Roles are|Name a person|Usage", [answer]), text


async def test_command_is_not_taken_from_who_has_it(at: Scene) -> None:
    """Neither claimed nor given away by another; a lead may."""
    channel = await at.declare()
    await at.enter(channel, "U0BOB", "U0LEA")
    await at.type("role commander", channel=channel)
    assert "ask them for a handover" in await at.says("role commander", by="U0BOB", channel=channel)
    assert "role `lead`" in await at.says("role commander @dan", by="U0BOB", channel=channel)
    assert "role `lead`" in await at.says("handover @dan", by="U0BOB", channel=channel)
    assert (await at.incident()).roles["commander"] == "U0ANN"
    await at.type("role commander @dan", by="U0LEA", channel=channel)
    assert (await at.incident()).roles["commander"] == "U0DAN"


@pytest.mark.parametrize("text", ["role comms @signalbox", "page @otto", "handover @stella"])
async def test_nobody_is_given_what_they_cannot_do(at: Scene, text: str) -> None:
    """A bot, somebody who left, a stranger: refused with the reason."""
    channel = await at.declare()
    before = await at.everything()
    assert "cannot take part" in await at.says(text, channel=channel)
    assert await at.everything() == before


async def test_tasks_are_added_started_and_done(at: Scene) -> None:
    """One message each, edited in place; each step is on the timeline and answered privately."""
    channel = await at.declare()
    await at.type("task add drain node-3 @bob", channel=channel)
    await at.type("task add call the provider", channel=channel)
    posts = len(at.posts())
    assert "Task 1 is in progress" in await at.says("task start 1", channel=channel)
    [message] = matching("Task 1 of INC-00001", at.said(channel))
    assert "*in progress*" in message
    assert "Task 1 is done" in await at.says("task done 1", channel=channel)
    [message] = matching("Task 1 of INC-00001", at.said(channel))
    assert "☑️" in message
    assert len(at.posts()) == posts
    first, second = (await at.incident()).tasks
    assert (first.text, first.owner, first.status) == ("drain node-3", "U0BOB", "done")
    assert "U0BOB" in at.slack.workspace.channel(channel).members  # or the mention rings nobody
    assert (second.text, second.owner, second.status) == ("call the provider", None, "open")
    assert matching("Task 2.*who takes it", at.said(channel))
    assert "Task 1 is done already" in await at.says("task done 1", channel=channel)
    assert "has no task 9" in await at.says("task done 9", channel=channel)
    assert "Usage: `/incident task" in await at.says("task finish 1", channel=channel)
    assert len(matching("^task:", await at.timeline())) == 4
    await at.type("update better", channel=channel)
    assert "call the provider" in at.said(channel)[-1]
    assert "drain node-3" not in at.said(channel)[-1]


async def test_a_call_brings_people_in_by_mention_and_directly(at: Scene) -> None:
    """`page @dan` and `escalate`: in the channel, and a direct message that says what and where."""
    channel = await at.declare()
    assert "Nobody is on call" in await at.says("page", channel=channel)
    await at.type("page @dan", channel=channel)
    await at.type("escalate", channel=channel)
    assert matching("<@U0DAN>: <@U0ANN> calls you in on", at.said(channel))
    assert matching("<@U0LEA>: <@U0ANN> calls you in on", at.said(channel))
    for user in ("U0DAN", "U0LEA"):
        [told] = at.told(user)
        assert "checkout is slow" in told
        assert f"<#{channel}>" in told
        assert user in at.slack.workspace.channel(channel).members
    await at.type("role oncall @sam", channel=channel)
    await at.type("page", channel=channel)
    assert len(at.told("U0SAM")) == 1


async def test_snooze_puts_the_reminder_off_and_says_until_when(still: Scene, clock) -> None:
    """`45m`, `1h30m`, `2h`; what is no time is refused with an example."""
    channel = await still.declare()
    for text, minutes in {"45m": 45, "1h30m": 90, "2h": 120}.items():
        assert f"snoozed for {text}" in await still.says(f"snooze {text}", channel=channel)
        left = (await still.incident()).snoozed_until - clock.now()
        assert left.total_seconds() == minutes * 60
    assert "due in 30m" in await still.says("snooze 20m", channel=channel)
    for text in ("soon", "-5m", "0m", "25h", "5", "9999999h"):
        answer = await still.says(f"snooze {text}", channel=channel)
        assert matching("Write a duration|Snooze for", [answer]), text


async def test_timeline_and_catchup_tell_one_person_everything(at: Scene) -> None:
    """Nothing of it is posted; catch-up says what, who, the last update, tasks, what is due."""
    channel = await at.declare("sev1 checkout is slow")
    await at.enter(channel, "U0NEW")
    await at.type("role commander", channel=channel)
    await at.type("task add drain node-3 @bob", channel=channel)
    await at.type("update the cache is cold", channel=channel)
    before = len(at.posts())
    told = await at.says("catchup", by="U0NEW", channel=channel)
    for part in (
        "checkout is slow",
        "*Commander* <@U0ANN>",
        "the cache is cold",
        "drain node-3",
        "*Next update* due",
    ):
        assert part in told
    lines = await at.says("timeline", by="U0NEW", channel=channel)
    assert [lines.index(part) for part in ("declared", "commander", "drain", "cold")] == sorted(
        lines.index(part) for part in ("declared", "commander", "drain", "cold")
    )
    assert len(at.posts()) == before


async def test_help_explains_every_word_with_what_can_be_typed(at: Scene) -> None:
    """Every word of the command is in its help; each example's word exists and has something."""
    told = await at.says("help", channel=ALERTS)
    for name, word in WORDS.items():
        assert f"/incident {name}" in told
        assert word.example.split()[1] in WORDS
        assert (f"as in `{word.example}`" in told) is (" " in word.usage), name
    assert told.index("Now and then") > told.index("/incident declare")
    assert at.posts() == []


async def test_aliases_do_what_their_word_does(at: Scene) -> None:
    """`new`, `severity`, `acknowledge`, `fixed`: nobody has to know our word at 3 a.m."""
    assert set(ALIASES.values()) <= set(WORDS)
    await at.type("new sev2 checkout is slow")
    channel = await at.channel()
    await at.type("severity sev1", channel=channel)
    await at.type("acknowledge", channel=channel)
    await at.type("FIXED rolled back", channel=channel)
    incident = await at.incident()
    assert (incident.severity, incident.acknowledged_by) == ("sev1", "U0ANN")
    assert incident.status == "resolved"


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("stattus", "status"), ("resolv it", "resolve"), ("decalre x", "declare"), ("rol", "role")],
)
async def test_an_unknown_word_gets_the_nearest_and_its_usage(
    at: Scene, typed: str, nearest: str
) -> None:
    """Never silence, never a guess that acts."""
    answer = await at.says(typed)
    assert f"Did you mean `/incident {nearest}`?" in answer
    assert f"Usage: `/incident {WORDS[nearest].usage}".replace("@", "@") in answer
    assert await at.everything() == ([], 0)
    assert [one["who"] for one in await at.audit("command.unknown")] == ["U0ANN"]


async def test_a_word_that_resembles_nothing_points_to_help(at: Scene) -> None:
    """Even an emoji or a paragraph gets an answer."""
    for typed in ("🔥", "xyzzy", "x" * 3000, "<!channel>", "*`_"):
        answer = await at.says(typed)
        assert answer.count("/incident help") == 1
        assert "Did you mean" not in answer
    assert await at.everything() == ([], 0)


async def test_the_list_shows_where_who_and_what_is_due(at: Scene) -> None:
    """One row for each open incident; ended ones are not in it."""
    channel = await at.declare("sev1 checkout is slow")
    await at.type("role commander @bob", channel=channel)
    other = await at.declare("sev3 search is down", number=2)
    await at.type("resolve reindexed", channel=other)
    listed = await at.says("list", channel=ANNOUNCE)
    assert "1 open incident" in listed
    assert f"<#{channel}>" in listed
    assert "commander <@U0BOB>" in listed
    assert "search is down" not in listed
