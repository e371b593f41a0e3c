"""P1: what cannot be recorded is not acknowledged as done; people are told, and nothing is half."""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store.embedded import EmbeddedServer
from tests.scenario.steps import ANNOUNCE, Scene, matching, words
from tests.support.world import Unpaced, running, settings_for, workspace


@dataclass
class Mortal:
    """A bot whose Redis can be stopped and started."""

    at: Scene
    server: EmbeddedServer

    async def back(self) -> None:
        """Start Redis again, with what it kept."""
        await self.server.start()
        await self.at.settled()


@pytest.fixture
async def mortal() -> AsyncIterator[Mortal]:
    """A bot on a Redis of its own."""
    with tempfile.TemporaryDirectory(prefix="sb-test-") as folder:
        server = EmbeddedServer(Path(folder))
        url = await server.start()
        async with workspace() as slack:
            told = settings_for(slack, redis_url=url)
            async with running(slack, told, pace=Unpaced()) as made:
                yield Mortal(Scene(made), server)
        await server.stop()


async def test_without_memory_every_door_says_so_and_records_nothing(mortal: Mortal) -> None:
    """A command, a button, a form, a shortcut: a clear answer with who can cure it."""
    at = mortal.at
    channel = await at.declare()
    await at.open("update", channel=channel)
    before = await at.everything()
    await mortal.server.stop()
    ann = at.person("U0ANN")
    seen = len(ann.ephemerals(ANNOUNCE)), len(ann.ephemerals(channel))
    done = await ann.command("/incident", "declare sev1 another")
    assert "cannot reach its memory (Redis); nothing was recorded" in str(done.body)
    assert "Whoever runs Signalbox: check REDIS_URL" in str(done.body)
    refused = await ann.submit(values={"investigation": "a cold cache"})
    assert "nothing was recorded" in str(refused.errors)
    assert len(ann.open_views()) == 1  # with everything that was typed
    await ann.close()
    await ann.click(channel, at.card(channel)["ts"], "incident.ack")
    await at.slack.until(lambda: len(ann.ephemerals(channel)) > seen[1])
    assert "nothing was recorded" in words(ann.ephemerals(channel)[-1])
    await ann.shortcut("incident.declare")
    await at.slack.until(ann.open_views)
    assert "nothing was recorded" in words(at.form())
    await ann.close()
    await mortal.back()
    assert await at.everything() == before
    assert "Update posted" in await at.says("update INC-1 we are back")


async def test_an_event_that_could_not_be_recorded_is_sent_again(mortal: Mortal) -> None:
    """Slack retries what is not acknowledged: the pin is not lost when Redis is back in time."""
    at = mortal.at
    channel = await at.declare()
    ts = await at.person("U0ANN").say(channel, "errors began at 14:02")
    await at.settled()
    at.slack.events._delays = (0.0, 0.5, 2.0)
    await mortal.server.stop()
    await at.person("U0ANN").react(channel, ts, "pushpin")
    await mortal.back()
    assert matching("errors began", await at.timeline())
