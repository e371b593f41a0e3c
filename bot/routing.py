"""Which command, form, click, shortcut or event a name means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

from bot.command import Click, Event, Form, Handler, Shortcut, SlashCommand, TimerHandler
from bot.domain.intent import Intent, IntentKind
from bot.usecases import UseCases
from bot.usecases.turn import Turn


@dataclass(frozen=True, slots=True)
class Routes:
    """Everything the commands declare, by the names that Slack sends."""

    commands: Mapping[str, SlashCommand]
    forms: Mapping[str, Form]
    clicks: Mapping[str, Click]
    shortcuts: Mapping[str, Shortcut]
    events: Mapping[str, tuple[Event, ...]]
    webhooks: Mapping[str, Handler]
    timers: Mapping[str, TimerHandler]

    @classmethod
    def of(cls, commands: Iterable[SlashCommand]) -> Self:
        """Return the routes of `commands`."""
        known = tuple(commands)
        events: dict[str, tuple[Event, ...]] = {}
        for event in chain.from_iterable(command.events for command in known):
            events[event.type] = (*events.get(event.type, ()), event)
        return cls(
            commands={command.name: command for command in known},
            forms={form.callback_id: form for c in known for form in c.forms},
            clicks={click.action_id: click for c in known for click in c.clicks},
            shortcuts={short.callback_id: short for c in known for short in c.shortcuts},
            events=events,
            webhooks={name: hear for c in known for name, hear in (c.webhooks or {}).items()},
            timers={kind: timer for c in known for kind, timer in (c.timers or {}).items()},
        )

    def click(self, action_id: str) -> Click | None:
        """Return the click of `id`, else of `id:` or `id` for `id:anything`."""
        stem, colon, _ = action_id.partition(":")
        known = (action_id, stem + colon, stem)
        return next((self.clicks[name] for name in known if name in self.clicks), None)

    def event(self, kind: str, event: Mapping[str, Any], *, own: bool = False) -> Event | None:
        """Return who wants this event, or None.

        `kind` is its type as the manifest names it ("message.channels"); `own`: a bot caused it.
        """
        for known in self.events.get(kind, ()):
            if known.wanted(event) and (known.own or not own):
                return known
        return None

    def handler(self, intent: Intent) -> Handler:
        """Return what decides a recorded intent.

        What the listening process answered itself (a form it opened, a name it did not know) is
        only noted in the audit.
        """
        if intent.payload.get("opens") or intent.payload.get("unknown"):
            return _note
        found: Handler | None = None
        match intent.kind:
            case IntentKind.COMMAND if command := self.commands.get(intent.name):
                found = command.handle
            case IntentKind.CLICK if click := self.click(intent.name):
                found = click.handle
            case IntentKind.VIEW if form := self.forms.get(intent.name):
                found = form.submit
            case IntentKind.SHORTCUT | IntentKind.MESSAGE_SHORTCUT if (
                shortcut := self.shortcuts.get(intent.name)
            ):
                found = shortcut.handle
            case IntentKind.EVENT if hear := self.webhooks.get(intent.name.partition(".")[0]):
                found = hear
            case IntentKind.EVENT if event := self.event(intent.name, intent.payload):
                found = event.handle
        return found or _note


async def _note(turn: Turn, use: UseCases) -> None:
    del use
    what = "unknown" if turn.intent.payload.get("unknown") else "opened"
    turn.audit(f"{turn.intent.kind.value}.{what}", turn.intent.id, name=turn.intent.name[:80])
