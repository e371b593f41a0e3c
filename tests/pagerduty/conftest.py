"""A world in which PagerDuty is set up too. When it ends, the audit chain is whole, Slack was told
nothing it does not take, and nobody met an unexpected error.
"""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from redis import Redis

from bot import logs
from sandbox.pagerduty import PagerDutySandbox
from sandbox.pagerduty.account import PdIncident
from tests.scenario.steps import Scene, words
from tests.support.redis import StillClock
from tests.support.world import world

UNEXPECTED = ('"event": "failed"', '"event": "slack.form.failed"')  # the two catch-alls
SECRETS = {"pagerduty_routing_key", "pagerduty_api_token"}


class Woken(Scene):
    """A scene with PagerDuty: `pd`."""

    pd: PagerDutySandbox

    async def calm(self) -> None:
        """Wait until neither the bot nor PagerDuty has anything left to do."""
        for _ in range(3):
            await self.world.settled()
            await self.pd.settled()
        await self.world.settled()

    async def pressed(
        self, act: str, one: PdIncident | None = None, user: str | None = None
    ) -> None:
        """Let somebody press a button on their phone, and wait until all of it has happened."""
        self.pd.press(one or self.pd.only(), act, user)
        await self.calm()

    async def page(self, number: int = 1) -> Any:
        """Return an incident's dealings with PagerDuty."""
        return await self.world.bot.use.pagerduty_in.paging.page(f"INC-{number:05d}")

    async def swept(self) -> None:
        """Let the bot look at PagerDuty now."""
        self.forward(seconds=30)
        await self.calm()

    def forward(self, **by: float) -> None:
        """Move the clock, where it stands still."""
        clock = self.world.bot.clock
        assert isinstance(clock, StillClock)
        clock.forward(**by)

    def cards(self, channel: str) -> str:
        """Return the words of the channel's card."""
        return words(self.card(channel))


def told(pd: PagerDutySandbox, **without: Any) -> dict[str, Any]:
    """Return the settings for that account; `without`: fields to set otherwise."""
    said = {**pd.settings(), **without}
    secret = {key: SecretStr(said[key]) if said[key] else None for key in SECRETS}
    hooks = tuple(SecretStr(one) for one in said["pagerduty_webhook_secret"])
    return {**said, **secret, "pagerduty_webhook_secret": hooks}


@asynccontextmanager
async def woken(
    url: str, clock: StillClock | None = None, *, empty: bool = True, **changes: Any
) -> AsyncIterator[Woken]:
    """Open a world with PagerDuty on an empty Redis."""
    if empty:
        with Redis.from_url(url) as redis:
            redis.flushall()
    async with (
        PagerDutySandbox(clock=clock.now if clock else None) as pd,
        world(url, clock=clock, **told(pd, **changes)) as made,
    ):
        scene = Woken(made)
        scene.pd = pd
        pd.hooks.url = f"{made.url}/webhooks/pagerduty"
        yield scene
        await scene.calm()
        await made.bot.store.audit.verify()
        assert made.slack.warnings == []


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
    lines = stream.getvalue().splitlines()
    assert not [line for line in lines if any(sign in line for sign in UNEXPECTED)]


@pytest.fixture
async def at(embedded_url: str) -> AsyncIterator[Woken]:
    """A bot with PagerDuty in an empty workspace."""
    async with woken(embedded_url) as scene:
        yield scene


@pytest.fixture
async def still(embedded_url: str, clock: StillClock) -> AsyncIterator[Woken]:
    """The same, where time stands until it is moved."""
    async with woken(embedded_url, clock) as scene:
        yield scene


@pytest.fixture
def scenes_without(embedded_url: str):
    """Open worlds with other settings; by default none of PagerDuty's."""
    nothing = {
        "pagerduty_routing_key": None,
        "pagerduty_api_token": None,
        "pagerduty_from_email": None,
        "pagerduty_service_id": None,
        "pagerduty_webhook_secret": (),
    }
    return lambda **given: woken(embedded_url, **{**nothing, **given})
