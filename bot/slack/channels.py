"""Making an incident's channel, and filling it with people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bot.domain.channel_name import next_name
from bot.errors import Rejected
from bot.slack.attempt import Attempt
from bot.slack.places import channels

_NAMES: Final = 20  # tried before giving up
_AT_ONCE: Final = 100  # conversations.invite: "Up to 100 users may be listed."
# Refusals that concern one of the invited, not the channel.
_THEIR_OWN: Final = frozenset(
    {
        "already_in_channel",
        "cant_invite",
        "cant_invite_self",
        "invitee_cant_see_channel",
        "no_external_invite_permission",
        "no_permission",
        "no_user",
        "org_user_not_in_team",
        "ura_max_channels",
        "user_disabled",
        "user_is_restricted",
        "user_not_found",
        "user_not_visible",
    }
)
_THERE: Final = frozenset({"already_in_channel", "cant_invite_self"})


async def create(attempt: Attempt) -> Mapping[str, Any]:
    """Make a channel, by the next free name when the name is taken.

    One that an earlier attempt of this entry made is found by its name and taken over.
    """
    wanted = str(attempt.args["name"])
    if attempt.doubtful:
        made = await _made_before(attempt, wanted)
        if made is not None:
            return {"channel": made, "found": True}
    taken: Rejected | None = None
    for name in _names(wanted):
        try:
            return await attempt.call("conversations.create", **attempt.args | {"name": name})
        except Rejected as error:
            if error.code != "name_taken":
                raise
            taken = error
    raise taken or AssertionError


def _names(wanted: str) -> Iterator[str]:
    yield wanted
    for attempt in range(1, _NAMES):
        yield next_name(wanted, attempt)


async def _made_before(attempt: Attempt, wanted: str) -> Mapping[str, Any] | None:
    names = set(_names(wanted))
    kind = "private_channel" if attempt.args.get("is_private") else "public_channel"
    earliest = attempt.since.timestamp()
    async for channel in channels(attempt.voice, kind):
        ours = channel.get("creator") == attempt.us and channel.get("created", 0) >= earliest
        if ours and channel.get("name") in names:
            return channel
    return None


async def invite(attempt: Attempt) -> Mapping[str, Any]:
    """Invite people; who cannot be invited is noted and stops neither the others nor the lane."""
    channel = await attempt.conversation()
    users = _listed(attempt.args.get("users"))
    refused: dict[str, str] = {}
    for start in range(0, len(users), _AT_ONCE):
        some = users[start : start + _AT_ONCE]
        code = await _invited(attempt, channel, some)
        if code in _THEIR_OWN and len(some) > 1:
            codes = [(user, await _invited(attempt, channel, [user])) for user in some]
            refused |= {user: code for user, code in codes if code and code not in _THERE}
        elif code and code not in _THERE:
            refused |= dict.fromkeys(some, code)
    return {"channel": {"id": channel}, "refused": refused}


async def _invited(attempt: Attempt, channel: str, users: list[str]) -> str:
    """Return why not; empty when they are in."""
    try:
        await attempt.call("conversations.invite", channel=channel, users=",".join(users))
    except Rejected as error:
        return error.code
    return ""


def _listed(users: str | Iterable[str] | None) -> list[str]:
    parts = users.split(",") if isinstance(users, str) else (users or ())
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))
