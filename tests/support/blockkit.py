"""Whether Slack would take a message or a view: its own types as a schema, and every limit.

The numbers are written here a second time on purpose: a wrong one in `bot/views/limits.py` must
not pass because the test reads it from there. Sources are named there.
"""

import json
import os
import pathlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator

Json = dict[str, Any]

ROOT = pathlib.Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared/contracts/blockkit.from-slack-types-3.2.0.schema.json"

_BLOCKS = {
    "section": "SectionBlock",
    "header": "HeaderBlock",
    "context": "ContextBlock",
    "actions": "ActionsBlock",
    "divider": "DividerBlock",
    "input": "InputBlock",
    "image": "ImageBlock",
    "rich_text": "RichTextBlock",
    "markdown": "MarkdownBlock",
    "file": "FileBlock",
}
_VIEWS = {"modal": "ModalView", "home": "HomeView"}
_MOST = {"context": 10, "actions": 25}
_OPTIONS = {"static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}


def check_message(message: Json, *, schema: bool = True) -> None:
    """Assert that chat.postMessage and chat.update would take it. The schema takes its time."""
    faults = [*_blocks(message.get("blocks", []), 50, "message", schema=schema)]
    if not 1 <= len(message.get("text", "")) <= 4000:
        faults.append("text: 1 to 4,000 characters (chat.update: msg_too_long)")
    whole = len(json.dumps(message.get("blocks", []), ensure_ascii=False, separators=(",", ":")))
    if whole >= 13_200:
        faults.append(f"blocks: {whole} characters (msg_blocks_too_long)")
    _assert(faults, message)


def check_view(view: Json, *, schema: bool = True) -> None:
    """Assert that views.open, views.update, views.push or views.publish would take it."""
    surface = view.get("type", "?")
    faults = [*_blocks(view.get("blocks", []), 100, surface, schema=schema)]
    if surface not in _VIEWS:
        faults.append(f"type: {surface}")
    elif schema:
        faults += _against(_VIEWS[surface], view, "view")
    for part in ("title", "submit", "close"):
        if part in view and not 1 <= len(view[part]["text"]) <= 24:
            faults.append(f"{part}: 1 to 24 characters")
    if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
        faults.append("submit: needed beside an input")
    if len(view.get("callback_id", "")) > 255 or len(view.get("private_metadata", "")) > 3000:
        faults.append("callback_id or private_metadata too long")
    if len(json.dumps(view).encode()) > 250_000:
        faults.append("view_too_large")
    _assert(faults, view)


def shown(payload: Any) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of every text a person sees: mrkdwn, plain_text or fallback."""
    if isinstance(payload, dict):
        if payload.get("type") in {"mrkdwn", "plain_text"} and isinstance(payload.get("text"), str):
            yield payload["type"], payload["text"]
        elif isinstance(payload.get("text"), str):
            yield "fallback", payload["text"]
        for value in payload.values():
            yield from shown(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from shown(value)


def elements(payload: Json) -> list[Json]:
    """Return every interactive element, in order."""
    return [one for block in payload["blocks"] for one in _elements(block)]


def _blocks(blocks: list[Json], most: int, surface: str, *, schema: bool) -> Iterator[str]:
    if len(blocks) > most:
        yield f"{len(blocks)} blocks, at most {most}"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name} twice" for name, count in ids.items() if count > 1)
    for index, block in enumerate(blocks):
        at = f"blocks[{index}]"
        if schema:
            yield from _against(_BLOCKS.get(block.get("type", "?")), block, at)
        yield from (f"{at}: {fault}" for fault in _block(block, surface))


def _block(block: Json, surface: str) -> Iterator[str]:
    kind = block["type"]
    if len(block.get("block_id", "")) > 255:
        yield "block_id too long"
    if kind == "input" and surface == "message":
        yield "an input in a message"
    checks = {"section": _section, "header": _header, "input": _input, "context": _context}
    yield from checks.get(kind, lambda _block: ())(block)
    if kind in {"context", "actions"} and not 1 <= len(block["elements"]) <= _MOST[kind]:
        yield f"{len(block['elements'])} elements"
    yield from _interactive(block)


def _section(block: Json) -> Iterator[str]:
    yield from _text(block.get("text"), 3000, "text")
    if len(block.get("fields", [])) > 10 or not ({"text", "fields"} & set(block)):
        yield "fields"
    for field in block.get("fields", []):
        yield from _text(field, 2000, "field")


def _header(block: Json) -> Iterator[str]:
    yield from _text(block["text"], 150, "header")


def _input(block: Json) -> Iterator[str]:
    yield from _text(block["label"], 2000, "label")
    yield from _text(block.get("hint"), 2000, "hint")


def _context(block: Json) -> Iterator[str]:
    for element in block["elements"]:
        yield from _text(element, 3000, "context")


def _interactive(block: Json) -> Iterator[str]:
    found = _elements(block)
    ids = Counter(one.get("action_id") for one in found)
    yield from (f"action_id {name} twice" for name, count in ids.items() if count > 1)
    for one in found:
        if not 1 <= len(one.get("action_id", "")) <= 255:
            yield f"action_id of {one['type']}"
        if one["type"] == "button":
            yield from _text(one["text"], 75, "button")
            if not 1 <= len(one.get("value", "")) <= 2000:
                yield "button value"
        yield from _text(one.get("placeholder"), 150, "placeholder")
        yield from _options(one)
        yield from _typed(one)
        yield from _confirm(one.get("confirm"))


def _options(element: Json) -> Iterator[str]:
    options = element.get("options", [])
    if element["type"] in _OPTIONS and not 1 <= len(options) <= _OPTIONS[element["type"]]:
        yield f"{len(options)} options"
    for option in options:
        yield from _text(option["text"], 75, "option")
        yield from _text(option.get("description"), 75, "option description")
        if not 1 <= len(option["value"]) <= 75:
            yield "option value"
    if len({option["value"] for option in options}) < len(options):
        yield "two options of one value"
    first = [element["initial_option"]] if "initial_option" in element else []
    for initial in [*first, *element.get("initial_options", [])]:
        if initial not in options:
            yield "the initial option is not one of the options"


def _typed(element: Json) -> Iterator[str]:
    if element["type"] == "plain_text_input":
        most = element.get("max_length", 3000)
        if not 1 <= most <= 3000 or len(element.get("initial_value", "")) > most:
            yield "max_length or initial_value"


def _confirm(dialog: Json | None) -> Iterator[str]:
    if dialog is not None:
        limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
        for part, most in limits.items():
            if part not in dialog:
                yield f"confirm without {part}"
            yield from _text(dialog.get(part), most, f"confirm {part}")


def _text(text: Json | None, most: int, what: str) -> Iterator[str]:
    if text is not None and not 1 <= len(text["text"]) <= most:
        yield f"{what}: {len(text['text'])} characters, 1 to {most}"


def _elements(block: Json) -> list[Json]:
    held = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    return [one for one in held if one and one["type"] not in {"mrkdwn", "plain_text", "image"}]


def _against(definition: str | None, value: Json, at: str) -> list[str]:
    if definition is None:
        return [f"{at}: unknown type {value.get('type')}"]
    validator = _validator(definition)
    if validator is None:
        return []
    return [
        f"{at}{error.json_path[1:]}: {error.message[:200]}"
        for error in validator.iter_errors(value)
    ]


@cache
def _validator(definition: str) -> Draft7Validator | None:
    if not schema_is_there():
        return None
    definitions = json.loads(SCHEMA.read_text())["definitions"]
    return Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": definitions})


def schema_is_there() -> bool:
    """Whether Slack's types can be read; limits are checked without them. CI must have them."""
    if not SCHEMA.exists() and os.environ.get("CI") == "true":
        pytest.fail(f"{SCHEMA} is missing: nothing is checked against Slack's own types")
    return SCHEMA.exists()


def _assert(faults: list[str], payload: Json) -> None:
    assert not faults, "\n".join([*faults, json.dumps(payload, ensure_ascii=False)[:1500]])
