"""What each call means beyond sending it."""

from datetime import timedelta

import pytest
from aiohttp import web

from bot.errors import Rejected
from sandbox.slack import Person
from sandbox.slack.model import BOT_USER
from tests.slack.fakes import entry
from tests.slack.test_deliverer import HERE, LANE, drain_all, post


def create(name: str = "inc-00042-checkout", **args):
    saves = {"channel": "channel.id", "channel_name": "channel.name"}
    return entry("conversations.create", {"name": name, **args}, saves=saves)


async def names(api) -> list[str]:
    return [c["name"] for c in (await api.call("conversations.list", {}))["channels"]]


async def test_a_taken_name_gets_a_number(outbox, deliverer, sandbox, api):
    await Person(sandbox, "U0ANN").say("C0OPS", "hello")
    await api.call("conversations.create", {"name": "inc-00042-checkout"})
    await api.call("conversations.create", {"name": "inc-00042-checkout-2"})
    outbox.entries = [create()]
    await deliverer.drain(LANE)
    assert outbox.refs["channel_name"] == "inc-00042-checkout-3"


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("fault", ["lost_answer", "error"])
async def test_a_channel_whose_answer_was_lost_is_taken_over(
    outbox, deliverer, sandbox, clock, fault, private
):
    sandbox.fault(fault, method="conversations.create", times=1)
    outbox.entries = [create(is_private=private)]
    await drain_all(deliverer, outbox, clock)
    made = [c for c in sandbox.workspace.channels.values() if c.name.startswith("inc-00042")]
    assert [c.name for c in made] == ["inc-00042-checkout"]
    assert outbox.refs["channel"] == made[0].id
    assert (made[0].kind == "group") is private


async def test_a_private_channel_never_becomes_a_public_one(outbox, deliverer, sandbox):
    sandbox.fault("refused", method="conversations.create", code="restricted_action")
    outbox.entries = [create(is_private=True)]
    await deliverer.drain(LANE)
    assert len(sandbox.calls_to("conversations.create")) == 1
    assert "workspace admin" in outbox.refused[0][1]


async def test_one_who_cannot_be_invited_does_not_stop_the_others(outbox, deliverer, api):
    made = await api.call("conversations.create", {"name": "inc-00001"})
    channel = made["channel"]["id"]
    users = "U0ANN,U0OUT,U0BOB,U0NOBODY," + BOT_USER
    outbox.entries = [
        entry("conversations.invite", {"channel": channel, "users": users}),
        entry("conversations.invite", {"channel": channel, "users": ["U0ANN", "U0LEA"]}, id="e2"),
        entry("conversations.invite", {"channel": channel, "users": "U0ANN"}, id="e3"),
    ]
    await deliverer.drain(LANE)
    assert outbox.refused == []
    refused = outbox.settled[0][2].facts["refused"]
    assert set(refused) == {"U0OUT", "U0NOBODY"}
    members = (await api.call("conversations.members", {"channel": channel}))["members"]
    assert {"U0ANN", "U0BOB", "U0LEA"} <= set(members)


async def test_a_public_channel_is_joined_when_the_bot_is_not_in_it(outbox, deliverer, sandbox):
    sandbox.fault("refused", method="chat.postMessage", code="not_in_channel")
    outbox.entries = [post(channel="C0GENERAL")]
    await deliverer.drain(LANE)
    assert len(outbox.settled) == 1
    assert sandbox.calls_to("conversations.join")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("channel_not_found", "/invite @Signalbox"),
        ("is_archived", "unarchive"),
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("account_inactive", "SLACK_BOT_TOKEN"),
        ("token_revoked", "SLACK_BOT_TOKEN"),
        ("msg_too_long", "too long"),
        ("msg_blocks_too_long", "too long"),
        ("invalid_blocks", "layout"),
        ("restricted_action", "workspace admin"),
        ("missing_scope", "signalbox manifest"),
        ("something_new", "docs.slack.dev"),
    ],
)
async def test_a_refusal_names_cause_cure_and_who(outbox, deliverer, sandbox, code, words):
    sandbox.fault("refused", method="chat.postMessage", code=code)
    outbox.entries = [post()]
    await deliverer.drain(LANE)
    [(_, error, audit)] = outbox.refused
    assert code in error or code == "missing_scope"
    assert words in error
    assert audit.facts["refused"] == code
    assert "checkout" not in str(audit.facts)


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable"])
async def test_a_passing_refusal_is_tried_again(outbox, deliverer, sandbox, clock, code):
    sandbox.fault("refused", method="chat.postMessage", code=code)
    outbox.entries = [post()]
    await drain_all(deliverer, outbox, clock)
    assert len(outbox.settled) == 1
    assert outbox.refused == []


async def test_ratelimited_as_an_answer_is_a_429(outbox, deliverer, sandbox):
    sandbox.fault("refused", method="chat.postMessage", code="ratelimited")
    outbox.entries = [post()]
    await deliverer.drain(LANE)
    assert outbox.postponed[0][2] == ""


async def test_a_bookmark_is_not_doubled(outbox, deliverer, sandbox, clock):
    sandbox.fault("lost_answer", method="bookmarks.add", times=1)
    args = {"channel_id": HERE, "title": "Runbook", "type": "link", "link": "https://x.example/"}
    outbox.entries = [entry("bookmarks.add", args)]
    await drain_all(deliverer, outbox, clock)
    assert len(sandbox.workspace.channel(HERE).bookmarks) == 1


def upload():
    return entry(
        "files.upload",
        {
            "channel": HERE,
            "filename": "INC-00042-postmortem.md",
            "title": "Draft",
            "content": "# What happened\nGrüße",
            "initial_comment": "The draft",
        },
        saves={"file": "files.0.id"},
    )


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "none"]
)
async def test_a_file_is_posted_once(outbox, deliverer, sandbox, clock, method):
    sandbox.fault("lost_answer", method=method, times=1)
    outbox.entries = [upload()]
    await drain_all(deliverer, outbox, clock)
    shown = [m for m in Person(sandbox, "U0ANN").messages(HERE) if m.get("files")]
    assert len(shown) == 1
    assert outbox.refs["file"]
    assert sandbox.warnings == []


def answer(**args):
    said = {"channel": HERE, "user": "U0ANN", "text": "Recorded.", **args}
    return entry("answer", said, lane=LANE, incident=None)


async def test_an_answer_goes_by_the_response_url_until_it_is_used_up(outbox, deliverer, sandbox):
    url = f"{sandbox.base_url}/respond/{sandbox.core.urls.issue('U0ANN', HERE).id}"
    outbox.entries = [answer(response_url=url).model_copy(update={"id": f"e{n}"}) for n in range(6)]
    await deliverer.drain(LANE)
    ways = [audit.facts["via"] for _, _, audit in outbox.settled]
    assert ways == ["response_url"] * 5 + ["ephemeral"]
    assert len(Person(sandbox, "U0ANN").ephemerals(HERE)) == 6


async def test_an_answer_never_goes_to_a_foreign_address(outbox, deliverer):
    hit: list[str] = []

    async def trap(request: web.Request) -> web.Response:
        hit.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_post("/x", trap)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    outbox.entries = [answer(response_url=f"http://127.0.0.1:{port}/x")]
    await deliverer.drain(LANE)
    await runner.cleanup()
    assert hit == []
    assert outbox.settled[0][2].facts["via"] == "ephemeral"


async def test_who_is_not_in_the_channel_is_answered_directly(outbox, deliverer, sandbox):
    outbox.entries = [
        answer(channel="C0GONE"),
        answer(channel=None).model_copy(update={"id": "e2"}),
    ]
    await deliverer.drain(LANE)
    assert [a.facts["via"] for _, _, a in outbox.settled] == ["message", "message"]
    ann = Person(sandbox, "U0ANN")
    assert [m["text"] for m in ann.messages(ann.dm())] == ["Recorded.", "Recorded."]


async def test_only_slack_addresses_are_slack(api):
    assert api.is_slack("https://hooks.slack.com/commands/1")
    assert api.is_slack("https://files.slack-gov.com/x")
    for url in (
        "http://hooks.slack.com/x",
        "https://slack.com.evil.example/x",
        "https://evilslack.com/x",
        "https://evil.example/slack.com",
        "https://slack.com@evil.example/",
        "",
    ):
        assert not api.is_slack(url), url


async def test_a_refused_private_channel_is_not_joined(outbox, deliverer, sandbox):
    sandbox.fault("refused", method="chat.postMessage", code="not_in_channel", times=2)
    sandbox.fault(
        "refused", method="conversations.join", code="method_not_supported_for_channel_type"
    )
    outbox.entries = [post()]
    await deliverer.drain(LANE)
    assert "/invite @Signalbox" in outbox.refused[0][1]


async def test_missing_scope_names_the_scope(api, sandbox):
    sandbox.fault("refused", method="pins.add", code="missing_scope")
    with pytest.raises(Rejected, match="lacks the scope"):
        await api.call("pins.add", {"channel": HERE, "timestamp": "1.2"})


async def test_archiving_twice_is_done(outbox, deliverer, api):
    made = await api.call("conversations.create", {"name": "inc-00009"})
    args = {"channel": made["channel"]["id"]}
    outbox.entries = [
        entry("conversations.archive", args),
        entry("conversations.archive", args, id="e2"),
    ]
    await deliverer.drain(LANE)
    assert len(outbox.settled) == 2


async def test_the_clock_of_the_bot_may_be_minutes_ahead(sandbox, outbox, deliverer, clock):
    await deliverer.drain(LANE)
    real = sandbox.workspace.clock
    sandbox.workspace.clock = lambda: real() - timedelta(minutes=5).total_seconds()
    sandbox.fault("lost_answer", method="chat.postMessage", times=1)
    outbox.entries = [post()]
    await drain_all(deliverer, outbox, clock)
    assert len(Person(sandbox, "U0ANN").messages(HERE)) == 1
