"""The request for approval: what exactly will be done, who may decide, and how it ended."""

from bot.domain.approval import Approval
from bot.domain.plan import Plan, PlannedStep
from bot.views.kit import Element, actions, button, confirm, context, message, section
from bot.views.limits import Block, Message, pieces
from bot.views.mrkdwn import line, time_of_day, user
from bot.views.runs.code import block, code
from bot.views.runs.facts import (
    RISKS,
    asked_of,
    call_lines,
    diff_lines,
    diffs_of,
    digest,
    outcome,
    params_line,
    title,
    vote_lines,
)

EVIDENCE = 3  # reads shown on the request; the plan shows all
EVIDENCE_TEXT = 500
MORE = "the *Plan* button"


def request_message(approval: Approval) -> Message:
    """Return the request: with buttons while it waits; later how it ended is all that changes."""
    plan = approval.plan
    asked = f"🔐 {user(approval.requester)} asks to run {title(plan)}"
    blocks = [section(f"{asked}\n{_where(approval)}"), *plan_blocks(plan), *_moved(approval)]
    blocks += evidence_blocks(plan, EVIDENCE)
    blocks.append(section("\n".join([*vote_lines(approval), outcome(approval)])))
    blocks += [actions(*_row(approval))] if approval.is_pending else []
    blocks.append(context(_foot(approval)))
    return message(f"{asked} · {approval.run}", *blocks, more=MORE)


def plan_message(plan: Plan, approval: Approval | None = None) -> Message:
    """Return everything a plan says, for one person. Nothing was changed by making it."""
    head = f"🔎 {title(plan)} on {line(plan.system, 60)} · {RISKS[plan.risk]}"
    blocks = [section(f"{head}\n{params_line(plan)}".strip()), *plan_blocks(plan)]
    steps = [_step(step) for step in plan.steps]
    blocks += [section(piece) for piece in pieces("\n".join(["*Steps*", *steps]))]
    blocks += evidence_blocks(plan, len(plan.evidence))
    asked = f"Needs {asked_of(approval)} · " if approval else f"Policy {code(plan.policy)} · "
    blocks.append(context(f"{asked}plan {digest(plan.digest)} · nothing was changed"))
    return message(head, *blocks, more=f"`signalbox runbooks plan {plan.runbook}`")


def plan_blocks(plan: Plan) -> list[Block]:
    """Return what will be done: the calls in order, current → new, the checks after it."""
    parts = []
    if calls := call_lines(plan.steps):
        parts.append("\n".join(["*What will be done*", *calls]))
    if diffs := diff_lines(diffs_of(plan)):
        parts.append("\n".join(["*What changes*", *diffs]))
    if plan.verify:
        names = "; ".join(line(step.title, 100) for step in plan.verify[:5])
        parts.append(f"*Checked afterwards* {names}")
    return [section(piece) for part in parts for piece in pieces(part)]


def _moved(approval: Approval) -> list[Block]:
    if not approval.moved:
        return []
    lines = ["⚠️ *Different from the request before; its votes do not count*"]
    return [section("\n".join([*lines, *diff_lines(approval.moved)]))]


def evidence_blocks(plan: Plan, most: int) -> list[Block]:
    """Return what the reads found while the plan was made."""
    found = list(plan.evidence.items())[:most]
    return [
        section(f"*{line(step, 60)}* found\n{block(text, EVIDENCE_TEXT)}")
        for step, text in found
        if text.strip()
    ]


def _step(step: PlannedStep) -> str:
    if step.skipped is not None:
        return f"⏭️ {line(step.title, 120)}: {line(step.skipped, 200)}"
    kind = "reads" if not step.changes else f"{RISKS[step.risk]}, {step.effect.value}"
    return f"• {line(step.title, 120)} {code(step.uses)} · {kind} · at most {step.timeout_s:g} s"


def _where(approval: Approval) -> str:
    plan = approval.plan
    parts = [approval.run, line(plan.system, 60), RISKS[plan.risk]]
    if approval.incident:
        parts.append(approval.incident)
    params = params_line(plan)
    return " · ".join(parts) + (f"\n{params}" if params else "")


def _row(approval: Approval) -> list[Element]:
    """Return the buttons. Their value is opaque: who may press is looked up at the click."""
    row = []
    if approval.policy.quorum(approval.severity):
        what = f"{approval.plan.title} on {approval.plan.system}, as it is shown."
        ask = confirm("Approve this?", what, "Approve")
        row.append(button("Approve", "approval.approve", approval.id, "primary", ask=ask))
        row.append(button("Deny", "approval.deny", approval.id, "danger"))
    if approval.needs_word and approval.policy.typed:
        row.append(button("Type to confirm", "approval.typed", approval.id))
    elif approval.needs_word:
        row.append(button("Confirm and run", "approval.confirm", approval.id, "primary"))
    row.append(button("Plan", "approval.plan", approval.id))
    row.append(button("Change", "approval.edit", approval.id))
    if approval.policy.alone_after is not None:
        row.append(button("Go on alone", "approval.alone", approval.id))
    return row


def _foot(approval: Approval) -> str:
    parts = [f"Needs {asked_of(approval)}", f"plan {digest(approval.digest)}"]
    if approval.is_pending:
        parts.append(f"expires {time_of_day(approval.expires_at)}")
    if approval.freeze:
        parts.insert(0, f"❄️ freeze “{line(approval.freeze, 80)}”: its approvers decide")
    if approval.severity is not None:
        parts.append(f"during a {approval.severity.value.upper()}")
    return " · ".join(parts)
