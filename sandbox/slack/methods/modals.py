"""views.*."""

from sandbox.slack import views
from sandbox.slack.errors import fail, invalid_arguments
from sandbox.slack.methods.call import Call
from sandbox.slack.model import Json


def open_view(call: Call) -> Json:
    """Show a modal to the person whose trigger it is."""
    return {"view": views.show(views.open_modal(call.ws, _spend(call), call.args["view"]))}


def push_view(call: Call) -> Json:
    """Put one on top of theirs."""
    return {"view": views.show(views.push(call.ws, _spend(call), call.args["view"]))}


def update_view(call: Call) -> Json:
    """Replace what an open one shows."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not (view_id or external_id):
        invalid_arguments("[ERROR] missing required field: view_id or external_id")
    view = views.find(call.ws, view_id, external_id)
    return {"view": views.show(views.update(call.ws, view, call.args["view"], call.text("hash")))}


def publish_view(call: Call) -> Json:
    """Set somebody's Home."""
    if not call.core.app.has_home:
        fail("not_enabled")
    user_id = call.text("user_id")
    if user_id not in call.ws.users:
        invalid_arguments("invalid `user_id`")
    view = views.publish(call.ws, user_id, call.args["view"], call.text("hash"))
    return {"view": views.show(view)}


def _spend(call: Call) -> str:
    trigger = call.text("trigger_id")
    if not trigger:
        invalid_arguments("[ERROR] missing required field: trigger_id")
    return call.core.triggers.exchange(trigger)
