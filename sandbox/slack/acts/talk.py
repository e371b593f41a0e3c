"""Writing messages and slash commands."""

from sandbox.slack import messages, payloads, responses
from sandbox.slack.acts.actors import own_room, person
from sandbox.slack.acts.words import escaped, linked, unlinked
from sandbox.slack.answer import Answer
from sandbox.slack.core import Core
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Json, Message

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
    message = Message(core.ws.new_ts(), channel.id, user.id, linked(core.ws, text))
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
    words = escaped(core.ws, text) if known.escapes else unlinked(core.ws, text)
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
