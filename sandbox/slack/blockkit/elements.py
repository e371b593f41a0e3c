"""Text objects and interactive elements.

Limits: docs.slack.dev/reference/block-kit (block-elements, composition-objects) and the doc
sentences of @slack/types 3.2.0.
"""

from collections.abc import Iterator
from typing import Any, Final

from sandbox.slack.blockkit.checks import (
    Check,
    Report,
    anything,
    boolean,
    both,
    by_type,
    exactly_one,
    integer,
    listing,
    one_of,
    record,
    string,
)
from sandbox.slack.model import Json

_ID: Final = string(255)
_URL: Final = string(3000)
_ACTION: Final[dict[str, Check]] = {"action_id": _ID, "focus_on_load": boolean}


def plain(most: int) -> Check:
    """A plain_text object."""
    fields = {"text": string(most)}
    return by_type({"plain_text": record(fields, {"emoji": boolean})})


def text(most: int) -> Check:
    """A plain_text or a mrkdwn object."""
    fields = {"text": string(most)}
    return by_type(
        {
            "plain_text": record(fields, {"emoji": boolean}),
            "mrkdwn": record(fields, {"verbatim": boolean}),
        }
    )


_CONFIRM: Final = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
_OPTION: Final = record(
    {"text": plain(75), "value": string(75)}, {"description": plain(75), "url": _URL}
)
_RICH_OPTION: Final = record({"text": text(75), "value": string(75)}, {"description": text(75)})
_GROUP: Final = record({"label": plain(75), "options": listing(_OPTION, 100)})
_SHARED: Final[dict[str, Check]] = {**_ACTION, "confirm": _CONFIRM, "placeholder": plain(150)}
_OPTIONS: Final[dict[str, Check]] = {
    "options": listing(_OPTION, 100),
    "option_groups": listing(_GROUP, 100),
}
_MANY: Final[dict[str, Check]] = {"max_selected_items": integer(1, 1000)}
_DISPATCH: Final = record(
    {}, {"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 2)}
)
_TYPED: Final[dict[str, Check]] = {
    **_ACTION,
    "placeholder": plain(150),
    "initial_value": string(3000, 0),
    "dispatch_action_config": _DISPATCH,
}


def _dicts(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def offered(element: Json) -> list[Json]:
    """The options that an element offers, groups flattened."""
    groups = _dicts(element.get("option_groups"))
    return _dicts(element.get("options")) + [o for g in groups for o in _dicts(g.get("options"))]


def _initials(element: Json) -> Iterator[tuple[str, Json]]:
    for option in _dicts([element.get("initial_option")]):
        yield "/initial_option", option
    for index, option in enumerate(_dicts(element.get("initial_options"))):
        yield f"/initial_options/{index}", option


def _initial_is_offered(value: Any, at: str, report: Report) -> None:
    values = [o.get("value") for o in offered(value)]
    for where, option in _initials(value):
        if option.get("value") not in values:
            report.add("initial option must match one of the options", at + where)


def _static(**extra: Check) -> Check:
    shape = record({}, {**_SHARED, **_OPTIONS, **extra})
    return both(shape, exactly_one("options", "option_groups"), _initial_is_offered)


def _choices(**extra: Check) -> Check:
    shape = record(
        {"options": listing(_RICH_OPTION, 10)}, {**_ACTION, "confirm": _CONFIRM, **extra}
    )
    return both(shape, _initial_is_offered)


def _picked(kind: str) -> dict[str, Check]:
    return {
        f"{kind}s_select": record({}, {**_SHARED, f"initial_{kind}": _ID, **_EXTRA}),
        f"multi_{kind}s_select": record(
            {}, {**_SHARED, f"initial_{kind}s": listing(_ID, 1000), **_MANY, **_EXTRA}
        ),
    }


_EXTRA: Final[dict[str, Check]] = {
    "response_url_enabled": boolean,
    "default_to_current_conversation": boolean,
    "filter": anything,
}
IMAGE: Final = both(
    record(
        {"alt_text": string(2000)},
        {"image_url": _URL, "slack_file": anything},
    ),
    exactly_one("image_url", "slack_file"),
)
ELEMENTS: Final[dict[str, Check]] = {
    "button": record(
        {"text": plain(75)},
        {
            "action_id": _ID,
            "url": _URL,
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": _CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "static_select": _static(initial_option=_OPTION),
    "multi_static_select": _static(initial_options=listing(_OPTION, 100), **_MANY),
    "external_select": record(
        {}, {**_SHARED, "initial_option": _OPTION, "min_query_length": integer(0, 3000)}
    ),
    "multi_external_select": record(
        {},
        {
            **_SHARED,
            "initial_options": listing(_OPTION, 100),
            "min_query_length": integer(0, 3000),
            **_MANY,
        },
    ),
    **_picked("user"),
    **_picked("conversation"),
    **_picked("channel"),
    "overflow": record({"options": listing(_OPTION, 5)}, {"action_id": _ID, "confirm": _CONFIRM}),
    "radio_buttons": _choices(initial_option=_RICH_OPTION),
    "checkboxes": _choices(initial_options=listing(_RICH_OPTION, 10)),
    "datepicker": record({}, {**_SHARED, "initial_date": string(10, 10)}),
    "timepicker": record({}, {**_SHARED, "initial_time": string(5, 5), "timezone": string(100)}),
    "datetimepicker": record(
        {}, {**_ACTION, "confirm": _CONFIRM, "initial_date_time": integer(10**9, 10**10)}
    ),
    "plain_text_input": record(
        {},
        {
            **_TYPED,
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
    "email_text_input": record({}, _TYPED),
    "url_text_input": record({}, _TYPED),
    "number_input": record(
        {"is_decimal_allowed": boolean},
        {**_TYPED, "min_value": string(100), "max_value": string(100)},
    ),
    "rich_text_input": record({}, {**_TYPED, "initial_value": anything}),
    "file_input": record(
        {}, {"action_id": _ID, "filetypes": listing(string(20), 100), "max_files": integer(1, 10)}
    ),
}
_SELECTS: Final = frozenset(name for name in ELEMENTS if name.endswith("_select"))
_PICKERS: Final = frozenset({"datepicker", "timepicker", "datetimepicker"})
_BOXES: Final = frozenset({"radio_buttons", "checkboxes"})
IN_ACTIONS: Final = _SELECTS | _PICKERS | _BOXES | {"button", "overflow"}
IN_SECTION: Final = IN_ACTIONS | {"image"}
IN_INPUT: Final = (
    _SELECTS
    | _PICKERS
    | _BOXES
    | {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
    | {"rich_text_input", "file_input"}
)
