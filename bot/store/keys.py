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
OUTPUT_LIVES = timedelta(days=7)  # by then it is a file in Slack
LONE_FAILURE_LIVES = timedelta(days=7)  # nobody can retry it; it is kept to be looked at


@dataclass(frozen=True, slots=True)
class Key:
    """One family of keys; `stem` ends with a colon when parts follow it."""

    name: str  # in Lua: K.<name>
    stem: str
    type: str
    holds: str
    lives: timedelta | None = None  # None: until the bot removes it

    def __call__(self, *parts: str) -> str:
        """Return the key of these parts."""
        return ROOT + self.stem + ":".join(parts)


# fmt: off
# -------- inbox
INTENT = Key("intent", "intent:", "string", "id: JSON of an intent that is not done")
DONE = Key("done", "done:", "string", "id: an intent that is done", DONE_LIVES)
GUARD = Key("guard", "guard:", "string", "guard: somebody just asked this", GUARD_LIVES)
# -------- state
DOC = Key("doc", "doc:", "hash", "kind: id -> version, a space, JSON")
MARK = Key("mark", "mark:", "zset", "index: member by score (seconds)")
REFS = Key("refs", "refs:", "hash", "incident: reference -> value")
CHANNELS = Key("channels", "channels", "hash", "channel id -> incident")
TIMELINE = Key("timeline", "timeline:", "list", "incident: JSON lines, oldest first")
SEQUENCE = Key("sequence", "sequence:", "string", "name: the last number given")
NUMBERED = Key("numbered", "numbered:", "string", "name, intent: its number", NUMBERED_LIVES)
# -------- outbox
ENTRY = Key("entry", "entry:", "hash", "id: one call the bot owes")
ENTRY_SEQ = Key("entry_seq", "entry-seq", "string", "the last place in line given")
LANE = Key("lane", "lane:", "zset", "lane: who is next, by priority and place")
QUEUE = Key("queue", "queue:", "zset", "incident, lane: entries by place")
BEGUN = Key("begun", "begun", "hash", "lane -> the entry begun last")
COALESCE = Key("coalesce", "coalesce:", "hash", "lane: coalescing key -> newest entry")
WAITING = Key("waiting", "waiting:", "set", "incident: lanes that wait for a reference of it")
GIVEN_UP = Key("given_up", "given-up:", "set", "incident: references that were refused")
FAILING = Key("failing", "failing:", "zset", "incident: lanes that wait for a Retry")
# -------- output of runs
OUTPUT = Key("output", "output:", "list", "run, step: pieces of text, oldest first", OUTPUT_LIVES)
OUTPUT_STEPS = Key("output_steps", "output-steps:", "list", "run: its steps", OUTPUT_LIVES)
OUTPUT_LAST = Key("output_last", "output-last:", "hash", "run: step -> last piece", OUTPUT_LIVES)
OUTPUT_SIZE = Key("output_size", "output-size:", "string", "run: characters kept", OUTPUT_LIVES)
# -------- due work (see due.py)
DUE = Key("due", "due", "zset", "item by when to hand it over (ms)")
HELD = Key("held", "held", "zset", "item handed over, by when that counts as lost (ms)")
AGAIN = Key("again", "again", "hash", "held item -> when to hand it over again (ms)")
RUNS = Key("runs", "runs", "hash", "held item -> the run that may finish it")
RUN_SEQ = Key("run_seq", "run-seq", "string", "the last run number given")
TRIES = Key("tries", "tries", "hash", "item -> how often its handler raised in a row")
WAKE = Key("wake", "wake", "list", "a token for each pump to be woken")
DOCKET = Key("docket", "docket", "any", "prefix of Docket's own keys")
# -------- the rest
AUDIT = Key("audit", "audit", "stream", "one record each: ID <ms>-<seq>; body, hash, link")
AUDIT_HEAD = Key("audit_head", "audit-head", "hash", "seq, link and ms of the newest record")
PACE = Key("pace", "pace:", "hash", "key: tat and block (ms)", timedelta(hours=1))
# fmt: on

TABLE = (
    INTENT,
    DONE,
    GUARD,
    DOC,
    MARK,
    REFS,
    CHANNELS,
    TIMELINE,
    SEQUENCE,
    NUMBERED,
    ENTRY,
    ENTRY_SEQ,
    LANE,
    QUEUE,
    BEGUN,
    COALESCE,
    WAITING,
    GIVEN_UP,
    FAILING,
    OUTPUT,
    OUTPUT_STEPS,
    OUTPUT_LAST,
    OUTPUT_SIZE,
    DUE,
    HELD,
    AGAIN,
    RUNS,
    RUN_SEQ,
    TRIES,
    WAKE,
    DOCKET,
    AUDIT,
    AUDIT_HEAD,
    PACE,
)


def lua_table() -> str:
    """Return the Lua statement that gives scripts this table as `K`."""
    rows = ", ".join(f'{key.name} = "{ROOT}{key.stem}"' for key in TABLE)
    return f"local K = {{{rows}}}\n"
