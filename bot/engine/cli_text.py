"""What `signalbox runbooks` prints. Plain text; nothing here reads or decides."""

from collections.abc import Iterable

from bot.domain.plan import Plan, PlannedStep
from bot.domain.runbook import HumanStep, Precondition, Step
from bot.engine.catalog import Listing
from bot.engine.catalog_coverage import Coverage
from bot.engine.lint import as_lines
from bot.engine.lint_sheet import Finding
from bot.engine.params import example
from bot.engine.substitution import as_text

SHORT = 12  # characters of a digest that people compare


def list_text(listings: Iterable[Listing]) -> str:
    """Return one line for each runbook: id, risk, policy, title."""
    rows = [(one.runbook.id, one.risk.value, one.policy, one.runbook.title) for one in listings]
    if not rows:
        return "No runbook fits."
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]))
        for row in rows
    )


def show_text(one: Listing) -> str:
    """Return everything that a person wants to know of a runbook before they run it."""
    runbook = one.runbook
    lines = [
        f"{runbook.id}: {runbook.title}",
        *([f"  {runbook.summary}"] if runbook.summary else []),
        f"  system {runbook.system}, owner {runbook.owner}",
        f"  risk {one.risk.value}, approval {one.policy}",
        f"  file {runbook.source}, digest {runbook.digest[:SHORT]}",
    ]
    if runbook.covers:
        lines.append(f"  covers {', '.join(runbook.covers)}")
    if runbook.params:
        lines.append("Parameters")
    for name, spec in runbook.params.items():
        need = "required" if spec.must_be_given else "optional"
        lines.append(f"  {example(name, spec)}  ({spec.type}, {need}) {spec.help}".rstrip())
    for title, steps in (
        ("Preconditions", runbook.preconditions),
        ("Steps", runbook.steps),
        ("Verify", runbook.verify),
        ("Rollback", runbook.rollback),
    ):
        if steps:
            lines.append(title)
            lines += [f"  {number}. {_step(step)}" for number, step in enumerate(steps, 1)]
    if runbook.offer:
        lines.append(f"When it fails: {', '.join(runbook.offer)}")
    return "\n".join(lines)


def _step(step: Step | HumanStep | Precondition) -> str:
    if isinstance(step, HumanStep):
        said = f"{step.id}: a person, {step.ask.value}"
    else:
        said = f"{step.id}: {step.uses or 'check'}"
    when = None if isinstance(step, Precondition) else step.when
    return said + (f" ({step.title})" if step.title else "") + (f", when {when}" if when else "")


def lint_text(findings: Iterable[Finding], checked: int) -> str:
    """Return the findings, or that there are none."""
    found = list(findings)
    end = f"{checked} runbooks, {len(found)} findings."
    return f"{as_lines(found)}\n{end}" if found else end


def plan_text(plan: Plan) -> str:
    """Return the exact calls, current -> new, and who must agree. Nothing was changed."""
    params = " ".join(f"{name}={as_text(value)}" for name, value in sorted(plan.params.items()))
    lines = [
        f"Plan of {plan.runbook} on {plan.system}" + (f" with {params}" if params else ""),
        f"  risk {plan.risk.value}, approval {plan.policy}, digest {plan.digest[:SHORT]}",
    ]
    for title, steps in (("Steps", plan.steps), ("Verify", plan.verify)):
        if steps:
            lines.append(title)
            for step in steps:
                lines += _planned(step)
    for step_id, said in plan.evidence.items():
        lines.append(f"Found by {step_id}")
        lines += [f"  | {line}" for line in said.splitlines()]
    if plan.targets:
        lines.append(f"Touches {', '.join(plan.targets)}")
    lines.append("Nothing was changed.")
    return "\n".join(lines)


def _planned(step: PlannedStep) -> list[str]:
    lines = [f"  {step.id}: {step.title} [{step.risk.value}]"]
    if step.skipped is not None:
        return [*lines, f"    skipped: {step.skipped}"]
    if step.deferred:
        lines.append("    decided while it runs, by what an earlier step finds")
    lines += [f"    {call.text}" for call in step.calls]
    lines += [f"    {diff.subject}: {diff.current} → {diff.new}" for diff in step.diffs]
    return lines


def coverage_text(found: Coverage, *, missing_only: bool = False) -> str:
    """Return which procedures have a runbook, by system, and how many."""
    lines = []
    for one in found.procedures:
        if one.runbooks and missing_only:
            continue
        mark = ", ".join(one.runbooks) or "-"
        lines.append(f"{one.id}  [{one.risk}, {one.approval}]  {mark}")
    lines += [
        f"{runbook} covers {name}, which is no procedure" for runbook, name in found.strangers
    ]
    lines.append(f"{found.done} of {len(found.procedures)} procedures have a runbook.")
    return "\n".join(lines)
