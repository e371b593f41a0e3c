"""What people entered: block elements and a view's state as plain values."""

from collections.abc import Mapping
from typing import Any, Final

TEXT_MAX: Final = 4000  # what a record keeps of one text; Slack advises it as a message's length

_SINGLE: Final = (  # the keys under which elements report one value
    "value",
    "selected_user",
    "selected_channel",
    "selected_conversation",
    "selected_date",
    "selected_time",
    "selected_date_time",
)
_SEVERAL: Final = ("selected_users", "selected_channels", "selected_conversations")

Field = str | list[str] | None


def clipped(text: str) -> str:
    """Return at most TEXT_MAX characters of `text`."""
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX]


def element_value(element: Mapping[str, Any]) -> Field:
    """Return what an element holds: text, an option's value, an id, a list of them; None: empty."""
    option = element.get("selected_option")
    if option is not None:
        return str(option.get("value", ""))
    if "selected_options" in element:
        return [str(chosen.get("value", "")) for chosen in element["selected_options"] or ()]
    for key in _SEVERAL:
        if key in element:
            return [str(member) for member in element[key] or ()]
    for key in _SINGLE:
        if element.get(key) is not None:
            return clipped(str(element[key])) or None
    return _composed(element)


def _composed(element: Mapping[str, Any]) -> Field:
    if element.get("rich_text_value"):
        return clipped(_plain(element["rich_text_value"])) or None
    if element.get("files"):
        return [str(file.get("id", "")) for file in element["files"]]
    return None


def _plain(node: Any) -> str:
    """Return the words of a rich text; mentions as Slack's own markup."""
    if not isinstance(node, Mapping):
        return ""
    own = str(node.get("text") or node.get("url") or "")
    if node.get("user_id"):
        own = f"<@{node['user_id']}>"
    inner = "".join(_plain(child) for child in node.get("elements") or ())
    ends_line = str(node.get("type", "")).startswith("rich_text_")
    return own + inner + ("\n" if ends_line and inner else "")


def form_values(state: Mapping[str, Any] | None) -> dict[str, Field]:
    """Return a view's or message's `state.values` by block id.

    A block with several elements also gives each of them by its action id.
    """
    found: dict[str, Field] = {}
    for block_id, elements in ((state or {}).get("values") or {}).items():
        for action_id, element in elements.items():
            value = element_value(element)
            found.setdefault(block_id, value)
            if len(elements) > 1:
                found[action_id] = value
    return found
