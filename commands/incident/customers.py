"""Buttons, forms and timers around what customers read. A value never allows anything."""

from collections.abc import Mapping

from bot.command import Click, Form, Values, View
from bot.domain.intent import Intent
from bot.domain.person import Role
from bot.domain.statuspage_draft import REASON_MIN
from bot.errors import NotFound
from bot.usecases import UseCases
from bot.usecases.turn import Turn
from bot.views import forms
from bot.views.statuspage import forms as views
from commands.incident.target import reading, target


async def approve(turn: Turn, use: UseCases) -> None:
    """I agree with exactly this text."""
    await use.status_pages.approve(turn, await target(turn, use), _word(turn.intent))


async def cancel(turn: Turn, use: UseCases) -> None:
    """Take the text back."""
    await use.status_pages.cancel(turn, await target(turn, use), _word(turn.intent))


async def repair(turn: Turn, use: UseCases) -> None:
    """Put the page back to what was approved."""
    await use.page_watch.repair(turn, await target(turn, use))


async def fill_edit(intent: Intent, use: UseCases) -> View:
    """Make the form with the words as they stand."""
    await use.people.check(intent, Role.RESPONDER)
    incident = await target(reading(intent), use)
    _, draft = await use.status_pages.found(incident, _word(intent))
    return views.edit(incident, draft)


async def submit_edit(turn: Turn, use: UseCases) -> None:
    """Take the new words."""
    said = turn.intent.values
    incident = await target(turn, use)
    name, body = str(said.get("name") or ""), str(said.get("body") or "")
    await use.status_pages.edit(turn, incident, _word(turn.intent), name, body)


async def fill_alone(intent: Intent, use: UseCases) -> View:
    """Make the form that asks why it cannot wait."""
    await use.people.check(intent, Role.RESPONDER)
    incident = await target(reading(intent), use)
    _, draft = await use.status_pages.found(incident, _word(intent))
    return views.alone(incident, draft)


async def submit_alone(turn: Turn, use: UseCases) -> None:
    """Publish without another person."""
    incident = await target(turn, use)
    reason = str(turn.intent.values.get("reason") or "")
    await use.status_pages.alone(turn, incident, _word(turn.intent), reason)


async def fill_correct(intent: Intent, use: UseCases) -> View:
    """Make the form with the published words."""
    await use.people.check(intent, Role.RESPONDER)
    incident = await target(reading(intent), use)
    _, told = await use.status_pages.published(incident)
    said = next((one.body for one in told.updates if one.id == _word(intent)), None)
    if said is None:
        message = "That text is not published."
        raise NotFound(message)
    return views.correct(incident, said)


async def submit_correct(turn: Turn, use: UseCases) -> None:
    """Take the right words."""
    incident = await target(turn, use)
    body = str(turn.intent.values.get("body") or "")
    await use.status_pages.correct(turn, incident, _word(turn.intent), body)


def check_text(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    missing = {"name": "Customers need a title.", "body": "Customers need a text."}
    asked = [name for name in missing if name in values]
    return {name: missing[name] for name in asked if not str(values.get(name) or "").strip()}


def check_alone(values: Values) -> Mapping[str, str]:
    """Return what is wrong, by block."""
    if len(str(values.get("reason") or "").strip()) >= REASON_MIN:
        return {}
    return {"reason": "Say why it cannot wait, in a sentence: it is recorded."}


async def silent(turn: Turn, use: UseCases, incident: str) -> None:
    """Nobody has answered a draft for a while."""
    await use.status_pages.silent(turn, incident)


async def watch(turn: Turn, use: UseCases, _page: str) -> None:
    """Time to compare the page with what was published."""
    await use.page_watch.look(turn)


def _word(intent: Intent) -> str:
    """Return what stands behind the incident in a button's value."""
    opened = intent.payload.get("opened") or {}
    return str(opened.get("value") or intent.value).partition("|")[2]


def _skeleton(title: str, callback_id: str) -> View:
    return forms.loading(title, callback_id)


CLICKS = (
    Click("statuspage.approve", approve),
    Click("statuspage.edit", opens="statuspage.edit"),
    Click("statuspage.cancel", cancel),
    Click("statuspage.alone", opens="statuspage.alone"),
    Click("statuspage.correct", opens="statuspage.correct"),
    Click("statuspage.repair", repair),
)
FORMS = (
    Form(
        "statuspage.edit",
        lambda _intent: _skeleton("Edit for customers", "statuspage.edit"),
        fill_edit,
        check_text,
        submit_edit,
    ),
    Form(
        "statuspage.alone",
        lambda _intent: _skeleton("Publish alone", "statuspage.alone"),
        fill_alone,
        check_alone,
        submit_alone,
    ),
    Form(
        "statuspage.correct",
        lambda _intent: _skeleton("Correct a text", "statuspage.correct"),
        fill_correct,
        check_text,
        submit_correct,
    ),
)
TIMERS = {"statuspage-ask": silent, "statuspage-watch": watch}
