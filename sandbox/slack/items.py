"""Pins and reactions: what hangs on a message."""

import re
from typing import Final

from sandbox.slack import messages
from sandbox.slack.errors import fail
from sandbox.slack.model import Channel, Json, Message, Pin
from sandbox.slack.workspace import Workspace

_NOT_PINNABLE: Final = frozenset({"channel_join", "channel_leave", "channel_topic", "pinned_item"})
PINS_MOST: Final = 100  # too_many_pins


def pin(ws: Workspace, channel: Channel, message: Message, actor: str) -> None:
    """Pin a message, with Slack's own line."""
    if any(p.ts == message.ts for p in channel.pins):
        fail("already_pinned")
    if message.subtype in _NOT_PINNABLE:
        fail("not_pinnable")
    if len(channel.pins) >= PINS_MOST:
        fail("too_many_pins")
    channel.pins.append(Pin(message.ts, ws.now(), actor))
    text = f"<@{actor}> pinned a message to this channel."
    item = pinned(ws, channel, channel.pins[-1])
    messages.system(ws, channel, actor, "pinned_item", text, item_type="C", item=item)
    _pin_event(ws, "pin_added", channel, actor, item)


def unpin(ws: Workspace, channel: Channel, ts: str, actor: str) -> None:
    """Take a pin away; Slack says nothing in the channel."""
    held = next((p for p in channel.pins if p.ts == ts), None) or fail("no_pin")
    item = pinned(ws, channel, held)
    channel.pins.remove(held)
    _pin_event(ws, "pin_removed", channel, actor, item)


def pinned(ws: Workspace, channel: Channel, held: Pin) -> Json:
    """Slack's shape of a pinned message."""
    message = channel.messages[held.ts]
    shown = messages.show(ws, message)
    link = messages.permalink(ws, message)
    return {
        "type": "message",
        "channel": channel.id,
        "created": held.created,
        "created_by": held.created_by,
        "message": {**shown, "permalink": link, "pinned_to": [channel.id]},
    }


def _pin_event(ws: Workspace, name: str, channel: Channel, actor: str, item: Json) -> None:
    event = {"type": name, "user": actor, "channel_id": channel.id, "item": item}
    ws.emit(name, {**event, "event_ts": ws.new_ts()}, channel)
    ws.changed("channel", channel.id)


def react(ws: Workspace, channel: Channel, message: Message, actor: str, name: str) -> None:
    """Add an emoji to a message."""
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        fail("invalid_name")
    if channel.is_archived:
        fail("is_archived")
    users = message.reactions.setdefault(name, [])
    if actor in users:
        fail("already_reacted")
    users.append(actor)
    _reaction_event(ws, "reaction_added", message, actor, name)


def unreact(ws: Workspace, message: Message, actor: str, name: str) -> None:
    """Take an emoji away."""
    users = message.reactions.get(name, [])
    if actor not in users:
        fail("no_reaction")
    users.remove(actor)
    if not users:
        del message.reactions[name]
    _reaction_event(ws, "reaction_removed", message, actor, name)


def _reaction_event(ws: Workspace, event: str, message: Message, actor: str, name: str) -> None:
    body = {
        "type": event,
        "user": actor,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "item_user": message.user,
        "event_ts": ws.new_ts(),
    }
    ws.emit(event, body, ws.channels[message.channel])
    ws.changed("message", message.channel, message.thread_ts)
