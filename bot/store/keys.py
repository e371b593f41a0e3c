"""Every key the bot keeps in Redis: what it is, of which type, for how long.

All carry one hash tag, so that all of it lives in one slot of a cluster and every script may touch
any of it. The Lua scripts get the same table (`lua_table`), so a key is spelled here and nowhere
else. A key family is called to make a key: `LANE("user:U1")`.
"""

from dataclasses import dataclass
from datetime import timedelta

ROOT = "sb:{signalbox}:"

GUARD_LIVES = timedelta(seconds=3)  # a double click
DONE_LIVES = timedelta(hours=48)  # Slack redelivers for minutes, PagerDuty for 48 hours
NUMBERED_LIVES = timedelta(days=30)  # longer than any intent waits to be decided
LONE_FAILURE_LIVES = timedelta(days=7)  # nobody can retry it; it is kept to be looked at


@dataclass(frozen=True, slots=True)
class Key:
    """One family of keys; `stem` ends with a colon when parts follow it."""

    name: str  # in Lua: K.<name>
    stem: str
    type: str
    lives: timedelta | None  # None: until the bot removes it
    holds: str

    def __call__(self, *parts: str) -> str:
        """Return the key of these parts."""
        return ROOT + self.stem + ":".join(parts)


def _key(name: str, stem: str, kind: str, holds: str, lives: timedelta | None = None, /) -> Key:
    key = Key(name, stem, kind, lives, holds)
    TABLE.append(key)
    return key


TABLE: list[Key] = []

# fmt: off
# -------- inbox
INTENT = _key("intent", "intent:", "string", "id: JSON of an intent that is not done")
DONE = _key("done", "done:", "string", "id: an intent that is done", DONE_LIVES)
GUARD = _key("guard", "guard:", "string", "guard: somebody just asked this", GUARD_LIVES)
# -------- state
DOC = _key("doc", "doc:", "hash", "kind: id -> version, a space, JSON")
MARK = _key("mark", "mark:", "zset", "index: member by score (seconds)")
REFS = _key("refs", "refs:", "hash", "incident: reference -> value")
CHANNELS = _key("channels", "channels", "hash", "channel id -> incident")
TIMELINE = _key("timeline", "timeline:", "list", "incident: JSON lines, oldest first")
SEQUENCE = _key("sequence", "sequence:", "string", "name: the last number given")
NUMBERED = _key("numbered", "numbered:", "string", "name, intent: its number", NUMBERED_LIVES)
# -------- outbox
ENTRY = _key("entry", "entry:", "hash", "id: one call; kept 7 days when it failed without incident")
ENTRY_SEQ = _key("entry_seq", "entry-seq", "string", "the last place in line given")
LANE = _key("lane", "lane:", "zset", "lane: who is next, i<incident> or e<entry>, by priority, place")
QUEUE = _key("queue", "queue:", "zset", "incident, lane: entries by place")
BEGUN = _key("begun", "begun", "hash", "lane -> the entry begun last")
COALESCE = _key("coalesce", "coalesce:", "hash", "lane: coalescing key -> newest entry")
WAITING = _key("waiting", "waiting:", "set", "incident: lanes that wait for a reference of it")
FAILING = _key("failing", "failing:", "zset", "incident: lanes that wait for a Retry, by since (ms)")
# -------- due work (see due.py)
DUE = _key("due", "due", "zset", "item by when to hand it over (ms)")
HELD = _key("held", "held", "zset", "item handed over, by when that counts as lost (ms)")
AGAIN = _key("again", "again", "hash", "held item -> when to hand it over again (ms)")
RUNS = _key("runs", "runs", "hash", "held item -> the run that may finish it")
RUN_SEQ = _key("run_seq", "run-seq", "string", "the last run number given")
TRIES = _key("tries", "tries", "hash", "item -> how often its handler raised in a row")
WAKE = _key("wake", "wake", "list", "a token for each pump to be woken")
DOCKET = _key("docket", "docket", "any", "prefix of Docket's own keys")
# -------- the rest
AUDIT = _key("audit", "audit", "stream", "one record each: ID <ms>-<seq>; body, hash, link")
AUDIT_HEAD = _key("audit_head", "audit-head", "hash", "seq, link and ms of the newest record")
PACE = _key("pace", "pace:", "hash", "key: tat and block (ms)", timedelta(hours=1))
# fmt: on


def lua_table() -> str:
    """Return the Lua statement that gives scripts this table as `K`."""
    rows = ", ".join(f'{key.name} = "{ROOT}{key.stem}"' for key in TABLE)
    return f"local K = {{{rows}}}\n"
