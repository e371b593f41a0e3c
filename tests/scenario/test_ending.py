"""How an incident ends and what comes after: duplicate, false alarm, reopening, archive, draft."""

from tests.scenario.steps import ALERTS, ANNOUNCE, FAILS, Scene, buttons, matching, words


async def test_a_false_alarm_ends_without_saying_resolved(at: Scene) -> None:
    """Nothing was fixed, so no reader is told that it was; the timeline says why it ended."""
    channel = await at.declare()
    before = at.mark()
    assert await at.says("close false-alarm", channel=channel) == ""
    said = [words(one.args) for one in at.posts(before)]
    assert len(said) == 3
    assert matching("false alarm", said)
    assert not matching("(?i)resolved", said)
    incident = await at.incident()
    assert (incident.status, incident.close_reason) == ("closed", "false alarm")
    assert "Closed: false alarm" in words(at.card(ANNOUNCE))
    assert "closed: Closed as false alarm." in await at.timeline()


async def test_a_duplicate_points_to_the_other_incident(at: Scene) -> None:
    """Only an incident that exists and is another one will do."""
    await at.declare()
    channel = await at.declare("sev3 checkout slow too", number=2)
    assert "Say why" in await at.says("close", channel=channel)
    assert "Name the incident" in await at.says("close duplicate", channel=channel)
    assert "Name the incident" in await at.says("close duplicate INC-2", channel=channel)
    assert "There is no incident INC-00009" in await at.says(
        "close duplicate INC-9", channel=channel
    )
    assert (await at.incident(2)).is_open
    await at.type("close duplicate INC-1", channel=channel)
    assert (await at.incident(2)).duplicate_of == "INC-00001"
    assert matching("duplicate of INC-00001: the work", at.said(channel))


async def test_what_has_ended_stays_ended(at: Scene) -> None:
    """Each acting word is refused with the way back; nothing is posted."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    before = await at.everything()
    for text in (
        "update more",
        "resolve again",
        "sev sev4",
        "ack",
        "role commander",
        "snooze 30m",
        "handover @bob",
        "close false-alarm",
        "page @dan",
        "escalate",
    ):
        answer = await at.says(text, channel=channel)
        assert matching("is resolved", [answer]), text
    assert await at.everything() == before


async def test_follow_ups_may_be_noted_after_the_end(at: Scene) -> None:
    """Tasks outlive the incident; the draft lists them."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    await at.type("task add warm the cache at start @bob", channel=channel)
    await at.type("task done 1", channel=channel)
    assert (await at.incident()).tasks[0].status == "done"


async def test_reopening_takes_it_up_again_everywhere(still: Scene, clock) -> None:
    """Open in the list, on both cards and in the topic; an update is due one cadence from now."""
    channel = await still.declare("sev1 checkout is slow")
    clock.forward(minutes=20)
    await still.type("resolve rolled back", channel=channel)
    assert "No open incidents" in await still.says("list")
    clock.forward(minutes=5)
    await still.type("reopen", channel=channel)
    incident = await still.incident()
    assert (incident.status, incident.reopened, incident.resolution) == ("investigating", 1, None)
    assert (incident.update_due_at - clock.now()).total_seconds() == 30 * 60
    assert "*Investigating*" in words(still.card(ANNOUNCE))
    assert "1 open incident" in await still.says("list")
    assert still.slack.workspace.channel(channel).topic.value.startswith("🔴")
    assert "open already" in await still.says("reopen", channel=channel)


async def test_archiving_waits_for_the_end(at: Scene) -> None:
    """An open incident keeps its channel."""
    channel = await at.declare()
    answer = await at.says("archive", channel=channel)
    assert "resolve or close it before archiving" in answer
    assert not at.slack.workspace.channel(channel).is_archived


async def test_the_draft_of_the_post_mortem_has_the_facts(still: Scene, clock) -> None:
    """A Markdown file in the channel: title, times, people by name, timeline, cause, follow-ups."""
    channel = await still.declare("sev1 checkout is slow")
    clock.forward(minutes=4)
    await still.type("ack", by="U0ANN", channel=channel)
    await still.type("page @dan", channel=channel)
    await still.type("task add warm the cache at start @bob", channel=channel)
    clock.forward(minutes=26)
    await still.open("resolve", channel=channel)
    await still.submit({"root_cause": "a cold cache", "applied": "warmed it"}, channel=channel)
    assert "post-mortem draft" in await still.says("postmortem", channel=channel)
    [file] = still.slack.workspace.files.values()
    assert file.name == "inc-00001-checkout-is-slow-post-mortem.md"
    assert list(file.shares) == [channel]
    draft = file.data.decode()
    for part in (
        "# Post-mortem: INC-00001 checkout is slow",
        "| Started | 2026-11-20 03:00 UTC |",
        "| Time to acknowledge | 4 minutes |",
        "| Duration | 30 minutes |",
        "## Root cause\n\n> a cold cache",
        "## Resolution\n\n> warmed it",
        "Paged: @dan",
        "- [ ] warm the cache at start (bob, open)",
    ):
        assert part in draft, draft
    assert "U0" not in draft
    await still.type("postmortem", channel=channel)
    assert len(still.slack.workspace.files) == 2


async def test_the_draft_of_an_archived_incident_comes_directly(at: Scene) -> None:
    """Nothing can be put into an archived channel, and a file that cannot go must not block it."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    await at.type("archive", channel=channel)
    answer = await at.says("postmortem INC-1", channel=ALERTS)
    assert "direct messages" in answer
    [file] = at.slack.workspace.files.values()
    assert list(file.shares) == [at.person("U0ANN").dm()]
    await at.type("reopen INC-1", channel=ALERTS)
    assert not at.slack.workspace.channel(channel).is_archived
    assert await at.bot.store.memory.failing_lanes("INC-00001") == []


async def test_a_channel_archived_by_hand_is_taken_out_by_reopening(at: Scene) -> None:
    """Somebody archived the ended incident's channel in Slack: reopening still works."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    await at.people("archive", "U0ANN", channel)
    await at.type("reopen INC-1", channel=ALERTS)
    assert not at.slack.workspace.channel(channel).is_archived
    assert matching("reopened", at.said(channel))


async def test_where_slack_lets_no_bot_unarchive_people_are_told_what_to_do(at: Scene) -> None:
    """Slack's page: bot tokens cannot unarchive. The leader hears it, and Retry goes on."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    await at.type("archive", channel=channel)
    at.fault("refused", method="conversations.unarchive", code="restricted_action")
    await at.type("reopen INC-1", channel=ALERTS)
    assert (await at.incident()).is_open
    [told] = matching(FAILS, at.told("U0ANN"))
    assert "A member can unarchive it; then press Retry" in told
    assert "lane.retry:0" in buttons(at.card(ANNOUNCE))
    await at.people("unarchive", "U0ANN", channel)
    await at.press("lane.retry", channel=at.person("U0ANN").dm())
    assert matching("reopened", at.said(channel))
    assert "lane.retry:0" not in buttons(at.card(ANNOUNCE))
