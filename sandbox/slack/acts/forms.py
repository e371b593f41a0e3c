"""Submitting and closing modals, shortcuts, opening the Home."""

from typing import Any

from sandbox.slack import payloads, views
from sandbox.slack.acts.actors import message_for, own_room, person
from sandbox.slack.acts.click import chosen, own_view
from sandbox.slack.answer import Answer
from sandbox.slack.blockkit.blocks import interactive
from sandbox.slack.core import Core
from sandbox.slack.errors import SlackError, fail
from sandbox.slack.model import APP_ID, Json, User, View
from sandbox.slack.state import field_of, filled, refusals

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(core: Core, user_id: str, view_id: str, values: Json) -> Json:
    """Press a modal's submit: `{status, response_action?, errors?}`.

    What Slack's own client refuses (a required field left empty) never reaches the bot: `status`
    is then 0.
    """
    user = person(core, user_id)
    view = own_view(core, user, view_id)
    if view not in core.ws.modals.get(user_id, [])[-1:]:
        fail("only the modal on top can be submitted")
    if not view.body.get("submit"):
        fail("this modal has no submit button")
    blocks = view.body["blocks"]
    view.state = filled(blocks, _checked(blocks, values), view.state)
    refused = refusals(blocks, view.state)
    if refused:
        return {"status": 0, "response_action": "errors", "errors": refused}
    answer = await core.delivery.send("interactive", payloads.submission(core, user, view))
    return _after(core, view, answer)


def _checked(blocks: list[Json], values: Json) -> Json:
    """The values with each choice made whole: an option is what the menu offers."""
    done: Json = {}
    for block in blocks:
        for element in interactive(block):
            field = field_of(element["type"])
            held = (values.get(block["block_id"]) or {}).get(element["action_id"])
            if field and held and field in held:
                whole = {"type": element["type"], field: chosen(element, field, held[field])}
                done.setdefault(block["block_id"], {})[element["action_id"]] = whole
    return done


def _after(core: Core, view: View, answer: Answer) -> Json:
    outcome: Json = {"status": answer.status}
    if answer.error:
        return outcome | {"error": answer.error, "message": TROUBLE}
    body = answer.body if isinstance(answer.body, dict) else {}
    wanted = body.get("response_action")
    try:
        _obey(core, view, wanted, body)
    except SlackError as refused:
        core.warnings.append(f"response_action {wanted}: {refused.error} {refused.extra}")
        return outcome | {"error": refused.error, "message": TROUBLE}
    outcome |= {"response_action": wanted} if wanted else {}
    return outcome | ({"errors": body["errors"]} if wanted == "errors" else {})


def _obey(core: Core, view: View, wanted: Any, body: Json) -> None:
    if not wanted:
        views.close(core.ws, view)
    elif wanted == "clear":
        views.clear(core.ws, view.user)
    elif wanted == "update":
        views.update(core.ws, view, body.get("view"))
    elif wanted == "push":
        views.push(core.ws, view.user, body.get("view"))
    elif wanted == "errors":
        _check_errors(view, body.get("errors"))
    else:
        fail(f"unknown response_action {wanted!r}")


def _check_errors(view: View, errors: Any) -> None:
    inputs = {b["block_id"] for b in view.body["blocks"] if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        fail("errors must name input blocks of the view")


async def close(core: Core, user_id: str, view_id: str, *, everything: bool = False) -> Json:
    """Press a modal's close, or (`everything`) the cross that clears the stack."""
    user = person(core, user_id)
    view = own_view(core, user, view_id)
    cleared = everything or bool(view.body.get("clear_on_close"))
    if cleared:
        gone = views.clear(core.ws, user_id)
    else:
        views.close(core.ws, view)
        gone = [view]
    for one in gone:
        if one.body.get("notify_on_close"):
            payload = payloads.closed(user, one, cleared=cleared)
            await core.delivery.send("interactive", payload)
    return {}


async def shortcut(
    core: Core, user_id: str, callback_id: str, channel_id: str = "", ts: str = ""
) -> Json:
    """Use a shortcut: `{status}`. One of a message has a channel and a ts."""
    user = person(core, user_id)
    known = core.app.shortcut(callback_id) or fail(f"the app has no shortcut {callback_id!r}")
    if channel_id and ts:
        payload = _on_message(core, user, callback_id, channel_id, ts)
    elif known.is_message:
        fail("a message shortcut needs channel and message_ts")
    else:
        payload = payloads.shortcut(core, user, callback_id)
    answer = await core.delivery.send("interactive", payload)
    return {"status": answer.status} | ({"error": answer.error} if answer.error else {})


def _on_message(core: Core, user: User, callback_id: str, channel_id: str, ts: str) -> Json:
    channel = own_room(core, user, channel_id)
    message = message_for(channel, user, ts)
    return payloads.message_action(core, user, callback_id, channel, message)


def open_home(core: Core, user_id: str) -> Json:
    """Open the app's Home: `{view}`, the last one published, or None."""
    user = person(core, user_id)
    held = core.ws.homes.get(user_id)
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": core.ws.im(user.id).id,
        "tab": "home",
        "event_ts": core.ws.new_ts(),
    }
    if held is not None:
        event["view"] = {**views.show(held), "app_id": APP_ID}
    core.ws.emit("app_home_opened", event)
    return {"view": views.show(held) if held else None}
