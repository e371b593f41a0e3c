"""Modals and Homes: the stack on each person's screen."""

import copy
from typing import Any, Final

from sandbox.slack import limits
from sandbox.slack.blockkit.complete import completed, fill_texts
from sandbox.slack.errors import fail
from sandbox.slack.model import APP_ID, BOT_ID, TEAM_ID, Json, View
from sandbox.slack.state import filled
from sandbox.slack.workspace import Workspace

STACK_MOST: Final = 3  # views.push: "Currently the limit is 3"


def open_modal(ws: Workspace, user_id: str, body: Any) -> View:
    """Show a modal; it takes the place of whatever was on the screen."""
    checked = limits.view(body, "modal")
    _free_external_id(ws, checked, None)
    view = _new(ws, user_id, checked)
    ws.modals[user_id] = [view]
    ws.changed("view", user=user_id)
    return view


def push(ws: Workspace, user_id: str, body: Any) -> View:
    """Put a modal on top of the one that is open."""
    checked = limits.view(body, "modal")
    stack = ws.modals.get(user_id) or fail("not_found")
    if len(stack) >= STACK_MOST:
        fail("push_limit_reached")
    _free_external_id(ws, checked, None)
    view = _new(ws, user_id, checked)
    view.root, view.previous = stack[0].root, stack[-1].id
    stack.append(view)
    ws.changed("view", user=user_id)
    return view


def update(ws: Workspace, view: View, body: Any, seen_hash: str = "") -> View:
    """Replace what a view shows; what a person typed stays where the ids are the same.

    Raises:
        SlackError: hash_conflict, when it changed since `seen_hash`.
    """
    checked = limits.view(body, view.type)
    if seen_hash and seen_hash != view.hash:
        fail("hash_conflict")
    _free_external_id(ws, checked, view)
    view.body = _completed(ws, checked)
    view.state = filled(view.body["blocks"], {}, view.state)
    view.hash = _new_hash(ws)
    ws.changed("home" if view.type == "home" else "view", user=view.user)
    return view


def publish(ws: Workspace, user_id: str, body: Any, seen_hash: str = "") -> View:
    """Set somebody's Home."""
    held = ws.homes.get(user_id)
    if held is not None:
        return update(ws, held, body, seen_hash)
    checked = limits.view(body, "home")
    if seen_hash:
        fail("hash_conflict")
    _free_external_id(ws, checked, None)
    view = _new(ws, user_id, checked)
    ws.homes[user_id] = view
    ws.changed("home", user=user_id)
    return view


def find(ws: Workspace, view_id: str = "", external_id: str = "") -> View:
    """An open modal or a Home, by either id.

    Raises:
        SlackError: not_found.
    """
    for view in _all(ws):
        if view_id and view.id == view_id:
            return view
        if external_id and view.body.get("external_id") == external_id:
            return view
    return fail("not_found")


def close(ws: Workspace, view: View) -> None:
    """Take it off the screen, and what lay on it."""
    stack = ws.modals.get(view.user, [])
    if view in stack:
        del stack[stack.index(view) :]
    ws.changed("view", user=view.user)


def clear(ws: Workspace, user_id: str) -> list[View]:
    """Close them all; which they were, top first."""
    closed = list(reversed(ws.modals.pop(user_id, [])))
    ws.changed("view", user=user_id)
    return closed


def show(view: View) -> Json:
    """Slack's shape of a view."""
    return {
        "id": view.id,
        "team_id": TEAM_ID,
        "title": None,
        "submit": None,
        "close": None,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "submit_disabled": False,
        **view.body,
        "state": {"values": view.state},
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }


def _all(ws: Workspace) -> list[View]:
    return [v for stack in ws.modals.values() for v in stack] + list(ws.homes.values())


def _new(ws: Workspace, user_id: str, body: Json) -> View:
    view_id = ws.new_id("V")
    done = _completed(ws, body)
    view = View(view_id, user_id, body["type"], done, _new_hash(ws), view_id)
    view.state = filled(done["blocks"], {})
    return view


def _completed(ws: Workspace, body: Json) -> Json:
    done = copy.deepcopy({**body, "blocks": completed(body["blocks"], ws.new_id)})
    fill_texts(done)
    return done


def _new_hash(ws: Workspace) -> str:
    return f"{ws.now()}.{ws.new_id('')}"


def _free_external_id(ws: Workspace, body: Json, own: View | None) -> None:
    wanted = body.get("external_id")
    if wanted and any(v is not own and v.body.get("external_id") == wanted for v in _all(ws)):
        fail("duplicate_external_id")
