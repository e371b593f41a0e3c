"""Where work from outside starts and where its errors end. The one catch-all of the bot.

An intent is decided and committed here. Whatever goes wrong on the way, the person gets one
answer and the audit one record, in the same commit that marks the intent as done.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot.command import Handler, TimerHandler
from bot.domain.intent import Intent, IntentKind
from bot.errors import AlreadyDone, NotFound, Stale, Unavailable, UserError
from bot.ports import Clock, Inbox, Memory
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from bot.views import answers

ATTEMPTS = 50  # each lost race means that somebody else won one: progress, not a livelock
GIVE_UP = timedelta(seconds=90)  # of asking a silent Slack who somebody is

RUN = "run"  # the timer that is no turn: a run is worked on for as long as it takes

log = structlog.get_logger(__name__)

Route = Callable[[Intent], Handler]
"""The handler of an intent; of an unknown one, a handler that says so."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """Decides due work. `timers` maps a timer's kind to what happens when it fires."""

    inbox: Inbox
    memory: Memory
    clock: Clock
    use: UseCases
    route: Route
    timers: Mapping[str, TimerHandler]

    async def intent(self, intent_id: str) -> None:
        """Decide a recorded intent, once however often it is delivered."""
        intent = await self.inbox.intent(intent_id)
        if intent is not None:
            await self._settle(intent, lambda turn: self.route(intent)(turn, self.use))

    async def timer(self, item: str) -> None:
        """Decide a timer, by "KIND:SUBJECT". It is forgotten unless its handler sets it again."""
        kind, _, subject = item.partition(":")
        if kind == RUN:
            await self._carry_out(subject)
            return

        async def fire(turn: Turn) -> None:
            turn.timer(kind, subject, None)
            await self.timers[kind](turn, self.use, subject)

        await self._settle(self._own(item), fire)

    async def _carry_out(self, run_id: str) -> None:
        """Let a run go on. It commits by itself, under its own lease; see bot/usecases/journal.py.

        What fails without being foreseen is noted in the run, which tries again or asks a person.
        """
        try:
            await self.use.execution.advance(run_id)
        except Unavailable:
            raise
        except Exception:
            reference = self._turn_of(run_id).mint("reference")[:8]
            log.exception("run failed", run=run_id, reference=reference)
            await self.use.execution.broken(run_id, reference)

    def _turn_of(self, run_id: str) -> Turn:
        return Turn(self._own(f"{RUN}:{run_id}"), self.clock.now())

    async def failed(self, entry_id: str) -> None:
        """React to an outbox entry that was refused for good."""
        own = self._own(f"failed:{entry_id}")
        await self._settle(own, lambda turn: self.use.delivery.failed(turn, entry_id))

    async def _settle(self, intent: Intent, decide: Callable[[Turn], Awaitable[None]]) -> None:
        with structlog.contextvars.bound_contextvars(intent=intent.id, actor=intent.user):
            for _ in range(ATTEMPTS):
                turn = await self._decided(intent, decide)
                try:
                    await self.memory.commit(turn.change())
                except Stale:
                    continue
                except AlreadyDone:
                    log.debug("done before")
                return
            message = f"{intent.id} lost {ATTEMPTS} races in a row; it will be tried again."
            raise Unavailable(message)

    async def _decided(self, intent: Intent, decide: Callable[[Turn], Awaitable[None]]) -> Turn:
        turn = Turn(intent, self.clock.now())
        try:
            await decide(turn)
        except UserError as error:
            log.info("refused", why=type(error).__name__)
            return self._refused(turn, answers.refused(str(error)), error)
        except Unavailable as error:
            if turn.now - intent.received_at < GIVE_UP:
                raise
            log.warning("gave up", why=str(error))
            return self._refused(turn, answers.unavailable(str(error)), error)
        except Exception as error:
            reference = turn.mint("reference")[:8]
            log.exception("failed", reference=reference)
            return self._refused(turn, answers.broken(reference), error, reference=reference)
        return turn

    def _refused(self, turn: Turn, answer: dict[str, Any], error: Exception, **facts: Any) -> Turn:
        """Start over: what the handler had gathered is thrown away."""
        fresh = Turn(turn.intent, turn.now, turn.person)
        kind = turn.intent.kind
        fresh.audit(
            f"{kind.value}.refused",
            turn.intent.id,
            name=turn.intent.name,
            why=type(error).__name__,
            **facts,
        )
        if kind is IntentKind.TIMER:
            if not isinstance(error, NotFound):
                name, _, subject = turn.intent.name.partition(":")
                fresh.timer(name, subject, fresh.within(GIVE_UP.total_seconds()))
        elif kind is not IntentKind.EVENT:
            fresh.answer(answer)
        return fresh

    def _own(self, name: str) -> Intent:
        now = self.clock.now()
        return Intent(
            id=f"timer:{name}:{now.timestamp():.3f}",
            kind=IntentKind.TIMER,
            name=name,
            user="signalbox",
            team="",
            received_at=now,
        )
