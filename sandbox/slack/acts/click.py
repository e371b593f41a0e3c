"""Clicking and choosing in messages, modals and Home; typing in a menu with live choices."""

from typing import Any, Final

from sandbox.slack import payloads, views
from sandbox.slack.acts.actors import message_for, person, room
from sandbox.slack.blockkit.blocks import interactive
from sandbox.slack.core import Core
from sandbox.slack.errors import fail
from sandbox.slack.model import Channel, Json, Message, User, View
from sandbox.slack.state import field_of, filled, option

_CARRIED: Final = ("text", "value", "style", "url", "confirm", "placeholder", "min_query_length")
_STATIC: Final = frozenset(
    {"static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow"}
)


async def act(core: Core, request: Json) -> Json:
    """One click or choice (the body of `POST /ui/action`): `{status}`, and `error` if it failed."""
    user = person(core, request["as"])
    if request.get("view_id"):
        payload = _in_view(core, user, request)
    else:
        payload = _in_message(core, user, request)
    if not core.app.is_interactive:
        fail("interactivity is off in the manifest")
    answer = await core.delivery.send("interactive", payload)
    return {"status": answer.status} | ({"error": answer.error} if answer.error else {})


async def suggest(core: Core, request: Json) -> Json:
    """Ask the bot for choices (the body of `POST /ui/options`): `{options, option_groups}`."""
    user = person(core, request["as"])
    asked = {key: request[key] for key in ("action_id", "block_id", "value")}
    if request.get("view_id"):
        view = own_view(core, user, request["view_id"])
        find(view.body["blocks"], request["action_id"], request["block_id"])
        container: Json = {"type": "view", "view_id": view.id}
        place: Json = {"view": views.show(view)}
    else:
        channel, message = _message(core, user, request)
        find(message.blocks, request["action_id"], request["block_id"])
        container = payloads.message_container(message)
        place = {"channel": {"id": channel.id, "name": payloads.channel_name(channel)}}
    payload = payloads.suggestion(user, container, place, asked)
    answer = await core.delivery.send("interactive", payload)
    body = answer.body if isinstance(answer.body, dict) else {}
    return {
        "options": body.get("options") or [],
        "option_groups": body.get("option_groups") or [],
        **({"error": answer.error} if answer.error else {}),
    }


def own_view(core: Core, user: User, view_id: str) -> View:
    """A view on that person's screen.

    Raises:
        SlackError: not_found, for another's view too.
    """
    view = views.find(core.ws, view_id)
    if view.user != user.id:
        fail("not_found")
    return view


def find(blocks: list[Json], action_id: str, block_id: str = "") -> tuple[Json, Json]:
    """The block and its element with that action id; any block when `block_id` is empty.

    Raises:
        SlackError: a sentence that says what there is instead.
    """
    there = [(block, element) for block in blocks for element in interactive(block)]
    for block, element in there:
        if element.get("action_id") == action_id and block_id in ("", block["block_id"]):
            return block, element
    names = ", ".join(str(e.get("action_id")) for _, e in there) or "nothing"
    return fail(f"no element {action_id!r} here: there is {names}")


def _message(core: Core, user: User, request: Json) -> tuple[Channel, Message]:
    channel = room(core, user, request["channel"])
    return channel, message_for(channel, user, request["message_ts"])


def _in_message(core: Core, user: User, request: Json) -> Json:
    channel, message = _message(core, user, request)
    action = _action(core, message.blocks, request)
    message.state = filled(message.blocks, _given(request, action), message.state)
    return payloads.click_on_message(core, user, channel, message, action)


def _in_view(core: Core, user: User, request: Json) -> Json:
    view = own_view(core, user, request["view_id"])
    blocks = view.body["blocks"]
    action = _action(core, blocks, request)
    view.state = filled(blocks, _given(request, action), view.state)
    return payloads.click_on_view(core, user, view, action)


def _given(request: Json, action: Json) -> Json:
    """What was typed so far, with this choice in it."""
    state = dict(request.get("state") or {})
    field = field_of(action["type"])
    if field and field in action:
        held = {"type": action["type"], field: action[field]}
        block = dict(state.get(action["block_id"]) or {})
        state[action["block_id"]] = {**block, action["action_id"]: held}
    return state


def _action(core: Core, blocks: list[Json], request: Json) -> Json:
    block, element = find(blocks, request["action_id"], request.get("block_id") or "")
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": core.ws.new_ts(),
    }
    action |= {name: element[name] for name in _CARRIED if name in element}
    field = "selected_option" if element["type"] == "overflow" else field_of(element["type"])
    if field is None:
        _same_value(element, request)
        return action
    initial = field.replace("selected", "initial")
    if initial in element:
        action[initial] = element[initial]
    action[field] = chosen(element, field, request.get(field))
    return action


def _same_value(element: Json, request: Json) -> None:
    value = request.get("value")
    if value is not None and value != element.get("value"):
        fail(f"the button's value is {element.get('value')!r}, not {value!r}")


def chosen(element: Json, field: str, value: Any) -> Any:
    """A choice as Slack sends it; for a menu with fixed options, only what it offers.

    Raises:
        SlackError: a sentence, when it is not offered.
    """
    if element["type"] not in _STATIC or value is None:
        return value
    if field == "selected_option":
        return option(element, value) or fail(f"{value!r} is not offered")
    return [option(element, one) or fail(f"{one!r} is not offered") for one in value]
