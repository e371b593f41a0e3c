"""Declare here and somebody is woken there; what they do there is seen here, and back."""

from sandbox.pagerduty import seed
from tests.pagerduty.conftest import Woken
from tests.scenario.steps import matching, words


async def test_declare_wakes_and_an_acknowledgement_there_is_on_the_card(at: Woken) -> None:
    """One page, one PagerDuty incident; whoever acknowledges on the phone is named here."""
    channel = await at.declare("sev1 checkout is down")
    await at.calm()
    one = at.pd.only()
    assert (one.key, one.urgency, one.status) == ("INC-00001", "high", "triggered")
    assert [page.user for page in at.pd.account.pages] == ["PUSRANN"]
    assert "pages Ann Ops" in at.cards(channel)
    await at.pressed("acknowledge")
    assert (await at.incident()).acknowledged_by == "Ann Ops (PagerDuty)"
    assert "PagerDuty acknowledged" in at.cards(channel)
    assert matching("Ann Ops: acknowledged it", at.said(channel))


async def test_resolved_here_is_resolved_there_and_its_echo_says_nothing(at: Woken) -> None:
    """Our own acts come back as webhooks; nobody hears of them twice."""
    channel = await at.declare("sev1 checkout is down")
    await at.type("ack", channel=channel)
    await at.type("resolve rolled back", channel=channel)
    await at.calm()
    assert at.pd.only().status == "resolved"
    assert (await at.page()).status == "resolved"
    assert not matching("📟", at.said(channel)[1:])
    assert len(at.pd.account.pages) == 1


async def test_resolved_there_by_a_person_is_resolved_here(at: Woken) -> None:
    """The Resolved message goes out, and says where it was done."""
    channel = await at.declare("sev1 checkout is down")
    await at.calm()
    await at.pressed("resolve")
    incident = await at.incident()
    assert incident.status == "resolved"
    assert incident.resolution.applied == "Resolved in PagerDuty by Ann Ops (PagerDuty)"
    assert matching("Incident Resolved", at.said(channel))


async def test_resolved_there_by_itself_stays_open_here(at: Woken) -> None:
    """A timeout of PagerDuty's never tells customers "resolved"."""
    channel = await at.declare("sev1 checkout is down")
    await at.calm()
    at.pd.account.resolve(at.pd.only(), None)
    await at.calm()
    assert (await at.incident()).is_open
    assert matching("stays open here", at.said(channel))
    assert not matching("Incident Resolved", at.said(channel))


async def test_merged_there_is_a_duplicate_here_and_never_resolved(at: Woken) -> None:
    """Where the other incident is ours, ours points at it."""
    await at.declare("sev1 checkout is down")
    second = await at.declare("sev1 payments are down", number=2)
    await at.calm()
    target, source = at.pd.account.incidents.values()
    at.pd.account.merge(target, [source], at.pd.account.person("PUSRANN"))
    await at.calm()
    closed = await at.incident(2)
    assert (closed.status, closed.duplicate_of) == ("closed", "INC-00001")
    assert not matching("Incident Resolved", at.said(second))
    assert (await at.incident(1)).is_open


async def test_merged_into_a_stranger_stays_open(at: Woken) -> None:
    """An incident that is not ours takes nothing from ours."""
    channel = await at.declare("sev1 checkout is down")
    await at.calm()
    mine = at.pd.only()
    other = at.pd.account.trigger(title="x", key="alien", service=seed.SERVICE, urgency="low")
    at.pd.account.merge(other, [mine], at.pd.account.person("PUSRANN"))
    await at.calm()
    assert (await at.incident()).is_open
    assert matching("merged its incident into one that is not ours", at.said(channel))


async def test_reopened_there_is_reopened_here(at: Woken) -> None:
    """And the next end here ends it there again."""
    channel = await at.declare("sev1 checkout is down")
    await at.type("resolve rolled back", channel=channel)
    await at.calm()
    await at.pressed("reopen")
    assert (await at.incident()).is_open
    await at.type("resolve for good", channel=channel)
    await at.calm()
    assert at.pd.only().status == "resolved"


async def test_a_severity_that_flaps_pages_once(at: Woken) -> None:
    """P1, P2, P1 five times: one page; the urgency rises once and never falls."""
    channel = await at.declare("sev2 checkout is slow")
    await at.calm()
    assert (at.pd.only().urgency, at.pd.account.pages) == ("low", [])
    for _ in range(5):
        await at.type("sev sev1", channel=channel)
        await at.type("sev sev2", channel=channel)
    await at.calm()
    assert at.pd.only().urgency == "high"
    assert [page.why for page in at.pd.account.pages] == ["urgency raised"]
    assert at.pd.only().priority["name"] == "P2"


async def test_what_is_done_there_is_told_here(at: Woken) -> None:
    """Escalations, notes, status updates, calls for help: a line each, in channel and timeline."""
    channel = await at.declare("sev1 checkout is down")
    await at.calm()
    account, one, ann = at.pd.account, at.pd.only(), at.pd.account.person("PUSRANN")
    account.acknowledge(one, ann)
    account.unacknowledge(one)
    account.escalate(one, 2, ann)
    account.reassign(one, ("PUSRBOB",), ann)
    account.delegate(one, ann)
    account.note(one, "it is <!channel> the *cache*", ann)
    account.publish(one, "we are on it", ann)
    account.ask_responder(one, "PUSRDAN", "please", ann)
    account.reply(one, "PUSRDAN", "accepted")
    await at.calm()
    said = "\n".join(at.said(channel))
    for each in (
        "acknowledgement ran out",
        "escalated to Lea Lead",
        "reassigned to Bob Ops",
        "handed to another policy to Ann Ops",
        "the ∗cache∗",
        "told subscribers: we are on it",
        "asked for help: Dan Data",
        "the answer to a call for help: Dan Data accepted",
    ):
        assert each in said, each
    assert "<!channel>" not in said
    timeline = "\n".join(await at.timeline())
    assert timeline.count("pagerduty: ") == 8


async def test_updates_and_help_reach_pagerduty(at: Woken) -> None:
    """An update is a status update there; its echo is not told here."""
    channel = await at.declare("sev1 checkout is down")
    await at.type("update we roll back", channel=channel)
    await at.calm()
    [update] = at.pd.only().status_updates
    assert "we roll back" in update["message"]
    assert not matching("told subscribers", at.said(channel))


async def test_a_private_incident_shows_its_number_alone(at: Woken) -> None:
    """P8: no word of it is in any request."""
    await at.type("declare sev1 --private zirconium breach")
    channel = await at.channel()
    await at.type("update palladium keys", channel=channel)
    await at.type("sev sev2", channel=channel)
    await at.type("resolve osmium turned", channel=channel)
    await at.calm()
    assert at.pd.only().title == "INC-00001 (private)"
    sent = str([request.body for request in at.pd.asked])
    assert not any(word in sent for word in ("zirconium", "palladium", "osmium"))


async def test_the_form_says_who_will_be_woken(at: Woken) -> None:
    """Policy, level and person, before anything is sent; and when PagerDuty does not answer."""
    await at.open("declare")
    assert "Production on-call, level 1, Ann Ops" in words(at.form())
    at.pd.fault("delay", path="/oncalls", seconds=4)
    await at.open("declare")
    assert "PagerDuty does not answer" in words(at.form())


async def test_without_settings_nothing_is_sent_or_shown(scenes_without) -> None:
    """A bot without PagerDuty is as it was."""
    async with scenes_without() as at:
        channel = await at.declare("sev1 checkout is down")
        await at.calm()
        assert at.pd.asked == []
        assert "PagerDuty" not in at.cards(channel)
