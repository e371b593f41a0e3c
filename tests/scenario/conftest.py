"""A world of its own for each test."""

from collections.abc import AsyncIterator

import pytest
from redis import Redis

from tests.support.world import World, world


@pytest.fixture
async def bot(embedded_url: str) -> AsyncIterator[World]:
    """A bot over HTTP, in an empty workspace, on an empty Redis."""
    with Redis.from_url(embedded_url) as redis:
        redis.flushall()
    async with world(embedded_url) as made:
        yield made
