"""What people do to channels: make, join, leave, invite, archive, delete, pin, react."""

from sandbox.slack import items, messages, rooms
from sandbox.slack.acts.actors import own_room, person, room
from sandbox.slack.core import Core
from sandbox.slack.errors import fail
from sandbox.slack.model import Json


def create(core: Core, user_id: str, name: str, *, private: bool) -> Json:
    """A new channel with its maker in it."""
    user = person(core, user_id)
    channel = rooms.create(core.ws, user.id, name, private=private)
    return {"channel": rooms.describe(channel, user.id)}


def join(core: Core, user_id: str, channel_id: str) -> Json:
    """Join a public channel."""
    user = person(core, user_id)
    channel = room(core, user, channel_id)
    if channel.is_archived:
        fail("is_archived")
    if user.id not in channel.members:
        rooms.join(core.ws, channel, user.id)
    return {}


def leave(core: Core, user_id: str, channel_id: str) -> Json:
    """Leave a channel."""
    user = person(core, user_id)
    channel = room(core, user, channel_id)
    if user.id in channel.members:
        rooms.leave(core.ws, channel, user.id)
    return {}


def invite(core: Core, user_id: str, channel_id: str, guest: str) -> Json:
    """Bring someone (or the bot) into a channel."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    core.ws.user(guest)
    if guest in channel.members:
        fail("already_in_channel")
    rooms.join(core.ws, channel, guest, inviter=user.id)
    return {}


def kick(core: Core, user_id: str, channel_id: str, other: str) -> Json:
    """Put someone (or the bot) out of a channel."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    if other not in channel.members:
        fail("not_in_channel")
    rooms.leave(core.ws, channel, other, remover=user.id)
    return {}


def archive(core: Core, user_id: str, channel_id: str) -> Json:
    """Archive a channel."""
    user = person(core, user_id)
    rooms.archive(core.ws, own_room(core, user, channel_id), user.id)
    return {}


def unarchive(core: Core, user_id: str, channel_id: str) -> Json:
    """Open an archived channel again."""
    user = person(core, user_id)
    channel = room(core, user, channel_id)
    if not channel.is_archived:
        fail("not_archived")
    rooms.unarchive(core.ws, channel, user.id)
    return {}


def delete(core: Core, user_id: str, channel_id: str) -> Json:
    """Delete a channel for good."""
    user = person(core, user_id)
    rooms.delete(core.ws, room(core, user, channel_id), user.id)
    return {}


def topic(core: Core, user_id: str, channel_id: str, value: str) -> Json:
    """Set the topic."""
    user = person(core, user_id)
    rooms.set_note(core.ws, own_room(core, user, channel_id), user.id, "topic", value)
    return {}


def pin(core: Core, user_id: str, channel_id: str, ts: str, *, remove: bool = False) -> Json:
    """Pin a message, or take the pin away."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    if remove:
        items.unpin(core.ws, channel, ts, user.id)
    else:
        items.pin(core.ws, channel, messages.find(channel, ts), user.id)
    return {}


def react(core: Core, user_id: str, channel_id: str, ts: str, name: str) -> Json:
    """Add an emoji."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    items.react(core.ws, channel, messages.find(channel, ts), user.id, name.strip(":"))
    return {}


def unreact(core: Core, user_id: str, channel_id: str, ts: str, name: str) -> Json:
    """Take an emoji away."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    items.unreact(core.ws, messages.find(channel, ts), user.id, name.strip(":"))
    return {}


def retract(core: Core, user_id: str, channel_id: str, ts: str) -> Json:
    """Delete one's own message; an admin deletes anybody's."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    message = messages.find(channel, ts)
    if message.user != user.id and not user.is_admin:
        fail("cant_delete_message")
    messages.remove(core.ws, channel, message)
    return {}


def reword(core: Core, user_id: str, channel_id: str, ts: str, text: str) -> Json:
    """Edit one's own message."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    message = messages.find(channel, ts)
    if message.user != user.id:
        fail("cant_update_message")
    before = messages.show(core.ws, message)
    message.text = text
    message.edited = {"user": user.id, "ts": core.ws.new_ts()}
    messages.edited(core.ws, channel, message, before)
    return {}
