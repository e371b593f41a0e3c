"""The values of inputs: what a view or a message starts with, and what a person filled in."""

import re
from typing import Any, Final

from sandbox.slack.blockkit.blocks import interactive
from sandbox.slack.blockkit.elements import offered
from sandbox.slack.model import Json

REQUIRED: Final = "Please complete this required field."
_VALUES: Final = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
}


def field_of(element_type: str) -> str | None:
    """The name under which that element's value travels; None for one without (a button)."""
    names = _VALUES.get(element_type)
    return names[0] if names else None


def _empty(field: str) -> Any:
    return [] if field in ("selected_options", "files") or field.endswith("s") else None


def starting(blocks: list[Json]) -> Json:
    """`{block_id: {action_id: {type, value}}}` of everything that has a value, initial or none."""
    values: Json = {}
    for block in blocks:
        for element in interactive(block):
            names = _VALUES.get(element["type"])
            if names:
                first = element.get(names[1], _empty(names[0]))
                values.setdefault(block["block_id"], {})[element["action_id"]] = {
                    "type": element["type"],
                    names[0]: first,
                }
    return values


def filled(blocks: list[Json], given: Json, kept: Json | None = None) -> Json:
    """The starting values, under `kept` from before, under `given` now; unknown ids fall away."""
    values = starting(blocks)
    for source in (kept or {}, given):
        for block_id, actions in values.items():
            for action_id, held in actions.items():
                held.update((source.get(block_id) or {}).get(action_id) or {})
    return values


def refusals(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's own client says before it sends a form: block_id -> message."""
    errors: dict[str, str] = {}
    for block in blocks:
        element = block.get("element")
        if block.get("type") != "input" or not isinstance(element, dict):
            continue
        held = values.get(block["block_id"], {}).get(element["action_id"], {})
        problem = _refusal(block, element, held.get(field_of(element["type"]) or ""))
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _refusal(block: Json, element: Json, value: Any) -> str:
    if value in (None, "", []):
        return "" if block.get("optional") else REQUIRED
    if element["type"] == "plain_text_input":
        return _length_refusal(element, str(value))
    if element["type"] == "number_input" and not _is_number(element, str(value)):
        return "Enter a number."
    if element["type"] == "email_text_input" and "@" not in str(value):
        return "Enter an email address."
    if element["type"] == "url_text_input" and "://" not in str(value):
        return "Enter a URL."
    return ""


def _length_refusal(element: Json, value: str) -> str:
    most = int(element.get("max_length", 3000))
    if len(value) > most:
        return f"Please enter {most} characters or fewer."
    least = int(element.get("min_length", 0))
    return f"Please enter {least} characters or more." if len(value) < least else ""


def _is_number(element: Json, value: str) -> bool:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return False
    least, most = element.get("min_value", value), element.get("max_value", value)
    return float(least) <= float(value) <= float(most)


def option(element: Json, value: Any) -> Json | None:
    """The offered option with that value (or that option itself); None when it is not offered."""
    wanted = value.get("value") if isinstance(value, dict) else value
    return next((o for o in offered(element) if o.get("value") == wanted), None)
