"""Buttons and menus of the messages in the channels."""

from tests.scenario.steps import ANNOUNCE, Scene, buttons, matching, words


async def test_commander_is_claimed_from_either_card_and_the_button_goes(at: Scene) -> None:
    """Announced to everybody, claimed by one: they are brought in, both cards say who leads."""
    channel = await at.declare()
    answer = await at.press("incident.role:commander", by="U0BOB", channel=ANNOUNCE)
    assert "You are commander" in answer
    assert (await at.incident()).roles == {"commander": "U0BOB"}
    assert "U0BOB" in at.slack.workspace.channel(channel).members
    for place in (channel, ANNOUNCE):
        card = at.card(place)
        assert "*Commander* <@U0BOB>" in words(card)
        assert "incident.role:commander" not in buttons(card)
    await at.press("incident.role:oncall", by="U0BOB", channel=channel)
    assert (await at.incident()).roles["oncall"] == "U0BOB"
    assert len(matching("<@U0BOB> is commander", at.said(channel))) == 1


async def test_acknowledge_from_the_announcement(at: Scene) -> None:
    """One press: acknowledged, on call, in the channel; the button goes from both cards."""
    channel = await at.declare()
    assert "Acknowledged" in await at.press("incident.ack", by="U0BOB", channel=ANNOUNCE)
    assert "U0BOB" in at.slack.workspace.channel(channel).members
    for place in (channel, ANNOUNCE):
        assert "incident.ack" not in buttons(at.card(place))


async def test_acknowledge_from_the_direct_message_of_a_call(at: Scene) -> None:
    """Who is called in at night answers with one thumb."""
    channel = await at.declare()
    await at.type("page @dan", channel=channel)
    room = at.person("U0DAN").dm()
    await at.press("incident.ack", by="U0DAN", channel=room)
    assert (await at.incident()).acknowledged_by == "U0DAN"


async def test_the_menu_of_the_card(at: Scene) -> None:
    """Timeline, catch-up and post-mortem answer; escalate calls the leads."""
    channel = await at.declare()
    assert "*Timeline* of" in await at.choose("timeline", channel=channel)
    assert "Catch-up: INC-00001" in await at.choose("catchup", channel=channel)
    assert "post-mortem draft" in await at.choose("postmortem", channel=channel)
    assert len(at.slack.workspace.files) == 1
    await at.choose("escalate", channel=channel)
    assert len(at.told("U0LEA")) == 1


async def test_the_menu_of_an_ended_incident_reopens_it(at: Scene) -> None:
    """The card of an ended incident offers the way back; the card then leads as before."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    assert set(buttons(at.card(channel))) == {"incident.archive", "incident.more"}
    await at.choose("reopen", channel=channel)
    assert (await at.incident()).is_open
    assert "incident.update" in buttons(at.card(channel))
    assert matching("<@U0ANN> reopened", at.said(channel))


async def test_the_buttons_of_a_task_move_it_on(at: Scene) -> None:
    """Start and Done on the task's message, Done in the panel."""
    channel = await at.declare()
    await at.type("task add drain node-3", channel=channel)
    await at.type("task add call the provider", channel=channel)
    ts, posts = at.posted(channel)[2]["ts"], len(at.posts())
    assert await at.press("incident.task:start", channel=channel, ts=ts) == ""
    assert (await at.incident()).tasks[0].status == "in progress"
    assert buttons(at.posted(channel)[2]).keys() == {"incident.task:done"}
    assert await at.press("incident.task:done", channel=channel, ts=ts) == ""
    assert (await at.incident()).tasks[0].status == "done"
    assert "*done*" in words(at.posted(channel)[2])
    assert buttons(at.posted(channel)[2]) == {}
    await at.type("status", channel=channel)
    told = await at.press("incident.task:done", channel=channel, value="INC-00001|2")
    assert "Task 2 is done" in told  # the panel stays as it was
    assert len(at.posts()) == posts
    assert [task.status for task in (await at.incident()).tasks] == ["done", "done"]


async def test_my_tasks_are_done_from_home(at: Scene) -> None:
    """Done beside the task, with the way to its channel; it goes from the list, nothing is said."""
    channel = await at.declare()
    await at.type("task add drain node-3 @bob", channel=channel)
    bob = at.person("U0BOB")
    await bob.home()
    await at.settled()
    home = await bob.home()
    assert "drain node-3 · open" in words(home)
    assert f"<#{channel}> · INC-00001" in words(home)
    assert (await bob.click_view(home, "incident.task:done")).status == 200
    await at.settled()
    assert (await at.incident()).tasks[0].status == "done"
    assert "My tasks" not in words(bob.published_home())
    assert at.told("U0BOB") == []


async def test_a_handover_is_accepted_by_whom_it_was_offered(at: Scene) -> None:
    """Offer, accept: the one before becomes deputy; the offer's buttons go."""
    channel = await at.declare()
    await at.type("role commander", channel=channel)
    await at.type("handover @bob my shift ends", channel=channel)
    assert (await at.incident()).roles["commander"] == "U0ANN"
    offer = at.newest(channel, "incident.handover:accept")
    assert matching("<@U0BOB>: <@U0ANN> offers you command.*my shift ends", [words(offer)])
    assert "command offered to <@U0BOB>" in words(at.card(channel))
    await at.press("incident.handover:accept", by="U0BOB", channel=channel)
    incident = await at.incident()
    assert incident.roles == {"commander": "U0BOB", "deputy": "U0ANN"}
    assert incident.handover is None
    left = next(one for one in at.posted(channel) if one["ts"] == offer["ts"])
    assert buttons(left) == {}
    assert matching("<@U0ANN> offers you command.*my shift ends.*Answered: accepted", [words(left)])
    told = matching("<@U0BOB> leads INC-00001 now; <@U0ANN> is deputy", at.said(channel))
    assert len(told) == 1  # said once, below everything
    assert at.said(channel)[-1] == told[0]
    assert "*Commander* <@U0BOB>" in words(at.card(channel))


async def test_a_declined_handover_leaves_command_where_it_was(at: Scene) -> None:
    """The channel is told, the buttons go, and command may be offered again."""
    channel = await at.declare()
    await at.type("role commander", channel=channel)
    await at.type("handover @bob", channel=channel)
    await at.press("incident.handover:decline", by="U0BOB", channel=channel)
    incident = await at.incident()
    assert (incident.roles, incident.handover) == ({"commander": "U0ANN"}, None)
    assert len(matching("<@U0BOB> declined command.*<@U0ANN>", at.said(channel))) == 1
    assert matching("offers you command.*Answered: declined", at.said(channel))
    await at.type("handover @dan", channel=channel)
    await at.press("incident.handover:accept", by="U0DAN", channel=channel)
    assert (await at.incident()).roles["commander"] == "U0DAN"


async def test_only_the_person_asked_may_answer_a_handover(at: Scene) -> None:
    """Another's Accept or Decline is refused privately and changes nothing."""
    channel = await at.declare()
    await at.enter(channel, "U0DAN")
    await at.type("role commander", channel=channel)
    await at.type("handover @bob", channel=channel)
    before = await at.everything()
    for answer in ("accept", "decline"):
        for user in ("U0DAN", "U0ANN"):
            told = await at.press(f"incident.handover:{answer}", by=user, channel=channel)
            assert "No handover of INC-00001 waits for you" in told
    assert await at.everything() == before


async def test_archive_asks_first_and_says_what_it_did(at: Scene) -> None:
    """Only after the end; everything is said before the channel closes; reopening opens it."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    said = at.said(channel)
    await at.press("incident.archive", channel=channel)
    room = at.slack.workspace.channel(channel)
    assert room.is_archived
    assert at.said(channel) == said
    assert "archived already" in await at.says("archive INC-1")
    assert "Reopened" in await at.says("reopen INC-1")
    assert not room.is_archived
    assert matching("<@U0ANN> reopened", at.said(channel))
    assert (await at.incident()).archived is False
