"""A whole bot in this process, in a sandbox workspace, on a real (embedded) Redis.

Nothing is patched: requests come in signed over HTTP, or over Socket Mode; calls go out to the
sandbox. `World.settled` waits until nobody has anything left to do just now.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.bootstrap.found import find_commands
from bot.bootstrap.parts import Parts, parts
from bot.bootstrap.serving import EVERYTHING, serving
from bot.domain.incident import Incident
from bot.ports import Clock, Pace
from bot.settings import Settings
from bot.slack.manifest import manifest
from bot.store.load import load
from sandbox import DEMO_CONFIG
from sandbox.slack import Person, SlackSandbox

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 -- Slack's own example
ROOT = Path(__file__).parents[2]


@dataclass
class World:
    """The workspace and the bot in it. `url` is the bot's own web server."""

    slack: SlackSandbox
    bot: Parts
    url: str

    def person(self, user: str) -> Person:
        """Return somebody to act as."""
        return Person(self.slack, user)

    async def settled(self, timeout_s: float = 20.0) -> None:
        """Wait until no event, no due work, no form and no delivery is left for now."""
        deadline = time.monotonic() + timeout_s
        quiet = 0
        while quiet < 3:  # three looks in a row: work makes work
            await self.slack.settled()
            now = await load(self.bot.store.connection, self.bot.clock.now())
            busy = now.ready or now.held or self.bot.opener.busy
            quiet = 0 if busy else quiet + 1
            if time.monotonic() > deadline:
                message = f"not settled within {timeout_s} s: {now}"
                raise TimeoutError(message)
            await asyncio.sleep(0.02)

    async def incident(self, number: int = 1) -> Incident:
        """Return an incident as it is stored."""
        return await self.bot.store.memory.incident(f"INC-{number:05d}")

    async def channel(self, number: int = 1) -> str:
        """Return the id of an incident's channel."""
        return (await self.bot.store.memory.refs(f"INC-{number:05d}"))["channel"]

    def posted(self, channel: str, *, thread: str | None = None) -> list[dict[str, Any]]:
        """Return the bot's own messages of a channel (or thread), oldest first."""
        ann = self.person("U0ANN")
        messages = ann.messages(channel, thread) if thread else ann.messages(channel)
        us = self.bot.us.user
        return [one for one in messages if one.get("user") == us and not one.get("subtype")]


class Unpaced:
    """bot.ports.Pace of a Slack without limits, so that tests are fast."""

    async def wait(self, key: str, *, every: timedelta, burst: int, now: datetime) -> timedelta:
        """Nobody waits."""
        del key, every, burst, now
        return timedelta(0)

    async def block(self, key: str, *, until: datetime) -> None:
        """Nobody is blocked, but by the entry's own postponement."""


def settings_for(slack: SlackSandbox, *, redis_url: str, socket: bool = False) -> Settings:
    """Return the settings of a bot in that workspace."""
    return Settings.model_construct(
        **{
            **Settings.model_construct().model_dump(),
            "slack_bot_token": SecretStr(slack.core.bot_token),
            "slack_app_token": SecretStr(slack.core.app_token) if socket else None,
            "slack_signing_secret": SecretStr(SIGNING_SECRET),
            "slack_api_url": slack.api_url,
            "redis_url": SecretStr(redis_url),
            "signalbox_config": DEMO_CONFIG,
            "signalbox_runbooks": (ROOT / "runbooks",),
            "port": 0,
        }
    )


@asynccontextmanager
async def world(
    redis_url: str,
    *,
    socket: bool = False,
    rate_limits: bool = False,
    clock: Clock | None = None,
    **changes: Any,
) -> AsyncIterator[World]:
    """Start the workspace and a bot with every role; `changes` are settings.

    `clock` is the bot's and the workspace's; None: the machine's.
    """
    async with workspace(socket=socket, rate_limits=rate_limits, clock=clock) as sandbox:
        told = settings_for(sandbox, redis_url=redis_url, socket=socket).model_copy(update=changes)
        pace = None if rate_limits else Unpaced()
        async with running(sandbox, told, pace=pace, clock=clock) as made:
            if socket:
                await sandbox.until(lambda: sandbox.core.delivery.sockets.count)
            yield made
            await made.settled()


def workspace(
    *, socket: bool = False, rate_limits: bool = False, clock: Clock | None = None
) -> SlackSandbox:
    """Return a workspace for a bot that is still to come; it is a context manager."""
    return SlackSandbox(
        signing_secret=SIGNING_SECRET,
        manifest=manifest(find_commands(), socket_mode=socket, request_url="https://bot.invalid"),
        rate_limits=rate_limits,
        retry_delays=(0.0, 0.05, 0.1),
        clock=(lambda: clock.now().timestamp()) if clock else time.time,
    )


@asynccontextmanager
async def running(
    sandbox: SlackSandbox, told: Settings, *, pace: Pace | None = None, clock: Clock | None = None
) -> AsyncIterator[World]:
    """Start a bot (the first, another replica, or one that comes back) in that workspace."""
    async with (
        parts(told, pace=pace, clock=clock) as built,
        serving(built, EVERYTHING) as url,
    ):
        sandbox.request_url = f"{url}/slack/events"
        yield World(sandbox, built, url)
