"""Writing messages and slash commands."""

import re

from sandbox.slack import messages, payloads, responses
from sandbox.slack.acts.common import own_room, person
from sandbox.slack.answer import Answer
from sandbox.slack.core import Core
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Json, Message
from sandbox.slack.workspace import Workspace

_NOT_A_COMMAND = (
    '{} is not a valid command. In Slack, all messages that start with the "/" character '
    "are interpreted as commands."
)


async def say(core: Core, user_id: str, channel_id: str, text: str, thread_ts: str = "") -> Json:
    """Post as that person; text that begins with `/` is a command. The answer has `ts`."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    if text.startswith("/"):
        name, _, words = text.partition(" ")
        if thread_ts:
            note = f"{name} is not supported in threads. Sorry!"
            return {"ts": messages.slackbot(core.ws, channel, user.id, note).ts}
        outcome = await command(core, user_id, channel.id, name, words.strip())
        return {"ts": "", **outcome}
    message = Message(core.ws.new_ts(), channel.id, user.id, _linked(core.ws, text, labels=False))
    message.thread_ts = thread_ts
    message.extra = {"client_msg_id": core.ws.new_id("m")}
    return {"ts": messages.put(core.ws, channel, message).ts}


async def command(core: Core, user_id: str, channel_id: str, name: str, text: str) -> Json:
    """Run a slash command: `{status, response}`, plus `error` when Slack would show one."""
    user = person(core, user_id)
    channel = own_room(core, user, channel_id)
    known = core.app.command(name)
    if known is None:
        messages.slackbot(core.ws, channel, user.id, _NOT_A_COMMAND.format(name))
        return {"status": 0, "response": None, "error": "not_a_command"}
    words = _linked(core.ws, text, labels=True) if known.escapes else text
    payload = payloads.command(core, user, channel, name, words)
    answer = await core.delivery.send("slash_commands", payload)
    error = answer.error or _show(core, user_id, channel, answer)
    if error:
        text = f'{name} failed with the error "{error}"'
        messages.slackbot(core.ws, channel, user.id, text)
    outcome = {"status": answer.status, "response": answer.body}
    return outcome | ({"error": error} if error else {})


def _show(core: Core, user_id: str, channel: Channel, answer: Answer) -> str:
    try:
        responses.immediate(core, user_id, channel, answer.body)
    except SlackError as refused:
        return refused.error
    return ""


def _linked(ws: Workspace, text: str, *, labels: bool) -> str:
    """Text with @ann and #ops as Slack sends them: <@U0ANN>, or <@U0ANN|ann> in commands."""
    people = {u.name: u.id for u in ws.users.values()}
    rooms = {c.name: c.id for c in ws.channels.values() if c.kind == "channel"}

    def user_link(match: re.Match[str]) -> str:
        name = match[1]
        label = f"|{name}" if labels else ""
        return f"<@{people[name]}{label}>" if name in people else match[0]

    def room_link(match: re.Match[str]) -> str:
        name = match[1]
        return f"<#{rooms[name]}|{name}>" if name in rooms else match[0]

    text = re.sub(r"(?<![\w<])@([\w.-]+\b)", user_link, text)
    return re.sub(r"(?<![\w<])#([\w-]+)", room_link, text)
