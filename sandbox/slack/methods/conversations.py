"""conversations.* that change a channel."""

from sandbox.slack import rooms
from sandbox.slack.errors import SlackError, fail
from sandbox.slack.methods.call import Call
from sandbox.slack.model import BOT_USER, Channel, Json


def create(call: Call) -> Json:
    """A new channel; the bot is in it."""
    private = call.flag("is_private")
    call.need_scope("group" if private else "channel")
    channel = rooms.create(call.ws, BOT_USER, call.text("name"), private=private)
    return {"channel": rooms.describe(channel)}


def archive(call: Call) -> Json:
    """Close a channel."""
    channel = _room(call, member=True)
    if channel.is_archived:
        fail("already_archived")
    if channel.name == "general":
        fail("cant_archive_general")
    rooms.archive(call.ws, channel, BOT_USER)
    return {}


def unarchive(call: Call) -> Json:
    """Open it again."""
    channel = _room(call)
    if not channel.is_archived:
        fail("not_archived")
    rooms.unarchive(call.ws, channel, BOT_USER)
    return {}


def rename(call: Call) -> Json:
    """Another name."""
    channel = _writable(call)
    rooms.rename(call.ws, channel, BOT_USER, call.text("name"))
    return {"channel": rooms.describe(channel)}


def set_topic(call: Call) -> Json:
    """The topic; the answer shows the channel."""
    channel = _writable(call)
    rooms.set_note(call.ws, channel, BOT_USER, "topic", call.text("topic"))
    return {"channel": rooms.describe(channel)}


def set_purpose(call: Call) -> Json:
    """The purpose."""
    channel = _writable(call)
    rooms.set_note(call.ws, channel, BOT_USER, "purpose", call.text("purpose"))
    return {"purpose": call.text("purpose")}


def invite(call: Call) -> Json:
    """Bring people in: all of them or, without `force`, none."""
    channel = _writable(call)
    guests = call.listed("users")
    refused = [(guest, why) for guest in guests if (why := _refusal(call, channel, guest))]
    errors = [{"user": guest, "ok": False, "error": why} for guest, why in refused]
    welcome = [g for g in dict.fromkeys(guests) if g not in dict(refused)]
    if refused and not (call.flag("force") and welcome):
        raise SlackError(refused[0][1], errors=errors)
    for guest in welcome:
        rooms.join(call.ws, channel, guest, inviter=BOT_USER)
    shown = {"channel": rooms.describe(channel)}
    return shown | ({"errors": errors} if errors else {})


def _refusal(call: Call, channel: Channel, guest: str) -> str:
    user = call.ws.users.get(guest)
    if user is None:
        return "user_not_found"
    if guest == BOT_USER:
        return "cant_invite_self"
    if guest in channel.members:
        return "already_in_channel"
    if user.deleted:
        return "cant_invite"
    if user.is_restricted:
        return "user_is_restricted"
    return "no_external_invite_permission" if user.is_stranger else ""


def join(call: Call) -> Json:
    """Join a public channel; being there already is a warning."""
    channel = _room(call)
    if channel.kind == "group":
        fail("method_not_supported_for_channel_type")
    if channel.is_archived:
        fail("is_archived")
    warning = {}
    if BOT_USER in channel.members:
        word = "already_in_channel"
        warning = {"warning": word, "response_metadata": {"warnings": [word]}}
    else:
        rooms.join(call.ws, channel, BOT_USER)
    return {"channel": rooms.describe(channel), **warning}


def leave(call: Call) -> Json:
    """Leave; not being there is not an error."""
    channel = _room(call)
    if channel.name == "general":
        fail("cant_leave_general")
    if channel.is_archived:
        fail("is_archived")
    if BOT_USER not in channel.members:
        return {"not_in_channel": True}
    rooms.leave(call.ws, channel, BOT_USER)
    return {}


def kick(call: Call) -> Json:
    """Put someone out."""
    channel = _room(call, member=True)
    user = call.ws.user(call.text("user"))
    if user.id == BOT_USER:
        fail("cant_kick_self")
    if channel.name == "general":
        fail("cant_kick_from_general")
    if user.id not in channel.members:
        fail("not_in_channel")
    rooms.leave(call.ws, channel, user.id, remover=BOT_USER)
    return {"errors": {}}


def open_dm(call: Call) -> Json:
    """The DM with a person; group DMs are not kept here."""
    if call.text("channel"):
        channel = call.channel()
        return {"channel": rooms.describe(channel)}
    people = call.listed("users")
    if not people:
        fail("users_list_not_supplied")
    if len(people) > 1:
        fail("invalid_user_combination")
    call.need_scope("im")
    user = call.ws.user(people[0])
    if user.deleted:
        fail("user_disabled")
    known = any(c.im_with == user.id for c in call.ws.channels.values())
    channel = call.ws.im(user.id)
    shown = rooms.describe(channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if known else {})


def _room(call: Call, *, member: bool = False) -> Channel:
    channel = call.channel(member=member)
    if channel.kind == "im":
        fail("method_not_supported_for_channel_type")
    return channel


def _writable(call: Call) -> Channel:
    channel = _room(call, member=True)
    if channel.is_archived:
        fail("is_archived")
    return channel
