"""Hears Slack: validate, make the intent, record it, acknowledge. Nothing is decided here.

One Bolt listener per kind of request, then a dictionary: Bolt asks its listeners one after the
other and builds all their arguments each time.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.command import SlashCommand
from bot.domain.intent import Intent
from bot.errors import Unavailable
from bot.ports import Clock, Inbox
from bot.routing import Routes
from bot.slack import intents, modals
from bot.slack.names import REOPEN, event_type
from bot.slack.opener import Opener

RECORD_TIMEOUT_S: Final = 2.0  # Slack waits 3 s
_ANY: Final = re.compile("")

Body = dict[str, Any]


class Watch(Protocol):
    """Who counts (bot.web's Metrics does)."""

    def acked(self, kind: str, seconds: float) -> None:
        """Count an answered request and how long it was held."""

    def recorded(self, kind: str) -> None:
        """Count a new intent."""


class _Blind:
    def acked(self, kind: str, seconds: float) -> None: ...

    def recorded(self, kind: str) -> None: ...


class Listeners:
    """The bot's ears.

    What opens a form is recorded with `payload["opens"]` = the form's callback id, and a name that
    no command declares (a button of an older version) with `payload["unknown"]`: this process
    answers them at once, and whoever takes the intent has nothing left to do.
    """

    def __init__(
        self,
        commands: Iterable[SlashCommand],
        inbox: Inbox,
        clock: Clock,
        opener: Opener,
        *,
        bot_user: str = "",
        watch: Watch | None = None,
    ) -> None:
        """`bot_user`: the bot's own user id, whose events are not heard."""
        self._routes = Routes.of(commands)
        self._inbox = inbox
        self._clock = clock
        self._opener = opener
        self._bot_user = bot_user
        self._watch = watch or _Blind()

    def attach(self, app: AsyncApp) -> None:
        """Register with Bolt; the most frequent kinds first."""
        app.command(_ANY)(self._timed("command", self.command))
        app.action(_ANY)(self._timed("click", self.click))
        app.event(_ANY)(self._timed("event", self.event))
        app.view(_ANY)(self._timed("view", self.view))
        app.shortcut(_ANY)(self._timed("shortcut", self.shortcut))

    async def command(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Record a slash command; open the form its words ask for."""
        intent = intents.command_intent(body, self._clock.now())
        command = self._routes.commands.get(intent.name)
        if command is None:
            failure, _ = await self._record(_unknown(intent))
            return await ack(failure or modals.OLD_COMMAND)
        form = command.opens(intent) or self._opener.asked(command, intent)
        failure, new = await self._record(_opening(intent, form))
        if failure:
            return await ack(failure)
        if form and new:
            self._opener.open(intent, form)
        return await ack()

    async def click(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Record a click; open or push what it shows."""
        intent = intents.click_intent(body, self._clock.now())
        click = self._routes.click(intent.name)
        if click is None and intent.name != REOPEN:
            return await self._unknown_click(intent, body["actions"][0], ack)
        form, shown_for = (click.opens if click else None), intent
        if intent.name == REOPEN:
            form, shown_for = modals.reopened(intent)
        previewed = click.preview if click else None
        failure, new = await self._record(_opening(intent, form or (previewed and "preview")))
        if failure:
            self._opener.say(intent, failure)  # Slack ignores the body of this acknowledgement
        elif new and form:
            self._opener.open(shown_for, form)
        elif new and previewed:
            self._opener.preview(intent, previewed)
        return await ack()

    async def view(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Check a submitted form, record it, close it. What is wrong is said in the form."""
        if body.get("type") != "view_submission":
            return await ack()
        intent = intents.view_intent(body, self._clock.now())
        form = self._routes.forms.get(intent.name)
        if form is None:
            failure, _ = await self._record(_unknown(intent))
            refused = modals.refusal(failure or modals.OLD_FORM)
            return await ack(response_action="update", view=refused)
        errors = form.validate(intent.values)
        if errors:
            return await ack(response_action="errors", errors=dict(errors))
        failure, _ = await self._record(intent)
        if not failure:
            return await ack(response_action="clear")
        if intent.values:  # the form stays, with everything that was typed
            return await ack(response_action="errors", errors={next(iter(intent.values)): failure})
        return await ack(response_action="update", view=modals.refusal(failure))

    async def shortcut(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Record a global or message shortcut; open its form."""
        intent = intents.shortcut_intent(body, self._clock.now())
        known = self._routes.shortcuts.get(intent.name)
        if known is None:
            failure, _ = await self._record(_unknown(intent))
            self._opener.refuse(intent, failure or modals.OLD_BUTTON)
            return await ack()
        form = known.opens
        failure, new = await self._record(_opening(intent, form))
        if failure:
            self._opener.refuse(intent, failure)  # a global shortcut has no place for a line
        elif form and new:
            self._opener.open(intent, form)
        return await ack()

    async def event(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Record an event that a command wants; raise without a memory: Slack sends it again.

        Raises:
            Unavailable: it could not be recorded.
        """
        event = body["event"]
        if not self._routes.event(event_type(event), event, own=self._from_a_bot(event)):
            return await ack()
        failure, _ = await self._record(intents.event_intent(body, self._clock.now()))
        if failure:
            raise Unavailable(failure)
        return await ack()

    async def _unknown_click(
        self, intent: Intent, action: Mapping[str, Any], ack: AsyncAck
    ) -> BoltResponse:
        """Say that the button is an old one; a link, or a choice in a form, asks for nothing."""
        in_form = (intent.payload.get("view") or {}).get("type") == "modal"
        if action.get("url") or (in_form and action.get("type") != "button"):
            return await ack()
        failure, new = await self._record(_unknown(intent))
        if failure or new:
            self._opener.say(intent, failure or modals.OLD_BUTTON)
        return await ack()

    def _from_a_bot(self, event: Mapping[str, Any]) -> bool:
        if event.get("bot_id") or (event.get("message") or {}).get("bot_id"):
            return True
        return bool(self._bot_user) and event.get("user") == self._bot_user

    async def _record(self, intent: Intent) -> tuple[str, bool]:
        """Return (what to tell when it failed, whether it is new)."""
        try:
            async with asyncio.timeout(RECORD_TIMEOUT_S):
                new = await self._inbox.record(intent)
        except Unavailable:
            return modals.NO_MEMORY, False
        except TimeoutError:
            return modals.SLOW_MEMORY, False
        if new:
            self._watch.recorded(intent.kind.value)
        return "", new

    def _timed(self, kind: str, listener: Callable[..., Any]) -> Callable[..., Any]:
        acked = self._watch.acked

        async def timed(body: Body, ack: AsyncAck) -> BoltResponse:
            clock = asyncio.get_running_loop().time
            started = clock()
            answered: BoltResponse = await listener(body, ack)
            acked(kind, clock() - started)
            return answered

        return timed


def _unknown(intent: Intent) -> Intent:
    return intent.model_copy(update={"payload": intent.payload | {"unknown": True}})


def _opening(intent: Intent, form: str | None) -> Intent:
    if not form:
        return intent
    return intent.model_copy(update={"payload": intent.payload | {"opens": form}})
