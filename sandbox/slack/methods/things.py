"""pins.*, reactions.*, bookmarks.*."""

import re
from typing import Final

from sandbox.slack import items, messages
from sandbox.slack.errors import fail
from sandbox.slack.methods.call import Call
from sandbox.slack.model import BOT_USER, TEAM_ID, Channel, Json, Message

BOOKMARKS_MOST: Final = 100  # too_many_bookmarks


def pin(call: Call) -> Json:
    """Pin a message."""
    channel = call.channel(member=True)
    items.pin(call.ws, channel, _message(call, channel), BOT_USER)
    return {}


def unpin(call: Call) -> Json:
    """Take a pin away."""
    channel = call.channel(member=True)
    message = _message(call, channel)
    items.unpin(call.ws, channel, message.ts, BOT_USER)
    return {}


def pins(call: Call) -> Json:
    """What is pinned, newest first."""
    channel = call.channel(member=True)
    return {"items": [items.pinned(call.ws, channel, p) for p in reversed(channel.pins)]}


def react(call: Call) -> Json:
    """Add an emoji."""
    channel = call.channel(member=True)
    message = _message(call, channel)
    items.react(call.ws, channel, message, BOT_USER, call.text("name"))
    return {}


def unreact(call: Call) -> Json:
    """Take an own emoji away."""
    message = _message(call, call.channel(member=True))
    items.unreact(call.ws, message, BOT_USER, call.text("name"))
    return {}


def reactions(call: Call) -> Json:
    """The emojis of a message."""
    channel = call.channel(member=True)
    message = _message(call, channel)
    link = messages.permalink(call.ws, message)
    shown = {**messages.show(call.ws, message), "permalink": link}
    return {"type": "message", "channel": channel.id, "message": shown}


def _message(call: Call, channel: Channel) -> Message:
    ts = call.text("timestamp")
    if not ts:
        fail("no_item_specified")
    if not re.fullmatch(r"\d+\.\d{6}", ts):
        fail("bad_timestamp")
    return messages.find(channel, ts)


def bookmark_add(call: Call) -> Json:
    """A link at the top of the channel."""
    channel = _bookmarked(call)
    if call.text("type") not in ("link", "file", "message"):
        fail("invalid_bookmark_type")
    if len(channel.bookmarks) >= BOOKMARKS_MOST:
        fail("too_many_bookmarks")
    link = _link(call)
    bookmark: Json = {
        "id": call.ws.new_id("Bk"),
        "channel_id": channel.id,
        "title": call.text("title"),
        "link": link,
        "emoji": call.text("emoji"),
        "icon_url": None,
        "type": call.text("type"),
        "entity_id": None,
        "date_created": call.ws.now(),
        "date_updated": 0,
        "rank": f"{len(channel.bookmarks):04d}",
        "last_updated_by_user_id": BOT_USER,
        "last_updated_by_team_id": TEAM_ID,
        "shortcut_id": None,
        "app_id": None,
    }
    channel.bookmarks.append(bookmark)
    call.ws.changed("channel", channel.id)
    return {"bookmark": bookmark}


def bookmark_edit(call: Call) -> Json:
    """Change one."""
    channel = _bookmarked(call)
    bookmark = _bookmark(call, channel)
    if call.text("link"):
        bookmark["link"] = _link(call)
    for name in ("title", "emoji"):
        if call.text(name):
            bookmark[name] = call.text(name)
    bookmark["date_updated"] = call.ws.now()
    call.ws.changed("channel", channel.id)
    return {"bookmark": bookmark}


def bookmark_list(call: Call) -> Json:
    """All of a channel."""
    return {"bookmarks": list(_bookmarked(call).bookmarks)}


def bookmark_remove(call: Call) -> Json:
    """Take one away."""
    channel = _bookmarked(call)
    channel.bookmarks.remove(_bookmark(call, channel))
    call.ws.changed("channel", channel.id)
    return {}


def _bookmarked(call: Call) -> Channel:
    channel = call.channel("channel_id")
    if BOT_USER not in channel.members:
        fail("channel_not_found")
    if channel.is_archived:
        fail("permission_denied")
    return channel


def _bookmark(call: Call, channel: Channel) -> Json:
    wanted = call.text("bookmark_id")
    return next((b for b in channel.bookmarks if b["id"] == wanted), None) or fail("not_found")


def _link(call: Call) -> str:
    link = call.text("link")
    if not link.startswith(("http://", "https://")):
        fail("invalid_link")
    return link
