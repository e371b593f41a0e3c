"""Declaring, by word and by form."""

import pytest

from bot.domain.severity import WORDS
from tests.scenario.steps import ALERTS, ANNOUNCE, Scene, buttons, words


async def test_every_severity_word_is_understood_in_any_case(at: Scene) -> None:
    """`critical`, `P0`, `SeV3`, `high` and all the others; without one it is SEV2."""
    names = {word: level for word, level in WORDS.items() if word[0] in "ph"} | {
        "CRITICAL": "sev1",
        "Medium": "sev3",
        "lOw": "sev4",
        "SEV1": "sev1",
        "SeV3": "sev3",
        "trouble": "sev2",
    }
    for number, word in enumerate(names, 1):
        await at.person("U0ANN").command("/incident", f"declare {word} something {number}")
    await at.settled()
    found, _ = await at.everything()
    said = {one.title.split()[-1]: one for one in found}
    for number, (word, level) in enumerate(names.items(), 1):
        assert said[str(number)].severity == level, word
    assert said[str(len(names))].title.startswith("trouble something")


async def test_declare_names_a_system_and_its_own_words_are_used(at: Scene) -> None:
    """`--system` brings the system's name and severity labels; an unknown one is refused."""
    answer = await at.says("declare high --system nothing down")
    assert "No system is called" in answer
    assert "`mcp-cortex`" in answer
    assert await at.everything() == ([], 0)
    channel = await at.declare("high --system mcp-cortex answers are slow")
    assert (await at.incident()).system == "mcp-cortex"
    title = at.bot.config.systems["mcp-cortex"].title
    assert title in at.said(channel)[1]
    assert (await at.incident()).title == "answers are slow"


async def test_the_dashboards_of_the_system_are_bookmarked(at: Scene) -> None:
    """Those whose variable is set; the others are left out and nothing is said to fail."""
    channel = await at.declare("high --system scrolluniversity answers are slow")
    made = [call.args for call in at.slack.calls if call.method == "bookmarks.add"]
    links = at.bot.config.systems["scrolluniversity"].links
    assert [(one["channel_id"], one["title"], one["link"]) for one in made] == [
        (channel, title, link) for title, link in links.items()
    ]
    assert "Grafana" in links
    await at.declare("high --system ai-chat answers are slow", number=2)
    assert len([call for call in at.slack.calls if call.method == "bookmarks.add"]) == len(made)
    assert await at.bot.store.memory.failing_lanes("INC-00002") == []


async def test_declare_without_a_title_is_refused_with_what_to_say(at: Scene) -> None:
    """`declare sev1` names no trouble: nothing is opened, the answer asks for a title."""
    assert "needs a title" in await at.says("declare sev1")
    assert "needs a title" in await at.says("declare sev1 \u200b\u2060")
    assert "Name the system behind" in await at.says("declare sev1 slow --system")
    assert await at.everything() == ([], 0)


@pytest.mark.parametrize("dashes", ["--private", "\u2014private", "\u2013private", "--PRIVATE"])
async def test_private_is_understood_however_slack_writes_the_dashes(
    at: Scene, dashes: str
) -> None:
    """P8: on a Mac Slack makes one long dash of two; that must never open a public incident."""
    await at.type(f"declare sev1 {dashes} a leak")
    incident = await at.incident()
    assert incident.private
    assert incident.title == "a leak"
    assert at.slack.workspace.channel(await at.channel()).kind == "group"


async def test_a_mistyped_option_is_asked_about(at: Scene) -> None:
    """`--privat` opens nothing, least of all in public; `--force` may be part of a title."""
    answer = await at.says("declare sev1 --privat a leak")
    assert "Did you mean `--private`? Nothing was declared." in answer
    assert await at.everything() == ([], 0)
    await at.declare("sev1 rsync --force deletes all")
    assert (await at.incident()).title == "rsync --force deletes all"


async def test_the_form_opens_at_once_and_declares_what_it_says(at: Scene) -> None:
    """A skeleton first, then the fields; every field reaches the incident and its message."""
    form = await at.open("declare")
    opened = [call.method for call in at.slack.calls if call.method.startswith("views.")]
    assert opened == ["views.open", "views.update"]
    assert "Announced in #incidents" in words(form)
    answer = await at.submit(
        {
            "title": "Checkout is slow",
            "severity": "sev1",
            "system": "mcp-cortex",
            "impact": "Payments take 20 s",
            "health": "degraded",
            "features": "checkout",
            "users": "2,000",
            "commander": "U0BOB",
            "invite": ["U0DAN", "U0SAM"],
        }
    )
    assert "Declared" in answer
    assert at.person("U0ANN").open_views() == []
    incident = await at.incident()
    assert (incident.severity, incident.system, incident.private) == ("sev1", "mcp-cortex", False)
    assert incident.roles == {"commander": "U0BOB"}
    channel = await at.channel()
    members = at.slack.workspace.channel(channel).members
    assert {"U0ANN", "U0BOB", "U0DAN", "U0SAM"} <= set(members)
    initial = at.said(channel)[1]
    for said in ("Payments take 20 s", "degraded", "checkout", "2,000", "<@U0BOB>"):
        assert said in initial


async def test_the_form_says_what_is_missing_and_keeps_what_was_typed(at: Scene) -> None:
    """An empty title is said in the form; the form stays and nothing is recorded."""
    await at.open("declare")
    ann = at.person("U0ANN")
    refused = await ann.submit(values={"title": "   ", "severity": "sev1"})
    assert refused.response_action == "errors"
    assert "what people notice" in refused.errors["title"]
    assert len(ann.open_views()) == 1
    assert await at.everything() == ([], 0)
    await at.submit({"title": "Search is down", "severity": "sev1"})
    assert (await at.incident()).title == "Search is down"


async def test_the_private_box_of_the_form_makes_a_private_incident(at: Scene) -> None:
    """Ticked in the form, nothing is announced."""
    await at.open("declare")
    await at.submit({"title": "A leak", "severity": "sev1", "private": ["private"]})
    assert (await at.incident()).private
    assert at.posted(ANNOUNCE) == []


async def test_people_who_cannot_be_invited_stop_nothing(at: Scene) -> None:
    """A deactivated and a foreign person are left out; the others are in and all is said."""
    await at.open("declare")
    await at.submit({"title": "Slow", "severity": "sev1", "invite": ["U0OUT", "U0STR", "U0DAN"]})
    room = at.slack.workspace.channel(await at.channel())
    assert "U0DAN" in room.members
    assert "U0OUT" not in room.members
    assert len(at.said(room.id)) == 2
    assert await at.bot.store.memory.failing_lanes("INC-00001") == []


async def test_declaring_in_any_channel_answers_there(at: Scene) -> None:
    """The private answer comes where the person is, with the incident's channel as a link."""
    answer = await at.says("declare sev1 slow", channel=ALERTS)
    assert f"<#{await at.channel()}>" in answer
    assert "Claim commander" in answer
    assert at.posted(ALERTS) == []


async def test_the_declare_button_of_the_list_opens_the_form(at: Scene) -> None:
    """Bare /incident outside an incident offers a button, whose form declares."""
    await at.type("")
    await at.press("incident.declare", channel=ANNOUNCE)
    assert at.form()["callback_id"] == "incident.declare"
    await at.submit({"title": "Search is down", "severity": "sev3"})
    assert (await at.incident()).title == "Search is down"


async def test_the_global_shortcut_declares_and_answers_directly(at: Scene) -> None:
    """A shortcut has no channel: the answer comes as a direct message."""
    done = await at.person("U0NEW").shortcut("incident.declare")
    await at.settled()
    assert done.status == 200
    assert set(buttons(at.form("U0NEW"))) == {"value"}
    await at.submit({"title": "Search is down", "severity": "sev3"}, by="U0NEW")
    assert "Declared" in at.told("U0NEW")[-1]
    assert (await at.incident()).declared_by == "U0NEW"
