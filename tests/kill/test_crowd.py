"""Many incidents at once: on replicas that are killed, and in a Slack that fails."""

import asyncio
import random
import re
import sys
import time
from typing import Any

import pytest

from tests.kill.lives import FIRST, all_of_it, claim, declare, number_of, resolve, update
from tests.kill.portrait import Picture, entry_ids, portrait
from tests.kill.stage import Stage, Stages
from tests.kill.trials import Life, clean, unlike

ALL = Life(all_of_it)
FAULTS = (  # kind, probability, seconds: 30 % of all calls
    ("ratelimited", 0.08, 1.0),
    ("error", 0.08, 0.0),
    ("lost_answer", 0.07, 0.0),
    ("delay", 0.04, 0.3),
    ("delay", 0.03, 2.0),  # longer than the bot waits
)


async def one_life(stage: Stage, title: str) -> None:
    """From declared to resolved, each step when the one before is said in the channel."""
    await declare(stage, title)
    incident = await eventually(lambda: number_of(stage, title))
    await eventually(lambda: said(stage, incident, 2))
    for act, messages in ((update, 3), (claim, 4), (resolve, 5)):
        await act(stage, incident)
        await eventually(lambda n=messages: said(stage, incident, n))


async def said(stage: Stage, incident: str, messages: int) -> bool:
    """Whether the bot has said that much in the channel, and announced it."""
    refs = await stage.store.memory.refs(incident)
    if not {"channel", "announced"} <= refs.keys():
        return False
    room = stage.slack.workspace.channel(refs["channel"])
    return sum(m.user == stage.us and not m.subtype for m in room.messages.values()) >= messages


async def eventually(found: Any) -> Any:
    async with asyncio.timeout(150):
        while not (seen := await found()):  # noqa: ASYNC110 - another process makes it happen
            await asyncio.sleep(0.1)
    return seen


def of(picture: Picture, incident: str) -> Picture:
    """Return the part of a picture that is about one incident, as if it were the only one."""
    text = re.compile(rf"{incident}|{incident.lower()}")
    rooms = {
        name: {
            "said": [m for m in room["said"] if name != "incidents" or incident in m["words"]],
            "whispered": {first_line(w) for w in room["whispered"] if incident in w[1]},
            "topic": room["topic"] if name != "incidents" else "",
            "pins": room["pins"],
        }
        for name, room in picture["rooms"].items()
        if name == "incidents" or text.search(name)
    }
    return {
        "rooms": {anonymous(name): _anonymous(room) for name, room in rooms.items()},
        "incidents": _anonymous([one for one in picture["incidents"] if one[0] == incident]),
        "timeline": _anonymous(picture["timeline"][incident]),
        "audit": {what: n for (what, about), n in picture["audit"].items() if about == incident},
    }


def first_line(whispered: tuple[str, str]) -> tuple[str, str]:
    """Return who heard what; an answer that is repeated shows how it stands by then."""
    who, text = whispered
    return who, re.sub("[🔴✅] ", "", text.partition("\n")[0])


def _anonymous(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _anonymous(one) for key, one in part.items()}
    if isinstance(part, list | tuple | set):
        return type(part)(_anonymous(one) for one in part)
    return anonymous(part) if isinstance(part, str) else part


def anonymous(text: str) -> str:
    return re.sub(r"case [a-z]{2} ", "", re.sub(r"(inc|INC)-\d{5}(-case-[a-z]{2})?", "IT", text))


async def crowd(stage: Stage, expected: Picture, lives: int) -> list[str]:
    """Live so many lives at once; what is not as in the one clean life."""
    titles = [f"case {chr(97 + n // 26)}{chr(97 + n % 26)} checkout is slow" for n in range(lives)]
    await asyncio.gather(*(one_life(stage, title) for title in titles))
    stage.slack.clear_faults()
    await stage.settled()
    found = await portrait(stage)
    wrong = [f"posted twice: {e}" for e, count in entry_ids(stage).items() if count > 1]
    assert len(found["incidents"]) == lives
    for incident, *_ in found["incidents"]:
        wrong += unlike(incident, of(found, incident), of(expected, FIRST))
    return wrong


async def kill_one_each_second(stage: Stage, seconds: int, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - reproducible
    for _ in range(seconds):
        await asyncio.sleep(1)
        if stage.bots:
            dice.choice(stage.bots).kill()


@pytest.mark.timeout(600)
async def test_three_replicas_killed_in_turn_do_everything_once_and_in_order(stages: Stages):
    """Twenty incidents, every request delivered twice, a replica killed every second.

    Red with: a lane that two deliver at once, a redelivery that counts, a fence that is not asked.
    """
    started = time.monotonic()
    peace = await clean(stages, ALL)
    async with stages.open(replicas=3, seed=7) as stage:
        stage.slack.fault("duplicate_delivery")
        killer = asyncio.create_task(kill_one_each_second(stage, 10, seed=7))
        wrong = await crowd(stage, peace.picture, 20)
        await killer
        report("three replicas, 20 incidents", stage, wrong, started)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("paced", "lives"), [(False, 8), (True, 2)], ids=["fast", "real pace"])
async def test_a_slack_of_which_thirty_percent_fails_gets_everything_once_and_in_order(
    stages: Stages, *, paced: bool, lives: int
):
    """Red with: a post that is made again after an unclear answer without looking, a Retry-After
    that is not kept, a lane that goes on past an entry that is not settled."""
    started = time.monotonic()
    peace = await clean(stages, ALL)
    async with stages.open(paced=paced, seed=11) as stage:
        for seed, (kind, probability, seconds) in enumerate(FAULTS):
            stage.slack.fault(kind, times=0, probability=probability, seconds=seconds, seed=seed)
        wrong = await crowd(stage, peace.picture, lives)
        report(f"30 % faulty, {lives} incidents", stage, wrong, started)


def report(what: str, stage: Stage, wrong: list[str], started: float) -> None:
    calls = stage.slack.calls
    failed = sum(call.status != 200 for call in calls)
    sys.stderr.write(
        f"\n{what}: {stage.deaths} deaths, {len(calls)} calls, {failed} failed, "
        f"{len(wrong)} wrong, {time.monotonic() - started:.1f} s\n"
    )
    assert not wrong, "\n\n".join(wrong[:8])
