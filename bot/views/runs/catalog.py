"""Lists: runbooks, one runbook, the newest runs with their figures, requests that wait."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.approval import Approval
from bot.domain.plan import Risk
from bot.domain.run import Run, RunState
from bot.domain.runbook import Runbook
from bot.domain.values import Value
from bot.views.kit import actions, button, context, header, message, section
from bot.views.limits import Block, Message, pieces
from bot.views.mrkdwn import line, span_minutes, time_of_day, user
from bot.views.runs.card import headline
from bot.views.runs.code import code
from bot.views.runs.facts import RISKS, asked_of, title

ROWS = 60
SHOWN = 15
FAILED = frozenset({RunState.FAILED, RunState.ROLLED_BACK})


class Offer(Value):
    """A runbook that somebody may ask for: its risk and the policy it runs under."""

    runbook: Runbook
    risk: Risk
    policy: str


def offers(found: Sequence[Offer], what: str) -> Message:
    """Show runbooks by system. `what` says which ones: "Runbooks of mcp-cortex"."""
    if not found:
        said = f"{line(what, 200)}: none that you may run. `/runbook list` shows the others."
        return message(said, section(said))
    rows, system = [], ""
    for one in found[:ROWS]:
        if one.runbook.system != system:
            system = one.runbook.system
            rows.append(f"*{line(system, 60)}*")
        words = f"{code(one.runbook.id)} {line(one.runbook.title, 120)} · {RISKS[one.risk]}"
        rows.append(f"• {words}" + (" · draft" if one.runbook.draft else ""))
    if len(found) > ROWS:
        rows.append(f"… and {len(found) - ROWS} more; `/runbook search WORDS` finds them")
    said = f"{line(what, 200)} ({len(found)})"
    blocks = [section(piece) for piece in pieces("\n".join(rows))]
    return message(said, section(f"*{said}*"), *blocks, more="`/runbook search WORDS`")


def offer(one: Offer) -> Message:
    """Show one runbook: what it does, what it takes, who must agree, with a Run button."""
    book = one.runbook
    said = f"📘 {line(book.title, 160)} {code(book.id)}"
    facts = f"{line(book.system, 60)} · {RISKS[one.risk]} · policy {code(one.policy)}"
    about = [said, f"{facts} · owner {line(book.owner, 80)}", line(book.summary, 1500)]
    steps = [f"{place}. {_step(step)}" for place, step in enumerate(book.steps, 1)]
    blocks: list[Block] = [section("\n".join(part for part in about if part))]
    blocks += [section(piece) for piece in pieces("\n".join(["*Steps*", *steps]))]
    if book.params:
        rows = [
            f"• {code(name)} {spec.type}: {line(spec.help, 200)}"
            for name, spec in book.params.items()
        ]
        blocks += [section(piece) for piece in pieces("\n".join(["*Parameters*", *rows]))]
    row = actions(
        button("Run", "runbook.params", book.id, "primary"),
        button("Plan", "runbook.plan", book.id),
    )
    return message(said, *blocks, row, context(f"From {line(book.source, 200)}"))


def history(runs: Sequence[Run], runbook: str | None) -> Message:
    """Show the newest runs, and of one runbook how it went, how long it took."""
    what = f"Runs of {code(runbook)}" if runbook else "The newest runs"
    if not runs:
        return message(what, section(f"{what}: none so far."))
    blocks = [section(f"*{what}*" + (f"\n{_figures(runs)}" if runbook else ""))]
    rows = [headline(run) for run in runs[:SHOWN]]
    blocks += [section(piece) for piece in pieces("\n".join(rows))]
    rest = len(runs) - SHOWN
    blocks += [context(f"… and {rest} before")] if rest > 0 else []
    return message(what, *blocks, more="`/audit run ID`")


def pending(requests: Sequence[Approval], user_id: str) -> Message:
    """Show the requests that wait, those for `user_id` to answer with their buttons."""
    if not requests:
        return message("Nothing waits for approval", section("✅ Nothing waits for approval."))
    said = f"{len(requests)} request{'s' * (len(requests) != 1)} waiting"
    blocks = [header(said)]
    for one in requests[:SHOWN]:
        blocks += request_rows(one, mine=one.requester == user_id)
    return message(said, *blocks, more="App Home")


def request_rows(approval: Approval, *, mine: bool) -> list[Block]:
    """Return one waiting request as a line with its buttons."""
    words = (
        f"🔐 {approval.run} {title(approval.plan)} · {user(approval.requester)} · needs "
        f"{asked_of(approval)} · until {time_of_day(approval.expires_at)}"
    )
    first = approval.id[:12]
    row = [button("Plan", f"approval.plan:{first}", approval.id)]
    if not mine:
        row.insert(0, button("Deny", f"approval.deny:{first}", approval.id, "danger"))
        row.insert(0, button("Approve", f"approval.approve:{first}", approval.id, "primary"))
    return [section(words), actions(*row)]


def _step(step: object) -> str:
    name = getattr(step, "title", "") or getattr(step, "id", "")
    uses = getattr(step, "uses", None)
    return f"{line(name, 120)} {code(uses)}" if uses else f"{line(name, 120)} (a person)"


def _figures(runs: Sequence[Run]) -> str:
    ended = [run for run in runs if run.started_at and run.ended_at]
    good = sum(run.state is RunState.SUCCEEDED for run in ended)
    bad = sum(run.state in FAILED for run in ended)
    back = sum(run.state is RunState.ROLLED_BACK for run in ended)
    spans = sorted(
        run.ended_at - run.started_at for run in ended if run.ended_at and run.started_at
    )
    usual = spans[len(spans) // 2] if spans else timedelta()
    return (
        f"{good} of {len(ended)} succeeded, {bad} failed, {back} of them rolled back; "
        f"usually {span_minutes(usual)}"
    )
