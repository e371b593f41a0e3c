"""A log of 2,000 webhooks, shuffled, doubled and full of holes, ends in PagerDuty's own state."""

import asyncio
import random

import pytest

from sandbox.pagerduty.account import PdIncident
from tests.pagerduty.conftest import Woken

INCIDENTS = 8
EVENTS = 2000
PEOPLE = ("PUSRANN", "PUSRBOB", "PUSRLEA", "PUSRDAN")
SEED = 20261120


def lived(at: Woken, dice: random.Random) -> None:
    """Let people do this and that in PagerDuty until it has told of EVENTS things."""
    account = at.pd.account
    known = list(account.incidents.values())
    while len(account.events) < EVENTS:
        one = dice.choice(known)
        by = account.person(dice.choice(PEOPLE))
        acts = {
            "acknowledge": lambda one=one, by=by: account.acknowledge(one, by),
            "unacknowledge": lambda one=one: account.unacknowledge(one),
            "escalate": lambda one=one, by=by: account.escalate(one, dice.randint(1, 3), by),
            "reassign": lambda one=one, by=by: account.reassign(one, (by["id"],), by),
            "priority": lambda one=one, by=by: account.set_priority(
                one, dice.choice(account.priorities), by
            ),
            "reopen": lambda one=one, by=by: account.reopen(one, by),
        }
        if dice.random() < 0.02:
            account.resolve(one, by)
        elif one.is_open or dice.random() < 0.3:
            acts[dice.choice(list(acts) if one.is_open else ["reopen"])]()


async def delivered(at: Woken, dice: random.Random) -> int:
    """Deliver nine of ten, one of five twice, in any order, eight at a time."""
    url, gate = f"{at.world.url}/webhooks/pagerduty", asyncio.Semaphore(8)
    at.pd.hooks.url = url
    kept = [one for one in at.pd.account.events if dice.random() > 0.1]
    kept += [one for one in kept if dice.random() < 0.2]
    dice.shuffle(kept)

    async def send(event: dict) -> None:
        async with gate:
            assert await at.pd.hooks.post(f"wh-{event['id']}", {"event": event}) == 202

    await asyncio.gather(*(send(one) for one in kept))
    return len(kept)


@pytest.mark.timeout(300)
async def test_2000_webhooks_in_any_order_end_in_pagerdutys_state(at: Woken) -> None:
    """And the holes are filled by one look."""
    dice = random.Random(SEED)  # noqa: S311 - reproducible, not secret
    for number in range(1, INCIDENTS + 1):
        await at.type(f"declare sev1 number {number} is down")
    await at.calm()
    at.pd.hooks.url = None
    lived(at, dice)
    sent = await delivered(at, dice)
    assert sent > EVENTS
    await at.world.settled(timeout_s=240)
    at.pd.hooks.url = None  # what follows is not told either
    for number in range(1, INCIDENTS + 1):
        await at.bot.boundary.timer(f"pagerduty-look:INC-{number:05d}")
    await at.world.settled(timeout_s=60)
    for number in range(1, INCIDENTS + 1):
        await same(at, number)


async def same(at: Woken, number: int) -> None:
    page, incident = await at.page(number), await at.incident(number)
    one: PdIncident = at.pd.account.with_key(page.key)[0]
    names = tuple(at.pd.account.users[user]["name"] for user in one.assignees)
    there = (one.status, names, one.priority["name"])
    assert (page.status.value, page.assignees, page.priority) == there
    assert incident.is_open == one.is_open
