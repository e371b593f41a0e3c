"""What the bot is sent when a person acts; key sets as in Slack's own samples."""

from sandbox.slack import messages, views
from sandbox.slack.core import Core
from sandbox.slack.model import APP_ID, TEAM_DOMAIN, TEAM_ID, Channel, Json, Message, User, View

_TOKEN = "verification-token"  # noqa: S105 -- Slack's deprecated field, no secret
_COMMAND_CHANNEL = {"group": "privategroup", "im": "directmessage"}


def channel_name(channel: Channel) -> str:
    """A channel's name in payloads, where private ones have none."""
    return _COMMAND_CHANNEL.get(channel.kind, channel.name)


def command(core: Core, user: User, channel: Channel, name: str, text: str) -> Json:
    """A slash command's form."""
    return {
        "token": _TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "enterprise_id": "",
        "enterprise_name": "",
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": core.response_url(user.id, channel.id),
        "trigger_id": core.triggers.issue(user.id),
    }


def _head(kind: str, user: User) -> Json:
    return {
        "type": kind,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": APP_ID,
        "token": _TOKEN,
        "team": {
            "id": TEAM_ID,
            "domain": TEAM_DOMAIN,
            "enterprise_id": None,
            "enterprise_name": None,
        },
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _place(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel_name(channel)}


def message_container(message: Message) -> Json:
    """Where a click happened: on a message."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": bool(message.ephemeral_for),
    }
    return container | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def click_on_message(
    core: Core, user: User, channel: Channel, message: Message, action: Json
) -> Json:
    """block_actions from a message; an ephemeral one does not come along, as at Slack."""
    payload = _head("block_actions", user) | {
        "container": message_container(message),
        "trigger_id": core.triggers.issue(user.id),
        "channel": _place(channel),
        "state": {"values": message.state},
        "response_url": core.response_url(user.id, channel.id, message.ts),
        "actions": [action],
    }
    if not message.ephemeral_for:
        payload["message"] = messages.show(core.ws, message)
    return payload


def click_on_view(core: Core, user: User, view: View, action: Json) -> Json:
    """block_actions from a modal or a Home."""
    return _head("block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": core.triggers.issue(user.id),
        "view": views.show(view),
        "actions": [action],
    }


def submission(core: Core, user: User, view: View) -> Json:
    """view_submission."""
    return _head("view_submission", user) | {
        "trigger_id": core.triggers.issue(user.id),
        "view": views.show(view),
        "response_urls": [],
    }


def closed(user: User, view: View, *, cleared: bool) -> Json:
    """view_closed; `cleared` when the whole stack went."""
    return _head("view_closed", user) | {"view": views.show(view), "is_cleared": cleared}


def shortcut(core: Core, user: User, callback_id: str) -> Json:
    """A global shortcut."""
    return _head("shortcut", user) | {
        "callback_id": callback_id,
        "trigger_id": core.triggers.issue(user.id),
        "action_ts": core.ws.new_ts(),
    }


def message_action(
    core: Core, user: User, callback_id: str, channel: Channel, message: Message
) -> Json:
    """A message shortcut."""
    return _head("message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": core.triggers.issue(user.id),
        "action_ts": core.ws.new_ts(),
        "message_ts": message.ts,
        "message": messages.show(core.ws, message),
        "channel": _place(channel),
        "response_url": core.response_url(user.id, channel.id, message.ts),
    }


def suggestion(user: User, container: Json, place: Json, asked: Json) -> Json:
    """block_suggestion; `asked` has action_id, block_id, value; `place` the view or message."""
    return _head("block_suggestion", user) | {"container": container} | asked | place
