"""Modals of runbooks: parameters, a denial, typed confirmation, going on alone, an answer."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.approval import Approval
from bot.domain.duration import say_duration
from bot.domain.run import Question, Run
from bot.domain.runbook import Runbook
from bot.domain.runbook_params import BoolParam, ChoiceParam, IntParam, ParamSpec, UserParam
from bot.views.inputs import needed, option, person, prompted, select, text, tick
from bot.views.kit import context, modal, section
from bot.views.limits import Block, View
from bot.views.mrkdwn import notice
from bot.views.runs.code import code
from bot.views.runs.facts import title
from bot.views.runs.request import plan_blocks

REASON = 1000
RUNBOOK = "runbook"
CHECKED = "true"


def params(
    runbook: Runbook, given: Mapping[str, Any], live: Mapping[str, Sequence[str]], note: str = ""
) -> View:
    """Ask for the parameters. Fields: each parameter's name, and `runbook`.

    `live`: the choices of live parameters that could be read; the others are typed.
    """
    fields = [_field(name, spec, given, live) for name, spec in runbook.params.items()]
    which = select(RUNBOOK, "Runbook", [option(runbook.id, runbook.id)], initial=runbook.id)
    said = note or "What is asked for is planned first; nothing is changed by this form."
    blocks = [section(f"📘 {notice(runbook.title, 160)} {code(runbook.id)}"), *fields]
    return modal("Run a runbook", "runbook.params", [*blocks, which, context(said)], "Ask")


def deny(approval: Approval) -> View:
    """Ask why. Field: reason."""
    return modal(
        "Deny",
        "approval.deny",
        [
            section(f"{approval.run} {title(approval.plan)}"),
            needed(text("reason", "Why?", most=REASON, lines=True, hint="The requester reads it.")),
        ],
        "Deny",
    )


def typed(approval: Approval, expected: str) -> View:
    """Ask the requester to type what is touched. Field: typed."""
    word = text("typed", "Type what is touched", most=200, hint=f"Exactly: {expected}")
    return modal(
        "Confirm",
        "approval.typed",
        [
            section(f"{approval.run} {title(approval.plan)}"),
            *plan_blocks(approval.plan),
            needed(word),
        ],
        "Confirm",
    )


def alone(approval: Approval) -> View:
    """Ask why it cannot wait. Field: reason."""
    cost = "The leads are told at once, and somebody reviews it. Say what the review should know."
    why = text("reason", "Why can it not wait?", most=REASON, lines=True, hint=cost)
    return modal(
        "Go on alone",
        "approval.alone",
        [section(f"🔨 {approval.run} {title(approval.plan)}"), needed(why)],
        "Go on alone",
    )


def respond(run: Run, question: Question) -> View:
    """Ask for what only a person knows. Field: answer (text, or the ticked boxes)."""
    entry = run.entry(question.key)
    options = [str(one) for one in entry.planned.params.get("options") or ()]
    blocks: list[Block] = [section(notice(question.text, 2500))]
    if entry.planned.uses == "human.text":
        blocks.append(needed(text("answer", "Answer", most=REASON, lines=True)))
    else:
        listed = options or ["Done"]
        blocks += [
            needed(tick(f"answer-{place}", one[:70], option(one, CHECKED)))
            for place, one in enumerate(listed[:20])
        ]
    return modal(run.id, "run.respond", blocks, "Answer")


def _field(
    name: str, spec: ParamSpec, given: Mapping[str, Any], live: Mapping[str, Sequence[str]]
) -> Block:
    start = given.get(name, getattr(spec, "default", None))
    first = _said(start)
    label, hint = name.replace("_", " "), spec.help
    choices = list(spec.options) if isinstance(spec, ChoiceParam) else list(live.get(name, ()))
    if choices and all(len(one) <= 75 for one in choices):  # noqa: PLR2004 - limits.OPTION_VALUE
        made = select(name, label, [option(one, one) for one in choices], initial=first, hint=hint)
    elif isinstance(spec, BoolParam):
        yes_no = [option("yes", "true"), option("no", "false")]
        made = select(name, label, yes_no, initial=first.lower(), hint=hint)
    elif isinstance(spec, UserParam):
        made = person(name, label, initial=first or None, hint=hint)
    else:
        made = text(name, label, most=1000, initial=first, hint=hint or _range(spec))
        example = getattr(spec, "example", "")
        made = prompted(made, example) if example else made
    return needed(made) if spec.must_be_given else made


def _said(start: Any) -> str:
    if isinstance(start, timedelta):
        return say_duration(start)
    return "" if start is None else str(start)


def _range(spec: ParamSpec) -> str:
    return f"{spec.min} to {spec.max}" if isinstance(spec, IntParam) else ""
