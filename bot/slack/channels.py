"""Making an incident's channel, and filling it with people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bot.domain.channel_name import next_name
from bot.errors import Rejected
from bot.slack.attempt import Attempt
from bot.slack.outcomes import Refused
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
    async for channel in channels(attempt.voice, kind, method="users.conversations"):
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
        refused |= await _invited(attempt, channel, users[start : start + _AT_ONCE])
    kept = {user: code for user, code in refused.items() if code not in _THERE}
    return {"channel": {"id": channel}, "refused": kept}


async def _invited(attempt: Attempt, channel: str, users: list[str]) -> dict[str, str]:
    """Invite up to a hundred; who is not in, and why.

    `force` lets Slack pass over those it refuses. Where it refuses all the same, those that it
    named are left out, and when it named nobody each is invited alone.
    """
    try:
        answer = await attempt.call(
            "conversations.invite", channel=channel, users=",".join(users), force=True
        )
    except Rejected as error:
        if error.code not in _THEIR_OWN or len(users) == 1:
            return dict.fromkeys(users, error.code)
        named = _named(error.data if isinstance(error, Refused) else {})
    else:
        return _named(answer)
    rest = [user for user in users if user not in named]
    if not named:
        alone = [await _invited(attempt, channel, [user]) for user in users]
        return {user: code for one in alone for user, code in one.items()}
    return named | (await _invited(attempt, channel, rest) if rest else {})


def _named(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return who was refused, by the answer's `errors`."""
    errors = answer.get("errors") or ()
    return {str(one["user"]): str(one.get("error")) for one in errors if one.get("user")}


def _listed(users: str | Iterable[str] | None) -> list[str]:
    parts = users.split(",") if isinstance(users, str) else (users or ())
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))
