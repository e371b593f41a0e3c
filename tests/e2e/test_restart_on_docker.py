"""A sick service on a real Docker engine, restarted by `/runbook` once somebody else approved."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from redis import Redis

from bot.domain.run import Run
from sandbox.systems.cortex import CortexSandbox
from tests.support.docker_engine import COMMAND, Engine, docker_engine
from tests.support.world import World, world

__all__ = ["docker_engine"]

pytestmark = [pytest.mark.external, pytest.mark.timeout(240)]
PROJECT, SERVICE = "cortex-e2e", "mcp-cortex-ai"


class SickUntilRestarted(CortexSandbox):
    """Answers as a sick service until the container has really been started anew."""

    def __init__(self, engine: Engine, container: str) -> None:
        """Remember when the container was started."""
        super().__init__()
        self._engine, self._container = engine, container
        self._broken = self.started_at()

    def started_at(self) -> str:
        """Return when the container was started last."""
        return str(self._engine.api.inspect_container(self._container)["State"]["StartedAt"])

    @property
    def unwell(self) -> bool:
        """Whether it is still the container that broke."""
        return self.started_at() == self._broken

    @unwell.setter
    def unwell(self, value: bool) -> None:
        del value  # the container alone decides


@pytest.fixture
def container(docker_engine: Engine) -> Iterator[str]:
    """One replica of the service, by Compose's labels."""
    api, name = docker_engine.api, f"{PROJECT}-{SERVICE}-1"
    labels = {
        "com.docker.compose.project": PROJECT,
        "com.docker.compose.service": SERVICE,
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
    }
    host = api.create_host_config(network_mode="none")
    api.create_container("lab/app:1", COMMAND, name=name, labels=labels, host_config=host)
    api.start(name)
    yield name
    api.remove_container(name, force=True)


@pytest.fixture
async def cortex(docker_engine: Engine, container: str) -> AsyncIterator[SickUntilRestarted]:
    sick = SickUntilRestarted(docker_engine, container)
    await sick.start()
    yield sick
    await sick.stop()


@pytest.fixture
async def bot(
    embedded_url: str,
    docker_engine: Engine,
    cortex: SickUntilRestarted,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    monkeypatch.setenv("CORTEX_URL", cortex.base_url)
    monkeypatch.setenv("CORTEX_COMPOSE_PROJECT", PROJECT)
    monkeypatch.setenv("DOCKER_HOST", docker_engine.host)
    with Redis.from_url(embedded_url) as redis:
        redis.flushall()
    async with world(embedded_url) as made:
        yield made


async def test_a_sick_service_is_restarted_once_and_seen_to_be_well(
    bot: World, cortex: SickUntilRestarted, docker_engine: Engine, container: str
) -> None:
    """Ann asks, Bob approves; the container is started anew, once, and /health is well after."""
    before = cortex.started_at()
    await bot.person("U0ANN").command("/runbook", "run cortex-restart", channel="C0OPS")
    request = await _message(bot, "C0APPROVALS", "approval.approve")
    shown = json.dumps(request["blocks"])
    assert f"POST /containers/{container}/restart" in shown
    assert cortex.started_at() == before  # nothing is touched before somebody else agrees

    clicks = [
        bot.person("U0BOB").click("C0APPROVALS", request["ts"], "approval.approve")
        for _ in range(5)
    ]
    await asyncio.gather(*clicks, return_exceptions=True)
    run = await _ended(bot)

    assert run.state.value == "succeeded", run.why
    assert cortex.started_at() != before
    events = docker_engine.api.events(
        since=int(run.created_at.timestamp()) - 1,
        until=int(time.time()) + 1,
        filters={"container": container, "event": "restart"},
        decode=True,
    )
    assert len(list(events)) == 1
    count, _ = await bot.bot.store.audit.verify()
    assert count > 0


async def test_nobody_approves_their_own_restart(
    bot: World, cortex: SickUntilRestarted, container: str
) -> None:
    """The requester's click is refused privately and the container is left alone."""
    del container
    before = cortex.started_at()
    await bot.person("U0ANN").command("/runbook", "run cortex-restart", channel="C0OPS")
    request = await _message(bot, "C0APPROVALS", "approval.approve")
    await bot.person("U0ANN").click("C0APPROVALS", request["ts"], "approval.approve")
    await bot.settled()
    said = " ".join(one["text"] for one in bot.person("U0ANN").ephemerals("C0APPROVALS"))
    assert "else" in said
    assert cortex.started_at() == before


async def _message(bot: World, channel: str, action_id: str) -> dict[str, Any]:
    """Return the bot's newest message of a channel that has this button, when it is there."""

    def found() -> dict[str, Any] | None:
        for message in reversed(bot.posted(channel)):
            if f'"{action_id}"' in json.dumps(message.get("blocks", [])):
                return message
        return None

    message: dict[str, Any] = await bot.slack.until(found, timeout_s=30)
    return message


async def _ended(bot: World) -> Run:
    """Return the newest run when it is over."""
    memory = bot.bot.store.memory
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        for run_id in await memory.marked("runs", limit=1):
            run = Run.model_validate_json(await memory.document("run", run_id) or "")
            if run.is_over:
                return run
        await asyncio.sleep(0.2)
    pytest.fail("the run did not end within 150 s")
