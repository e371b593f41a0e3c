"""A world of its own for each test. When it ends, everything the bot ever said to Slack is checked:
each call against Slack's reference, each message against Block Kit, the audit chain from end to
end; Slack passed over nothing, and nobody was given the reference id of an unexpected error.
"""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import structlog
from redis import Redis

from bot import logs
from tests.scenario.steps import Scene
from tests.support.contract_calls import check_calls
from tests.support.redis import StillClock
from tests.support.world import world

UNEXPECTED = ('"event": "failed"', '"event": "slack.form.failed"')  # the two catch-alls


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """Everything that any logger writes, at the most talkative level, as production writes it."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up("debug", stream=stream)
    yield stream
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    assert not [
        line for line in stream.getvalue().splitlines() if any(x in line for x in UNEXPECTED)
    ]


@asynccontextmanager
async def checked(url: str, **options: object) -> AsyncIterator[Scene]:
    """Open a world on an empty Redis, and check all that was said in it at the end."""
    with Redis.from_url(url) as redis:
        redis.flushall()
    async with world(url, **options) as made:
        scene = Scene(made)
        yield scene
        await made.settled()
        check_calls(made.slack.calls, known_faults=scene.refusals)
        assert made.slack.warnings == []
        count, _ = await made.bot.store.audit.verify()
        assert count == len(await scene.audit())


@pytest.fixture
async def at(embedded_url: str) -> AsyncIterator[Scene]:
    """A bot over HTTP, in an empty workspace, on an empty Redis."""
    async with checked(embedded_url) as scene:
        yield scene


@pytest.fixture
async def still(embedded_url: str, clock: StillClock) -> AsyncIterator[Scene]:
    """The same, where time stands until `clock.forward` moves it."""
    async with checked(embedded_url, clock=clock) as scene:
        yield scene


@pytest.fixture
def scenes(embedded_url: str):
    """Open a world with other settings: `async with scenes(socket=True) as at`."""
    return lambda **options: checked(embedded_url, **options)
