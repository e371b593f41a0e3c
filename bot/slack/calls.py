"""What each call means beyond sending it. A name that is not here is a plain Web API method."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.errors import Rejected
from bot.slack.answers import answer
from bot.slack.attempt import Attempt, Message
from bot.slack.channels import create, invite
from bot.slack.uploads import upload

Call = Callable[[Attempt], Awaitable[Mapping[str, Any]]]

EVENT_TYPE: Final = "signalbox_entry"  # of the metadata by which a post is found again


async def perform(attempt: Attempt) -> Mapping[str, Any]:
    """Do the entry's call; the answer is Slack's, also when it was found to be done before.

    Raises what `Sender.call` raises.
    """
    special = _SPECIAL.get(attempt.entry.call)
    return await (special(attempt) if special else _plain(attempt))


async def _plain(attempt: Attempt) -> Mapping[str, Any]:
    """Call a method that does no harm twice; what is as wished already counts as done."""
    method = attempt.entry.call
    args = dict(attempt.args)
    for key in ("channel", "channel_id"):
        if args.get(key):
            args[key] = await attempt.conversation()
    try:
        return await _joined(attempt, method, args)
    except Rejected as error:
        if error.code in _AS_WISHED.get(method, ()):
            return {"already": error.code}
        raise


async def _joined(attempt: Attempt, method: str, args: dict[str, Any]) -> Mapping[str, Any]:
    """Call; join a public channel and call again when the bot is not in it."""
    try:
        return await attempt.call(method, **args)
    except Rejected as error:
        if error.code != "not_in_channel":
            raise
        try:
            await attempt.call("conversations.join", channel=await attempt.conversation())
        except Rejected:
            raise error from None  # it is private: only the first refusal says what to do
        return await attempt.call(method, **args)


async def _post_message(attempt: Attempt) -> Mapping[str, Any]:
    """Post once: after a doubtful attempt the channel is read before anything is posted."""
    channel = await attempt.conversation()
    if attempt.doubtful:
        found = await attempt.find_message(lambda said: _entry_of(said) == attempt.entry.id)
        if found is not None:
            return {"channel": channel, "ts": found["ts"], "message": found, "found": True}
    payload = {"entry": attempt.entry.id}
    fixed = {
        "channel": channel,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": payload},
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return await _joined(attempt, "chat.postMessage", attempt.args | fixed)


def _entry_of(message: Message) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    entry = (metadata.get("event_payload") or {}).get("entry")
    return str(entry) if entry else None


async def _answer(attempt: Attempt) -> Mapping[str, Any]:
    """Answer privately. It cannot be read back; told twice does less harm than not told."""
    return await answer(attempt.voice, attempt.args)


async def _bookmark(attempt: Attempt) -> Mapping[str, Any]:
    """Add a bookmark unless the link is there; Slack would take it twice."""
    channel = await attempt.conversation()
    if attempt.doubtful:
        kept = await attempt.call("bookmarks.list", channel_id=channel)
        for bookmark in kept.get("bookmarks") or ():
            if bookmark.get("link") == attempt.args.get("link"):
                return {"bookmark": bookmark, "found": True}
    return await _plain(attempt)


_SPECIAL: Final[Mapping[str, Call]] = {
    "answer": _answer,
    "bookmarks.add": _bookmark,
    "chat.postMessage": _post_message,
    "conversations.create": create,
    "conversations.invite": invite,
    "files.upload": upload,
}

# Refusals that say: it is as you want it.
_AS_WISHED: Final[Mapping[str, frozenset[str]]] = {
    "chat.delete": frozenset({"message_not_found"}),
    "conversations.archive": frozenset({"already_archived"}),
    "conversations.unarchive": frozenset({"not_archived"}),
    "pins.add": frozenset({"already_pinned"}),
}

POSTS: Final = frozenset({"chat.postMessage", "files.upload", "conversations.create"})
"""Calls that are looked for before they are made again."""
