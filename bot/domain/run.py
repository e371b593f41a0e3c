"""One run of a runbook: its journal, and what may happen to it next.

The journal decides, not the queue that delivers (P2, P4): a step is `begun` before its first call
leaves and `done` after the last answer. Every change raises `version` in the store; `epoch` rises
when another worker takes over, so that a worker that was frozen cannot write.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.plan import Plan, PlannedStep
from bot.domain.values import Value

RUN_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32
RUN_LETTERS = 10


class RunState(StrEnum):
    """Where a run stands."""

    AWAITING = "awaiting approval"
    QUEUED = "queued"  # approved; another run holds what it touches
    RUNNING = "running"
    ASKING = "asking"  # a person must say how to go on
    ROLLING_BACK = "rolling back"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"
    CANCELLED = "cancelled"
    DENIED = "denied"
    EXPIRED = "expired"


ENDED = frozenset(
    {
        RunState.SUCCEEDED,
        RunState.FAILED,
        RunState.ROLLED_BACK,
        RunState.CANCELLED,
        RunState.DENIED,
        RunState.EXPIRED,
    }
)
WORKING = frozenset({RunState.RUNNING, RunState.ROLLING_BACK})


class StepState(StrEnum):
    """What the journal knows of a step."""

    PENDING = "pending"
    BEGUN = "begun"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "outcome unknown"
    UNDONE = "undone"  # rolled back


SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.UNDONE})
HAPPENED = frozenset({StepState.BEGUN, StepState.DONE, StepState.FAILED, StepState.UNKNOWN})


class Phase(StrEnum):
    """Which part of the runbook a step belongs to."""

    STEPS = "steps"
    VERIFY = "verify"
    ROLLBACK = "rollback"


class Answer(StrEnum):
    """What a person may say to a question."""

    DONE = "done"
    RETRY = "retry"
    ROLL_BACK = "roll back"
    ABORT = "abort"


class Entry(Value):
    """A step in the journal. `planned` is what was sealed, or what was planned just before."""

    key: str  # "steps/restart", unique in the run
    phase: Phase
    planned: PlannedStep
    human: bool = False  # a person ticks, confirms or writes
    undo: bool = False  # goes back by what the plan of `planned` captured
    state: StepState = StepState.PENDING
    attempts: int = 0
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    by: str = ""  # who answered, for human steps and questions
    summary: str = ""
    data: dict[str, Any] = {}
    error: str = ""


class Question(Value):
    """What a person is asked. `key` names the step, `choices` what may be answered.

    `number` tells the questions of a run apart: a button of an old one answers nothing.
    """

    number: int
    key: str
    text: str
    choices: tuple[Answer, ...]
    asked_at: datetime
    back: bool = False  # asked on the way back
    until: datetime | None = None  # nobody's answer by then stops the run (human steps)


class Run(Value):
    """One run. `plan` is the approved one; its steps are the journal's."""

    id: str  # RUN- and 10 characters of Crockford base32
    plan: Plan
    requester: str
    team: str
    channel: str
    incident: str | None = None
    private: bool = False  # of a private incident: told nowhere else (P8)
    runbook: str = ""  # the runbook as JSON, as it was when the plan was made
    approval: str | None = None
    state: RunState = RunState.AWAITING
    journal: tuple[Entry, ...] = ()
    question: Question | None = None
    asked: int = 0  # questions so far
    locks: tuple[str, ...] = ()  # what it holds or waits for
    backed: bool = False  # the way back is planned
    cancel_by: str | None = None
    drifted: int = 0  # how often the world moved and the plan was made again
    again_of: str | None = None  # the run that this one repeats
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    why: str = ""  # how it ended, one sentence
    epoch: int = 0
    holder: str = ""
    lease_until: datetime | None = None
    version: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in ENDED

    @property
    def next_entry(self) -> Entry | None:
        """The step to work on: the first that is not settled; None when all are."""
        back = self.state is RunState.ROLLING_BACK
        mine = (one for one in self.journal if (one.phase is Phase.ROLLBACK) is back)
        return next((one for one in mine if one.state not in SETTLED), None)

    @property
    def begun(self) -> Entry | None:
        """The step whose calls may be out; None when every step is at rest."""
        return next((one for one in self.journal if one.state is StepState.BEGUN), None)

    @property
    def touched(self) -> tuple[Entry, ...]:
        """The changing steps that happened or may have, in order."""
        return tuple(
            entry
            for entry in self.journal
            if entry.phase is Phase.STEPS
            and entry.planned.changes
            and entry.state in HAPPENED
            and entry.begun_at is not None  # one that could not even be planned did nothing
        )

    def entry(self, key: str) -> Entry:
        """Return a step of the journal by its key; KeyError when there is none."""
        return next(entry for entry in self.journal if entry.key == key)


def run_id(minted: str) -> str:
    """Return the id that 128 minted bits (hex) give: the same bits, the same run."""
    number, letters = int(minted, 16), ""
    for _ in range(RUN_LETTERS):
        number, place = divmod(number, len(RUN_ALPHABET))
        letters += RUN_ALPHABET[place]
    return f"RUN-{letters}"


def journal_of(plan: Plan, human: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
    """Return the journal that a plan begins with; skipped steps are settled already."""
    phases = ((Phase.STEPS, plan.steps), (Phase.VERIFY, plan.verify))
    return tuple(
        Entry(
            key=f"{phase.value}/{step.id}",
            phase=phase,
            planned=step,
            human=step.id in human,
            state=StepState.SKIPPED if step.skipped is not None else StepState.PENDING,
            summary=step.skipped or "",
        )
        for phase, steps in phases
        for step in steps
    )
