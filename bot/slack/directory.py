"""Who people are, as Slack says just now; at most a minute old, and nobody when Slack is silent."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast

from bot.domain.person import Person
from bot.errors import OutcomeUnknown, Rejected, Unavailable
from bot.ports import Clock
from bot.slack.webapi import WebApi

FRESH: Final = timedelta(seconds=60)
_KEPT: Final = 5000  # answers; a big workspace's people pass through in a day
_PAGE: Final = 200
_PAGES: Final = 50
_GONE: Final = frozenset({"user_not_found", "user_not_visible"})
_NO_GROUP: Final = frozenset({"no_such_subteam"})
_NO_CHANNEL: Final = frozenset({"channel_not_found"})

T = TypeVar("T")


class SlackDirectory:
    """bot.ports.Directory. What Slack does not answer is Unavailable: nobody may act then (P6)."""

    def __init__(self, api: WebApi, clock: Clock, team: str) -> None:
        """`team`: the bot's workspace; members of others are foreign."""
        self._api = api
        self._clock = clock
        self._team = team
        self._known: dict[str, tuple[datetime, Any]] = {}
        self._asked: dict[str, asyncio.Task[Any]] = {}

    async def person(self, user: str, team: str) -> Person:
        """Return the person; one whom Slack does not know is a deleted one."""
        found = await self._fresh(f"user:{user}", lambda: self._person(user))
        foreign = bool(team) and team != self._team
        return found.model_copy(update={"foreign": True}) if foreign else found

    async def group(self, group: str) -> Collection[str]:
        """Return the members of a user group; none when it is gone."""
        return await self._fresh(f"group:{group}", lambda: self._group(group))

    async def members(self, channel: str, *, anew: bool = False) -> Collection[str]:
        """Return who is in a channel; none when there is no such channel."""
        if anew:
            self._known.pop(f"channel:{channel}", None)
        return await self._fresh(f"channel:{channel}", lambda: self._members(channel))

    async def _fresh(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """Return a known answer, or ask; many who want the same at once ask once."""
        known = self._known.get(key)
        if known is not None and self._clock.now() - known[0] < FRESH:
            return cast("T", known[1])
        if key not in self._asked:
            task = asyncio.ensure_future(self._ask(key, ask))
            self._asked[key] = task
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        return cast("T", await asyncio.shield(self._asked[key]))

    async def _ask(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        asked_at = self._clock.now()
        try:
            answer = await ask()
        except (Rejected, OutcomeUnknown) as error:
            msg = f"Slack cannot say who is who just now. {error}"
            raise Unavailable(msg) from error
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[key] = (asked_at, answer)
        return answer

    async def _person(self, user: str) -> Person:
        try:
            answer = await self._api.call("users.info", {"user": user})
        except Rejected as error:
            if error.code not in _GONE:
                raise
            return Person(id=user, team="", name=user, deleted=True)
        return person_of(answer["user"], self._team)

    async def _group(self, group: str) -> Collection[str]:
        try:
            answer = await self._api.call("usergroups.users.list", {"usergroup": group})
        except Rejected as error:
            if error.code not in _NO_GROUP:
                raise
            return frozenset()
        return frozenset(answer.get("users") or ())

    async def _members(self, channel: str) -> Collection[str]:
        found: set[str] = set()
        asked: dict[str, Any] = {"channel": channel, "limit": _PAGE}
        for _ in range(_PAGES):
            try:
                page = await self._api.call("conversations.members", asked)
            except Rejected as error:
                if error.code not in _NO_CHANNEL:
                    raise
                return frozenset()
            found.update(page.get("members") or ())
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return frozenset(found)
            asked["cursor"] = cursor
        msg = f"{channel} has more members than can be read."
        raise Unavailable(msg)


def person_of(user: Mapping[str, Any], our_team: str) -> Person:
    """Return a user object as a person; what is missing counts against them."""
    team = str(user.get("team_id") or user.get("team") or "")
    profile = user.get("profile") or {}
    enterprise = user.get("enterprise_user") or {}
    ours = our_team in (team, *(enterprise.get("teams") or ()))
    shown = profile.get("display_name") or user.get("real_name") or profile.get("real_name")
    return Person(
        id=str(user["id"]),
        team=team,
        name=str(shown or user.get("name") or user["id"]),
        tz=str(user.get("tz") or "UTC"),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        foreign=bool(user.get("is_stranger")) or not ours,
        bot=bool(user.get("is_bot") or user.get("is_workflow_bot") or user["id"] == "USLACKBOT"),
        deleted=bool(user.get("deleted")),
    )
