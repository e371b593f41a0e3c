"""What the doctor asks the world with."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.bootstrap.found import find_commands
from bot.bootstrap.parts import SystemClock, opened_store
from bot.bootstrap.templates import templates
from bot.config_files import find_templates
from bot.doctor.facts import ChannelFacts, Probes, RedisFacts, SlackFacts
from bot.domain.config import Config
from bot.settings import Settings
from bot.slack.directory import SlackDirectory
from bot.slack.places import channels
from bot.slack.scopes import identity, needed
from bot.slack.webapi import WebApi
from bot.store.facts import redis_facts
from bot.views.statuspage.texts import AUDIENCE as CUSTOMERS
from bot.views.statuspage.texts import CustomerTexts


@asynccontextmanager
async def open_probes(settings: Settings, config: Config) -> AsyncIterator[Probes]:
    """Open what the doctor asks with; None for what no setting allows to ask."""
    del config
    async with AsyncExitStack() as stack:
        token = settings.slack_bot_token
        api = None
        if token is not None:
            api = WebApi.connect(token.get_secret_value(), settings.slack_api_url)
            stack.push_async_callback(api.close)
        yield Probes(
            slack=_slack(api) if api else None,
            socket=_socket(api, settings) if api and settings.slack_app_token else None,
            channel=_channel(api) if api else None,
            group=_group(api) if api else None,
            redis=_redis(settings),
            templates=_templates(settings),
        )


def _slack(api: WebApi) -> Callable[[], Awaitable[SlackFacts]]:
    async def ask() -> SlackFacts:
        us = await identity(api, find_commands())
        wanted = frozenset(needed(find_commands()))
        return SlackFacts(
            team=us.team_name, bot=us.user, scopes=frozenset(us.granted), wanted=wanted
        )

    return ask


def _socket(api: WebApi, settings: Settings) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        token = settings.slack_app_token
        if token is not None:
            await api.call_with_headers("apps.connections.open", token=token.get_secret_value())

    return ask


def _channel(api: WebApi) -> Callable[[str], Awaitable[ChannelFacts]]:
    async def ask(place: str) -> ChannelFacts:
        name = place.removeprefix("#")
        async for known in channels(api, "public_channel,private_channel", archived=True):
            if name in (known.get("id"), known.get("name")):
                return ChannelFacts(
                    exists=True,
                    member=bool(known.get("is_member")),
                    archived=bool(known.get("is_archived")),
                )
        return ChannelFacts(exists=False)

    return ask


def _group(api: WebApi) -> Callable[[str], Awaitable[Collection[str]]]:
    async def ask(group: str) -> Collection[str]:
        us = await identity(api)
        return await SlackDirectory(api, SystemClock(), us.team).group(group)

    return ask


def _redis(settings: Settings) -> Callable[[], Awaitable[RedisFacts]]:
    async def ask() -> RedisFacts:
        async with opened_store(settings, visit=True) as (store, url):
            facts = await redis_facts(store.connection)
        embedded = settings.redis_url is None
        place = str(settings.signalbox_data_dir) if embedded else url.rpartition("@")[2]
        return RedisFacts(
            version=facts.version,
            appendonly=facts.appendonly,
            policy=facts.maxmemory_policy,
            place=place,
            embedded=embedded,
        )

    return ask


def _templates(settings: Settings) -> Callable[[], Awaitable[Sequence[str]]]:
    async def ask() -> Sequence[str]:
        folder = find_templates(settings.signalbox_templates)
        files = sorted(folder.rglob("*.txt")) if folder else []
        return [problem for file in files for problem in _problems(settings, file)]

    return ask


def _problems(settings: Settings, file: Path) -> list[str]:
    texts = CustomerTexts() if file.parent.name == CUSTOMERS else templates(settings)
    try:
        return texts.check(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        return [f"{file}: cannot be read ({error})."]
