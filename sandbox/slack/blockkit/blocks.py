"""Blocks, and the surfaces that hold them: a message, a modal, a Home."""

import json
from typing import Any, Final

from sandbox.slack.blockkit.checks import (
    Check,
    Report,
    anything,
    boolean,
    both,
    by_type,
    exactly_one,
    listing,
    one_of,
    record,
    some,
    string,
)
from sandbox.slack.blockkit.elements import (
    ELEMENTS,
    IMAGE,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    plain,
    text,
)
from sandbox.slack.model import Json

MESSAGE_BLOCKS: Final = 50  # docs.slack.dev/reference/block-kit/blocks
VIEW_BLOCKS: Final = 100  # the same page: modals and Home tabs
TOTAL_CHARACTERS: Final = 13_200  # undocumented: slackapi/bolt-js#2509 and #2867 measured it
VIEW_BYTES: Final = 250_000  # views.open: view_too_large
MARKDOWN_CHARACTERS: Final = 12_000  # all markdown blocks of one payload together

_ID: Final[dict[str, Check]] = {"block_id": string(255)}
_CONTEXT: Final = by_type(
    {
        "image": IMAGE,
        "plain_text": record({"text": string(3000)}, {"emoji": boolean}),
        "mrkdwn": record({"text": string(3000)}, {"verbatim": boolean}),
    }
)
_ACCESSORY: Final = by_type({**ELEMENTS, "image": IMAGE}, IN_SECTION)
_CELL: Final = by_type(
    {
        "raw_text": record({"text": string(3000)}),
        "raw_number": record({"text": string(3000)}, {"value": anything}),
        "rich_text": record({"elements": listing(anything, 1000)}, _ID),
    }
)
BLOCKS: Final[dict[str, Check]] = {
    "section": both(
        record(
            {},
            {
                **_ID,
                "text": text(3000),
                "fields": listing(text(2000), 10),
                "accessory": _ACCESSORY,
                "expand": boolean,
            },
        ),
        some("text", "fields"),
    ),
    "header": record({"text": plain(150)}, {**_ID, "level": anything}),
    "divider": record({}, _ID),
    "context": record({"elements": listing(_CONTEXT, 10)}, _ID),
    "actions": record({"elements": listing(by_type(ELEMENTS, IN_ACTIONS), 25)}, _ID),
    "input": record(
        {"label": plain(2000), "element": by_type(ELEMENTS, IN_INPUT)},
        {**_ID, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": both(
        record(
            {"alt_text": string(2000)},
            {**_ID, "image_url": string(3000), "slack_file": anything, "title": plain(2000)},
        ),
        exactly_one("image_url", "slack_file"),
    ),
    "rich_text": record({"elements": listing(anything, 1000)}, _ID),
    "markdown": record({"text": string(MARKDOWN_CHARACTERS)}, _ID),
    "table": record(
        {"rows": listing(listing(_CELL, 20), 100)},
        {**_ID, "column_settings": listing(anything, 20, 0)},
    ),
    "alert": record(
        {"text": text(200)},
        {**_ID, "level": one_of("default", "info", "warning", "error", "success")},
    ),
}
_IN_MESSAGE: Final = frozenset(BLOCKS) - {"alert"}
_IN_MODAL: Final = frozenset(BLOCKS) - {"markdown", "table"}
_IN_HOME: Final = frozenset(BLOCKS) - {"markdown", "table", "alert"}
_LABEL: Final = plain(24)
_VIEW: Final[dict[str, Check]] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
    "clear_on_close": boolean,
    "notify_on_close": boolean,
    "submit_disabled": boolean,
}
_MODAL: Final = record(
    {"title": _LABEL, "blocks": listing(by_type(BLOCKS, _IN_MODAL), VIEW_BLOCKS, 0)},
    {**_VIEW, "submit": _LABEL, "close": _LABEL},
)
_HOME: Final = record({"blocks": listing(by_type(BLOCKS, _IN_HOME), VIEW_BLOCKS, 0)}, _VIEW)
_MESSAGE: Final = listing(by_type(BLOCKS, _IN_MESSAGE), MESSAGE_BLOCKS, 0)


def interactive(block: Json) -> list[Json]:
    """The elements of a block that can be acted on."""
    elements = block.get("elements")
    held = list(elements) if isinstance(elements, list) else []
    held += [block.get("accessory"), block.get("element")]
    return [e for e in held if isinstance(e, dict) and str(e.get("type")) in ELEMENTS]


def check_message(blocks: Any) -> Report:
    """What Slack would refuse in a message's blocks."""
    report = Report()
    _MESSAGE(blocks, "/blocks", report)
    _unique(blocks, "/blocks", report)
    return report


def check_view(view: Any) -> Report:
    """What Slack would refuse in a view."""
    report = Report()
    by_type({"modal": _MODAL, "home": _HOME})(view, "/view", report)
    if isinstance(view, dict):
        blocks = view.get("blocks")
        _unique(blocks, "/view/blocks", report)
        if _has_input(blocks) and view.get("type") == "modal" and not view.get("submit"):
            report.add("missing required field: submit", "/view")
    return report


def too_long(blocks: list[Json]) -> bool:
    """Whether a message's blocks pass the undocumented total.

    Counted on the JSON, containers included: #2867 was refused with 11,341 characters of text.
    """
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > TOTAL_CHARACTERS


def view_too_large(view: Json) -> bool:
    """Whether a view passes 250 kB."""
    return len(json.dumps(view).encode()) > VIEW_BYTES


def _has_input(blocks: Any) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(b, dict) and b.get("type") == "input" for b in blocks
    )


def _unique(blocks: Any, at: str, report: Report) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                report.add(f"`block_id` {block_id} already exists", f"{at}/{index}/block_id")
            seen.add(block_id)
        _unique_actions(block, f"{at}/{index}", report)


def _unique_actions(block: Json, at: str, report: Report) -> None:
    seen: set[str] = set()
    for element in interactive(block):
        action_id = element.get("action_id")
        if isinstance(action_id, str):
            if action_id in seen:
                report.add(f"`action_id` {action_id} already exists for this block", at)
            seen.add(action_id)
