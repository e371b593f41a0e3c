from collections.abc import AsyncIterator

import pytest

from bot.slack.deliverer import Deliverer
from bot.slack.webapi import WebApi
from sandbox.slack import SlackSandbox
from sandbox.slack.model import BOT_USER
from tests.slack.fakes import FakeInbox, FakeOutbox, FakePace, RealClock

SECRET = "shh"  # noqa: S105 - of the stand-in


@pytest.fixture
async def sandbox(clock: RealClock) -> AsyncIterator[SlackSandbox]:
    """Slack, whose clock is the bot's."""
    async with SlackSandbox(
        signing_secret=SECRET, rate_limits=False, clock=lambda: clock.now().timestamp()
    ) as running:
        yield running
        assert running.warnings == []  # arguments that Slack would pass over


@pytest.fixture
async def api(sandbox: SlackSandbox) -> AsyncIterator[WebApi]:
    connected = WebApi.connect("xoxb-sandbox", sandbox.api_url)
    yield connected
    await connected.close()


@pytest.fixture
def clock() -> RealClock:
    return RealClock()


@pytest.fixture
def inbox(clock: RealClock) -> FakeInbox:
    return FakeInbox(clock)


@pytest.fixture
def outbox(clock: RealClock) -> FakeOutbox:
    return FakeOutbox(clock=clock)


@pytest.fixture
def pace() -> FakePace:
    return FakePace()


@pytest.fixture
def deliverer(outbox: FakeOutbox, pace: FakePace, clock: RealClock, api: WebApi) -> Deliverer:
    return Deliverer(outbox, pace, clock, api, {}, bot_user=BOT_USER)
