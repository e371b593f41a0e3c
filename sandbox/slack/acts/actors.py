"""Who acts, and where they may."""

from sandbox.slack.core import Core
from sandbox.slack.errors import fail
from sandbox.slack.model import SLACKBOT, Channel, Message, User


def person(core: Core, user_id: str) -> User:
    """The person who acts.

    Raises:
        SlackError: user_not_found, or account_inactive for one who left; a bot cannot act.
    """
    user = core.ws.user(user_id)
    if user.is_bot or user.id == SLACKBOT:
        fail("a bot has no hands here")
    if user.deleted:
        fail("account_inactive")
    return user


def room(core: Core, user: User, channel_id: str) -> Channel:
    """A channel that the person may see; a user id (the bot's) means their DM with the bot.

    Raises:
        SlackError: channel_not_found.
    """
    if channel_id.startswith("U"):
        return core.ws.im(user.id)
    channel = core.ws.channel(channel_id)
    if not core.ws.visible(channel, user.id):
        fail("channel_not_found")
    return channel


def own_room(core: Core, user: User, channel_id: str) -> Channel:
    """A channel that the person may write in.

    Raises:
        SlackError: channel_not_found, not_in_channel, is_archived.
    """
    channel = room(core, user, channel_id)
    if user.id not in channel.members:
        fail("not_in_channel")
    if channel.is_archived:
        fail("is_archived")
    return channel


def message_for(channel: Channel, user: User, ts: str) -> Message:
    """A message as that person sees the channel, their ephemeral ones included.

    Raises:
        SlackError: message_not_found.
    """
    hidden = (m for m in channel.ephemerals if m.ts == ts and m.ephemeral_for == user.id)
    message = channel.messages.get(ts) or next(hidden, None)
    if message is None or message.tombstone:
        fail("message_not_found")
    return message
