"""Channels: making, joining, leaving, archiving, topics; and how a channel looks."""

import re
from typing import Final

from sandbox.slack import messages
from sandbox.slack.errors import fail
from sandbox.slack.model import BOT_USER, TEAM_ID, Channel, Json, Note
from sandbox.slack.workspace import Workspace

NAME_MOST: Final = 80  # conversations.create: names are 80 characters or fewer
NOTE_MOST: Final = 250  # conversations.setTopic / setPurpose: too_long


def check_name(name: str) -> str:
    """The name if Slack would take it.

    Raises:
        SlackError: invalid_name_required, _maxlength, _specials or _punctuation.
    """
    if not name:
        fail("invalid_name_required")
    if len(name) > NAME_MOST:
        fail("invalid_name_maxlength")
    if name != name.lower() or not re.fullmatch(r"[\w-]+", name):
        fail("invalid_name_specials")
    if not re.search(r"[^\W_]", name):
        fail("invalid_name_punctuation")
    return name


def create(ws: Workspace, actor: str, name: str, *, private: bool) -> Channel:
    """A new channel with its maker in it; an archived or private channel holds its name too."""
    if ws.named(check_name(name)):
        fail("name_taken")
    channel = Channel(
        id=ws.new_id("C"),
        name=name,
        kind="group" if private else "channel",
        creator=actor,
        created=ws.now(),
    )
    ws.channels[channel.id] = channel
    if not private:
        summary = {"id": channel.id, "name": name, "created": channel.created, "creator": actor}
        ws.emit("channel_created", {"type": "channel_created", "channel": summary}, channel)
    join(ws, channel, actor)
    return channel


def join(ws: Workspace, channel: Channel, user_id: str, inviter: str = "") -> None:
    """Make someone a member, with Slack's own line and event."""
    channel.members.append(user_id)
    extra = {"inviter": inviter} if inviter else {}
    text = f"<@{user_id}> has joined the channel"
    messages.system(ws, channel, user_id, "channel_join", text, **extra)
    event = {**_member_event(ws, "member_joined_channel", channel, user_id), **extra}
    ws.emit("member_joined_channel", event, channel)
    ws.changed("channel", channel.id)


def leave(ws: Workspace, channel: Channel, user_id: str, remover: str = "") -> None:
    """End a membership, by oneself or by `remover`."""
    ws.emit(
        "member_left_channel",
        _member_event(ws, "member_left_channel", channel, user_id),
        channel,
    )
    channel.members.remove(user_id)
    text = f"<@{user_id}> has left the channel"
    if remover:
        text = f"<@{user_id}> was removed from the channel by <@{remover}>"
    messages.system(ws, channel, user_id, "channel_leave", text)
    ws.changed("channel", channel.id)


def archive(ws: Workspace, channel: Channel, actor: str) -> None:
    """Close a channel: it can be read, not written."""
    text = f"<@{actor}> archived the channel"
    messages.system(ws, channel, actor, _by_kind(channel, "archive"), text)
    channel.is_archived = True
    _room_event(ws, channel, "archive", user=actor)


def unarchive(ws: Workspace, channel: Channel, actor: str) -> None:
    """Open it again."""
    channel.is_archived = False
    _room_event(ws, channel, "unarchive", user=actor)


def delete(ws: Workspace, channel: Channel, actor: str) -> None:
    """Remove a channel for good (people can, apps cannot)."""
    _room_event(ws, channel, "deleted", actor_id=actor)
    del ws.channels[channel.id]
    ws.changed("channel", channel.id)


def rename(ws: Workspace, channel: Channel, actor: str, name: str) -> None:
    """Give it another name."""
    taken = ws.named(check_name(name))
    if taken is not None and taken is not channel:
        fail("name_taken")
    old, channel.name = channel.name, name
    channel.previous_names.insert(0, old)
    text = f'has renamed the channel from "{old}" to "{name}"'
    messages.system(ws, channel, actor, "channel_name", text, old_name=old, name=name)
    summary = {"id": channel.id, "name": name, "created": channel.created}
    ws.emit("channel_rename", {"type": "channel_rename", "channel": summary}, channel)
    ws.changed("channel", channel.id)


def set_note(ws: Workspace, channel: Channel, actor: str, which: str, value: str) -> None:
    """Set the topic or the purpose (`which`), with Slack's own line."""
    if len(value) > NOTE_MOST:
        fail("too_long")
    setattr(channel, which, Note(value, actor, ws.now()))
    label = "topic" if which == "topic" else "description"
    text = f"set the channel {label}: {value}" if value else f"cleared the channel {label}"
    messages.system(ws, channel, actor, f"channel_{which}", text, **{which: value})
    ws.changed("channel", channel.id)


def describe(channel: Channel, viewer: str = BOT_USER) -> Json:
    """Slack's shape of a channel, as `viewer` sees it."""
    if channel.kind == "im":
        return _describe_im(channel)
    private = channel.kind == "group"
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not private,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "created": channel.created,
        "creator": channel.creator,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": channel.is_ext_shared,
        "is_frozen": False,
        "is_org_shared": False,
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": TEAM_ID,
        "updated": channel.created * 1000,
        "parent_conversation": None,
        "shared_team_ids": [TEAM_ID, "T0OTHER"] if channel.is_ext_shared else [TEAM_ID],
        "pending_connected_team_ids": [],
        "is_member": viewer in channel.members,
        "last_read": channel.last_read.get(viewer, "0000000000.000000"),
        "topic": channel.topic.shown(),
        "purpose": channel.purpose.shown(),
        "previous_names": list(channel.previous_names),
        "properties": {},
        "priority": 0,
    }


def _describe_im(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "created": channel.created,
        "is_archived": False,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": TEAM_ID,
        "user": channel.im_with,
        "is_user_deleted": False,
        "last_read": "0000000000.000000",
        "latest": None,
        "unread_count": 0,
        "unread_count_display": 0,
        "is_open": True,
        "priority": 0,
    }


def _by_kind(channel: Channel, what: str) -> str:
    return f"{'group' if channel.kind == 'group' else 'channel'}_{what}"


def _room_event(ws: Workspace, channel: Channel, what: str, **extra: str) -> None:
    name = _by_kind(channel, what)
    event = {"type": name, "channel": channel.id, "event_ts": ws.new_ts(), **extra}
    ws.emit(name, event, channel)
    ws.changed("channel", channel.id)


def _member_event(ws: Workspace, name: str, channel: Channel, user_id: str) -> Json:
    return {
        "type": name,
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.kind == "group" else "C",
        "team": TEAM_ID,
        "event_ts": ws.new_ts(),
    }
