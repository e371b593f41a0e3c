"""chat.*: posting, updating, deleting, whispering, linking."""

from typing import Any, Final

from sandbox.slack import limits, messages
from sandbox.slack.blockkit.complete import completed
from sandbox.slack.errors import SlackError, fail
from sandbox.slack.methods.call import Call
from sandbox.slack.model import BOT_USER, Channel, Json, Message

_OWN_LINES: Final = frozenset(  # Slack's own lines that their author may delete
    {"channel_topic", "channel_purpose", "channel_name", "pinned_item"}
)
_NOT_EDITABLE: Final = _OWN_LINES | {"channel_join", "channel_leave", "channel_archive"}


def post_message(call: Call) -> Json:
    """Say something in a channel, or in the DM with a person when a user id is given."""
    channel = _target(call)
    if channel.is_archived:
        fail("is_archived")
    text, warnings = _cut(call.text("text"))
    message = _message(call, channel, text)
    message.metadata = limits.metadata(call.args.get("metadata")) or None
    message.thread_ts = call.text("thread_ts")
    message.broadcast = call.flag("reply_broadcast") and bool(message.thread_ts)
    _pace(call, channel)
    messages.put(call.ws, channel, message)
    shown = messages.show(call.ws, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown, **warnings}


def post_ephemeral(call: Call) -> Json:
    """Say something that one member sees."""
    channel = _target(call)
    if channel.is_archived:
        fail("is_archived")
    if call.text("user") not in channel.members:
        fail("user_not_in_channel")
    text = call.text("text")
    if len(text) > limits.TEXT_MOST:
        fail("msg_too_long")
    message = _message(call, channel, text)
    message.thread_ts = call.text("thread_ts")
    message.ephemeral_for = call.text("user")
    messages.whisper(call.ws, channel, message)
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """Change an own message. Text without blocks takes the blocks away."""
    channel = call.channel()
    message = messages.find(channel, call.text("ts"))
    if message.user != BOT_USER or message.subtype in _NOT_EDITABLE:
        fail("cant_update_message")
    if channel.is_archived:
        fail("is_inactive")
    if len(call.text("text")) > limits.UPDATE_TEXT_MOST:
        fail("msg_too_long")
    before = messages.show(call.ws, message)
    _change(call, message)
    messages.edited(call.ws, channel, message, before)
    shown = messages.show(call.ws, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    """Delete an own message, or an own line of Slack's (topic, pin)."""
    channel = call.channel()
    message = messages.find(channel, call.text("ts"))
    system = message.subtype not in ("", "file_share", "tombstone")
    if message.user != BOT_USER or (system and message.subtype not in _OWN_LINES):
        fail("cant_delete_message")
    messages.remove(call.ws, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """The link to a message."""
    channel = call.channel()
    message = messages.find(channel, call.text("message_ts"))
    return {"channel": channel.id, "permalink": messages.permalink(call.ws, message)}


def _target(call: Call) -> Channel:
    """By id, by name with or without #, or a person's id; and the bot may write there."""
    wanted = call.text("channel")
    if wanted in call.ws.users:
        if call.ws.users[wanted].deleted:
            fail("channel_not_found")
        return call.ws.im(wanted)
    channel = call.ws.channels.get(wanted) or call.ws.named(wanted) or fail("channel_not_found")
    if BOT_USER in channel.members:
        return channel
    if channel.kind != "channel":
        fail("channel_not_found")
    if call.method == "chat.postMessage" and call.core.granted("chat:write.public"):
        return channel
    return fail("not_in_channel")


def _cut(text: str) -> tuple[str, Json]:
    if len(text) <= limits.TEXT_MOST:
        return text, {}
    warning = "message_truncated"
    return text[: limits.TEXT_MOST], {
        "warning": warning,
        "response_metadata": {"warnings": [warning]},
    }


def _message(call: Call, channel: Channel, text: str) -> Message:
    markdown = call.text("markdown_text")
    blocks = limits.blocks(call.args.get("blocks"))
    if markdown and (text or blocks):
        fail("markdown_text_conflict")
    attached = limits.attachments(call.args.get("attachments"))
    if not (text or markdown or blocks or attached):
        fail("no_text")
    done = completed(blocks, call.ws.new_id)
    message = Message(call.ws.new_ts(), channel.id, BOT_USER, text or markdown, blocks=done)
    message.attachments = attached
    return message


def _change(call: Call, message: Message) -> None:
    given: dict[str, Any] = {k: call.args.get(k) for k in ("text", "blocks", "attachments")}
    if all(v is None for v in given.values()) and not call.text("metadata"):
        fail("no_text")
    metadata = limits.metadata(call.args.get("metadata"))
    text, blocks = call.text("text"), limits.blocks(given["blocks"])
    attached = limits.attachments(given["attachments"])
    if not (text or blocks or attached):
        fail("no_text")
    message.text = text
    message.blocks = completed(blocks, call.ws.new_id)
    message.attachments = attached
    if metadata is not None:
        message.metadata = metadata or None
    message.edited = {"user": BOT_USER, "ts": call.ws.new_ts()}


def _pace(call: Call, channel: Channel) -> None:
    wait = call.core.rates.post(channel.id)
    if wait:
        error = SlackError("ratelimited", status=429)
        error.headers["Retry-After"] = str(wait)
        raise error
