"""Hears Slack: validate, make the intent, record it, acknowledge. Nothing is decided here.

One Bolt listener per kind of request, then a dictionary: Bolt asks its listeners one after the
other and builds all their arguments each time.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.command import Click, SlashCommand
from bot.domain.intent import Intent
from bot.errors import Unavailable
from bot.ports import Clock, Inbox
from bot.slack import intents, modals
from bot.slack.opener import Opener
from bot.slack.routes import REOPEN, Routes

RECORD_TIMEOUT_S: Final = 2.0  # Slack waits 3 s
_ANY: Final = re.compile("")

Body = dict[str, Any]
Observe = Callable[[str, float], None]


class Listeners:
    """The bot's ears.

    A recorded intent's payload says what was already done here: `opens` is the form that this
    process opened (nothing is left to do), `unknown` that no command declares the name and that
    the person was told so.
    """

    def __init__(
        self,
        commands: Iterable[SlashCommand],
        inbox: Inbox,
        clock: Clock,
        opener: Opener,
        *,
        bot_user: str = "",
        observe: Observe = lambda _kind, _seconds: None,
    ) -> None:
        """`observe` gets the kind of a request and how long it was held before the answer."""
        self._routes = Routes.of(commands)
        self._inbox = inbox
        self._clock = clock
        self._opener = opener
        self._bot_user = bot_user
        self._observe = observe

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
            failure, _ = await self._record(_noted(intent, unknown=True))
            return await ack(failure or modals.OLD_COMMAND)
        form = command.opens(intent)
        failure, new = await self._record(_noted(intent, opens=form) if form else intent)
        if failure:
            return await ack(failure)
        if form and new:
            self._opener.open(intent, form)
        return await ack()

    async def click(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Record a click; open or push what it shows."""
        intent = intents.click_intent(body, self._clock.now())
        click = self._routes.click(intent.name)
        form, opener_intent = (click.opens if click else None), intent
        if intent.name == REOPEN:
            form, opener_intent = modals.reopened(intent)
        elif click is None:
            return await self._unknown_click(intent, ack)
        failure, new = await self._record(_noted(intent, opens=form) if form else intent)
        if failure:
            self._opener.say(intent, failure)  # Slack ignores the body of this acknowledgement
        elif new and form:
            self._opener.open(opener_intent, form)
        elif new and click:
            self._preview(intent, click)
        return await ack()

    async def view(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Check a submitted form, record it, close it. What is wrong is said in the form."""
        if body.get("type") != "view_submission":
            return await ack()
        intent = intents.view_intent(body, self._clock.now())
        form = self._routes.forms.get(intent.name)
        if form is None:
            failure, _ = await self._record(_noted(intent, unknown=True))
            return await ack(response_action="update", view=modals.refusal(modals.OLD_FORM))
        errors = form.validate(intent.values)
        if errors:
            return await ack(response_action="errors", errors=dict(errors))
        failure, _ = await self._record(intent)
        if failure:
            return await ack(response_action="errors", errors=_on_first_field(intent, failure))
        return await ack(response_action="clear")

    async def shortcut(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Record a global or message shortcut; open its form."""
        intent = intents.shortcut_intent(body, self._clock.now())
        known = self._routes.shortcuts.get(intent.name)
        if known is None:
            await self._record(_noted(intent, unknown=True))
            self._opener.refuse(intent, modals.OLD_BUTTON)
            return await ack()
        failure, new = await self._record(
            _noted(intent, opens=known.opens) if known.opens else intent
        )
        if failure:
            self._opener.refuse(intent, failure)
        elif known.opens and new:
            self._opener.open(intent, known.opens)
        return await ack()

    async def event(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Record an event that a command wants; raise without a memory: Slack sends it again.

        Raises:
            Unavailable: it could not be recorded.
        """
        event = body["event"]
        if self._from_a_bot(event) or not self._routes.wanted(event):
            return await ack()
        failure, _ = await self._record(intents.event_intent(body, self._clock.now()))
        if failure:
            raise Unavailable(failure)
        return await ack()

    async def _unknown_click(self, intent: Intent, ack: AsyncAck) -> BoltResponse:
        failure, new = await self._record(_noted(intent, unknown=True))
        if failure or new:
            self._opener.say(intent, failure or modals.OLD_BUTTON)
        return await ack()

    def _preview(self, intent: Intent, click: Click) -> None:
        if click.preview is not None:
            self._opener.preview(intent, click.preview)

    def _from_a_bot(self, event: Mapping[str, Any]) -> bool:
        if event.get("bot_id") or (event.get("message") or {}).get("bot_id"):
            return True
        return bool(self._bot_user) and event.get("user") == self._bot_user

    async def _record(self, intent: Intent) -> tuple[str, bool]:
        """Return (what to tell when it failed, whether it is new)."""
        try:
            async with asyncio.timeout(RECORD_TIMEOUT_S):
                return "", await self._inbox.record(intent)
        except Unavailable:
            return modals.NO_MEMORY, False
        except TimeoutError:
            return modals.SLOW_MEMORY, False

    def _timed(self, kind: str, listener: Callable[..., Any]) -> Callable[..., Any]:
        observe = self._observe

        async def timed(body: Body, ack: AsyncAck) -> BoltResponse:
            clock = asyncio.get_running_loop().time
            started = clock()
            answered: BoltResponse = await listener(body, ack)
            observe(kind, clock() - started)
            return answered

        return timed


def _noted(intent: Intent, **notes: Any) -> Intent:
    return intent.model_copy(update={"payload": intent.payload | notes})


def _on_first_field(intent: Intent, text: str) -> dict[str, str]:
    first = next(iter(intent.values), "")
    return {first: text}
