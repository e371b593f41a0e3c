"""Rules for the whole: who answers for it, who must agree, how one knows that it worked."""

from collections.abc import Iterator
from pathlib import Path

from bot.domain.plan import Risk
from bot.domain.runbook import HumanStep, RunbookText, Step
from bot.engine.demands import USUAL, destroys_safely, short_of_risk
from bot.engine.lint_sheet import Finding, Known, Sheet, nearest, risk_of


def computed_risk(runbook: RunbookText, known: Known) -> Risk:
    """Return the worst that any of its actions can do, the ways back included."""
    found = [Risk.READ]
    for step in every_step(runbook):
        action = known.actions.get(step.uses)
        if action is not None:
            found.append(risk_of(action, step.with_))
    return max(found, key=lambda risk: risk.rank)


def every_step(runbook: RunbookText) -> Iterator[Step]:
    """Yield the steps with actions, the ways back included."""
    for step in (*runbook.steps, *runbook.verify, *runbook.rollback):
        if isinstance(step, HumanStep):
            continue
        yield step
        if not isinstance(step.rollback, str):
            yield from step.rollback


def check_whole(sheet: Sheet, known: Known) -> Iterator[Finding]:
    """Yield what is wrong with the runbook as a whole."""
    runbook = sheet.runbook
    yield from _identity(sheet, known)
    risk = computed_risk(runbook, known)
    if runbook.risk is not None and runbook.risk.rank < risk.rank:
        cause = (
            f"The risk is declared `{runbook.risk.value}`, but its actions can do `{risk.value}`"
        )
        yield sheet.finding(("risk",), cause, f"Write `risk: {risk.value}` or leave it out")
    declared = runbook.risk or risk
    yield from _approval(sheet, known, max(risk, declared, key=lambda one: one.rank))
    if risk is Risk.READ:
        yield from _nothing_to_undo(sheet)
    elif not runbook.verify:
        cause = "It changes something, and nothing checks that the system is well after it"
        yield sheet.finding(("steps",), cause, "Add `verify:` with a reading step")


def _identity(sheet: Sheet, known: Known) -> Iterator[Finding]:
    runbook = sheet.runbook
    if runbook.draft:
        cause = "It is a draft, so nobody can run it"
        yield sheet.finding(("draft",), cause, "Finish it and remove `draft: true`")
    stem = Path(sheet.file).stem
    if runbook.id != stem:
        cause = f"The id is `{runbook.id}`, and the file is called `{stem}`"
        yield sheet.finding(("id",), cause, f"Name the file {runbook.id}.yml")
    if runbook.system not in known.systems:
        cause = f"There is no system `{runbook.system}`"
        yield sheet.finding(("system",), cause, nearest(runbook.system, list(known.systems)))
    for place, covered in enumerate(runbook.covers):
        if known.inventory is not None and covered not in known.inventory:
            cause = f"The inventory has no procedure `{covered}`"
            cure = nearest(covered, known.inventory)
            yield sheet.finding(("covers", place), cause, cure)
    for name in runbook.suggest.fill:
        if name not in runbook.params:
            cause = f"`suggest.fill` names `{name}`, which is no parameter"
            yield sheet.finding(("suggest", "fill", name), cause, nearest(name, runbook.params))


def _approval(sheet: Sheet, known: Known, risk: Risk) -> Iterator[Finding]:
    runbook = sheet.runbook
    if runbook.approval is None:
        if risk is not Risk.READ:
            cause = f"Its risk is `{risk.value}`, and no `approval` says who must agree"
            yield sheet.finding(("steps",), cause, f"Add `approval: {USUAL[risk]}` or stricter")
        return
    policy = known.policies.get(runbook.approval)
    if policy is None:
        cause = f"There is no approval policy `{runbook.approval}`"
        yield sheet.finding(("approval",), cause, nearest(runbook.approval, list(known.policies)))
        return
    lacks = short_of_risk(policy, risk)
    if lacks:
        cause = f"The policy `{runbook.approval}` is too weak for risk `{risk.value}`: {lacks}"
        yield sheet.finding(("approval",), cause, f"Write `approval: {USUAL[risk]}` or stricter")
    elif risk is Risk.DESTRUCTIVE and not destroys_safely(policy, runbook.covers):
        cause = f"It destroys data, and under `{runbook.approval}` nobody types what is touched"
        yield sheet.finding(("approval",), cause, "Write `approval: two-approvers-typed`")


def _nothing_to_undo(sheet: Sheet) -> Iterator[Finding]:
    if sheet.runbook.rollback:
        cause = "Its `rollback` can never run, because nothing is changed"
        yield sheet.finding(("rollback",), cause, "Remove it")


def check_together(sheets: list[Sheet], known: Known) -> Iterator[Finding]:
    """Yield what is wrong between runbooks: one id twice, an offer that leads nowhere."""
    first: dict[str, str] = {}
    ids = {sheet.runbook.id for sheet in sheets} | set(known.others)
    for sheet in sheets:
        same = first.setdefault(sheet.runbook.id, sheet.file)
        if same != sheet.file:
            cause = f"The id `{sheet.runbook.id}` is taken by {same}"
            yield sheet.finding(("id",), cause, "Give one of them another id")
        for place, offered in enumerate(sheet.runbook.offer):
            if offered not in ids:
                cause = f"It offers `{offered}`, and there is no such runbook"
                yield sheet.finding(("offer", place), cause, nearest(offered, ids))
