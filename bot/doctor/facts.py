"""What the doctor asks the world for; bootstrap gives the answers."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from bot.domain.values import Value


class SlackFacts(Value):
    """What Slack says of the bot token."""

    team: str
    bot: str
    scopes: frozenset[str]
    wanted: frozenset[str]  # of the manifest


class ChannelFacts(Value):
    """What Slack says of a channel, for the bot."""

    exists: bool  # or is private and without the bot: Slack does not tell these apart
    member: bool = False
    archived: bool = False


class RedisFacts(Value):
    """What the bot's own Redis says of itself."""

    version: str
    appendonly: bool
    policy: str  # maxmemory-policy; "" when the server does not tell
    place: str  # address without password, or the folder of the embedded one
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Probes:
    """How to ask the world. None: it cannot be asked (no token, say), so it is not checked.

    Each may raise IntegrationError; its sentence is shown. `templates` returns one sentence per
    problem, with the file's name.
    """

    slack: Callable[[], Awaitable[SlackFacts]] | None = None
    socket: Callable[[], Awaitable[None]] | None = None
    channel: Callable[[str], Awaitable[ChannelFacts]] | None = None
    group: Callable[[str], Awaitable[Collection[str]]] | None = None
    redis: Callable[[], Awaitable[RedisFacts]] | None = None
    templates: Callable[[], Awaitable[Sequence[str]]] | None = None
