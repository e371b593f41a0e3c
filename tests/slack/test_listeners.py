"""What Slack says is recorded, then acknowledged; over signed HTTP, as Slack sends it."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier

from bot.command import Click, Event, Form, Shortcut, SlashCommand
from bot.domain.intent import IntentKind
from bot.errors import Invalid
from bot.slack.app import bolt_app
from bot.slack.listeners import Listeners
from bot.slack.names import REOPEN
from bot.slack.opener import Opener
from bot.web.app import application
from bot.web.metrics import Metrics
from bot.web.server import Server
from sandbox.slack import Person
from sandbox.slack.model import BOT_USER
from tests.slack.conftest import SECRET

HERE = "C0INCIDENTS"
NO_USECASES: Any = object()


async def handle(_turn: Any, _use: Any) -> None: ...


def modal(title: str, *, with_input: bool) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "plain_text", "text": "One moment"}}
    ]
    view: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": title}}
    if with_input:
        label = {"type": "plain_text", "text": "Title"}
        element = {"type": "plain_text_input", "action_id": "title"}
        blocks = [
            {"type": "input", "block_id": "title", "label": label, "element": element},
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "incident.preview",
                        "text": {"type": "plain_text", "text": "Preview"},
                    }
                ],
            },
        ]
        view["submit"] = {"type": "plain_text", "text": "Declare"}
    return view | {"blocks": blocks}


async def fill(intent: Any, _use: Any) -> dict[str, Any]:
    if intent.text == "declare refuse":
        msg = "Only responders may declare."
        raise Invalid(msg)
    if intent.text == "declare break":
        raise RuntimeError
    return modal("Declare", with_input=True)


async def preview(intent: Any, _use: Any) -> dict[str, Any]:
    shown = modal("Preview", with_input=False)
    words = {"type": "plain_text", "text": f"Title: {intent.values['title']}"}
    return shown | {"blocks": [{"type": "section", "text": words}]}


def validate(values: Any) -> dict[str, str]:
    return {} if values.get("title") != "?" else {"title": "Say what is wrong."}


FORM = Form(
    callback_id="incident.declare",
    skeleton=lambda _intent: modal("Declare", with_input=False),
    fill=fill,
    validate=validate,
    submit=handle,
)
INCIDENT = SlashCommand(
    name="/incident",
    summary="Incidents",
    usage="declare",
    handle=handle,
    opens=lambda i: "incident.declare" if i.text.startswith("declare") else None,
    forms=(FORM,),
    clicks=(
        Click("incident.ack", handle=handle),
        Click("incident.role", handle=handle),
        Click("incident.declare", opens="incident.declare"),
        Click("incident.preview", preview=preview),
    ),
    shortcuts=(
        Shortcut("incident.new", "Declare", "Declare", opens="incident.declare"),
        Shortcut("timeline.add", "Add", "Add", message=True, handle=handle),
    ),
    events=(
        Event("reaction_added", handle, lambda e: e.get("reaction") == "pushpin"),
        Event("message.channels", handle, lambda e: e.get("subtype") == "channel_topic", own=True),
        Event("message.channels", handle, lambda e: "subtype" not in e),
    ),
)


@dataclass
class Ears:
    url: str
    metrics: Metrics
    opener: Opener
    ann: Person


@pytest.fixture
async def ears(sandbox, api, inbox, clock) -> AsyncIterator[Ears]:
    metrics = Metrics()
    opener = Opener(api, NO_USECASES, {FORM.callback_id: FORM})
    bolt = bolt_app(api, SECRET)
    listeners = Listeners((INCIDENT,), inbox, clock, opener, bot_user=BOT_USER, watch=metrics)
    listeners.attach(bolt)
    server = Server(application(bolt, metrics, {}), "127.0.0.1", 0)
    await server.start()
    sandbox.request_url = f"{server.url}/slack/events"
    yield Ears(server.url, metrics, opener, Person(sandbox, "U0ANN"))
    await opener.drain()
    await server.stop()


def filled(ears: Ears) -> bool:
    """Whether the form's skeleton has become the form."""
    views = ears.ann.open_views()
    return bool(views) and bool(views[0].get("submit"))


async def posted(api, **message) -> str:
    said = await api.call("chat.postMessage", {"channel": HERE, "text": "card", **message})
    return str(said["ts"])


def buttons(*elements: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": action_id,
                    "value": value,
                    "text": {"type": "plain_text", "text": "B"},
                }
                for action_id, value in elements
            ],
        }
    ]


async def test_a_command_is_recorded_and_acknowledged_silently(ears, inbox):
    done = await ears.ann.command("/incident", "status", HERE)
    [intent] = inbox.recorded
    assert (done.status, done.body) == (200, None)
    assert intent.kind is IntentKind.COMMAND
    assert (intent.name, intent.text, intent.user) == ("/incident", "status", "U0ANN")
    assert intent.channel == HERE
    assert intent.response_url
    assert "token" not in intent.model_dump_json()
    assert b'signalbox_ack_seconds_count{kind="command"} 1.0' in ears.metrics.text()
    assert b'signalbox_intents_recorded_total{kind="command"} 1.0' in ears.metrics.text()


async def test_ten_thousand_characters_are_kept_within_bounds(ears, inbox):
    await ears.ann.command("/incident", "status " + "é" * 9_993, HERE)
    [intent] = inbox.recorded
    assert len(intent.text) == 4000
    assert intent.payload["truncated"] == 10_000


async def test_without_redis_a_command_says_so(ears, inbox):
    inbox.down = True
    done = await ears.ann.command("/incident", "declare", HERE)
    assert done.status == 200
    assert "nothing was recorded" in done.ephemerals[0]["text"]
    assert "REDIS_URL" in done.ephemerals[0]["text"]
    assert ears.ann.open_views() == []


async def test_a_redis_that_hangs_is_told_apart(ears, inbox):
    inbox.slow_s = 5
    done = await ears.ann.command("/incident", "status", HERE)
    assert "may or may not" in done.ephemerals[0]["text"]


async def test_without_redis_a_click_is_answered_privately(ears, inbox, api, sandbox):
    ts = await posted(api, blocks=buttons(("incident.ack", "INC-1")))
    inbox.down = True
    done = await ears.ann.click(HERE, ts, "incident.ack")
    assert done.status == 200
    await sandbox.until(lambda: ears.ann.ephemerals(HERE))
    assert "nothing was recorded" in ears.ann.ephemerals(HERE)[0]["text"]


async def test_without_redis_an_event_is_sent_again_by_slack(ears, inbox, api, sandbox):
    ts = await posted(api)
    inbox.down = True
    await ears.ann.react(HERE, ts, "pushpin")
    await sandbox.until(lambda: sandbox.events is not None)
    await asyncio.sleep(0.05)
    inbox.down = False
    await sandbox.settled()
    assert [i.name for i in inbox.recorded] == ["reaction_added"]


async def test_an_event_is_recorded_once_however_often_it_comes(ears, inbox, api, sandbox):
    ts = await posted(api)
    sandbox.fault("duplicate_delivery", times=2)
    await ears.ann.react(HERE, ts, "pushpin")
    await sandbox.settled()
    [intent] = inbox.recorded
    assert intent.payload["item"] == {"type": "message", "channel": HERE, "ts": ts}
    assert (intent.channel, intent.message_ts, intent.user) == (HERE, ts, "U0ANN")


async def test_unwanted_events_and_those_of_bots_are_dropped(ears, inbox, api, sandbox):
    ts = await posted(api)
    await ears.ann.react(HERE, ts, "eyes")
    await api.call("reactions.add", {"channel": HERE, "timestamp": ts, "name": "pushpin"})
    await sandbox.settled()
    assert inbox.recorded == []
    await ears.ann.say(HERE, "hello")
    await api.call("conversations.setTopic", {"channel": HERE, "topic": "calm"})
    await sandbox.settled()
    assert [i.name for i in inbox.recorded] == ["message.channels"] * 2
    assert [i.payload.get("subtype") for i in inbox.recorded] == [None, "channel_topic"]
    assert inbox.recorded[0].text == "hello"


async def test_a_double_click_is_one_intent(ears, inbox, api):
    ts = await posted(api, blocks=buttons(("incident.ack", "INC-1")))
    first = await ears.ann.click(HERE, ts, "incident.ack")
    second = await ears.ann.click(HERE, ts, "incident.ack")
    assert (first.status, second.status) == (200, 200)
    [intent] = inbox.recorded
    assert (intent.name, intent.value, intent.message_ts) == ("incident.ack", "INC-1", ts)
    assert intent.guard


async def test_two_buttons_or_two_people_are_two_intents(ears, inbox, api, sandbox):
    ts = await posted(
        api, blocks=buttons(("incident.role:scribe", "INC-1"), ("incident.role:comms", "INC-1"))
    )
    await ears.ann.click(HERE, ts, "incident.role:scribe")
    await ears.ann.click(HERE, ts, "incident.role:comms")
    await Person(sandbox, "U0BOB").click(HERE, ts, "incident.role:comms")
    assert len(inbox.recorded) == 3


async def test_a_stale_button_is_recorded_and_answered(ears, inbox, api, sandbox):
    ts = await posted(api, blocks=buttons(("old.button", "1")))
    done = await ears.ann.click(HERE, ts, "old.button")
    assert done.status == 200
    assert [(i.name, i.payload["unknown"]) for i in inbox.recorded] == [("old.button", True)]
    [line] = await sandbox.until(lambda: ears.ann.ephemerals(HERE))
    assert "older version" in line["text"]


async def test_a_link_asks_for_nothing(ears, inbox, api):
    link = {"type": "plain_text", "text": "Runbook"}
    button = {"type": "button", "action_id": "link", "text": link, "url": "https://x.example/"}
    ts = await posted(api, blocks=[{"type": "actions", "elements": [button]}])
    await ears.ann.click(HERE, ts, "link")
    await ears.opener.drain()
    assert inbox.recorded == []
    assert ears.ann.ephemerals(HERE) == []


async def test_a_stale_command_shortcut_and_form_are_answered(ears, inbox, api, sandbox):
    done = await ears.ann.command("/gone", "", HERE)
    assert "signalbox manifest" in done.ephemerals[0]["text"]
    await ears.ann.shortcut("gone.shortcut")
    await sandbox.until(ears.ann.open_views)
    assert "older version" in str(ears.ann.open_views()[0]["blocks"])
    await ears.ann.close()
    trigger = sandbox.core.triggers.issue("U0ANN")
    old = modal("Old", with_input=True) | {"callback_id": "gone.form"}
    await api.call("views.open", {"trigger_id": trigger, "view": old})
    await ears.ann.submit(values={"title": "x"})
    assert "older version" in str(ears.ann.open_views()[0]["blocks"])
    assert [i.payload["unknown"] for i in inbox.recorded] == [True] * 3


async def test_a_form_is_shown_then_filled_checked_and_recorded(ears, inbox, sandbox):
    await ears.ann.command("/incident", "declare", HERE)
    await sandbox.until(lambda: filled(ears))
    wrong = await ears.ann.submit(values={"title": "?"})
    assert wrong.errors == {"title": "Say what is wrong."}
    right = await ears.ann.submit(values={"title": "checkout is slow"})
    assert right.response_action in ("", "clear")
    assert ears.ann.open_views() == []
    command, view = inbox.recorded
    assert command.payload["opens"] == "incident.declare"
    assert view.kind is IntentKind.VIEW
    assert view.id.startswith("view:V")
    assert view.values == {"title": "checkout is slow"}
    assert view.payload["opened"]["intent"] == command.id
    assert (view.channel, view.response_url) == (HERE, command.response_url)


async def test_without_redis_a_form_stays_with_what_was_typed(ears, inbox, sandbox):
    await ears.ann.command("/incident", "declare", HERE)
    await sandbox.until(lambda: filled(ears))
    inbox.down = True
    done = await ears.ann.submit(values={"title": "checkout is slow"})
    assert "nothing was recorded" in done.errors["title"]
    assert len(ears.ann.open_views()) == 1


@pytest.mark.parametrize(
    ("words", "shown"), [("refuse", "Only responders may declare."), ("break", "Signalbox")]
)
async def test_a_form_that_cannot_be_filled_says_why(ears, sandbox, words, shown):
    await ears.ann.command("/incident", f"declare {words}", HERE)
    await sandbox.until(
        lambda: ears.ann.open_views() and shown in str(ears.ann.open_views()[0]["blocks"])
    )
    assert "Not possible" in str(ears.ann.open_views()[0]["title"])


async def test_a_preview_is_pushed_with_the_current_values(ears, sandbox, inbox):
    await ears.ann.command("/incident", "declare", HERE)
    await sandbox.until(lambda: filled(ears))
    state = {"title": {"title": {"type": "plain_text_input", "value": "slow"}}}
    await ears.ann.click_view(ears.ann.open_views()[0], "incident.preview", state=state)
    await sandbox.until(
        lambda: (
            len(ears.ann.open_views()) == 2
            and "Title: slow" in str(ears.ann.open_views()[1]["blocks"])
        )
    )
    assert inbox.recorded[-1].payload["opens"] == "preview"


async def test_an_expired_trigger_gives_a_button_that_opens_the_form(ears, sandbox, inbox):
    sandbox.fault("refused", method="views.open", code="expired_trigger_id")
    await ears.ann.command("/incident", "declare", HERE)
    [line] = await sandbox.until(lambda: ears.ann.ephemerals(HERE))
    assert ears.ann.open_views() == []
    await ears.ann.click(HERE, line["ts"], REOPEN)
    await sandbox.until(lambda: filled(ears))
    assert inbox.recorded[-1].payload["opens"] == "incident.declare"


async def test_shortcuts(ears, sandbox, inbox, api):
    ts = await posted(api, text="disk full")
    await ears.ann.shortcut("timeline.add", HERE, ts)
    [on_message] = inbox.recorded
    assert on_message.kind is IntentKind.MESSAGE_SHORTCUT
    assert on_message.payload["message"]["text"] == "disk full"
    await ears.ann.shortcut("incident.new")
    await sandbox.until(lambda: filled(ears))


async def test_without_redis_a_shortcut_shows_a_refusal(ears, sandbox, inbox):
    inbox.down = True
    await ears.ann.shortcut("incident.new")
    await sandbox.until(ears.ann.open_views)
    assert "nothing was recorded" in str(ears.ann.open_views()[0]["blocks"])


@pytest.mark.parametrize(("secret", "age_s"), [("forged", 0), (SECRET, 360)])
async def test_a_forged_or_old_signature_is_refused(ears, inbox, secret, age_s):
    body = "command=%2Fincident&text=status&user_id=U0ANN&trigger_id=1.2.3&team_id=T"
    stamp = str(int(time.time()) - age_s)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }
    async with aiohttp.ClientSession() as http:
        answer = await http.post(f"{ears.url}/slack/events", data=body, headers=headers)
        assert answer.status == 401
        assert answer.headers["Server"] == "signalbox"
        bare = await http.post(f"{ears.url}/slack/events", data=body)
        assert bare.status == 401
    assert inbox.recorded == []


async def test_slack_may_verify_the_address(ears):
    body = json.dumps({"type": "url_verification", "challenge": "c-123", "token": "x"})
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }
    async with aiohttp.ClientSession() as http:
        answer = await http.post(f"{ears.url}/slack/events", data=body, headers=headers)
        assert "c-123" in await answer.text()


async def test_a_body_that_is_too_large_is_refused(ears, inbox):
    async with aiohttp.ClientSession() as http:
        answer = await http.post(f"{ears.url}/slack/events", data=io.BytesIO(b"x" * 1_100_000))
        assert answer.status == 413
    assert inbox.recorded == []
