from collections.abc import AsyncIterator

import pytest

from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.support.redis import StillClock


@pytest.fixture
async def shop(real_store: RedisStore, clock: StillClock) -> AsyncIterator[Office]:
    """A bot on a real store, with everybody of the demo workspace."""
    async with office(real_store, clock) as opened:
        yield opened
