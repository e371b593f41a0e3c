"""The forms behind /runbook: how they are filled, checked and decided."""

from collections.abc import Mapping
from typing import Any

from bot.command import Form, Values, View
from bot.domain.intent import Intent, IntentKind
from bot.domain.run import Answer
from bot.usecases import UseCases
from bot.usecases.approvals import to_type
from bot.usecases.turn import Turn
from bot.views.forms import loading
from bot.views.runs import forms as views
from commands.runbook import parsing


def skeleton(title: str, callback_id: str) -> Any:
    """Return the pure skeleton function of a form."""
    return lambda _intent: loading(title, callback_id)


async def fill_params(intent: Intent, use: UseCases) -> View:
    """Ask for a runbook's parameters; those that were typed already are filled in."""
    said = parsing.words(intent.text)
    if intent.kind is IntentKind.COMMAND and len(said) > 1:
        return await use.run_reading.params_form(intent, said[1], parsing.given(said[2:]))
    return await use.run_reading.params_form(intent, parsing.meant(intent), {})


async def submit_params(turn: Turn, use: UseCases) -> None:
    """Ask for the run that the form says."""
    given = dict(turn.intent.values)
    runbook = str(given.pop(views.RUNBOOK, None) or parsing.meant(turn.intent))
    await use.runs.propose(turn, runbook, _given(given))


async def fill_edit(intent: Intent, use: UseCases) -> View:
    """Ask for other parameters of a waiting request."""
    view = await use.run_reading.edit_form(intent, parsing.meant(intent))
    return {**view, "callback_id": "approval.edit"}


async def submit_edit(turn: Turn, use: UseCases) -> None:
    """Replace the request by one with these parameters."""
    given = dict(turn.intent.values)
    given.pop(views.RUNBOOK, None)
    await use.runs.edit(turn, parsing.meant(turn.intent), _given(given))


async def fill_deny(intent: Intent, use: UseCases) -> View:
    """Ask why."""
    return views.deny(await use.run_reading.request(intent, parsing.meant(intent)))


async def submit_deny(turn: Turn, use: UseCases) -> None:
    """Say no."""
    reason = _text(turn.intent.values, "reason")
    await use.approvals.deny(turn, parsing.meant(turn.intent), reason)


async def fill_typed(intent: Intent, use: UseCases) -> View:
    """Ask the requester to type what is touched."""
    approval = await use.run_reading.request(intent, parsing.meant(intent))
    return views.typed(approval, to_type(approval.plan))


async def submit_typed(turn: Turn, use: UseCases) -> None:
    """Take the requester's typed word."""
    typed = _text(turn.intent.values, "typed")
    await use.approvals.confirm(turn, parsing.meant(turn.intent), typed)


async def fill_alone(intent: Intent, use: UseCases) -> View:
    """Ask why it cannot wait."""
    return views.alone(await use.run_reading.request(intent, parsing.meant(intent)))


async def submit_alone(turn: Turn, use: UseCases) -> None:
    """Go on without approvers."""
    reason = _text(turn.intent.values, "reason")
    await use.approvals.alone(turn, parsing.meant(turn.intent), reason)


async def fill_respond(intent: Intent, use: UseCases) -> View:
    """Ask for what only a person knows."""
    run, number = parsing.question(parsing.meant(intent))
    return views.respond(*await use.run_reading.question(intent, run, number))


async def submit_respond(turn: Turn, use: UseCases) -> None:
    """Give a run what it asked for."""
    run, number = parsing.question(parsing.meant(turn.intent))
    said = _text(turn.intent.values, "answer") or "All of it is done."
    await use.runs.answer(turn, run, number, Answer.DONE, said)


def nothing(_values: Values) -> Mapping[str, str]:
    """Return no complaint: the runbook is not known here, the use case checks every value."""
    return {}


def check_reason(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    return {} if _text(values, "reason").strip() else {"reason": "Say why."}


def check_typed(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    return {} if _text(values, "typed").strip() else {"typed": "Type what is touched."}


def check_respond(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block: every box must be ticked, every text said."""
    wrong = {}
    for name, value in values.items():
        if name.startswith("answer-") and not value:
            wrong[name] = "Tick it when it is done; else close this and press Stop."
        elif name == "answer" and not str(value or "").strip():
            wrong[name] = "Say what you found."
    return wrong


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _text(values: Values, name: str) -> str:
    return str(values.get(name) or "")


FORMS = (
    Form(
        "runbook.params",
        skeleton("Run a runbook", "runbook.params"),
        fill_params,
        nothing,
        submit_params,
    ),
    Form(
        "approval.edit",
        skeleton("Change a request", "approval.edit"),
        fill_edit,
        nothing,
        submit_edit,
    ),
    Form("approval.deny", skeleton("Deny", "approval.deny"), fill_deny, check_reason, submit_deny),
    Form(
        "approval.typed",
        skeleton("Confirm", "approval.typed"),
        fill_typed,
        check_typed,
        submit_typed,
    ),
    Form(
        "approval.alone",
        skeleton("Go on alone", "approval.alone"),
        fill_alone,
        check_reason,
        submit_alone,
    ),
    Form(
        "run.respond",
        skeleton("Answer", "run.respond"),
        fill_respond,
        check_respond,
        submit_respond,
    ),
)
