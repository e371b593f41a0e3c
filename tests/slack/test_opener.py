"""A form is shown and filled, or the person learns why not; whatever Slack does meanwhile."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.command import Form
from bot.domain.intent import Intent, IntentKind
from bot.errors import Denied, OutcomeUnknown, Rejected, Unavailable
from bot.slack import opener as openers
from bot.slack.names import REOPEN
from bot.slack.opener import Opener, explained

FILLED = {"type": "modal", "title": {"type": "plain_text", "text": "Declare"}, "blocks": []}


class Slack:
    """Answers by script: method -> what it raises, call after call."""

    def __init__(self, **script: list[Exception | None]) -> None:
        self.script = {name.replace("_", "."): list(steps) for name, steps in script.items()}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((method, args))
        steps = self.script.get(method) or [None]
        error = steps.pop(0)
        if error is not None:
            raise error
        return {"view": {"id": "V1"}, "channel": {"id": "D1"}, "ts": "1.2"}

    async def post(self, *_: Any, **__: Any) -> tuple[int, str]:
        raise AssertionError

    def is_slack(self, _url: str) -> bool:
        return False

    def named(self, method: str) -> list[dict[str, Any]]:
        return [args for name, args in self.calls if name == method]


def asked(**rest: Any) -> Intent:
    fields = {"channel": "C1", "text": "declare", **rest}
    return Intent(
        id="1.2.3",
        kind=IntentKind.COMMAND,
        name="/incident",
        user="U1",
        team="T1",
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        **fields,
    )


def opener(slack: Slack, fill: Callable[..., Any], **rest: Any) -> Opener:
    form = Form("f", lambda _i: dict(FILLED), fill, lambda _v: {}, fill)
    return Opener(slack, None, {"f": form}, **rest)  # type: ignore[arg-type]  # it uses none


async def fill(_intent: Intent, _use: Any) -> dict[str, Any]:
    return dict(FILLED)


async def opened(slack: Slack, filler: Callable[..., Any] = fill, **intent: Any) -> None:
    subject = opener(slack, filler)
    subject.open(asked(**intent), "f")
    await subject.drain()


async def test_the_view_keeps_its_callback_and_metadata():
    slack = Slack()
    await opened(slack)
    for method in ("views.open", "views.update"):
        view = slack.named(method)[0]["view"]
        assert view["callback_id"] == "f"
        assert '"intent":"1.2.3"' in view["private_metadata"]


async def test_from_inside_a_form_it_is_pushed():
    slack = Slack()
    await opened(slack, payload={"view": {"id": "V0", "type": "modal"}})
    assert slack.named("views.push")
    assert not slack.named("views.open")


@pytest.mark.parametrize(
    "error",
    [Unavailable("full", 3), OutcomeUnknown("500"), Rejected("late", "expired_trigger_id")],
)
async def test_what_is_not_shown_is_offered_again(error):
    slack = Slack(views_open=[error])
    await opened(slack)
    [line] = slack.named("chat.postEphemeral")
    assert line["blocks"][1]["elements"][0]["action_id"] == REOPEN
    assert not slack.named("views.update")


async def test_a_refused_view_is_told():
    slack = Slack(views_open=[Rejected("Slack refused views.open: view_too_large.", "x")])
    await opened(slack)
    assert "view_too_large" in slack.named("chat.postEphemeral")[0]["text"]


async def test_an_update_that_fails_is_tried_again(monkeypatch):
    monkeypatch.setattr(openers, "_PAUSE_S", 0.001)
    slack = Slack(views_update=[Unavailable("x"), OutcomeUnknown("x"), None])
    await opened(slack)
    assert len(slack.named("views.update")) == 3


async def test_an_update_that_keeps_failing_ends(monkeypatch):
    monkeypatch.setattr(openers, "_PAUSE_S", 0.001)
    slack = Slack(views_update=[Unavailable("x")] * 9)
    await opened(slack)
    assert len(slack.named("views.update")) == 6


async def test_a_form_closed_meanwhile_is_left_alone():
    slack = Slack(views_update=[Rejected("gone", "not_found")])
    await opened(slack)
    assert len(slack.named("views.update")) == 1
    assert not slack.named("chat.postEphemeral")


async def test_a_filling_that_slack_refuses_becomes_a_refusal():
    slack = Slack(views_update=[Rejected("Slack refused views.update.", "invalid_arguments")])
    await opened(slack)
    last = slack.named("views.update")[-1]["view"]
    assert last["title"]["text"] == "Not possible"


async def test_who_may_not_sees_why():
    async def denied(_intent: Intent, _use: Any) -> Any:
        msg = "Guests may not declare."
        raise Denied(msg)

    slack = Slack()
    await opened(slack, denied)
    view = slack.named("views.update")[0]["view"]
    assert view["blocks"][0]["text"]["text"] == "Guests may not declare."
    assert "callback_id" not in view


async def test_a_filling_that_hangs_ends(monkeypatch):
    async def hang(_intent: Intent, _use: Any) -> Any:
        await asyncio.sleep(30)

    monkeypatch.setattr(openers, "FILL_TIMEOUT_S", 0.01)
    slack = Slack()
    await opened(slack, hang)
    assert "too long" in str(slack.named("views.update")[0]["view"])


async def test_an_unknown_form_is_told():
    slack = Slack()
    subject = opener(slack, fill)
    subject.open(asked(), "gone")
    await subject.drain()
    assert "older version" in slack.named("chat.postEphemeral")[0]["text"]


async def test_a_line_that_cannot_be_said_is_given_up():
    slack = Slack(chat_postEphemeral=[Unavailable("x")])
    subject = opener(slack, fill)
    subject.say(asked(), "hello")
    await subject.drain()
    assert len(slack.calls) == 1


async def test_a_stop_waits_and_then_cancels():
    cancelled = asyncio.Event()

    async def hang(_intent: Intent, _use: Any) -> Any:
        try:
            await asyncio.sleep(30)
        finally:
            cancelled.set()

    subject = opener(Slack(), hang)
    subject.open(asked(), "f")
    await asyncio.sleep(0)
    await subject.drain(0.05)
    assert cancelled.is_set()
    await subject.drain()


async def test_a_broken_skeleton_is_logged_and_told_by_a_reference(capsys):
    def broken(_intent: Intent) -> Any:
        raise RuntimeError

    form = Form("f", broken, fill, lambda _v: {}, fill)
    slack = Slack()
    subject = Opener(slack, None, {"f": form})  # type: ignore[arg-type]  # it uses none
    subject.open(asked(), "f")
    await subject.drain()
    await subject.drain()
    assert "slack.form.failed" in capsys.readouterr().out
    assert "Something went wrong" in slack.named("chat.postEphemeral")[0]["text"]


def test_an_unexpected_error_gets_a_reference():
    text = explained(RuntimeError("secret detail"))
    assert "secret detail" not in text
    assert "log" in text
