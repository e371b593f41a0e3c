"""Posting, editing, deleting, and how a message looks to a reader."""

from typing import Final

from sandbox.slack.errors import fail
from sandbox.slack.model import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    SLACKBOT,
    TEAM_ID,
    Channel,
    Json,
    Message,
)
from sandbox.slack.workspace import Workspace

_CHANNEL_TYPES: Final = {"channel": "channel", "group": "group", "im": "im"}
_SUBSCRIPTIONS: Final = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
}
_NO_REPLY: Final = frozenset({"channel_join", "channel_leave", "channel_topic", "pinned_item"})


def find(channel: Channel, ts: str) -> Message:
    """The message with that ts.

    Raises:
        SlackError: message_not_found, for an ephemeral one too.
    """
    message = channel.messages.get(ts)
    if message is None or message.tombstone:
        fail("message_not_found")
    return message


def put(ws: Workspace, channel: Channel, message: Message) -> Message:
    """Add a message to its channel and tell everyone.

    A reply to a ts that is no message is kept out of sight, as in Slack
    (slackapi/python-slack-sdk#840: "ok", and nowhere to be seen).
    """
    parent = channel.messages.get(message.thread_ts)
    if parent is not None:
        if parent.subtype in _NO_REPLY:
            fail("cannot_reply_to_message")
        message.thread_ts = parent.thread_ts = parent.thread_ts or parent.ts
    channel.messages[message.ts] = message
    ws.changed("message", channel.id, message.thread_ts)
    _announce(ws, channel, message)
    return message


def system(
    ws: Workspace, channel: Channel, actor: str, subtype: str, text: str, **extra: object
) -> Message:
    """A line that Slack itself writes ("set the channel topic: ..."), authored by who did it."""
    line = Message(ws.new_ts(), channel.id, actor, text, subtype=subtype, extra=dict(extra))
    return put(ws, channel, line)


def whisper(ws: Workspace, channel: Channel, message: Message) -> Message:
    """Show a message to its `ephemeral_for` alone; it is in nobody's history."""
    channel.ephemerals.append(message)
    ws.changed("ephemeral", channel.id, message.thread_ts, user=message.ephemeral_for or "")
    return message


def slackbot(ws: Workspace, channel: Channel, user_id: str, text: str) -> Message:
    """Slackbot's own private word, such as that a command failed."""
    line = Message(ws.new_ts(), channel.id, SLACKBOT, text, ephemeral_for=user_id)
    return whisper(ws, channel, line)


def edited(ws: Workspace, channel: Channel, message: Message, before: Json) -> None:
    """Tell everyone that a message was changed; `before` is how it looked."""
    ws.changed("message", channel.id, message.thread_ts)
    event = {
        **_event_head(ws, channel, "message_changed"),
        "message": show(ws, message),
        "previous_message": before,
    }
    ws.emit(_SUBSCRIPTIONS[channel.kind], event, channel)


def remove(ws: Workspace, channel: Channel, message: Message) -> None:
    """Delete a message. One with replies becomes a tombstone, as in Slack."""
    before = show(ws, message)
    if channel.replies(message.ts):
        message.tombstone = True
        message.text, message.subtype = "This message was deleted.", "tombstone"
        message.blocks, message.attachments, message.metadata = [], [], None
        message.extra = {"hidden": True}
    else:
        del channel.messages[message.ts]
    channel.pins = [p for p in channel.pins if p.ts != message.ts]
    ws.changed("message", channel.id, message.thread_ts)
    event = {
        **_event_head(ws, channel, "message_deleted"),
        "deleted_ts": message.ts,
        "previous_message": before,
    }
    ws.emit(_SUBSCRIPTIONS[channel.kind], event, channel)


def show(ws: Workspace, message: Message, *, metadata: bool = False) -> Json:
    """Slack's shape of a message; `metadata` as with include_all_metadata."""
    shown: Json = {"type": "message", "user": message.user, "text": message.text}
    shown |= {"ts": message.ts, "team": _team(ws, message.user)}
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.user == BOT_USER:
        shown |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile(ws)}
    for name in ("blocks", "attachments", "thread_ts", "edited"):
        if value := getattr(message, name):
            shown[name] = value
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown | _thread_fields(ws, message) | _reaction_field(message) | message.extra


def bot_profile(ws: Workspace) -> Json:
    """The bot, as every message of it carries it along."""
    return {
        "id": BOT_ID,
        "app_id": APP_ID,
        "user_id": BOT_USER,
        "name": ws.users[BOT_USER].real_name,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
        "deleted": False,
        "updated": 0,
        "team_id": TEAM_ID,
    }


def permalink(ws: Workspace, message: Message) -> str:
    """The link to a message, in Slack's form under the workspace's URL."""
    link = f"{ws.url}archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return link


def _team(ws: Workspace, user_id: str) -> str:
    user = ws.users.get(user_id)
    return user.team_id if user else TEAM_ID


def _reaction_field(message: Message) -> Json:
    if not message.reactions:
        return {}
    return {
        "reactions": [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    }


def _thread_fields(ws: Workspace, message: Message) -> Json:
    if not message.thread_ts:
        return {}
    channel = ws.channels.get(message.channel)
    if channel is None or message.ephemeral_for:
        return {}
    if message.is_reply:
        parent = channel.messages.get(message.thread_ts)
        return {"parent_user_id": parent.user} if parent else {}
    replies = channel.replies(message.ts)
    authors = list(dict.fromkeys(r.user for r in replies))
    if not replies:
        return {"reply_count": 0}
    return {
        "reply_count": len(replies),
        "reply_users_count": len(authors),
        "reply_users": authors,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def _event_head(ws: Workspace, channel: Channel, subtype: str) -> Json:
    ts = ws.new_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "channel": channel.id,
        "channel_type": _CHANNEL_TYPES[channel.kind],
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
    }


def _announce(ws: Workspace, channel: Channel, message: Message) -> None:
    event = show(ws, message) | {
        "channel": channel.id,
        "channel_type": _CHANNEL_TYPES[channel.kind],
        "event_ts": message.ts,
    }
    if message.broadcast:
        event["subtype"] = "thread_broadcast"
    ws.emit(_SUBSCRIPTIONS[channel.kind], event, channel)
    mentioned = f"<@{BOT_USER}" in message.text
    if mentioned and message.user != BOT_USER and not message.subtype:
        mention = {k: v for k, v in event.items() if k != "channel_type"}
        ws.emit("app_mention", mention | {"type": "app_mention"}, channel)
