"""The contracts of what people can do: slash commands, clicks, forms, shortcuts, events.

A file (or package) under commands/ writes against these; help, routing and manifest.yml follow.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.intent import Intent
from bot.usecases import UseCases
from bot.usecases.turn import Turn

View = dict[str, Any]
Values = Mapping[str, Any]
"""A form's fields by block id: text, option value, user id or list of them; None when empty."""

Handler = Callable[[Turn, UseCases], Awaitable[None]]
"""Decides one intent: reads, then adds to the turn. Raises UserError to refuse."""

TimerHandler = Callable[[Turn, UseCases, str], Awaitable[None]]
"""Decides what a timer's firing means for its subject."""


@dataclass(frozen=True, slots=True)
class Form:
    """A modal. It is opened by the process that got the request, within 3 s.

    `skeleton` is pure and shown at once; `fill` makes the real view (it may read, and refuses by
    UserError); `validate` is pure and runs before the acknowledgement: block id -> what is wrong;
    `submit` decides the submission. The view's private_metadata is the opening intent's JSON
    (id, channel, value, response_url) and comes back as `Intent.payload`.
    """

    callback_id: str
    skeleton: Callable[[Intent], View]
    fill: Callable[[Intent, UseCases], Awaitable[View]]
    validate: Callable[[Values], Mapping[str, str]]
    submit: Handler


@dataclass(frozen=True, slots=True)
class Click:
    """A button or select by its stable action id. `opens` names the form it opens instead.

    An id matches `id` and `id:anything` (Slack wants ids unique in a block); one that ends in a
    colon only the latter.
    """

    action_id: str
    handle: Handler | None = None
    opens: str | None = None
    preview: Callable[[Intent, UseCases], Awaitable[View]] | None = None  # pushed on the form


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A global or message shortcut."""

    callback_id: str
    name: str  # at most 24 characters
    description: str
    message: bool = False
    handle: Handler | None = None
    opens: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A Slack event the bot listens to. `wanted` is pure: False drops it before it is recorded.

    `own`: also when the bot itself caused it. Event types are those of the manifest
    ("message.channels").
    """

    type: str
    handle: Handler
    wanted: Callable[[Mapping[str, Any]], bool] = lambda _event: True
    own: bool = False


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command and everything that belongs to it."""

    name: str
    summary: str
    usage: str  # the hint Slack shows behind the name
    handle: Handler
    opens: Callable[[Intent], str | None] = lambda _intent: None  # the form these words open
    # The same for words that only the catalog can judge; in memory, without waiting.
    asks: Callable[[Intent, UseCases], str | None] = lambda _intent, _use: None
    forms: tuple[Form, ...] = ()
    clicks: tuple[Click, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    events: tuple[Event, ...] = ()
    webhooks: Mapping[str, Handler] | None = None  # sender -> what its events ("sender.type") do
    timers: Mapping[str, TimerHandler] | None = None  # timer kind -> what happens when it fires
