"""Form fields. The block id is the field's name in `Values`; the action id is always "value"."""

from collections.abc import Sequence

from bot.views.kit import Element, words
from bot.views.limits import (
    CHOICES,
    ID,
    INPUT,
    LABEL,
    OPTION,
    OPTION_VALUE,
    OPTIONS,
    PLACEHOLDER,
    Block,
)
from bot.views.tidy import tidy

VALUE = "value"


def option(label: str, value: str, description: str = "") -> Element:
    """Return one choice of a menu, of radio buttons or of check boxes."""
    made: Element = {"text": words(label, OPTION), "value": value[:OPTION_VALUE]}
    return {**made, "description": words(description, OPTION)} if description else made


def text(
    field: str,
    label: str,
    *,
    most: int = INPUT,
    initial: str = "",
    hint: str = "",
    lines: bool = False,
) -> Block:
    """Return a text field of at most `most` characters; `lines` makes it a large one."""
    element: Element = {"type": "plain_text_input", "max_length": most, "multiline": lines}
    if kept := tidy(initial)[:most].strip():
        element["initial_value"] = kept if lines else " ".join(kept.split())
    return _input(field, label, element, hint)


def select(
    field: str,
    label: str,
    options: Sequence[Element],
    *,
    initial: str | None = None,
    hint: str = "",
) -> Block:
    """Return a menu; `initial` is the value of the option that is chosen already."""
    element: Element = {"type": "static_select", "options": list(options[:OPTIONS])}
    return _input(field, label, element | _chosen(element["options"], initial), hint)


def radio(
    field: str,
    label: str,
    options: Sequence[Element],
    *,
    initial: str | None = None,
    hint: str = "",
) -> Block:
    """Return radio buttons."""
    element: Element = {"type": "radio_buttons", "options": list(options[:CHOICES])}
    return _input(field, label, element | _chosen(element["options"], initial), hint)


def tick(field: str, label: str, choice: Element, *, ticked: bool = False, hint: str = "") -> Block:
    """Return one check box; its value in `Values` is a list, empty or of the one value."""
    element: Element = {"type": "checkboxes", "options": [choice]}
    chosen: Element = {"initial_options": [choice]} if ticked else {}
    return _input(field, label, element | chosen, hint)


def person(field: str, label: str, *, initial: str | None = None, hint: str = "") -> Block:
    """Return a menu of people."""
    element: Element = {"type": "users_select"}
    chosen: Element = {"initial_user": initial} if initial else {}
    return _input(field, label, element | chosen, hint)


def people(field: str, label: str, *, initial: Sequence[str] = (), hint: str = "") -> Block:
    """Return a menu of people of whom several may be chosen."""
    element: Element = {"type": "multi_users_select"}
    chosen: Element = {"initial_users": list(initial)} if initial else {}
    return _input(field, label, element | chosen, hint)


def needed(block: Block) -> Block:
    """Return the field as one that must not stay empty."""
    return {**block, "optional": False}


def prompted(block: Block, placeholder: str) -> Block:
    """Return the field with grey words in it while it is empty."""
    element = {**block["element"], "placeholder": words(placeholder, PLACEHOLDER)}
    return {**block, "element": element}


def _input(field: str, label: str, element: Element, hint: str) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field[:ID],
        "label": words(label, LABEL),
        "element": {**element, "action_id": VALUE},
        "optional": True,
    }
    return {**block, "hint": words(hint, LABEL)} if hint else block


def _chosen(options: Sequence[Element], value: str | None) -> Element:
    found = next((one for one in options if one["value"] == value), None)
    return {"initial_option": found} if found else {}
