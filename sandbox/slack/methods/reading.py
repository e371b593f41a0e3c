"""conversations.* that only read: info, list, members, history, replies."""

import re
from typing import Final

from sandbox.slack import messages, rooms
from sandbox.slack.errors import fail
from sandbox.slack.methods.call import Call
from sandbox.slack.model import BOT_USER, Channel, Json, Kind, Message

_TYPES: Final[dict[str, Kind]] = {
    "public_channel": "channel",
    "private_channel": "group",
    "im": "im",
}
_PAGE_MOST: Final = 999  # conversations.history: "up to 999"


def info(call: Call) -> Json:
    """One channel."""
    channel = call.channel()
    shown = rooms.describe(channel)
    if call.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    if call.flag("include_locale"):
        shown["locale"] = "en-US"
    return {"channel": shown}


def listing(call: Call) -> Json:
    """The channels that the bot may know, of the types asked for."""
    return _list(call, [c for c in call.ws.channels.values() if call.ws.visible(c, BOT_USER)])


def of_user(call: Call) -> Json:
    """The channels somebody is in, as far as the bot may know them."""
    user = call.text("user", BOT_USER)
    known = [c for c in call.ws.channels.values() if call.ws.visible(c, BOT_USER)]
    return _list(call, [c for c in known if user in c.members])


def _list(call: Call, channels: list[Channel]) -> Json:
    types = call.listed("types") or ["public_channel"]
    if any(t not in {*_TYPES, "mpim"} for t in types):
        fail("invalid_types")
    kinds = [_TYPES[t] for t in types if t in _TYPES]
    for kind in kinds:
        call.need_scope(kind)
    wanted = [c for c in channels if c.kind in kinds]
    if call.flag("exclude_archived"):
        wanted = [c for c in wanted if not c.is_archived]
    page, more = call.page(wanted)
    shown = []
    for channel in page:
        entry = rooms.describe(channel)
        if channel.kind != "im":
            entry["num_members"] = len(channel.members)
        shown.append(entry)
    return {"channels": shown, **more}


def members(call: Call) -> Json:
    """Who is in a channel."""
    page, more = call.page(call.channel().members)
    return {"members": page, **more}


def history(call: Call) -> Json:
    """A channel's messages, newest first; replies only when they were broadcast."""
    channel = call.channel(member=True)
    top = [m for m in channel.messages.values() if not m.is_reply or m.broadcast]
    found = [m for m in reversed(top) if _within(call, m)]
    page, more = call.page(found, _PAGE_MOST)
    answer: Json = {"messages": _shown(call, page), "has_more": _more(more)}
    answer |= {"pin_count": len(channel.pins), "channel_actions_ts": None}
    if call.text("latest"):
        answer["latest"] = call.text("latest")
    return answer | (more if _more(more) else {"response_metadata": None, "is_limited": False})


def replies(call: Call) -> Json:
    """A thread, oldest first, its first message included."""
    channel = call.channel(member=True)
    asked = channel.messages.get(call.text("ts")) or fail("thread_not_found")
    root = channel.messages.get(asked.thread_ts) if asked.is_reply else asked
    if root is None:
        fail("thread_not_found")
    found = [r for r in channel.replies(root.ts) if _within(call, r)]
    page, more = call.page([root, *found], _PAGE_MOST)
    answer: Json = {"messages": _shown(call, page), "has_more": _more(more)}
    return answer | (more if _more(more) else {})


def _more(page: Json) -> bool:
    return bool(page["response_metadata"]["next_cursor"])


def _shown(call: Call, page: list[Message]) -> list[Json]:
    metadata = call.flag("include_all_metadata")
    return [messages.show(call.ws, m, metadata=metadata) for m in page]


def _within(call: Call, message: Message) -> bool:
    oldest, latest = _ts(call, "oldest"), _ts(call, "latest")
    at = _micros(message.ts)
    if call.flag("inclusive"):
        return (oldest is None or at >= oldest) and (latest is None or at <= latest)
    return (oldest is None or at > oldest) and (latest is None or at < latest)


def _ts(call: Call, name: str) -> int | None:
    value = call.text(name)
    if not value:
        return None
    if not re.fullmatch(r"\d+(\.\d{1,6})?", value):
        fail(f"invalid_ts_{name}")
    return _micros(value)


def _micros(ts: str) -> int:
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int((micros or "0").ljust(6, "0"))
