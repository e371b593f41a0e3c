"""The status page of the settings, wired: provider, lane, use cases."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.bootstrap.lanes import LaneDrain, Observe
from bot.bootstrap.templates import loader
from bot.config_files import find_templates
from bot.domain.config import Config
from bot.errors import ConfigError
from bot.ports import Clock, Directory, Pace, StatusPage
from bot.settings import Settings
from bot.store.store import RedisStore
from bot.usecases.people import People
from bot.usecases.statuspage import StatusPages
from bot.usecases.statuspage_public import PublicStatus
from bot.usecases.statuspage_shelf import PageShelf
from bot.usecases.statuspage_telling import PageTelling
from bot.usecases.statuspage_watch import PageWatch
from bot.usecases.telling import Telling
from bot.usecases.voters import Voters
from bot.views.statuspage.texts import CustomerTexts
from integrations.statuspage.atlassian import ATLASSIAN, AtlassianPage
from integrations.statuspage.builtin import BuiltinPage
from integrations.statuspage.client import PageClient
from integrations.statuspage.delivering import DEADLINE_S, Publisher
from integrations.statuspage.generic import GenericPage

PAGE_LANE: Final = "statuspage"  # the word before the colon
LEASE: Final = timedelta(seconds=DEADLINE_S + 5)


@dataclass(frozen=True, slots=True)
class Provider:
    """`public`: the bot serves the page itself. `signs`: texts carry a reference."""

    page: StatusPage
    public: bool = False
    signs: bool = False


@asynccontextmanager
async def opened_provider(
    settings: Settings, store: RedisStore, pace: Pace, clock: Clock
) -> AsyncIterator[Provider]:
    """Build the provider that the settings name; close its connections at the end.

    Raises:
        ConfigError: a setting is missing.
    """
    name = settings.status_page_provider
    if name == "builtin":
        yield Provider(BuiltinPage(store.memory), public=True)
        return
    token = settings.status_page_token
    base = settings.status_page_api or (ATLASSIAN if name == "statuspage" else None)
    needed = {"STATUS_PAGE_TOKEN": token, "STATUS_PAGE_API": base}
    needed |= {"STATUS_PAGE_ID": settings.status_page_id} if name == "statuspage" else {}
    missing = [setting for setting, value in needed.items() if not value]
    if missing or token is None or base is None:
        message = f"STATUS_PAGE_PROVIDER={name} needs {' and '.join(missing)}: set it."
        raise ConfigError(message)
    scheme = "OAuth" if name == "statuspage" else "Bearer"
    client = PageClient(base, f"{scheme} {token.get_secret_value()}", pace, clock)
    try:
        if name == "statuspage":
            yield Provider(AtlassianPage(client, settings.status_page_id or ""))
        else:
            yield Provider(GenericPage(client), signs=True)
    finally:
        await client.close()


@dataclass(frozen=True, slots=True)
class CustomerParts:
    """The use cases of the status page; `public` None: the page is somewhere else."""

    pages: StatusPages
    watch: PageWatch
    public: PublicStatus | None


def customer_parts(  # noqa: PLR0913, PLR0917 - wiring gives each once
    settings: Settings,
    config: Config,
    provider: Provider,
    store: RedisStore,
    clock: Clock,
    directory: Directory,
    people: People,
    telling: Telling,
    clean: Callable[[str], str],
) -> CustomerParts:
    """Wire the use cases to their ports."""
    shelf = PageShelf(store.memory, config, watched=not provider.public)
    said = PageTelling(telling)
    folder = find_templates(settings.signalbox_templates)
    pages = StatusPages(
        config=config,
        people=people,
        voters=Voters(config, directory, store.memory),
        shelf=shelf,
        telling=said,
        texts=CustomerTexts(loader(folder) if folder else None),
        clean=clean,
        signs=provider.signs,
    )
    watched = None if provider.public else provider.page
    public = PublicStatus(store.memory, clock, config) if provider.public else None
    return CustomerParts(pages, PageWatch(people, shelf, said, pages, watched), public)


def page_lane(provider: Provider, store: RedisStore, clock: Clock, observe: Observe) -> LaneDrain:
    """Return what delivers the lanes `statuspage:INC`."""
    publisher = Publisher(store.memory, provider.page)
    return LaneDrain(store.outbox, clock, publisher.perform, LEASE, observe)
