"""Slack's payloads as intents. Pure: nothing is looked up, nothing is decided.

Only what the bot needs is kept; tokens, Block Kit and other people's profiles are left behind.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.domain.intent import Intent, IntentKind
from bot.slack.fields import clipped, element_value, form_values
from bot.slack.names import event_type

Body = Mapping[str, Any]

_EVENT_KEYS: Final = (
    "type",
    "subtype",
    "user",
    "channel",
    "channel_type",
    "ts",
    "thread_ts",
    "event_ts",
    "reaction",
    "item_user",
    "tab",
    "inviter",
    "team",
    "deleted_ts",
)
_ITEM_KEYS: Final = ("type", "channel", "ts", "file")
_WORDS_KEPT: Final = 100  # enough for the id of the incident that a command names
_METADATA_MAX: Final = 3000  # private_metadata: https://docs.slack.dev/reference/views


def command_intent(body: Body, now: datetime) -> Intent:
    """Return a slash command."""
    text, note = _bounded(body.get("text") or "")
    return Intent(
        id=body["trigger_id"],
        kind=IntentKind.COMMAND,
        name=body["command"],
        user=body["user_id"],
        team=body.get("team_id") or "",
        received_at=now,
        channel=body.get("channel_id"),
        text=text,
        payload=note,
        thread_ts=body.get("thread_ts"),
        response_url=body.get("response_url"),
    )


def click_intent(body: Body, now: datetime) -> Intent:
    """Return a click on a button or a choice in a select, in a message or in a view."""
    action = body["actions"][0]
    view = body.get("view") or {}
    opened = opened_from(view.get("private_metadata"))
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    message_ts = container.get("message_ts") or (body.get("message") or {}).get("ts")
    value = element_value(action)
    values = form_values(view.get("state") or body.get("state"))
    payload: dict[str, Any] = {"opened": opened} if opened else {}
    if view:
        kept = ("id", "callback_id", "type", "hash", "root_view_id")
        payload["view"] = {key: view[key] for key in kept if view.get(key)}
    return Intent(
        id=body["trigger_id"],
        kind=IntentKind.CLICK,
        name=action["action_id"],
        user=body["user"]["id"],
        team=_team(body),
        received_at=now,
        channel=channel or opened.get("channel"),
        value=",".join(value) if isinstance(value, list) else (value or ""),
        values=values,
        payload=payload,
        message_ts=message_ts,
        thread_ts=container.get("thread_ts") or (body.get("message") or {}).get("thread_ts"),
        response_url=body.get("response_url") or opened.get("response_url"),
        guard=_guard(
            channel or view.get("id") or "",
            message_ts or "",
            action["action_id"],
            str(value),
            repr(values) if view else "",  # a preview of what was changed is another one
            body["user"]["id"],
        ),
    )


def view_intent(body: Body, now: datetime) -> Intent:
    """Return a submitted form; where it was opened from comes out of its private metadata."""
    view = body["view"]
    opened = opened_from(view.get("private_metadata"))
    return Intent(
        id=f"view:{view['id']}",
        kind=IntentKind.VIEW,
        name=view.get("callback_id") or "",
        user=body["user"]["id"],
        team=_team(body),
        received_at=now,
        channel=opened.get("channel"),
        value=str(opened.get("value") or ""),
        values=form_values(view.get("state")),
        payload={"opened": opened},
        message_ts=opened.get("message_ts"),
        response_url=opened.get("response_url"),
    )


def shortcut_intent(body: Body, now: datetime) -> Intent:
    """Return a global shortcut, or one on a message."""
    message = body.get("message") or {}
    on_message = body.get("type") == "message_action"
    text, note = _bounded(message.get("text") or "")
    payload: dict[str, Any] = dict(note)
    if on_message:
        kept = ("ts", "thread_ts", "user", "bot_id")
        payload["message"] = {key: message[key] for key in kept if message.get(key)}
        payload["message"]["text"] = text
    return Intent(
        id=body["trigger_id"],
        kind=IntentKind.MESSAGE_SHORTCUT if on_message else IntentKind.SHORTCUT,
        name=body["callback_id"],
        user=body["user"]["id"],
        team=_team(body),
        received_at=now,
        channel=(body.get("channel") or {}).get("id"),
        payload=payload,
        message_ts=body.get("message_ts") or message.get("ts"),
        thread_ts=message.get("thread_ts"),
        response_url=body.get("response_url"),
    )


def event_intent(body: Body, now: datetime) -> Intent:
    """Return an event of the Events API, named as in the manifest ("message.channels")."""
    event = body["event"]
    item = event.get("item") or {}
    text, note = _bounded(event.get("text") or "")
    payload: dict[str, Any] = {key: event[key] for key in _EVENT_KEYS if key in event} | note
    channel = event.get("channel") or item.get("channel")
    if isinstance(channel, Mapping):  # channel_rename and its like carry the whole channel
        payload["channel"] = {key: channel[key] for key in ("id", "name") if key in channel}
        channel = channel.get("id")
    if item:
        payload["item"] = {key: item[key] for key in _ITEM_KEYS if key in item}
    user = event.get("user") or ""
    return Intent(
        id=body["event_id"],
        kind=IntentKind.EVENT,
        name=event_type(event),
        user=user if isinstance(user, str) else user.get("id", ""),
        team=event.get("user_team") or event.get("team") or body.get("team_id") or "",
        received_at=now,
        channel=channel,
        text=text,
        payload=payload,
        message_ts=item.get("ts") or event.get("ts"),
        thread_ts=event.get("thread_ts"),
    )


def private_metadata(intent: Intent) -> str:
    """Return what a form remembers of the intent that opened it, within Slack's limit."""
    kept = {
        "intent": intent.id,
        "channel": intent.channel,
        "value": intent.value,
        "response_url": intent.response_url,
        "message_ts": intent.message_ts,
        "text": intent.text[:_WORDS_KEPT],
    }
    text = _compact({key: value for key, value in kept.items() if value})
    if len(text) > _METADATA_MAX:  # a value may have 2,000 characters that double when escaped
        del kept["value"], kept["text"]
        text = _compact({key: value for key, value in kept.items() if value})
    return text


def opened_from(metadata: str | None) -> dict[str, Any]:
    """Return what `private_metadata` wrote; empty when it is not ours."""
    try:
        found = json.loads(metadata or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _bounded(text: str) -> tuple[str, dict[str, Any]]:
    kept = clipped(text)
    return kept, ({} if kept == text else {"truncated": len(text)})


def _team(body: Body) -> str:
    """Return the team of the person, which in a shared channel is not ours."""
    return (body.get("user") or {}).get("team_id") or (body.get("team") or {}).get("id") or ""


def _guard(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
