"""Several deliverers, the real outbox and a third of all calls failing: once each, in order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.change import Change
from bot.domain.outbox import Entry
from bot.slack.deliverer import Deliverer
from bot.store.embedded import EmbeddedServer
from bot.store.store import RedisStore
from sandbox.slack import SlackSandbox
from sandbox.slack.model import BOT_USER
from tests.slack.fakes import RealClock

INCIDENTS = [f"INC-{number:05d}" for number in range(1, 4)]
LINES = 3
CHANNEL = {"$ref": "channel"}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RedisStore]:
    async with EmbeddedServer(tmp_path) as server:
        opened = RedisStore.at(server.url, RealClock())
        yield opened
        await opened.close()


def owed(incident: str) -> list[Entry]:
    calls = [
        ("conversations.create", {"name": incident.lower(), "is_private": incident[-1] == "2"}),
        ("conversations.invite", {"channel": CHANNEL, "users": "U0ANN,U0OUT,U0BOB"}),
        *(
            ("chat.postMessage", {"channel": CHANNEL, "text": f"{incident} {line}"})
            for line in range(LINES)
        ),
        (
            "bookmarks.add",
            {"channel_id": CHANNEL, "title": "x", "type": "link", "link": "https://x.y"},
        ),
        ("files.upload", {"channel": CHANNEL, "filename": f"{incident}.md", "content": "draft"}),
    ]
    return [
        Entry(
            id=f"{incident}-{place}",
            lane=f"incident:{incident}",
            call=call,
            args=args,
            incident=incident,
            saves={"channel": "channel.id"} if place == 0 else {},
        )
        for place, (call, args) in enumerate(calls)
    ]


async def waiting(store: RedisStore) -> int:
    lanes = [f"sb:{{signalbox}}:lane:incident:{incident}" for incident in INCIDENTS]
    return sum([int(await store.connection.call("ZCARD", lane)) for lane in lanes])


async def drain(store: RedisStore, deliverer: Deliverer) -> None:
    while await waiting(store):
        await asyncio.gather(*(deliverer.drain(f"incident:{i}") for i in INCIDENTS))
        await asyncio.sleep(0.05)


def said(sandbox: SlackSandbox, incident: str) -> tuple[list[str], list[str], int, int]:
    made = [c for c in sandbox.workspace.channels.values() if c.name.startswith(incident.lower())]
    messages = list(made[0].messages.values())
    lines = [m.text for m in messages if m.text.startswith(incident)]
    files = [m for m in messages if m.extra.get("files")]
    return [c.name for c in made], lines, len(files), len(made[0].bookmarks)


async def test_three_deliverers_and_thirty_percent_of_faults(store, api, sandbox):
    for seed, kind in enumerate(("error", "lost_answer", "ratelimited")):
        sandbox.fault(kind, times=0, probability=0.1, seconds=1, seed=seed)
    entries = [entry for incident in INCIDENTS for entry in owed(incident)]
    await store.memory.commit(Change(entries=tuple(entries)))
    deliverers = [
        Deliverer(
            store.outbox,
            store.pace,
            RealClock(),
            api,
            {},
            bot_user=BOT_USER,
            lease=timedelta(seconds=14),
        )
        for _ in range(3)
    ]
    async with asyncio.timeout(90):
        await asyncio.gather(*(drain(store, one) for one in deliverers))
    for incident in INCIDENTS:
        assert said(sandbox, incident) == (
            [incident.lower()],
            [f"{incident} {line}" for line in range(LINES)],
            1,
            1,
        )
    assert (await store.audit.verify())[0] == len(entries)
