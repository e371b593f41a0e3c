"""What the page shows: state, messages, views, shortcuts."""

from sandbox.slack import items, messages, people, rooms, views
from sandbox.slack.acts.actors import room
from sandbox.slack.core import Core
from sandbox.slack.model import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
    Channel,
    Json,
    Message,
    User,
)


def state(core: Core, user_id: str) -> Json:
    """Everything beside the messages, as that person sees it."""
    ws = core.ws
    user = ws.user(user_id)
    seen = [c for c in ws.channels.values() if ws.visible(c, user_id)]
    return {
        "workspace": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "url": ws.url},
        "me": people.describe(user, email=True),
        "users": [people.describe(u, email=True) for u in ws.users.values()],
        "groups": [
            {"id": g.id, "handle": g.handle, "name": g.name, "users": g.members}
            for g in ws.groups.values()
        ],
        "channels": [_channel(core, c, user) for c in seen],
        "commands": [
            {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
            for c in core.app.commands or ()
        ],
        "app": {
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
            "app_id": APP_ID,
            "name": core.app.name,
            "connected": core.delivery.mode != "none",
            "mode": core.delivery.mode,
            "has_home": core.app.has_home,
        },
    }


def _channel(core: Core, channel: Channel, viewer: User) -> Json:
    shown = rooms.describe(channel, viewer.id)
    own = {
        "name": channel.name or core.ws.users[BOT_USER].name,
        "is_private": channel.kind != "channel",
        "is_im": channel.kind == "im",
        "is_member": viewer.id in channel.members,
        "is_archived": channel.is_archived,
        "topic": channel.topic.shown(),
        "purpose": channel.purpose.shown(),
        "members": list(channel.members),
        "unread": _unread(channel, viewer),
        "pins": [items.pinned(core.ws, channel, p) for p in reversed(channel.pins)],
        "bookmarks": list(channel.bookmarks),
    }
    if channel.kind == "im":
        own["user"] = BOT_USER
    return shown | own


def _unread(channel: Channel, viewer: User) -> int:
    since = channel.last_read.get(viewer.id, "")
    top = (m for m in channel.messages.values() if not m.is_reply or m.broadcast)
    return sum(1 for m in top if m.ts > since and m.user != viewer.id and not m.tombstone)


def history(core: Core, user_id: str, channel_id: str, thread: str = "") -> Json:
    """The messages of a channel or thread, oldest first, their ephemeral ones among them.

    Reading a channel marks it read.
    """
    user = core.ws.user(user_id)
    channel = room(core, user, channel_id)
    everything = [*channel.messages.values(), *_whispers(channel, user)]
    if thread:
        wanted = [m for m in everything if thread in (m.ts, m.thread_ts)]
    else:
        wanted = [m for m in everything if not m.is_reply or m.broadcast]
        if channel.messages:
            channel.last_read[user.id] = max(channel.messages)
    return {"messages": [_shown(core, m) for m in sorted(wanted, key=lambda m: m.ts)]}


def _whispers(channel: Channel, user: User) -> list[Message]:
    return [m for m in channel.ephemerals if m.ephemeral_for == user.id]


def _shown(core: Core, message: Message) -> Json:
    shown = messages.show(core.ws, message, metadata=True)
    return {
        "reply_count": 0,
        **shown,
        "channel": message.channel,
        "ephemeral_for": message.ephemeral_for,
        "edited": message.edited,
        "deleted": message.tombstone,
        "broadcast": message.broadcast,
        "state": {"values": message.state},
        "permalink": messages.permalink(core.ws, message),
    }


def open_views(core: Core, user_id: str) -> Json:
    """The modals on that person's screen, bottom first."""
    return {"stack": [views.show(v) for v in core.ws.modals.get(user_id, [])]}


def home(core: Core, user_id: str) -> Json:
    """The Home last published for that person, without opening it."""
    held = core.ws.homes.get(core.ws.user(user_id).id)
    return {"view": views.show(held) if held else None}


def shortcuts(core: Core) -> Json:
    """The app's shortcuts."""
    known = core.app.shortcuts or ()
    named = [(s, {"callback_id": s.callback_id, "name": s.name}) for s in known]
    return {
        "global": [entry for s, entry in named if not s.is_message],
        "message": [entry for s, entry in named if s.is_message],
    }
