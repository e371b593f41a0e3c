"""The app's manifest, made from the code: what is declared is what Slack is asked for."""

from collections.abc import Iterable
from typing import Any, Final

import yaml

from bot.command import Shortcut, SlashCommand
from bot.slack.scopes import event_names, needed

_NAME: Final = "Signalbox"
_DESCRIPTION: Final = "Incidents from declare to resolved, with everything durable and audited"
_COLOUR: Final = "#1f2a44"
_HEADER: Final = "# Made by `signalbox manifest`; do not edit. Paste it into the app's settings.\n"


def manifest(
    commands: Iterable[SlashCommand], *, socket_mode: bool, request_url: str | None = None
) -> dict[str, Any]:
    """Return the manifest. `request_url`: the public address of /slack/events, for HTTP mode."""
    known = tuple(commands)
    url = None if socket_mode else request_url
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": _NAME,
            "description": _DESCRIPTION,
            "background_color": _COLOUR,
        },
        "features": _features(known, url),
        "oauth_config": {"scopes": {"bot": needed(known)}},
        "settings": {
            "event_subscriptions": _addressed({"bot_events": event_names(known)}, url),
            "interactivity": _addressed({"is_enabled": True}, url),
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(
    commands: Iterable[SlashCommand], *, socket_mode: bool, request_url: str | None = None
) -> str:
    """Return the manifest as the text of manifest.yml."""
    made = manifest(commands, socket_mode=socket_mode, request_url=request_url)
    return _HEADER + yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=100)


def _features(known: tuple[SlashCommand, ...], url: str | None) -> dict[str, Any]:
    features: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": _NAME, "always_online": True},
    }
    shortcuts = [_shortcut(shortcut) for command in known for shortcut in command.shortcuts]
    if shortcuts:
        features["shortcuts"] = shortcuts
    if known:
        features["slash_commands"] = [_command(command, url) for command in known]
    return features


def _command(command: SlashCommand, url: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"command": command.name, "description": command.summary}
    if command.usage:
        shown["usage_hint"] = command.usage
    shown["should_escape"] = True  # @user arrives as <@U...>, #channel as <#C...>
    if url:
        shown["url"] = url
    return shown


def _shortcut(shortcut: Shortcut) -> dict[str, Any]:
    return {
        "name": shortcut.name,
        "type": "message" if shortcut.message else "global",
        "callback_id": shortcut.callback_id,
        "description": shortcut.description,
    }


def _addressed(settings: dict[str, Any], url: str | None) -> dict[str, Any]:
    return {"request_url": url, **settings} if url else settings
