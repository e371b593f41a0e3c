"""Which scopes the bot needs, and which of them it was given."""

from collections.abc import Iterable

from bot.command import SlashCommand
from bot.domain.values import Value
from bot.slack.methods import EVENT_SCOPES, METHODS
from bot.slack.webapi import WebApi


class Identity(Value):
    """Who the bot is in its workspace, and which scopes it lacks."""

    team: str
    team_name: str
    url: str
    user: str
    bot: str
    granted: tuple[str, ...]
    missing: tuple[str, ...]


def event_names(commands: Iterable[SlashCommand]) -> list[str]:
    """Return the event subscriptions. Opening the Home tab is always one."""
    asked = {event.type for command in commands for event in command.events}
    return sorted({"app_home_opened"} | asked)


def needed(commands: Iterable[SlashCommand]) -> list[str]:
    """Return every scope that the calls, the events and the commands need, and no other."""
    found = {"commands"}
    for method in METHODS.values():
        found.update(method.scopes)
    for name in event_names(commands):
        found.update(EVENT_SCOPES[name])
    return sorted(found)


async def identity(api: WebApi, commands: Iterable[SlashCommand] = ()) -> Identity:
    """Ask Slack who we are.

    Raises:
        Unavailable, OutcomeUnknown: Slack did not answer.
        Rejected: the token is not accepted; the message names the cure.
    """
    answer, headers = await api.call_with_headers("auth.test")
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")} - {""}
    return Identity(
        team=str(answer.get("team_id") or ""),
        team_name=str(answer.get("team") or ""),
        url=str(answer.get("url") or ""),
        user=str(answer.get("user_id") or ""),
        bot=str(answer.get("bot_id") or ""),
        granted=tuple(sorted(granted)),
        missing=tuple(scope for scope in needed(commands) if scope not in granted),
    )
