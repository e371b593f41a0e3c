"""Requests: who may answer, how often, what becomes of them; one click, one run."""

import asyncio

import pytest

from bot.domain.approval import Decision
from bot.domain.intent import IntentKind
from bot.domain.run import RunState
from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.runs.town import (
    ANN,
    BOB,
    DAN,
    EVE,
    GONE,
    GUEST,
    LEA,
    OPS,
    STRANGER,
    buttons,
    words,
)
from tests.runs.ways import approve, asked
from tests.support.redis import StillClock


async def test_a_hundred_clicks_at_once_are_one_run(real_store: RedisStore, clock: StillClock):
    async with office(real_store, clock) as first:
        value = await asked(first, "restart")
        async with office(
            real_store,
            clock,
            plant=first.plant,
            people=first.people,
            slack=first.slack,
            numbers=first.numbers,
            name="worker-2",
        ) as second:
            people = [BOB, EVE, ANN, DAN]
            intents = [
                first.intent(
                    IntentKind.CLICK,
                    "approval.approve",
                    user=people[n % 4],
                    value=value,
                    channel=OPS,
                )
                for n in range(100)
            ]
            for one in intents:
                await real_store.inbox.record(one)
            await asyncio.gather(
                *((first, second)[n % 2].boundary.intent(one.id) for n, one in enumerate(intents))
            )
            await asyncio.gather(first.work(), second.work())
            await first.work()
    run = await first.run()
    assert run.state is RunState.SUCCEEDED
    assert first.plant.effects["restart"] == 1
    assert len(await real_store.memory.marked("runs")) == 1
    approval = await first.about.runs.shelf.approval(value)
    assert len(approval.votes) == 1


async def test_the_same_intent_twice_is_one_run(shop: Office):
    intent = shop.intent(IntentKind.COMMAND, "/runbook", user=ANN, text="run see", channel=OPS)
    await shop.store.inbox.record(intent)
    await asyncio.gather(*(shop.boundary.intent(intent.id) for _ in range(5)))
    await shop.work()
    assert len(await shop.store.memory.marked("runs")) == 1


@pytest.mark.parametrize("user", [GUEST, STRANGER, GONE, "U0NOBODY", LEA])
async def test_who_may_not_decide_is_told_so_privately(shop: Office, user: str):
    value = await asked(shop, "grow")
    before = len(shop.slack.messages)
    said = await shop.click(user, "approval.approve", value)
    assert "🚫" in said
    assert len(shop.slack.messages) == before
    assert (await shop.run()).state is RunState.AWAITING


async def test_a_request_from_nowhere_is_refused(shop: Office):
    await asked(shop, "grow")
    assert "not known" in await shop.click(BOB, "approval.approve", "f" * 32)


async def test_a_denial_needs_a_reason_and_ends_the_run(shop: Office):
    value = await asked(shop, "grow")
    assert "Say why" in await shop.submit(BOB, "approval.deny", value, reason=" ")
    await shop.submit(BOB, "approval.deny", value, reason="not now, <!channel> is watching")
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.DENIED
    [request] = shop.slack.in_channel("approvals")
    assert "Denied by <@U0BOB>" in words(request)
    assert "&lt;!channel&gt;" in words(request)
    assert not buttons(request)
    [told] = shop.slack.in_channel(ANN)
    assert "not now" in words(told)
    assert "denied by" in (await shop.click(EVE, "approval.approve", value)).lower()


async def test_silence_is_not_yes_and_not_no(shop: Office):
    value = await asked(shop, "grow")
    await shop.pass_time(minutes=16)
    run = await shop.run()
    assert run.state is RunState.EXPIRED
    assert (await shop.about.runs.shelf.approval(value)).decision is Decision.EXPIRED
    assert "expired" in await shop.click(BOB, "approval.approve", value)
    told = words(shop.slack.in_channel(ANN)[-1])
    assert "Expired" in told
    assert "Ask again" in told
    assert not shop.plant.effects


async def test_an_unanswered_request_goes_to_the_fallback_with_a_copy(shop: Office):
    value = await asked(shop, "grow")
    await shop.pass_time(minutes=6)
    [copy] = shop.slack.in_channel(LEA)
    assert buttons(copy)["approval.approve"] == value
    await shop.click(LEA, "approval.approve", value)
    await shop.work()
    assert (await shop.run()).state is RunState.SUCCEEDED
    [copy] = shop.slack.in_channel(LEA)
    assert "Approved by <@U0LEA>" in words(copy)
    assert not buttons(copy)


async def test_a_change_of_the_request_drops_its_votes_and_shows_what_is_different(shop: Office):
    value = await asked(shop, "sized count=4")
    said = await shop.submit(BOB, "approval.edit", value, count="7")
    await shop.work()
    assert "waits for" in said
    run = await shop.run()
    assert run.plan.params == {"count": 7}
    old, new = shop.slack.in_channel("approvals")
    assert "Replaced" in words(old)
    assert "parameter count: `4` → `7`" in words(new)
    newer = await shop.request()
    assert "changed this request last" in await shop.click(BOB, "approval.approve", newer)
    await shop.click(EVE, "approval.approve", newer)
    await shop.work()
    assert shop.plant.values["replicas"] == 7


async def test_the_requester_cannot_let_a_friend_edit_and_approve_it_himself(shop: Office):
    value = await asked(shop, "sized count=4")
    await shop.submit(BOB, "approval.edit", value, count="7")
    assert "Somebody else" in await shop.click(ANN, "approval.approve", await shop.request())


async def test_cancelling_a_request_takes_it_back(shop: Office):
    value = await asked(shop, "grow")
    run = await shop.run()
    assert "is <@U0ANN>'s" in await shop.command("U0NOBODY", f"cancel {run.id}")
    await shop.command(ANN, f"cancel {run.id.lower()}")
    await shop.work()
    assert (await shop.run()).state is RunState.CANCELLED
    assert "cancelled" in await shop.click(BOB, "approval.approve", value)
    assert "is cancelled already" in await shop.command(ANN, f"cancel {run.id}")


async def test_run_again_asks_for_the_same_anew(shop: Office):
    value = await asked(shop, "sized count=9")
    run = await shop.run()
    assert "awaiting" in await shop.click(ANN, "run.retry", run.id)
    await approve(shop, value)
    await shop.work()
    shop.clock.forward(seconds=1)
    await shop.click(BOB, "run.retry", run.id)
    again = await shop.run()
    assert (again.again_of, again.requester, again.plan.params) == (run.id, BOB, {"count": 9})
    assert again.state is RunState.AWAITING
    assert again.approval != value
