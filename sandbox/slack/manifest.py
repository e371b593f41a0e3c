"""The app as its manifest describes it: commands, shortcuts, events, scopes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.model import Json


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command; `escapes` turns @ann into <@U0ANN|ann> in its text."""

    command: str
    description: str = ""
    usage_hint: str = ""
    escapes: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A global shortcut or one of a message."""

    callback_id: str
    name: str
    is_message: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """What the app may do. `events` and `scopes` None = everything (no manifest was given)."""

    name: str = "Signalbox"
    commands: tuple[Command, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None
    events: frozenset[str] | None = None
    scopes: frozenset[str] | None = None
    has_home: bool = True
    is_interactive: bool = True

    def command(self, name: str) -> Command | None:
        """The command of that name; any name when there is no manifest."""
        if self.commands is None:
            return Command(name, escapes=True)
        return next((c for c in self.commands if c.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        """The shortcut of that id; any id when there is no manifest."""
        if self.shortcuts is None:
            return Shortcut(callback_id, callback_id)
        return next((s for s in self.shortcuts if s.callback_id == callback_id), None)


def read(manifest: Mapping[str, Any] | None, granted: frozenset[str] | None) -> App:
    """The app of a manifest; `granted` overrides the scopes that it asks for."""
    if manifest is None:
        return App(scopes=granted)
    features = manifest.get("features") or {}
    settings = manifest.get("settings") or {}
    asked = ((manifest.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
    events = (settings.get("event_subscriptions") or {}).get("bot_events") or []
    return App(
        name=(features.get("bot_user") or {}).get("display_name", "Signalbox"),
        commands=tuple(_command(c) for c in features.get("slash_commands") or []),
        shortcuts=tuple(_shortcut(s) for s in features.get("shortcuts") or []),
        events=frozenset(events),
        scopes=frozenset(asked) if granted is None else granted,
        has_home=bool((features.get("app_home") or {}).get("home_tab_enabled")),
        is_interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
    )


def _command(entry: Json) -> Command:
    return Command(
        entry["command"],
        entry.get("description", ""),
        entry.get("usage_hint", ""),
        bool(entry.get("should_escape")),
    )


def _shortcut(entry: Json) -> Shortcut:
    return Shortcut(entry["callback_id"], entry["name"], entry.get("type") == "message")
