"""What can be said of a run in words: computed once, used by every message."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.domain.approval import Approval, Decision
from bot.domain.decision import who_decides
from bot.domain.plan import Diff, Plan, PlannedStep, Risk
from bot.domain.run import Entry, Phase, Run, RunState, StepState
from bot.views.mrkdwn import Safe, ago, bold, line, notice, time_of_day, user, users, when
from bot.views.runs.code import code

MARKS: Final = {
    RunState.AWAITING: "🔐",
    RunState.QUEUED: "⏳",
    RunState.RUNNING: "⚙️",
    RunState.ASKING: "❓",
    RunState.ROLLING_BACK: "↩️",
    RunState.SUCCEEDED: "✅",
    RunState.FAILED: "❌",
    RunState.ROLLED_BACK: "↩️",
    RunState.CANCELLED: "⏹️",
    RunState.DENIED: "🚫",
    RunState.EXPIRED: "⌛",
}
STEP_MARKS: Final = {
    StepState.PENDING: "▫️",
    StepState.BEGUN: "⚙️",
    StepState.DONE: "✔️",
    StepState.SKIPPED: "⏭️",
    StepState.FAILED: "✖️",
    StepState.UNKNOWN: "❔",
    StepState.UNDONE: "↩️",
}
RISKS: Final = {
    Risk.READ: "reads only",
    Risk.LOW: "low risk",
    Risk.HIGH: "⚠️ high risk",
    Risk.DESTRUCTIVE: "🔥 destructive",
}
DIGEST: Final = 8  # characters of the digest that people compare
STEPS: Final = 14  # lines of steps on a card
CALLS: Final = 20
DIFFS: Final = 15


def title(plan: Plan) -> Safe:
    """Return what a plan is: its title and the runbook's id."""
    return Safe(f"{bold(plan.title, 160)} {code(plan.runbook)}")


def state_words(run: Run) -> str:
    """Return where a run stands; a succeeded one that was verified says so."""
    checked = any(one.phase is Phase.VERIFY and one.state is StepState.DONE for one in run.journal)
    if run.state is RunState.SUCCEEDED and checked:
        return "succeeded, verified"
    if run.cancel_by and run.state is RunState.RUNNING:
        return "stopping before its next step"
    return run.state.value


def params_line(plan: Plan) -> str:
    """Return the parameters, `name=value`."""
    given = [f"{name}={value}" for name, value in plan.params.items() if value is not None]
    return "  ".join(code(one, 120) for one in given)


def digest(plan_digest: str) -> Safe:
    """Return the short form of a digest."""
    return code(plan_digest[:DIGEST])


def step_lines(run: Run) -> list[str]:
    """Return the steps, one line each; those in the middle of a long list are counted."""
    lines = [_step_line(entry) for entry in run.journal]
    if len(lines) <= STEPS:
        return lines
    now = next((at for at, one in enumerate(run.journal) if one is run.next_entry), len(lines))
    first = min(max(now - STEPS // 2, 0), len(lines) - STEPS)
    shown = lines[first : first + STEPS]
    before = [f"… {first} steps before"] if first else []
    after = len(lines) - first - STEPS
    return [*before, *shown, *([f"… {after} steps after"] if after else [])]


def call_lines(steps: Iterable[PlannedStep]) -> list[str]:
    """Return the exact calls of the changing steps, numbered; reads are named in one line."""
    chosen = list(steps)
    calls = [call.text for step in chosen if step.changes for call in step.calls]
    lines = [f"{place}. {code(text, 280)}" for place, text in enumerate(calls[:CALLS], 1)]
    if len(calls) > CALLS:
        lines.append(f"… and {len(calls) - CALLS} more calls; *Plan* shows all")
    later = [step for step in chosen if step.deferred and step.skipped is None]
    lines += [
        f"• {line(step.title, 120)}: planned when the steps before have run" for step in later
    ]
    people = [step for step in chosen if step.uses.startswith("human.") and step.skipped is None]
    lines += [f"• a person: {line(step.title, 120)}" for step in people]
    return lines


def diff_lines(diffs: Sequence[Diff], most: int = DIFFS) -> list[str]:
    """Return current → new, one line each."""
    lines = [
        f"• {line(one.subject, 120)}: {code(one.current, 160)} → {code(one.new, 160)}"
        for one in diffs[:most]
    ]
    return [*lines, f"… and {len(diffs) - most} more"] if len(diffs) > most else lines


def diffs_of(plan: Plan) -> list[Diff]:
    """Return what the plan would change, in order."""
    return [diff for step in plan.steps if step.changes for diff in step.diffs]


def asked_of(approval: Approval) -> str:
    """Return who has to answer and how many, in a sentence."""
    policy = approval.policy
    quorum = policy.quorum(approval.severity)
    parts = []
    if quorum:
        count = "1 approval" if quorum == 1 else f"{quorum} approvals"
        parts.append(f"{count} of {notice(who_decides(approval), 200)}")
    if policy.one_of:
        parts.append("one of them " + " or ".join(code(role.value) for role in policy.one_of))
    if policy.each_of:
        parts.append("each of " + ", ".join(code(word) for word in policy.each_of))
    if policy.typed:
        parts.append(f"{user(approval.requester)} types what is touched")
    elif policy.confirm:
        parts.append(f"{user(approval.requester)} confirms")
    return "; ".join(parts) or "nobody"


def outcome(approval: Approval) -> str:
    """Return how a request stands or ended: who, when and why."""
    if approval.is_pending:
        return f"⏳ waits until {time_of_day(approval.expires_at)}"
    said = {
        Decision.EXPIRED: "⌛ Expired: nobody said no, and too few answered in time",
        Decision.SUPERSEDED: "🔁 Replaced by a newer request; its votes do not count there",
        Decision.CANCELLED: "⏹️ Taken back",
    }
    if approval.decision is Decision.APPROVED:
        words = _approved(approval)
    elif approval.decision is Decision.DENIED:
        words = _denied(approval)
    else:
        words = said[approval.decision]
    return f"{words} · {when(approval.decided_at)}"


def _approved(approval: Approval) -> str:
    if approval.alone:
        return f"🔨 Started alone: {line(approval.reason, 400)}"
    by = users([vote.by for vote in approval.yes]) if approval.yes else user(approval.requester)
    return f"✅ Approved by {by}"


def _denied(approval: Approval) -> str:
    no = next(vote for vote in approval.votes if not vote.yes)
    return f"🚫 Denied by {user(no.by)}: {line(no.reason, 400)}"


def vote_lines(approval: Approval) -> list[str]:
    """Return who said what so far."""
    lines = [
        f"{'👍' if vote.yes else '👎'} {user(vote.by)} {ago(vote.at)}"
        + (f": {line(vote.reason, 300)}" if vote.reason else "")
        for vote in approval.votes
    ]
    if approval.confirmed_at:
        word = "typed what is touched" if approval.typed else "confirmed"
        lines.append(f"✍️ {user(approval.requester)} {word}")
    return lines


def step_title(entry: Entry, limit: int = 100) -> Safe:
    """Return what a step is called; "undo: ..." on the way back."""
    name = (entry.planned.title or entry.planned.id).rstrip(".")
    return Safe(f"{'undo: ' if entry.undo else ''}{line(name, limit)}")


def _step_line(entry: Entry) -> str:
    said = entry.error if entry.state in {StepState.FAILED, StepState.UNKNOWN} else entry.summary
    tries = f" (try {entry.attempts})" if entry.attempts > 1 else ""
    words = f"{STEP_MARKS[entry.state]} {step_title(entry)}{tries}"
    return words + (f" · {line(said, 160)}" if said else "")
