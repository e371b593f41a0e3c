"""The forms behind /incident: how they are filled, checked and decided."""

from collections.abc import Mapping
from typing import Any

from bot.command import Form, Values, View
from bot.domain.duration import parse_duration
from bot.domain.incident import CloseReason, Incident, Resolution, Situation, Status, Update
from bot.domain.intent import Intent
from bot.domain.lifecycle import Declaration, must_be_open, post_update, resolve
from bot.domain.person import Role
from bot.domain.severity import severity_named
from bot.errors import Invalid, UserError
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from bot.views import answers, forms
from bot.views.mrkdwn import heard
from commands.incident import parsing
from commands.incident.target import reading, target

UPDATE = ("investigation", "impact", "mitigation", "eta")


def loading(title: str, callback_id: str) -> Any:
    """Return the pure skeleton function of a form."""
    return lambda _intent: forms.loading(title, callback_id)


async def fill_declare(intent: Intent, use: UseCases) -> View:
    """Make the declare form; a message it was opened from becomes its title."""
    await use.people.check(intent, Role.RESPONDER)
    words = parsing.words(intent.text).rest or intent.payload.get("message", {}).get("text", "")
    woken = await use.oncall.woken(intent.received_at)
    return forms.declare(use.config, title=heard(words), woken=woken)


async def fill_update(intent: Intent, use: UseCases) -> View:
    """Make the update form, filled with what was said last."""
    await use.people.check(intent, Role.RESPONDER)
    return forms.update(await _open(intent, use))


async def fill_resolve(intent: Intent, use: UseCases) -> View:
    """Make the form that ends an incident."""
    await use.people.check(intent, Role.RESPONDER)
    return forms.resolve(await _open(intent, use))


async def fill_handover(intent: Intent, use: UseCases) -> View:
    """Make the form that offers command."""
    await use.people.check(intent, Role.RESPONDER)
    return forms.handover(await _open(intent, use))


async def fill_task(intent: Intent, use: UseCases) -> View:
    """Make the form for a task; a message it was opened from becomes its text."""
    await use.people.check(intent, Role.RESPONDER)
    message = intent.payload.get("message", {})
    return forms.task(await target(reading(intent), use), text=heard(message.get("text", "")))


async def fill_severity(intent: Intent, use: UseCases) -> View:
    """Make the form that changes the severity."""
    await use.people.check(intent, Role.RESPONDER)
    return forms.severity(await _open(intent, use), use.config)


async def fill_snooze(intent: Intent, use: UseCases) -> View:
    """Make the form that puts the reminder off."""
    await use.people.check(intent, Role.RESPONDER)
    return forms.snooze(await _open(intent, use), intent.received_at)


async def _open(intent: Intent, use: UseCases) -> Incident:
    """Return the incident that is meant; nobody shall fill in a form for one that has ended."""
    incident = await target(reading(intent), use)
    must_be_open(incident)
    return incident


async def submit_declare(turn: Turn, use: UseCases) -> None:
    """Declare what the form says."""
    said = turn.intent.values
    await use.incidents.declare(
        turn,
        Declaration(
            title=_text(said, "title"),
            severity=severity_named(_text(said, "severity")),
            system=_text(said, "system") or None,
            private=bool(said.get("private")),
            commander=_text(said, "commander") or None,
            invite=tuple(said.get("invite") or ()),
            situation=Situation(
                impact=_text(said, "impact"),
                health=_text(said, "health"),
                features=_text(said, "features"),
                users=_text(said, "users"),
            ),
        ),
    )


async def submit_update(turn: Turn, use: UseCases) -> None:
    """Post the update the form says."""
    incident = await target(turn, use)
    moved = await use.incidents.update(turn, incident, _update(turn), _status(turn.intent.values))
    await use.reading.confirm(turn, moved, "Update posted")


async def submit_resolve(turn: Turn, use: UseCases) -> None:
    """End the incident as the form says."""
    incident = await target(turn, use)
    ending = _text(turn.intent.values, "ending") or "resolved"
    if ending == "resolved":
        moved = await use.incidents.resolve(turn, incident, _resolution(turn))
        await use.reading.confirm(turn, moved, "Resolved")
    else:
        other = _text(turn.intent.values, "duplicate_of") or None
        moved = await use.incidents.close(turn, incident, CloseReason(ending), other)
        await use.reading.confirm(turn, moved, "Closed")


async def submit_handover(turn: Turn, use: UseCases) -> None:
    """Offer command to whom the form names."""
    incident = await target(turn, use)
    said = turn.intent.values
    moved = await use.crew.offer(turn, incident, _text(said, "user"), _text(said, "note"))
    await use.reading.confirm(turn, moved, "Handover offered")


async def submit_task(turn: Turn, use: UseCases) -> None:
    """Add the task the form says."""
    incident = await target(turn, use)
    said = turn.intent.values
    owner = _text(said, "owner") or None
    moved = await use.crew.add_task(turn, incident, _text(said, "text"), owner)
    await use.reading.confirm(turn, moved, "Task added")


async def submit_severity(turn: Turn, use: UseCases) -> None:
    """Change the severity to what the form says."""
    incident = await target(turn, use)
    severity = severity_named(_text(turn.intent.values, "severity"))
    moved = await use.incidents.severity(turn, incident, severity)
    await use.reading.confirm(turn, moved, "Severity changed")


async def submit_snooze(turn: Turn, use: UseCases) -> None:
    """Put the reminder off by what the form says."""
    incident = await target(turn, use)
    duration = parse_duration(_text(turn.intent.values, "duration"))
    moved = await use.incidents.snooze(turn, incident, duration)
    turn.answer(answers.done(moved, "Reminder snoozed"))


async def preview(intent: Intent, use: UseCases) -> View:
    """Show the message exactly as it would be posted."""
    turn = reading(intent)
    incident = await target(turn, use)
    opened = intent.payload.get("view", {}).get("callback_id")
    try:
        if opened == "incident.resolve":
            moved = resolve(incident, _resolution(turn))
            message = use.telling.templates.resolved(moved, use.config)
        else:
            moved = post_update(incident, _update(turn), _status(intent.values))
            message = use.telling.templates.update(moved, use.config)
    except UserError as error:
        return forms.refusal("Preview", str(error))
    return forms.preview(message)


def check_declare(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    errors = {}
    if not _text(values, "title").strip():
        errors["title"] = "Say in a few words what people notice."
    if not _text(values, "severity"):
        errors["severity"] = "Choose how bad it is."
    return errors


def check_update(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block; a new status alone is something to say."""
    if _status(values) or any(_text(values, name).strip() for name in UPDATE):
        return {}
    return {"investigation": "Say at least one thing, or choose a new status: readers get this."}


def check_resolve(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    ending = _text(values, "ending") or "resolved"
    if ending == "resolved" and not _text(values, "applied").strip():
        return {"applied": "Say what fixed it; only a duplicate or a false alarm needs none."}
    if ending == CloseReason.DUPLICATE.value:
        other = _text(values, "duplicate_of").strip()
        if not parsing.INCIDENT.match(other):
            return {"duplicate_of": "Name the other incident, such as INC-42."}
    return {}


def check_handover(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    return {} if _text(values, "user") else {"user": "Choose who should take command."}


def check_task(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    return {} if _text(values, "text").strip() else {"text": "Say what is to be done."}


def check_severity(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    return {} if _text(values, "severity") else {"severity": "Choose how bad it is."}


def check_snooze(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    try:
        parse_duration(_text(values, "duration"))
    except Invalid as error:
        return {"duration": str(error)}
    return {}


def _update(turn: Turn) -> Update:
    said = turn.intent.values
    return Update(by=turn.intent.user, at=turn.now, **{name: _text(said, name) for name in UPDATE})


def _status(values: Values) -> Status | None:
    """Return the status that was chosen; None leaves it as it is."""
    chosen = _text(values, "status")
    return Status(chosen) if chosen not in ("", forms.UNCHANGED) else None


def _resolution(turn: Turn) -> Resolution:
    said = turn.intent.values
    fields = {name: _text(said, name) for name in ("root_cause", "applied", "prevention")}
    states = ("services", "performance", "monitoring")
    fields |= {name: _text(said, name) for name in states if _text(said, name)}
    return Resolution(by=turn.intent.user, at=turn.now, **fields)


def _text(values: Values, name: str) -> str:
    return str(values.get(name) or "")


FORMS = (
    Form(
        "incident.declare",
        loading("Declare an incident", "incident.declare"),
        fill_declare,
        check_declare,
        submit_declare,
    ),
    Form(
        "incident.update",
        loading("Post an update", "incident.update"),
        fill_update,
        check_update,
        submit_update,
    ),
    Form(
        "incident.resolve",
        loading("Resolve", "incident.resolve"),
        fill_resolve,
        check_resolve,
        submit_resolve,
    ),
    Form(
        "incident.handover",
        loading("Hand over command", "incident.handover"),
        fill_handover,
        check_handover,
        submit_handover,
    ),
    Form(
        "incident.task",
        loading("Add a task", "incident.task"),
        fill_task,
        check_task,
        submit_task,
    ),
    Form(
        "incident.severity",
        loading("Change the severity", "incident.severity"),
        fill_severity,
        check_severity,
        submit_severity,
    ),
    Form(
        "incident.snooze",
        loading("Snooze the reminder", "incident.snooze"),
        fill_snooze,
        check_snooze,
        submit_snooze,
    ),
)
