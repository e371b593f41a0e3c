"""Answers through a response URL, and the immediate answer to a slash command."""

from typing import Any

from sandbox.slack import limits, messages
from sandbox.slack.blockkit.complete import completed
from sandbox.slack.core import Core
from sandbox.slack.errors import SlackError, fail
from sandbox.slack.model import BOT_USER, Channel, Json, Message
from sandbox.slack.triggers import ResponseUrl


def respond(core: Core, given: ResponseUrl, body: Json) -> None:
    """Do what the body asks: replace, delete, or post to the one or to all.

    Raises:
        SlackError: no_text, invalid_blocks, channel_not_found; with HTTP status 400 or 404.
    """
    try:
        channel = core.ws.channel(given.channel)
        if _yes(body.get("delete_original")):
            _delete(core, channel, given)
        elif _yes(body.get("replace_original")) and _source(channel, given) is not None:
            _replace(core, channel, given, _content(core, body))
        else:
            _post(core, channel, given, body)
    except SlackError as error:
        error.status = 404 if error.error == "channel_not_found" else 400
        raise


def immediate(core: Core, user_id: str, channel: Channel, body: Any) -> None:
    """The body of the 200 to a slash command: text or a message, private unless it says not."""
    if body in (None, "", {}):
        return
    message = body if isinstance(body, dict) else {"text": str(body)}
    respond(core, ResponseUrl("", user_id, channel.id, core.ws.clock()), message)


def _yes(value: Any) -> bool:
    return value is True or value == "true"


def _source(channel: Channel, given: ResponseUrl) -> Message | None:
    hidden = (m for m in channel.ephemerals if m.ts == given.source_ts)
    return channel.messages.get(given.source_ts) or next(hidden, None)


def _content(core: Core, body: Json) -> Json:
    text = str(body.get("text") or "")
    blocks = limits.blocks(body.get("blocks"), total=False)
    attached = limits.attachments(body.get("attachments"))
    if not (text or blocks or attached):
        fail("no_text")
    done = completed(blocks, core.ws.new_id)
    return {"text": text, "blocks": done, "attachments": attached}


def _post(core: Core, channel: Channel, given: ResponseUrl, body: Json) -> None:
    content = _content(core, body)
    message = Message(core.ws.new_ts(), channel.id, BOT_USER, **content)
    message.thread_ts = str(body.get("thread_ts") or "")
    if body.get("response_type") == "in_channel":
        message.metadata = limits.metadata(body.get("metadata"))
        messages.put(core.ws, channel, message)
    else:
        message.ephemeral_for = given.user
        messages.whisper(core.ws, channel, message)


def _replace(core: Core, channel: Channel, given: ResponseUrl, content: Json) -> None:
    message = _source(channel, given) or fail("message_not_found")
    before = messages.show(core.ws, message)
    message.text, message.blocks = content["text"], content["blocks"]
    message.attachments = content["attachments"]
    if message.ephemeral_for:
        core.ws.changed("ephemeral", channel.id, message.thread_ts, user=message.ephemeral_for)
    else:
        message.edited = {"user": BOT_USER, "ts": core.ws.new_ts()}
        messages.edited(core.ws, channel, message, before)


def _delete(core: Core, channel: Channel, given: ResponseUrl) -> None:
    message = _source(channel, given)
    if message is None:
        return
    if message.ephemeral_for:
        channel.ephemerals.remove(message)
        core.ws.changed("ephemeral", channel.id, message.thread_ts, user=message.ephemeral_for)
    else:
        messages.remove(core.ws, channel, message)
