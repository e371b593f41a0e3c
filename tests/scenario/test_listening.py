"""What happens without a command: pins, shortcuts on messages, App Home, channels that go away."""

from tests.scenario.steps import ALERTS, ANNOUNCE, Scene, buttons, matching, words


async def test_a_pushpin_puts_a_message_on_the_timeline(at: Scene) -> None:
    """Its author, its words, a link to it; other emoji and other channels do nothing."""
    channel = await at.declare()
    await at.enter(channel, "U0BOB")
    ts = await at.person("U0BOB").say(channel, "the *deploy* of 14:02 did it <@U0ANN>")
    await at.person("U0ANN").react(channel, ts, "eyes")
    await at.person("U0ANN").react(channel, ts, "pushpin")
    other = await at.person("U0ANN").say(ALERTS, "not this")
    await at.person("U0ANN").react(ALERTS, other, "pushpin")
    await at.settled()
    lines = await at.bot.store.memory.timeline("INC-00001")
    [pinned] = [line for line in lines if line.what == "pinned"]
    assert "<@U0BOB>: the *deploy* of 14:02 did it @U0ANN" in pinned.text
    assert pinned.who == "U0ANN"
    assert ts.replace(".", "") in pinned.source
    assert "did it" in await at.says("timeline", channel=channel)


async def test_a_message_in_a_thread_can_be_pinned_too(at: Scene) -> None:
    """People talk in threads; the pin finds the reply and not its parent."""
    channel = await at.declare()
    ann = at.person("U0ANN")
    parent = await ann.say(channel, "what about the cache?")
    reply = await ann.say(channel, "it is cold", thread_ts=parent)
    await ann.react(channel, reply, "pushpin")
    await at.settled()
    assert matching("pinned: <@U0ANN>: it is cold", await at.timeline())


async def test_the_message_shortcut_adds_to_the_timeline_and_says_so(at: Scene) -> None:
    """Outside an incident it explains itself."""
    channel = await at.declare()
    ann = at.person("U0ANN")
    ts = await ann.say(channel, "errors began at 14:02")
    await ann.shortcut("incident.note", channel, ts)
    await at.settled()
    assert matching("errors began at 14:02", await at.timeline())
    assert matching("Added to the timeline", [words(one) for one in ann.ephemerals(channel)])
    elsewhere = await ann.say(ALERTS, "hm")
    await ann.shortcut("incident.note", ALERTS, elsewhere)
    await at.settled()
    assert matching("not an incident channel", [words(one) for one in ann.ephemerals(ALERTS)])


async def test_the_task_shortcut_begins_with_the_message(at: Scene) -> None:
    """Its words are in the form; the owner is asked for."""
    channel = await at.declare()
    ts = await at.person("U0ANN").say(channel, "somebody drain node-3 please")
    await at.person("U0ANN").shortcut("incident.task", channel, ts)
    await at.settled()
    form = at.form()
    fields = {one["block_id"]: one["element"] for one in form["blocks"] if "element" in one}
    assert fields["text"]["initial_value"] == "somebody drain node-3 please"
    await at.submit({"owner": "U0BOB"}, channel=channel)
    [task] = (await at.incident()).tasks
    assert (task.text, task.owner) == ("somebody drain node-3 please", "U0BOB")


async def test_home_shows_what_is_open_what_is_mine_and_what_is_due(at: Scene) -> None:
    """Each person's own tasks; the Declare button opens the form from there."""
    bob = at.person("U0BOB")
    await bob.home()
    await at.settled()
    assert "✅ None." in words(bob.published_home())
    channel = await at.declare("sev1 checkout is slow")
    await at.type("task add drain node-3 @bob", channel=channel)
    await bob.home()
    await at.settled()
    shown = words(bob.published_home())
    for part in (
        "Open incidents (1)",
        "checkout is slow",
        f"<#{channel}>",
        "My tasks (1)",
        "drain node-3",
        "update due",
    ):
        assert part in shown
    await at.person("U0DAN").home()
    await at.settled()
    assert "My tasks" not in words(at.person("U0DAN").published_home())
    await bob.click_view(await bob.home(), "incident.declare")
    await at.settled()
    await at.submit({"title": "Search is down", "severity": "sev2"}, by="U0BOB")
    assert (await at.incident(2)).declared_by == "U0BOB"


async def test_home_drops_what_has_ended(at: Scene) -> None:
    """Opened again after the end, it is empty again."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    await at.person("U0ANN").home()
    await at.settled()
    assert "checkout" not in words(at.person("U0ANN").published_home())


async def test_an_archived_channel_of_an_open_incident_is_told_to_who_leads(at: Scene) -> None:
    """They hear what happened and how to go on; the timeline has it."""
    channel = await at.declare()
    await at.type("role oncall @dan", channel=channel)
    await at.type("role commander @bob", channel=channel)
    await at.people("archive", "U0ANN", channel)
    assert matching("was archived or deleted.*/incident resolve INC-00001", at.told("U0BOB"))
    assert at.told("U0ANN") == []
    assert "channel: The incident channel was archived." in await at.timeline()


async def test_a_deleted_channel_loses_nothing(at: Scene) -> None:
    """The incident goes on by its id; the announcement hears of it; the lane says why it fails."""
    channel = await at.declare()
    await at.people("delete", "U0ADA", channel)
    assert "channel: The incident channel was deleted." in await at.timeline()
    assert matching("was archived or deleted", at.told("U0ANN"))
    answer = await at.says("update INC-1 we moved to the phone")
    assert "Update posted" in answer
    announced = at.card(ANNOUNCE)
    assert matching("we moved to the phone", at.thread(announced))
    assert "Nothing more is posted in the incident channel" in words(at.card(ANNOUNCE))
    assert "lane.retry:0" in buttons(at.card(ANNOUNCE))
    assert "Resolved" in await at.says("resolve INC-1 rolled back")
    assert (await at.incident()).status == "resolved"
    assert matching("Incident Resolved", at.thread(announced))


async def test_words_of_people_are_left_alone(at: Scene) -> None:
    """Plain talk in the channel makes no record, no call, no answer."""
    channel = await at.declare()
    before, records = at.mark(), len(await at.audit())
    for text in ("hello", "<@U0SIGNALBOX> are you there?", "/incidents"):
        await at.person("U0ANN").say(channel, text)
    await at.settled()
    assert at.slack.calls[before:] == []
    assert len(await at.audit()) == records
