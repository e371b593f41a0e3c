"""What the use cases need from outside, as Protocols. Adapters live in the outer ring."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.change import AuditRecord, Change
from bot.domain.incident import Incident, TimelineLine
from bot.domain.intent import Intent
from bot.domain.outbox import Entry, LaneStatus
from bot.domain.paging import Duty, Heard
from bot.domain.person import Person
from bot.domain.statuspage import Health, PageIncident
from bot.domain.statuspage_post import PagePost, PageShown, Posted
from bot.domain.values import Value


class Clock(Protocol):
    """The only way to learn the time."""

    def now(self) -> datetime:
        """Return the current time, aware, UTC."""


class Inbox(Protocol):
    """Where requests are written before they are acknowledged."""

    async def record(self, intent: Intent) -> bool:
        """Store `intent` and make it due, in one step; False when it (or its guard) is known.

        A guard lives 3 seconds, a recorded id at least 24 hours.

        Raises:
            Unavailable: it cannot be reached; nothing was recorded.
        """

    async def intent(self, intent_id: str) -> Intent | None:
        """Return a recorded intent that is not done; None when it is done or unknown."""


class Memory(Protocol):
    """The bot's own state. Every adapter passes tests/contract/test_store.py."""

    async def commit(self, change: Change) -> None:
        """Do all of `change`, or nothing.

        Lanes that got entries and timers that were set become due work in the same step.

        Raises:
            Stale: a Put does not follow the stored version.
            AlreadyDone: `change.intent` is done.
        """

    async def number(self, sequence: str, intent_id: str) -> int:
        """Return the next number of a sequence, from 1; the same intent gets the same number."""

    async def incident(self, incident_id: str) -> Incident:
        """Return the incident.

        Raises:
            NotFound: no incident has that id.
        """

    async def incidents(self, ids: Sequence[str]) -> list[Incident]:
        """Return those that exist, in the order asked."""

    async def document(self, kind: str, document_id: str) -> str | None:
        """Return the JSON of a stored document; None when there is none."""

    async def documents(self, kind: str, ids: Sequence[str]) -> list[str]:
        """Return the JSON of those that exist, in the order asked."""

    async def marked(self, index: str, *, newest_first: bool = True, limit: int = 200) -> list[str]:
        """Return the members of an index by score."""

    async def refs(self, incident_id: str) -> dict[str, str]:
        """Return what deliveries left for this incident: channel id, message stamps."""

    async def incident_of_channel(self, channel: str) -> str | None:
        """Return the id of the incident whose reference `channel` is this channel id."""

    async def timeline(self, incident_id: str) -> list[TimelineLine]:
        """Return all lines, oldest first."""

    async def failing_lanes(self, incident_id: str) -> list[LaneStatus]:
        """Return the lanes that wait for a Retry, oldest first."""


class Output(Protocol):
    """What steps said, already redacted. It is kept for a week and up to a size for each run."""

    async def append(self, run: str, step: str, text: str, number: str) -> bool:
        """Add text to a step's output; False when the run's room is full and it was dropped.

        `number` grows with each piece of a step, compared as text: one that comes again, even
        late, adds nothing.
        """

    async def tail(self, run: str, step: str, characters: int) -> str:
        """Return about the last `characters` of a step's output; "" when it said nothing."""

    async def whole(self, run: str) -> str:
        """Return everything a run said, each step under a heading line, in order of appearance."""

    async def size(self, run: str) -> int:
        """Return how many characters a run has said."""


class Taken(Value):
    """An entry handed to a deliverer.

    `unknown`: somebody began it and was not heard of again. It stays so until it is settled.
    """

    entry: Entry
    refs: dict[str, str]
    unknown: bool = False


class Outbox(Protocol):
    """The deliverer's side of the memory."""

    async def take(self, lane: str, *, now: datetime, lease: timedelta) -> Taken | datetime | None:
        """Begin the next entry of `lane` that may go: fenced, one at a time.

        The next one is, among the first entry of each incident, the one of the best priority, then
        the oldest. An incident whose first entry failed, waits for a reference (`after`) or is not
        due yet (`not_before`) is passed over. Begun entries whose lease has passed come back with
        `unknown` true and a raised epoch. Returns when to look again, or None when nothing waits.
        """

    async def settle(self, entry: Entry, *, saved: Mapping[str, str], audit: AuditRecord) -> bool:
        """Remove a delivered entry, store its references; False when the epoch has moved on.

        A saved `channel` is indexed for `incident_of_channel`. Lanes that wait become due.
        """

    async def postpone(self, entry: Entry, *, until: datetime, error: str = "") -> bool:
        """Put a begun entry back: nothing happened at the other side.

        Counts an attempt when `error` is given. False when the epoch has moved on.
        """

    async def fail(self, entry: Entry, *, error: str, audit: AuditRecord) -> bool:
        """Note that the other side refused for good: dropped when optional, else kept as failed.

        Makes the work item ("failed", entry id) due, so that the use cases can tell people.
        """

    async def failed(self, entry_id: str) -> Entry | None:
        """Return a failed entry; None when it was retried or never was."""


class Pace(Protocol):
    """How fast the bot may talk to the outside, shared by all replicas."""

    async def wait(self, key: str, *, every: timedelta, burst: int, now: datetime) -> timedelta:
        """Take a token of `key` and return zero, or return how long to wait and take none.

        Tokens come one `every`, up to `burst` are saved up.
        """

    async def block(self, key: str, *, until: datetime) -> None:
        """Let nobody pass `key` before `until` (a Retry-After); the latest wins."""


class Audit(Protocol):
    """The hash chain, for reading."""

    def records(self, since: datetime | None = None) -> AsyncIterator[Mapping[str, Any]]:
        """Yield {seq, at, who, what, subject, source, facts, body, hash, link}, oldest first."""

    async def verify(self) -> tuple[int, str]:
        """Return (number of records, head link) of an unbroken chain.

        Raises:
            BotError: an edit or a hole; the message names the first bad record.
        """


class Directory(Protocol):
    """Who people are, just now. Answers are at most a minute old."""

    async def person(self, user: str, team: str) -> Person:
        """Return the person.

        Raises:
            Unavailable: Slack cannot be asked; nobody may act then (P6).
        """

    async def group(self, group: str) -> Collection[str]:
        """Return the user ids of a user group; Unavailable as above."""

    async def members(self, channel: str, *, anew: bool = False) -> Collection[str]:
        """Return the user ids in a channel; empty when there is no such channel.

        `anew`: Slack is asked now, for somebody who may have been invited a moment ago.
        """


class Said(Value):
    """A message somebody posted."""

    user: str
    text: str  # Slack's own markup
    permalink: str = ""


class Messages(Protocol):
    """What was said in a channel."""

    async def find(self, channel: str, ts: str) -> Said | None:
        """Return one message, also one inside a thread; None when it is gone or out of reach."""


class Offer(Value):
    """Work items handed over: (item, whether for the first time), and when to look again."""

    items: tuple[tuple[str, bool], ...]
    later: datetime | None


class Due(Protocol):
    """What is to be done when, and who has it. The life of an item is in bot/store/due.py."""

    async def offer(self, *, reoffer: timedelta, limit: int) -> Offer:
        """Hold up to `limit` items that are wanted now.

        Held items are offered again, not for the first time, after `reoffer`.
        """

    async def begin(self, item: str) -> str | None:
        """Start a run of a held item and return its number; None when it is not held."""

    async def finish(self, item: str, run: str, *, outcome: str) -> timedelta | None:
        """End a run: "ok", "error" (again after a backoff, returned) or "stopped" (again at once).

        Nothing happens when a newer run has begun.
        """

    async def reset(self) -> int:
        """Make due again what is held, and return how much: only when no other process works."""

    async def wait(self, longest: timedelta) -> None:
        """Return when something became due, at the latest after `longest`."""


WorkHandler = Callable[[str], Awaitable[None]]
"""Does one piece of work by its subject. It raises to be tried again; its effects are commits."""


class Wake(Protocol):
    """How a committed change gets workers going."""

    async def run(self, handlers: Mapping[str, WorkHandler]) -> None:
        """Deliver due work until cancelled; the handlers are by the word before the first colon.

        Work is "intent:ID", "lane:NAME", "timer:KIND:SUBJECT" or "failed:ID". Each item is
        delivered at least once, several at a time, one item never twice at once.
        """


class StatusPage(Protocol):
    """Where customers read how it stands. Raises as integrations do (bot.errors).

    Calls that change something look first when `doubtful`: an earlier attempt may have happened.
    """

    async def publish(self, post: PagePost, page_id: str | None, *, doubtful: bool) -> Posted:
        """Say one more text; `page_id` None: the first of its incident."""

    async def correct(self, post: PagePost, page_id: str, update_id: str) -> Posted:
        """Put other words in the place of a published text. It may be repeated."""

    async def repair(
        self, told: PageIncident, post: PagePost, healths: Mapping[str, Health]
    ) -> PageIncident:
        """Make the page say what was published, and return it with the provider's ids."""

    async def shown(self) -> PageShown:
        """Return what the page says just now."""


class Pager(Protocol):
    """PagerDuty, for reading; what is to be changed there goes through the outbox."""

    async def on_call(self, service: str | None, *, ahead: bool = False) -> tuple[Duty, ...]:
        """Return who is on call for a service (None: the bot's own), lowest level first.

        `ahead`: whoever comes in the next two weeks too, each once.

        Raises Unavailable (it does not answer) and Rejected (it said no; names the cure).
        """

    async def look(self, pager: str | None, key: str) -> Heard | None:
        """Return an incident as it is there just now, by PagerDuty's id, else by its key.

        None: there is none of that key. NotFound: that id is gone. Raises as above.
        """
