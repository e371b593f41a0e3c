"""What people type, paste and press by mistake: harmless, readable, answered."""

import json

import pytest

from tests.scenario.steps import ALERTS, ANNOUNCE, Scene, matching, whole, words
from tests.support.blockkit import shown

SYNTAX = "<!channel> <!here> <@U0BOB> <#C0OPS> <http://evil.example|click> & <b>"
RTL = (
    "\u202eegakcap\u202c \u200b\u2066x\u2069 zero\u200bwidth \x00\x1b[31m \u05e9\u05dc\u05d5\u05dd"
)


MARKUP = {"mrkdwn", "fallback"}


def _live(text: str) -> bool:
    """Whether Slack would ring or link anything in a mrkdwn text that came from a title."""
    return any(one in text for one in ("<!channel", "<!here", "<@U0BOB", "<#C0OPS", "<http"))


async def test_slack_syntax_in_a_title_rings_nobody(at: Scene) -> None:
    """P7: mentions and links are words in every message, card, form, list and topic."""
    channel = await at.declare(f"sev1 {SYNTAX}")
    await at.type(f"update {SYNTAX}", channel=channel)
    await at.type(f"task add {SYNTAX} x", channel=channel)
    await at.type("page @dan", channel=channel)
    await at.type("timeline", channel=channel)
    await at.type("catchup", channel=channel)
    await at.open("update", channel=channel)
    await at.person("U0ANN").home()
    await at.type(f"resolve {SYNTAX}", channel=channel)
    for call in at.slack.calls:
        assert not _live("\n".join(text for kind, text in shown(call.args) if kind in MARKUP))
    assert "@bob" in words(at.card(channel))  # readable: it says what was typed
    assert "&lt;b&gt;" in words(at.card(channel))
    assert at.told("U0BOB") == []


async def test_ten_thousand_characters_are_cut_and_nothing_breaks(at: Scene) -> None:
    """Title, update, task, note, resolution: each within Slack's limits, the cut shown."""
    long = "checkout " * 1200
    channel = await at.declare(f"sev1 {long}")
    incident = await at.incident()
    assert len(incident.title) <= 200
    assert incident.title.endswith("…")
    assert len(at.slack.workspace.channel(channel).name) <= 80
    for text in ("update ", "task add ", "handover @bob ", "resolve "):
        await at.type(text + long, channel=channel)
    incident = await at.incident()
    assert (incident.status, incident.updates, len(incident.tasks)) == ("resolved", 1, 1)
    assert await at.bot.store.memory.failing_lanes("INC-00001") == []


async def test_a_word_of_four_thousand_marks_is_no_trouble(at: Scene) -> None:
    """Every character doubles when escaped: still one message within all limits."""
    channel = await at.declare("sev1 checkout is slow")
    for letter in ("&", "<", '"', "\\", "*", "_", "`", "\n", "🔥", "é"):
        await at.type("update x" + letter * 4000, channel=channel)
    assert (await at.incident()).updates == 10
    assert await at.bot.store.memory.failing_lanes("INC-00001") == []


async def test_hidden_and_turning_characters_are_made_visible_or_removed(at: Scene) -> None:
    """Right-to-left marks, zero widths and controls do not reach Slack; Hebrew stays."""
    channel = await at.declare(f"sev1 {RTL}")
    said = whole(at.slack.calls)
    for hidden in ("\u202e", "\u200b", "\u2066", "\x00", "\x1b"):
        assert hidden not in json.loads(json.dumps(said)), repr(hidden)
        assert json.dumps(hidden)[1:-1] not in said, repr(hidden)
    assert "\u05e9\u05dc\u05d5\u05dd" in at.said(channel)[0]
    assert "zerowidth" in at.said(channel)[0]


@pytest.mark.parametrize(
    ("title", "name"),
    [("🔥🔥🔥", "inc-00001"), ("日本語", "inc-00001"), ("Straße & Café!", "inc-00001-strae-cafe")],
)
async def test_a_title_without_plain_letters_has_a_channel_all_the_same(
    at: Scene, title: str, name: str
) -> None:
    """Emoji-only and other scripts: the number names the channel, the card shows the title."""
    channel = await at.declare(f"sev1 {title}")
    assert at.slack.workspace.channel(channel).name == name
    assert title.replace("&", "&amp;") in at.said(channel)[0]


async def test_forms_take_what_the_words_take(at: Scene) -> None:
    """The same syntax and characters through every field of the forms."""
    await at.open("declare")
    nasty = f"{SYNTAX} {RTL}"[:200]
    fields = ("impact", "features", "users")
    await at.submit({"title": nasty, "severity": "sev1", **dict.fromkeys(fields, nasty)})
    channel = await at.channel()
    await at.open("update", channel=channel)
    fields = ("investigation", "impact", "mitigation", "eta")
    await at.submit(dict.fromkeys(fields, nasty), channel=channel)
    await at.open("resolve", channel=channel)
    fields = ("root_cause", "applied", "prevention")
    await at.submit(dict.fromkeys(fields, nasty), channel=channel)
    assert (await at.incident()).status == "resolved"
    for call in at.slack.calls:
        assert not _live("\n".join(text for kind, text in shown(call.args) if kind in MARKUP))
    assert "\u202e" not in whole(at.slack.calls)


async def test_full_forms_fit_into_one_message(at: Scene) -> None:
    """Every field at its longest, all of it escaped: posted once, not refused by Slack."""
    await at.open("declare")
    most = {"title": 200, "impact": 1000, "features": 500, "users": 200}
    await at.submit({"severity": "sev1"} | {name: "&" * size for name, size in most.items()})
    channel = await at.channel()
    await at.open("update", channel=channel)
    most = {"investigation": 2500, "impact": 1000, "mitigation": 2500, "eta": 200}
    await at.submit({name: "<" * size for name, size in most.items()}, channel=channel)
    await at.open("resolve", channel=channel)
    fields = ("root_cause", "applied", "prevention")
    await at.submit(dict.fromkeys(fields, '"' * 2500), channel=channel)
    assert (await at.incident()).status == "resolved"
    assert len(matching("Incident (Update|Resolved)", at.said(channel))) == 2


async def test_hundreds_of_timeline_lines_are_shown_within_limits(at: Scene) -> None:
    """The newest are kept, the rest counted; panel and catch-up stay readable."""
    channel = await at.declare("sev1 checkout is slow")
    ann = at.person("U0ANN")
    for number in range(60):
        await ann.command("/incident", f"task add step {number} " + "x" * 250, channel=channel)
    await at.settled()
    told = await at.says("timeline", channel=channel)
    assert matching(r"… \d+ older lines are left out", [told])
    assert "step 59" in told
    assert "Catch-up" in await at.says("catchup", channel=channel)
    assert "60 open, 0 done" in await at.says("status", channel=channel)
    await at.type("update half way", channel=channel)
    assert matching(r"… and \d+ more", [at.said(channel)[-1]])


@pytest.mark.parametrize(
    "text",
    [
        "task done 0",
        "task done ٣",
        "task done 99999999999999999999",
        "task start -1",
        "role commander <@U0BOB",
        "role commander <@UNOBODY>",
        "page nobody",
        "page @ann @bob",
        "handover",
        "close duplicate INC-",
        "sev",
        "status INC-0",
        "status INC-99999999999",
        "snooze 99999h",
        "INC-000000001x",
    ],
)
async def test_nearly_right_words_are_answered_and_change_nothing(at: Scene, text: str) -> None:
    """Each gets a sentence that names what is wrong (or its form); none a reference id."""
    channel = await at.declare()
    before = await at.everything()
    answer = await at.says(text, channel=channel)
    opened = at.person("U0ANN").open_views()
    assert answer or opened
    assert "reference" not in answer
    assert await at.everything() == before


async def test_anywhere_a_command_can_be_typed_it_is_answered(at: Scene) -> None:
    """In the direct message with the bot, in a channel the bot is not in."""
    for place in (at.person("U0ANN").dm(), "C0GENERAL"):
        assert "No open incidents" in await at.says("list", channel=place)
    answer = await at.says("declare sev1 slow", channel="C0GENERAL")
    assert "Declared" in answer
    assert await at.says("list", channel=ALERTS) != await at.says("x", channel=ANNOUNCE)
