"""Says what the outbox owes, lane by lane, once and in order."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.domain.change import AuditRecord
from bot.domain.outbox import Entry
from bot.errors import NotFound, OutcomeUnknown, Rejected, Unavailable
from bot.ports import Clock, Outbox, Pace, Taken
from bot.slack.attempt import Attempt, since
from bot.slack.calls import POSTS, perform
from bot.slack.places import Places
from bot.slack.sender import Sender
from bot.slack.template import Obsolete, Renderer, filled, saved, without
from bot.slack.webapi import WebApi

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=20)  # longer than a call may take (webapi.CALL_TIMEOUT_S)
_LONGEST_S: Final = 60.0
_SETTLING_S: Final = 3.0  # what Slack may need to show a post whose answer was lost
_FACTS: Final = ("channel", "channel_id", "user", "user_id", "ts", "thread_ts", "timestamp")

Observe = Callable[[str, str], None]


def _unseen(_call: str, _outcome: str) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Drains lanes. Any number of processes may do so at once: the outbox hands out one entry.

    `observe` gets each call's name and "done", "later", "refused", "unknown" or "lost".
    """

    outbox: Outbox
    pace: Pace
    clock: Clock
    api: WebApi
    renderers: Mapping[str, Renderer]
    bot_user: str = ""
    lease: timedelta = LEASE
    observe: Observe = _unseen
    places: Places = field(default_factory=Places)

    async def drain(self, lane: str) -> None:
        """Deliver until nothing of `lane` may go now; the outbox makes it due when something may.

        This is the Wake port's handler for "lane:NAME".
        """
        loop_time = asyncio.get_running_loop().time
        while True:
            asked_at = loop_time()  # a process may be frozen before it hears the answer
            taken = await self.outbox.take(lane, now=self.clock.now(), lease=self.lease)
            if not isinstance(taken, Taken):
                return
            with structlog.contextvars.bound_contextvars(
                entry=taken.entry.id, incident=taken.entry.incident or ""
            ):
                await self._deliver(taken, asked_at)

    async def _deliver(self, taken: Taken, asked_at: float) -> None:
        entry = taken.entry
        sender = Sender(self.api, self.pace, self.clock, self.lease, asked_at)
        try:
            attempt = await self._attempt(taken, sender)
            answer = await perform(attempt)
        except Obsolete:
            await self._settle(taken, {}, {"obsolete": True})
        except (Rejected, NotFound) as error:
            await self._fail(entry, error)
        except Unavailable as error:
            await self._later(entry, error)
        except OutcomeUnknown as error:
            await self._unknown(entry, error)
        else:
            await self._settle(taken, answer, _facts(attempt.args, answer))

    async def _attempt(self, taken: Taken, sender: Sender) -> Attempt:
        entry = taken.entry
        args = await filled(entry.args, taken.refs, self.renderers, call=entry.call)
        return Attempt(
            entry=entry,
            args=args,
            doubtful=taken.unknown or entry.attempts > 0,
            since=since(entry, self.clock.now(), crashed=taken.unknown),
            voice=sender,
            places=self.places,
            us=self.bot_user,
        )

    async def _settle(self, taken: Taken, answer: Mapping[str, Any], facts: dict[str, Any]) -> None:
        entry = taken.entry
        audit = self._record(entry, facts)
        left = saved(entry.saves, answer) | without(entry, taken.refs)
        kept = await self.outbox.settle(entry, saved=left, audit=audit)
        self._note(entry, "done", kept=kept)

    async def _fail(self, entry: Entry, error: Rejected | NotFound) -> None:
        code = error.code if isinstance(error, Rejected) else "not_found"
        if code == "channel_not_found":
            self.places.forget(str(entry.args.get("channel", "")))
        log.warning("slack.refused", call=entry.call, code=code)
        audit = self._record(entry, {"refused": code, **_facts(entry.args, {})})
        kept = await self.outbox.fail(entry, error=str(error), audit=audit)
        self._note(entry, "refused", kept=kept)

    async def _later(self, entry: Entry, error: Unavailable) -> None:
        """Wait as long as Slack or the pace said; what nobody named a wait for counts."""
        named = error.retry_after_s is not None
        wait = error.retry_after_s if error.retry_after_s is not None else _backoff_s(entry)
        kept = await self._postpone(entry, wait, "" if named else str(error))
        self._note(entry, "later", kept=kept)

    async def _unknown(self, entry: Entry, error: OutcomeUnknown) -> None:
        """Try again later; a counted attempt makes the next one look before it posts."""
        floor = _SETTLING_S if entry.call in POSTS else 0
        kept = await self._postpone(entry, max(_backoff_s(entry), floor), str(error))
        self._note(entry, "unknown", kept=kept)

    async def _postpone(self, entry: Entry, seconds: float, error: str) -> bool:
        if error:
            log.warning("slack.later", call=entry.call, seconds=seconds, error=error)
        until = self.clock.now() + timedelta(seconds=seconds)
        return await self.outbox.postpone(entry, until=until, error=error)

    def _note(self, entry: Entry, outcome: str, *, kept: bool) -> None:
        if not kept:  # somebody else began it when our lease had passed; they settle it
            log.warning("slack.lease_lost", call=entry.call, outcome=outcome)
        self.observe(entry.call, outcome if kept else "lost")

    def _record(self, entry: Entry, facts: dict[str, Any]) -> AuditRecord:
        return AuditRecord(
            at=self.clock.now(),
            who="signalbox",
            what=f"slack.{entry.call}",
            subject=entry.incident or "",
            source="delivery",
            facts={"entry": entry.id, **facts},
        )


def _facts(args: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return where it went, never what was said."""
    facts = {key: args[key] for key in _FACTS if isinstance(args.get(key), str)}
    channel = answer.get("channel")
    if isinstance(channel, str):
        facts["channel"] = channel
    elif isinstance(channel, Mapping) and channel.get("id"):
        facts["channel"] = channel["id"]
    kept = ("ts", "via", "found", "refused", "already")
    return facts | {key: answer[key] for key in kept if answer.get(key)}


def _backoff_s(entry: Entry) -> float:
    return float(min(_LONGEST_S, 2 ** min(entry.attempts, 6)))
