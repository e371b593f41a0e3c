"""The one card of a run, edited in place: what, where it stands, each step, what can be done."""

from collections.abc import Sequence

from bot.domain.run import Run, RunState
from bot.domain.runbook import RunbookText
from bot.views.kit import Element, actions, button, confirm, context, message, section
from bot.views.limits import Block, Message
from bot.views.mrkdwn import ago, line, notice, user, when
from bot.views.runs.facts import MARKS, digest, params_line, state_words, step_lines, title

OFFERS = 5
FAILED = frozenset({RunState.FAILED, RunState.ROLLED_BACK})
MORE = "`/runbook history`"


def run_card(run: Run, before: Sequence[str] = ()) -> Message:
    """Return the card. `before` are the runs that it waits for, the holder first."""
    head = f"{MARKS[run.state]} {title(run.plan)} · *{state_words(run)}*"
    lines = [head, _facts(run)]
    if params := params_line(run.plan):
        lines.append(params)
    if run.state is RunState.QUEUED and before:
        lines.append(f"⏳ Place {len(before)} in line, behind {', '.join(before[:3])}")
    if run.why:
        lines.append(f"*{'How it ended' if run.is_over else 'Why'}* {notice(run.why, 600)}")
    blocks: list[Block] = [section("\n".join(lines)), section("\n".join(step_lines(run)))]
    if run.question is not None:
        blocks.append(section(f"❓ {notice(run.question.text, 600)} (asked in the thread)"))
    if offered := _offered(run):
        blocks.append(section("It may help to run"))
        blocks.append(actions(*offered))
    row = _row(run)
    blocks += [actions(*row)] if row else []
    blocks.append(context(_foot(run)))
    return message(f"{MARKS[run.state]} {run.id} {state_words(run)}", *blocks, more=MORE)


def headline(run: Run) -> str:
    """Return "✅ RUN-... cortex-restart succeeded", for lists."""
    words = f"{MARKS[run.state]} {run.id} `{line(run.plan.runbook, 60)}` {state_words(run)}"
    return f"{words} · {user(run.requester)} · {ago(run.created_at)}"


def _facts(run: Run) -> str:
    parts = [run.id, line(run.plan.system, 60), f"asked by {user(run.requester)}"]
    if run.started_at:
        parts.append(f"started {when(run.started_at)}")
    if run.incident:
        parts.append(run.incident)
    if run.again_of:
        parts.append(f"again as {run.again_of}")
    return " · ".join(parts)


def _row(run: Run) -> list[Element]:
    if run.is_over:
        return [button("Run again", "run.retry", run.id), button("Output", "run.output", run.id)]
    row = [button("Output", "run.output", run.id)] if run.started_at else []
    may_stop = run.state is not RunState.ROLLING_BACK and not run.cancel_by
    return [*row, _cancel(run)] if may_stop else row


def _offered(run: Run) -> list[Element]:
    """Return a button for each runbook that this one offers when it failed; it opens a form."""
    if run.state not in FAILED or not run.runbook:
        return []
    named = RunbookText.model_validate_json(run.runbook).offer[:OFFERS]
    return [button(one, f"runbook.params:{place}", one) for place, one in enumerate(named)]


def _cancel(run: Run) -> Element:
    running = run.state is RunState.RUNNING
    text = "It stops before its next step." if running else "Nothing more is done."
    ask = confirm(f"Cancel {run.id}?", text, "Cancel the run", "Keep it")
    return button("Cancel", "run.cancel", run.id, "danger", ask=ask)


def _foot(run: Run) -> str:
    plan = f"plan {digest(run.plan.digest)}"
    drift = f" · planned anew {run.drifted}×" if run.drifted else ""
    return f"{plan} · policy `{line(run.plan.policy, 60)}`{drift}"
