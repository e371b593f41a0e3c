"""Opens forms while their trigger lives (3 s), then fills them.

The one thing the listening process does itself after the acknowledgement; the intent is recorded
all the same. Nothing here changes state.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

import structlog

from bot.command import Form, SlashCommand
from bot.domain.intent import Intent
from bot.errors import BotError, IntegrationError, Rejected
from bot.slack import modals
from bot.slack.answers import Voice, answer, private_answer
from bot.slack.intents import private_metadata
from bot.usecases import UseCases

log = structlog.get_logger(__name__)

View = dict[str, Any]
Preview = Callable[[Intent, UseCases], Awaitable[View]]
Explain = Callable[[BaseException], str]

FILL_TIMEOUT_S: Final = 10.0
_TRIES: Final = 3  # of views.update, which does no harm twice
_PAUSE_S: Final = 0.5
_LATE: Final = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})


def explained(error: BaseException) -> str:
    """Return what a person is told of an error; one nobody expected is logged by a reference id."""
    if isinstance(error, BotError):
        return str(error)
    if isinstance(error, TimeoutError):
        return "It took too long to make this. Close it and try again."
    reference = secrets.token_hex(4)
    log.error("slack.form.failed", reference=reference, exc_info=error)
    return (
        f"Something went wrong inside Signalbox. Whoever runs it: look for {reference} in the log."
    )


class Opener:
    """Owns the background tasks that show forms, previews and lines about what was not recorded."""

    def __init__(
        self,
        voice: Voice,
        usecases: UseCases,
        forms: Mapping[str, Form],
        explain: Explain = explained,
    ) -> None:
        """`forms` by callback id; `explain` makes the sentence for an error."""
        self._voice = voice
        self._usecases = usecases
        self._forms = forms
        self._explain = explain
        self._tasks: set[asyncio.Task[None]] = set()

    def asked(self, command: SlashCommand, intent: Intent) -> str | None:
        """Return the form that a command's words ask for, by what the bot has in memory."""
        return command.asks(intent, self._usecases)

    def open(self, intent: Intent, form: str) -> None:
        """Show `form` for `intent`, whose id is the trigger id; inside a modal it is pushed."""
        known = self._forms.get(form)
        if known is None:
            self.say(intent, modals.OLD_BUTTON)
        else:
            self._own(self._open(intent, known), intent)

    def preview(self, intent: Intent, preview: Preview) -> None:
        """Push the view that `preview` makes of the form's current values."""
        self._own(self._preview(intent, preview), intent)

    def refuse(self, intent: Intent, text: str) -> None:
        """Show `text` in a modal: for what has no channel to answer in."""
        self._own(self._refuse(intent, text), intent)

    def say(self, intent: Intent, text: str) -> None:
        """Tell the person privately, outside the outbox (it may be the outbox that is gone)."""
        self._own(self._say(intent, {"text": text}))

    @property
    def busy(self) -> bool:
        """Whether something is being shown."""
        return bool(self._tasks)

    async def drain(self, timeout_s: float = 5.0) -> None:
        """Wait for what is under way; cancel what takes longer."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _own(self, work: Coroutine[Any, Any, None], intent: Intent | None = None) -> None:
        """Keep the task until it ends; when it fails, `intent`'s person is told."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._disown(done, intent))

    def _disown(self, task: asyncio.Task[None], intent: Intent | None) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        text = self._explain(error)
        if intent is not None:
            self.say(intent, text)

    async def _open(self, intent: Intent, form: Form) -> None:
        fixed = {"callback_id": form.callback_id, "private_metadata": private_metadata(intent)}
        view_id = await self._show(intent, form.skeleton(intent) | fixed, form.callback_id)
        if view_id is not None:
            await self._fill(view_id, form.fill(intent, self._usecases), fixed)

    async def _preview(self, intent: Intent, preview: Preview) -> None:
        view_id = await self._show(intent, modals.waiting(), None)
        if view_id is not None:
            await self._fill(view_id, preview(intent, self._usecases), {})

    async def _refuse(self, intent: Intent, text: str) -> None:
        await self._show(intent, modals.refusal(text), None)

    async def _show(self, intent: Intent, view: View, form: str | None) -> str | None:
        """Open (or push) a view; its id, or None when the person was told that it is not shown."""
        method = "views.push" if _in_modal(intent) else "views.open"
        try:
            shown = await self._voice.call(method, {"trigger_id": intent.id, "view": view})
        except IntegrationError as error:
            log.warning("slack.view.not_shown", method=method, error=str(error))
            late = not isinstance(error, Rejected) or error.code in _LATE
            if late and form:
                await self._say(intent, modals.reopen_message(intent, form))
            else:
                await self._say(intent, {"text": str(error)})
            return None
        return str(shown["view"]["id"])

    async def _fill(self, view_id: str, making: Awaitable[View], fixed: Mapping[str, Any]) -> None:
        [made] = await asyncio.gather(
            asyncio.wait_for(making, FILL_TIMEOUT_S), return_exceptions=True
        )
        view = modals.refusal(self._explain(made)) if isinstance(made, BaseException) else made
        known = fixed if not isinstance(made, BaseException) else {}
        refused = await self._update(view_id, {**view, **known})
        if refused is not None:
            await self._update(view_id, modals.refusal(self._explain(refused)))

    async def _update(self, view_id: str, view: View) -> IntegrationError | None:
        """Put `view` in place; what Slack refused it with, None when it is shown or closed."""
        failed: IntegrationError | None = None
        for attempt in range(_TRIES):
            try:
                await self._voice.call("views.update", {"view_id": view_id, "view": view})
            except Rejected as error:
                if error.code == "not_found":
                    return None  # the person closed it meanwhile
                log.error("slack.view.refused", error=str(error))  # noqa: TRY400 - it says all
                return error
            except IntegrationError as error:
                failed = error
                await asyncio.sleep(_PAUSE_S * 2**attempt)
            else:
                return None
        return failed

    async def _say(self, intent: Intent, message: Mapping[str, Any]) -> None:
        try:
            await answer(self._voice, private_answer(intent, message))
        except IntegrationError as error:
            log.warning("slack.answer.lost", error=str(error))


def _in_modal(intent: Intent) -> bool:
    return bool((intent.payload.get("view") or {}).get("type") == "modal")
