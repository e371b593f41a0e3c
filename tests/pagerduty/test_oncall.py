"""/oncall: who, who next, and a shift that is handed over when it is accepted."""

from tests.pagerduty.conftest import Woken
from tests.scenario.steps import ANNOUNCE, words


async def asked(at: Woken, text: str, *, by: str = "U0ANN", channel: str = ANNOUNCE) -> str:
    """Type /oncall; the private answer's words."""
    person = at.world.person(by)
    before = len(person.ephemerals(channel))
    await person.command("/oncall", text, channel=channel)
    await at.calm()
    return words(person.ephemerals(channel)[before:])


async def test_pagerduty_says_who_is_on_call_and_who_is_next(at: Woken) -> None:
    """Levels, policy, and the rotation of signalbox.yml beside it."""
    said = await asked(at, "mcp-cortex")
    assert "now Ann Ops (level 1)" in said
    assert "next Bob Ops (level 1)" in said
    assert "Production on-call" in said


async def test_when_pagerduty_is_silent_the_rotation_is_shown(at: Woken) -> None:
    """And why."""
    at.pd.fault("error", path="/oncalls", times=0)
    said = await asked(at, "")
    assert "PagerDuty is away" in said
    assert "weekly" in said


async def test_an_unknown_system_is_told_the_known_ones(at: Woken) -> None:
    assert "Known systems" in await asked(at, "nonsense")
    assert "handover" in await asked(at, "help")


async def test_a_shift_is_handed_over_when_it_is_accepted(at: Woken) -> None:
    """The brief has what is open; who accepts gets the on-call role; only they can."""
    channel = await at.declare("sev1 checkout is down")
    await at.type("ack", channel=channel)
    assert "brief went to" in await asked(at, "handover <@U0BOB|bob> all quiet but one")
    told = at.told("U0BOB")[-1]
    for part in ("hands the on-call shift over", "checkout is down", "all quiet but one", "none"):
        assert part in told
    room = at.world.person("U0BOB").dm()
    await at.press("oncall.accept", by="U0BOB", channel=room)
    await at.calm()
    assert (await at.incident()).roles["oncall"] == "U0BOB"
    assert at.pd.only().assignees == ("PUSRBOB",)
    assert "accepted" in at.told("U0ANN")[-1]
    assert await at.audit("oncall.accepted")


async def test_nobody_can_be_made_to_take_a_shift(at: Woken) -> None:
    """Declined, it stays where it was; oneself and bots are refused."""
    await asked(at, "handover <@U0BOB|bob>")
    await at.press("oncall.decline", by="U0BOB", channel=at.world.person("U0BOB").dm())
    assert "declined" in at.told("U0ANN")[-1]
    assert "somebody else" in await asked(at, "handover <@U0ANN|ann>")
    assert "cannot take the shift" in await asked(at, "handover <@U0OUT|otto>")
    assert "Name a person" in await asked(at, "handover bob")
