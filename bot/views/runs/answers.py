"""Private answers about runs, requests and runbooks, and what people are told directly."""

from collections.abc import Sequence

from bot.domain.approval import Approval
from bot.domain.review import Review
from bot.domain.run import Run
from bot.views.kit import actions, button, context, message, section
from bot.views.limits import Message
from bot.views.mrkdwn import line, notice, time_of_day, user, when
from bot.views.runs.code import block, code
from bot.views.runs.facts import asked_of, outcome, title

SHOWN = 10
TAIL = 2400


def asked(run: Run, approval: Approval | None, lacking: str = "") -> Message:
    """Answer who asked for a run: it starts, or who has to decide until when."""
    if approval is None:
        said = f"⚙️ {run.id} {title(run.plan)} starts now."
        return message(said, section(said))
    said = (
        f"🔐 {run.id} {title(run.plan)} waits for {asked_of(approval)}, until "
        f"{time_of_day(approval.expires_at)}."
    )
    note = [context(f"⚠️ {notice(lacking, 600)}.")] if lacking else []
    return message(said, section(said), *note)


def missing(runbook: str, names: Sequence[str]) -> Message:
    """Say which parameters are missing, with the button that opens the form."""
    listed = ", ".join(code(name) for name in names)
    said = f"✍️ {code(runbook)} needs {listed}."
    row = actions(button("Fill in", "runbook.params", runbook, "primary"))
    hint = context(f"Or write them: `/runbook run {line(runbook, 60)} {line(names[0], 40)}=…`")
    return message(said, section(said), row, hint)


def voted(approval: Approval) -> Message:
    """Answer who voted or confirmed."""
    if not approval.is_pending:
        said = f"{outcome(approval)} · {approval.run}"
    else:
        left = approval.missing
        more = f"{left} more {'approval is' if left == 1 else 'approvals are'} needed"
        word = f"{user(approval.requester)} still has to confirm" if approval.needs_word else ""
        parts = [part for part in (more if left else "", word) if part]
        said = f"✔️ Noted for {approval.run}; {' and '.join(parts) or 'others have to answer too'}."
    return message(said, section(said))


def cancelled(run: Run) -> Message:
    """Answer who cancelled."""
    now = "is cancelled" if run.is_over else "stops before its next step"
    said = f"⏹️ {run.id} {now}."
    return message(said, section(said))


def answered(run: Run) -> Message:
    """Answer who answered a question."""
    said = f"✔️ {run.id} goes on." if not run.is_over else f"⏹️ {run.id} is stopped."
    return message(said, section(said))


def outputs(run: Run, tails: Sequence[tuple[str, str]]) -> Message:
    """Show the end of what each step said."""
    said = f"📄 {run.id}: the end of what its steps said"
    shown = [
        section(f"*{line(name, 100)}*\n{block(text, TAIL // max(len(tails), 1) + 200)}")
        for name, text in tails[-SHOWN:]
        if text.strip()
    ]
    nothing = [] if shown else [section("It has said nothing so far, or it was a week ago.")]
    return message(said, section(said), *shown, *nothing, more="the file in its thread")


def switched(*, on: bool) -> Message:
    """Answer who turned the kill switch."""
    said = (
        "🛑 All runs are stopped: nothing begins, and what runs stops before its next step. "
        "`/runbook resume` lets them go on."
        if on
        else "▶️ Runs may begin again. Those that were stopped ask how to go on."
    )
    return message(said, section(said))


def undelivered(run: Run, lane: str, error: str) -> Message:
    """Tell who asked that something about a run could not be said."""
    said = f"⚠️ {run.id} {title(run.plan)}: {_of(lane)} cannot be delivered. {line(error, 600)}"
    hint = f"It goes on all the same: it is {run.state.value}. `/runbook history` shows it."
    return message(said, section(said), context(hint))


def _of(lane: str) -> str:
    names = {
        "run": "its card",
        "request": "the request for approval",
        "log": "the file of its output",
    }
    return names.get(lane.partition(":")[0], "what it says")


def ended(approval: Approval) -> Message:
    """Tell who asked how their request ended."""
    said = f"{outcome(approval)} · {approval.run} {title(approval.plan)}"
    again = actions(button("Ask again", "run.retry", approval.run))
    return message(said, section(said), again)


def paged(approval: Approval, review: Review) -> Message:
    """Tell the leads that somebody went on alone, and who reviews it until when."""
    said = (
        f"🔨 {user(review.by)} started {approval.run} {title(approval.plan)} alone: "
        f"{line(review.reason, 600)}"
    )
    owed = (
        f"{user(review.owner)} reviews it until {when(review.due_at)}: "
        f"`/runbook review {approval.run} what you found`"
    )
    return message(said, section(said), context(owed))


def review_due(review: Review) -> Message:
    """Remind the owner of a review that is overdue."""
    said = (
        f"⏰ The review of {review.id}, which {user(review.by)} started alone, is overdue: "
        f"`/runbook review {review.id} what you found`. Until then they cannot go on alone again."
    )
    return message(said, section(said))


def review_done(review: Review) -> Message:
    """Answer who reviewed."""
    said = f"✔️ The review of {review.id} is done: {line(review.finding, 300)}"
    return message(said, section(said))
