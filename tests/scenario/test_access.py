"""P6: who may not, may nothing: by no word, button, form, shortcut or emoji.

Each refusal is private, changes nothing and is in the audit.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.boundary import GIVE_UP
from commands.incident.words import WORDS
from sandbox.slack.errors import SlackError
from tests.scenario.steps import ANNOUNCE, Scene, matching, words

NOBODY = """
channels: {incidents: incidents}
roles:
  viewer: {users: [U0ADA]}
  responder: {users: [U0ANN, U0BOB]}
  admin: {users: [U0ADA]}
"""
TEXTS = {
    "declare": "declare sev1 x",
    "update": "update x",
    "resolve": "resolve x",
    "sev": "sev sev1",
    "role": "role commander",
    "task": "task add x",
    "page": "page @ann",
    "snooze": "snooze 30m",
    "handover": "handover @ann",
    "close": "close false-alarm",
}
GUEST, STRANGER, GONE, BOT = "U0GST", "U0STR", "U0OUT", "U0SIGNALBOX"
WHY = {
    GUEST: "Guests may read here",
    STRANGER: "People from another workspace",
    "U0NEW": "needs the role",
}


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A configuration in which only Ann and Bob respond and only Ada may look."""
    file = tmp_path / "signalbox.yml"
    file.write_text(NOBODY)
    return file


async def _open(at: Scene) -> str:
    """An incident with a task and an offer of command, whose channel everybody can act in."""
    channel = await at.declare()
    await at.type("role commander @bob", channel=channel)
    await at.type("task add drain node-3", channel=channel)
    await at.type("handover @ann", by="U0BOB", channel=channel)
    await at.enter(channel, GUEST, STRANGER, "U0NEW", "U0ADA")
    return channel


@pytest.mark.parametrize("user", WHY)
async def test_no_word_works_for_who_may_not(scenes, few: Path, user: str) -> None:
    """Every word of the command, in the incident's channel: refused with the reason."""
    async with scenes(signalbox_config=few) as at:
        channel = await _open(at)
        before, known = await at.everything(), len(await at.audit("command.refused"))
        for name in WORDS.keys() - {"help"}:
            told = await at.says(TEXTS.get(name, name), by=user, channel=channel)
            assert WHY[user] in told, name
        assert WHY[user] in await at.says("", by=user, channel=ANNOUNCE)
        assert await at.everything() == before
        refused = (await at.audit("command.refused"))[known:]
        assert len(refused) == len(WORDS)
        assert {one["who"] for one in refused} == {user}


@pytest.mark.parametrize("user", WHY)
async def test_no_button_works_for_who_may_not(scenes, few: Path, user: str) -> None:
    """Every button and menu entry, pressed on messages that everybody in the channel sees."""
    async with scenes(signalbox_config=few) as at:
        channel = await at.declare()
        await at.enter(channel, user)
        before = await at.everything()
        for action in ("incident.ack", "incident.role:commander", "incident.role:oncall"):
            assert WHY[user] in await at.press(action, by=user, channel=channel), action
        for word in ("timeline", "catchup", "escalate", "postmortem"):
            assert WHY[user] in await at.choose(word, by=user, channel=channel), word
        assert await at.everything() == before
        await at.type("role commander @bob", channel=channel)
        await at.type("task add drain node-3", channel=channel)
        await at.type("handover @ann", by="U0BOB", channel=channel)
        before = await at.everything()
        for action in ("task:start", "task:done", "handover:accept", "handover:decline"):
            told = await at.press(f"incident.{action}", by=user, channel=channel)
            assert WHY[user] in told, action
        assert await at.everything() == before
        await at.type("resolve rolled back", channel=channel)
        before = await at.everything()
        assert WHY[user] in await at.press("incident.archive", by=user, channel=channel)
        assert WHY[user] in await at.choose("reopen", by=user, channel=channel)
        assert await at.everything() == before
        assert {one["who"] for one in await at.audit("click.refused")} == {user}


@pytest.mark.parametrize("user", WHY)
async def test_no_form_and_no_shortcut_works_for_who_may_not(scenes, few: Path, user: str) -> None:
    """A form becomes the refusal; Home shows nothing; an emoji and a note do nothing."""
    async with scenes(signalbox_config=few) as at:
        channel = await _open(at)
        before = await at.everything()
        lines = await at.timeline()
        person = at.person(user)
        for word in ("declare", "update", "resolve", "sev", "task", "snooze", "handover"):
            form = await at.open(word, by=user, channel=channel)
            assert WHY[user] in words(form), word
            assert not form["submit"]
            await person.close()
        await person.shortcut("incident.declare")
        await at.settled()
        assert WHY[user] in words(at.form(user))
        await person.close()
        ts = await person.say(channel, "look")
        await person.shortcut("incident.note", channel, ts)
        await person.react(channel, ts, "pushpin")
        await person.home()
        await at.settled()
        assert matching(WHY[user], [words(one) for one in person.ephemerals(channel)])
        assert WHY[user] in words(person.published_home())
        assert "checkout" not in words(person.published_home())
        assert await at.everything() == before
        assert await at.timeline() == lines


async def test_a_viewer_reads_and_does_nothing(scenes, few: Path) -> None:
    """`viewer` is enough for status, list, timeline and catch-up; acting is refused by role."""
    async with scenes(signalbox_config=few) as at:
        channel = await at.declare()
        await at.enter(channel, "U0ADA")
        for text in ("status", "list", "timeline", "catchup"):
            assert "checkout is slow" in await at.says(text, by="U0ADA", channel=channel), text
        before = await at.everything()
        for name in ("declare", "update", "resolve", "role", "task", "page", "close"):
            told = await at.says(TEXTS[name], by="U0ADA", channel=channel)
            assert "needs the role `responder`. <@U0ADA> can give it" in told
        assert await at.everything() == before


async def test_who_loses_the_account_loses_the_forms_too(at: Scene) -> None:
    """Between opening and submitting a form somebody becomes a guest: refused."""
    channel = await at.declare()
    await at.open("update", channel=channel)
    at.slack.change_user("U0ANN", is_restricted=True)
    at.bot.use.people.directory._known.clear()  # a minute later
    before = await at.everything()
    told = await at.submit({"investigation": "x"}, channel=channel)
    assert "Guests may read here" in told
    assert await at.everything() == before
    assert [one["who"] for one in await at.audit("view.refused")] == ["U0ANN"]


async def test_a_deactivated_person_cannot_even_reach_it(at: Scene) -> None:
    """Slack lets them do nothing; a forged request in their name is refused."""
    with pytest.raises(SlackError, match="account_inactive"):
        await at.person(GONE).command("/incident", "list")
    at.slack.change_user("U0NEW", deleted=True)
    await _forged(at, "U0NEW", "declare sev1 x")
    await _forged(at, BOT, "declare sev1 x")
    assert await at.everything() == ([], 0)
    whys = [(one["who"], one["facts"]["why"]) for one in await at.audit("command.refused")]
    assert whys == [("U0NEW", "Denied"), (BOT, "Denied")]


async def test_without_any_role_nobody_may_and_the_file_is_named(scenes, tmp_path: Path) -> None:
    """P6: nothing configured is not "everyone"; the answer says where to add people."""
    empty = tmp_path / "signalbox.yml"
    empty.write_text("channels: {incidents: incidents}\n")
    async with scenes(signalbox_config=empty) as at:
        for text in ("declare sev1 x", "list", "status INC-1"):
            told = await at.says(text)
            assert "signalbox.yml names nobody" in told, text
            assert "Whoever runs Signalbox can add it under `roles`" in told
        assert await at.everything() == ([], 0)


async def test_while_slack_cannot_say_who_it_is_nobody_may(still: Scene, clock) -> None:
    """Nothing happens while users.info fails; after the give-up time it is said so, once."""
    still.fault("error", method="users.info", times=0)
    assert await still.says("declare sev1 x") == ""
    await still.later(clock, seconds=GIVE_UP / timedelta(seconds=1) - 1)
    assert still.person("U0ANN").ephemerals(ANNOUNCE) == []
    await still.later(clock, seconds=5)
    told = words(still.person("U0ANN").ephemerals(ANNOUNCE))
    assert "Slack cannot say who is who" in told
    assert "Nothing was done. Try again in a minute." in told
    assert await still.everything() == ([], 0)
    assert len(await still.audit("command.refused")) == 1
    still.slack.clear_faults()
    await still.type("declare sev1 x")
    assert (await still.incident()).title == "x"


async def test_a_short_silence_of_slack_only_delays(still: Scene, clock) -> None:
    """The command is done when Slack answers again, without being typed again."""
    still.fault("error", method="users.info", times=2)
    await still.type("declare sev1 checkout is slow")
    assert await still.everything() == ([], 0)
    for _ in range(3):
        await still.later(clock, seconds=5)
    assert (await still.incident()).title == "checkout is slow"
    assert len((await still.everything())[0]) == 1


async def _forged(at: Scene, user: str, text: str) -> None:
    """Send a command in somebody's name, signed as Slack does."""
    core = at.slack.core
    payload = {
        "team_id": "T0DEMO",
        "channel_id": ANNOUNCE,
        "user_id": user,
        "command": "/incident",
        "text": text,
        "trigger_id": f"forged-{user}",
        "response_url": core.response_url("U0ANN", ANNOUNCE),
    }
    answer = await core.delivery.send("slash_commands", payload)
    assert answer.status == 200
    await at.settled()
