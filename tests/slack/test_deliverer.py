"""What the outbox owes is said once, in order, whatever Slack does."""

from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NotFound, Unavailable
from bot.slack.deliverer import Deliverer
from sandbox.slack import Person, SlackSandbox
from sandbox.slack.model import BOT_USER
from tests.slack.fakes import FakeOutbox, Killed, RealClock, entry

LANE = "incident:INC-1"
HERE = "C0INCIDENTS"


def posts(sandbox: SlackSandbox, channel: str = HERE) -> list[str]:
    return [m["text"] for m in Person(sandbox, "U0ANN").messages(channel)]


async def drain_all(deliverer: Deliverer, outbox: FakeOutbox, clock: RealClock) -> None:
    """Drain, and let the time pass that the outbox waits for."""
    for _ in range(12):
        await deliverer.drain(LANE)
        if not any(one.not_before for one in outbox.entries):
            return
        clock.ahead += timedelta(seconds=61)


def post(**args: Any) -> Any:
    return entry("chat.postMessage", {"channel": HERE, "text": "checkout is slow", **args})


async def test_a_post_carries_its_entry_and_leaves_references(sandbox, outbox, deliverer):
    outbox.entries = [
        post().model_copy(update={"saves": {"card": "ts", "card_channel": "channel"}})
    ]
    await deliverer.drain(LANE)
    sent = sandbox.calls_to("chat.postMessage")[0].args
    assert sent["metadata"] == {
        "event_type": "signalbox_entry",
        "event_payload": {"entry": "e1"},
    }
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    [(_, saved, audit)] = outbox.settled
    assert saved["card_channel"] == HERE
    assert audit.what == "slack.chat.postMessage"
    assert audit.facts == {"entry": "e1", "channel": HERE, "ts": saved["card"]}
    assert sandbox.warnings == []


async def test_references_and_views_are_filled_in_at_delivery(outbox, sandbox, api, pace, clock):
    async def card(view):
        return {"text": f"card of {view['incident']} for {view['where']}"}

    deliverer = Deliverer(outbox, pace, clock, api, {"card": card}, bot_user=BOT_USER)
    outbox.refs = {"channel": HERE}
    view = {"name": "card", "incident": "INC-1", "where": {"$ref": "channel"}}
    outbox.entries = [
        entry("chat.postMessage", {"channel": {"$ref": "channel"}, "$view": view}),
        entry(
            "chat.postMessage",
            {"channel": HERE, "text": "two", "thread_ts": {"$ref": "none", "optional": True}},
            id="e2",
        ),
    ]
    await deliverer.drain(LANE)
    assert posts(sandbox) == [f"card of INC-1 for {HERE}", "two"]


async def test_a_missing_reference_is_refused_by_name(outbox, deliverer):
    outbox.entries = [entry("chat.postMessage", {"channel": {"$ref": "channel"}, "text": "x"})]
    await deliverer.drain(LANE)
    [(_, error, audit)] = outbox.refused
    assert "Missing: channel" in error
    assert audit.facts["refused"] == "missing_ref"


async def test_a_view_with_nothing_left_to_say_counts_as_done(outbox, api, pace, clock, sandbox):
    async def nothing(_view):
        return None

    async def gone(_view):
        msg = "no such incident"
        raise NotFound(msg)

    renderers = {"nothing": nothing, "gone": gone}
    deliverer = Deliverer(outbox, pace, clock, api, renderers)
    outbox.entries = [
        entry("chat.update", {"channel": HERE, "$view": {"name": "nothing"}}),
        entry("chat.update", {"channel": HERE, "$view": {"name": "gone"}}, id="e2"),
    ]
    await deliverer.drain(LANE)
    assert [one.id for one, _, _ in outbox.settled] == ["e1"]
    assert [one.id for one, _, _ in outbox.refused] == ["e2"]
    assert sandbox.calls == []


async def test_a_retry_after_is_obeyed_by_all_and_costs_no_attempt(
    sandbox, outbox, deliverer, pace, clock
):
    sandbox.fault("ratelimited", method="chat.postMessage", seconds=30)
    outbox.entries = [post()]
    before = clock.now()
    await deliverer.drain(LANE)
    [(_, until, error)] = outbox.postponed
    assert error == ""
    assert until - before >= timedelta(seconds=30)
    assert pace.blocked[f"posts:{HERE}"] >= before + timedelta(seconds=29)
    await drain_all(deliverer, outbox, clock)
    assert posts(sandbox) == ["checkout is slow"]


async def test_a_full_tier_postpones_and_a_short_wait_is_slept(outbox, deliverer, pace, sandbox):
    pace.waits = {"method:chat.postMessage": timedelta(milliseconds=20)}
    outbox.entries = [post()]
    await deliverer.drain(LANE)
    assert posts(sandbox) == ["checkout is slow"]
    pace.waits = {f"posts:{HERE}": timedelta(seconds=7)}
    outbox.entries = [post()]
    await deliverer.drain(LANE)
    assert len(outbox.postponed) == 1
    assert outbox.postponed[0][2] == ""


@pytest.mark.parametrize("fault", ["lost_answer", "error"])
async def test_a_lost_answer_is_read_back_and_posted_once(sandbox, outbox, deliverer, clock, fault):
    sandbox.fault(fault, method="chat.postMessage", times=1)
    outbox.entries = [post().model_copy(update={"saves": {"card": "ts"}})]
    await drain_all(deliverer, outbox, clock)
    assert posts(sandbox) == ["checkout is slow"]
    assert outbox.refs["card"]
    assert len(outbox.postponed) == 1
    assert "did not answer" in outbox.postponed[0][2] or "failed" in outbox.postponed[0][2]
    if fault == "lost_answer":
        assert len(sandbox.calls_to("chat.postMessage")) == 1
        assert outbox.settled[0][2].facts["found"] is True


async def test_a_reply_with_a_lost_answer_is_looked_for_in_its_thread(
    sandbox, outbox, deliverer, clock, api
):
    parent = await api.call("chat.postMessage", {"channel": HERE, "text": "card"})
    sandbox.fault("lost_answer", method="chat.postMessage", times=1)
    outbox.entries = [post(thread_ts=parent["ts"])]
    await drain_all(deliverer, outbox, clock)
    assert len(Person(sandbox, "U0ANN").messages(HERE, parent["ts"])) == 2
    assert sandbox.calls_to("conversations.replies")


async def test_killed_between_the_call_and_the_settling_it_is_posted_once(
    sandbox, outbox, deliverer
):
    outbox.entries = [post()]
    outbox.crash = True
    with pytest.raises(Killed):
        await deliverer.drain(LANE)
    await deliverer.drain(LANE)
    assert posts(sandbox) == ["checkout is slow"]
    assert len(outbox.settled) == 1


async def test_killed_before_the_call_it_is_posted(sandbox, outbox, deliverer, clock):
    outbox.entries = [post()]
    await outbox.take(LANE, now=clock.now(), lease=timedelta(seconds=20))
    await deliverer.drain(LANE)
    assert posts(sandbox) == ["checkout is slow"]


async def test_thirty_percent_of_faults_lose_and_double_nothing(sandbox, outbox, deliverer, clock):
    for seed, kind in enumerate(("error", "lost_answer", "ratelimited")):
        sandbox.fault(kind, times=0, probability=0.1, seed=seed)
    wanted = [f"line {n}" for n in range(25)]
    outbox.entries = [post(text=text).model_copy(update={"id": text}) for text in wanted]
    for _ in range(400):
        await deliverer.drain(LANE)
        clock.ahead += timedelta(seconds=61)
        if not outbox.entries:
            break
    assert posts(sandbox) == wanted


async def test_a_lost_lease_is_left_to_whoever_took_over(outbox, pace, clock, api):
    seen: list[tuple[str, str]] = []
    deliverer = Deliverer(
        outbox, pace, clock, api, {}, observe=lambda call, how: seen.append((call, how))
    )
    outbox.entries = [post()]
    outbox.epochs_move = True
    with pytest.raises(RuntimeError):
        await _drained_once(deliverer, outbox)
    assert seen == [("chat.postMessage", "lost")]
    assert outbox.settled == []


async def _drained_once(deliverer: Deliverer, outbox: FakeOutbox) -> None:
    take = outbox.take
    count = 0

    async def once(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        if count > 1:
            raise RuntimeError
        return await take(*args, **kwargs)

    outbox.take = once  # type: ignore[method-assign]  # one answer
    await deliverer.drain(LANE)


async def test_nothing_is_sent_when_too_little_of_the_lease_is_left(
    outbox, pace, clock, api, sandbox
):
    deliverer = Deliverer(outbox, pace, clock, api, {}, lease=timedelta(seconds=10))
    outbox.entries = [post()]
    with pytest.raises(RuntimeError):
        await _drained_once(deliverer, outbox)
    assert sandbox.calls == []
    assert outbox.postponed[0][2] == ""


async def test_an_unreachable_slack_postpones_longer_each_time(outbox, pace, clock, api):
    api.client.base_url = "http://127.0.0.1:9/api/"
    deliverer = Deliverer(outbox, pace, clock, api, {})
    outbox.entries = [post()]
    waits = []
    for _ in range(8):
        before = clock.now()
        await deliverer.drain(LANE)
        waits.append(round((outbox.postponed[-1][1] - before).total_seconds()))
        clock.ahead += timedelta(seconds=61)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "cannot be reached" in outbox.postponed[0][2]


async def test_a_silent_memory_stops_the_lane_without_a_call(outbox, pace, clock, api, sandbox):
    async def card(_view):
        msg = "Redis is gone."
        raise Unavailable(msg)

    deliverer = Deliverer(outbox, pace, clock, api, {"card": card})
    outbox.entries = [
        entry("chat.update", {"channel": HERE, "ts": "1.2", "$view": {"name": "card"}})
    ]
    await deliverer.drain(LANE)
    assert sandbox.calls == []
    assert outbox.postponed[0][2] == "Redis is gone."


async def test_card_edits_and_home_are_plain_calls(sandbox, outbox, deliverer, api):
    said = await api.call("chat.postMessage", {"channel": HERE, "text": "old"})
    home = {
        "type": "home",
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Open"}}],
    }
    outbox.entries = [
        entry("chat.update", {"channel": "#incidents", "ts": said["ts"], "text": "new"}),
        entry("views.publish", {"user_id": "U0ANN", "view": home}, id="e2"),
        entry("pins.add", {"channel": HERE, "timestamp": said["ts"]}, id="e3"),
        entry("pins.add", {"channel": HERE, "timestamp": said["ts"]}, id="e4"),
        entry("conversations.setTopic", {"channel": HERE, "topic": "calm"}, id="e5"),
        entry("chat.delete", {"channel": HERE, "ts": said["ts"]}, id="e6"),
        entry("chat.delete", {"channel": HERE, "ts": said["ts"]}, id="e7"),
    ]
    await deliverer.drain(LANE)
    assert outbox.refused == []
    assert [one.id for one, _, _ in outbox.settled] == [f"e{n}" for n in range(1, 8)]
    assert outbox.settled[3][2].facts["already"] == "already_pinned"
    assert Person(sandbox, "U0ANN").published_home()["blocks"]
    assert sandbox.warnings == []


async def test_a_direct_message_is_opened_first(sandbox, outbox, deliverer, clock):
    sandbox.fault("lost_answer", method="chat.postMessage", times=1)
    outbox.entries = [entry("chat.postMessage", {"channel": "U0ANN", "text": "your turn"})]
    await drain_all(deliverer, outbox, clock)
    ann = Person(sandbox, "U0ANN")
    assert [m["text"] for m in ann.messages(ann.dm())] == ["your turn"]


async def test_a_channel_by_name_is_looked_up_once(sandbox, outbox, deliverer):
    outbox.entries = [
        post(channel="incidents"),
        post(channel="#incidents", text="two").model_copy(update={"id": "e2"}),
    ]
    await deliverer.drain(LANE)
    assert posts(sandbox) == ["checkout is slow", "two"]
    assert len(sandbox.calls_to("users.conversations")) == 1
    assert sandbox.calls_to("conversations.list") == []


async def test_a_channel_the_bot_is_not_in_is_found_among_all(sandbox, outbox, deliverer, clock):
    sandbox.fault("ratelimited", method="conversations.list", seconds=5)
    outbox.entries = [post(channel="#general")]
    await drain_all(deliverer, outbox, clock)
    assert posts(sandbox, "C0GENERAL") == ["checkout is slow"]


async def test_an_unknown_channel_name_is_refused_with_the_cure(outbox, deliverer):
    outbox.entries = [post(channel="nowhere")]
    await deliverer.drain(LANE)
    assert "#nowhere" in outbox.refused[0][1]
    assert "signalbox.yml" in outbox.refused[0][1]


async def test_what_went_without_what_it_waited_for_leaves_a_note(outbox, deliverer):
    """So that whoever makes it later knows what to mend."""
    outbox.refs = {"card": "1.2"}
    outbox.entries = [post().model_copy(update={"after": "channel card"})]
    await deliverer.drain(LANE)
    [(_, saved, _)] = outbox.settled
    assert saved == {"without:channel": "1"}
