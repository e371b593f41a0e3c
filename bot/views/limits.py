"""Slack's limits, each with its source, and `fit`, which makes any message keep them.

BK: docs.slack.dev/reference/block-kit (the same sentences are in @slack/types 3.2.0).
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from bot.views.mrkdwn import ELLIPSIS, cut

Block = dict[str, Any]
Message = dict[str, Any]
"""{"text": the fallback for notifications and screen readers, "blocks": [...]}"""
View = dict[str, Any]

MESSAGE_BLOCKS: Final = 50  # BK/blocks: "up to 50 blocks in each message"
VIEW_BLOCKS: Final = 100  # BK/blocks: "and 100 blocks in modals or Home tabs"
SECTION: Final = 3000  # BK/blocks/section-block: text
FIELDS: Final = 10  # BK/blocks/section-block: fields
FIELD: Final = 2000  # BK/blocks/section-block: text of one field
HEADER: Final = 150  # BK/blocks/header-block
CONTEXT: Final = 10  # BK/blocks/context-block: elements
ACTIONS: Final = 25  # BK/blocks/actions-block: elements
BUTTON: Final = 75  # BK/block-elements/button: text; about 30 are seen
BUTTON_VALUE: Final = 2000  # BK/block-elements/button: value
ID: Final = 255  # BK: action_id, block_id; views: callback_id
OPTIONS: Final = 100  # BK/block-elements/select-menu: options
CHOICES: Final = 10  # BK/block-elements/radio-button-group and checkboxes: options
OPTION: Final = 75  # BK/composition-objects/option-object: text, description
OPTION_VALUE: Final = 75  # @slack/types 3.2.0; the page says 150
OVERFLOW: Final = 5  # BK/block-elements/overflow-menu: options
PLACEHOLDER: Final = 150  # BK/block-elements: placeholder
LABEL: Final = 2000  # BK/blocks/input-block: label, hint
INPUT: Final = 3000  # BK/block-elements/plain-text-input: max_length, initial_value
CONFIRM_TITLE: Final = 100  # BK/composition-objects/confirmation-dialog-object
CONFIRM_TEXT: Final = 300  # the same
CONFIRM_BUTTON: Final = 30  # the same
VIEW_TITLE: Final = 24  # views: title, submit, close
FALLBACK: Final = 4000  # chat.update: msg_too_long above it; chat.postMessage advises the same
# bolt-js#2509: msg_blocks_too_long near 13,200 characters of blocks, "12,000 text characters with
# a buffer for block containers"; bolt-js#2867: refused with 11,341 of text, so containers count.
# We count the whole JSON and stay under 12,000.
MESSAGE_JSON: Final = 12_000
SHORTEST: Final = 120  # rather than cut every text below this, the last blocks go
FEWEST: Final = 8  # ... but this many stay

MORE: Final = "`/incident timeline`"


def fit(message: Message, more: str = MORE) -> Message:
    """Return `message` within every limit; what is cut says so and where the rest is (`more`).

    All blocks stay as long as there are at most 50: the longest texts give way first. Of more
    blocks (or of too many small texts) the first stay, and the buttons.
    """
    whole = [_whole(block) for block in message.get("blocks", ())]
    blocks, most = _room(whole, MESSAGE_BLOCKS, more)
    for text in _texts(blocks):
        text["text"] = _shrunk(text["text"], most, more)
    return {**message, "text": cut(message.get("text", ""), FALLBACK), "blocks": blocks}


def size(blocks: list[Block]) -> int:
    """Return the characters of the blocks as compact JSON."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def shorter(mrkdwn: str, limit: int, more: str = MORE) -> str:
    """Return finished mrkdwn within `limit`; whole lines that go are counted."""
    if len(mrkdwn) <= limit:
        return mrkdwn
    room = limit - len(_gone(9999, more))
    kept = mrkdwn[: max(room, 0)]
    if "\n" not in kept or room < SHORTEST // 2:
        return cut(mrkdwn, limit)
    kept = kept[: kept.rfind("\n")].rstrip()
    return kept + _gone(mrkdwn.count("\n") - kept.count("\n"), more)


def pieces(mrkdwn: str, limit: int = SECTION) -> list[str]:
    """Return finished mrkdwn in pieces that each fit, parted between lines."""
    found: list[str] = []
    for line in mrkdwn.split("\n"):
        if found and len(found[-1]) + 1 + len(line) <= limit:
            found[-1] += "\n" + line
        else:
            found.append(cut(line, limit))
    return [piece for piece in found if piece.strip()]


def _gone(lines: int, more: str) -> str:
    return f"\n{ELLIPSIS} {lines} more lines; see {more}"


def _room(blocks: list[Block], count: int, more: str) -> tuple[list[Block], int]:
    """Return the blocks that can be kept, and how long each of their texts may be."""
    kept = _few(blocks, count, more)
    lengths = [_length(text["text"]) for text in _texts(kept)]
    most = _level(lengths, MESSAGE_JSON - (size(kept) - sum(lengths)))
    if most < min(SHORTEST, max(lengths, default=0)) and count > FEWEST:
        return _room(blocks, count // 2, more)
    return kept, most


def _few(blocks: list[Block], count: int, more: str) -> list[Block]:
    if len(blocks) <= count:
        return blocks
    buttons = [b for b in blocks if b["type"] == "actions"][:5]
    others = [b for b in blocks if b["type"] != "actions"]
    kept = others[: count - 1 - len(buttons)]
    note = f"{ELLIPSIS} {len(others) - len(kept)} more parts; see {more}"
    element = {"type": "mrkdwn", "text": note, "verbatim": True}
    return [*kept, {"type": "context", "elements": [element]}, *buttons]


def _whole(block: Block) -> Block:
    """Copy a block with its own limits kept."""
    copied: Block = json.loads(json.dumps(block))
    if "elements" in copied:
        most = ACTIONS if copied["type"] == "actions" else CONTEXT
        copied["elements"] = copied["elements"][:most]
    if "fields" in copied:
        copied["fields"] = copied["fields"][:FIELDS]
    limit = HEADER if copied["type"] == "header" else SECTION
    for text in _texts([copied]):
        text["text"] = cut(text["text"], FIELD if text in copied.get("fields", ()) else limit)
    return copied


def _texts(blocks: list[Block]) -> Iterator[dict[str, Any]]:
    """Yield the text objects people read, buttons left out."""
    for block in blocks:
        found = [block.get("text"), *block.get("fields", ())]
        found += block["elements"] if block["type"] == "context" else []
        yield from (text for text in found if isinstance(text, dict) and "text" in text)


def _length(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False)) - 2


def _level(lengths: list[int], room: int) -> int:
    """Return the length that, as the most for each, makes all of them fill no more than `room`."""
    left = room
    for index, length in enumerate(ordered := sorted(lengths)):
        share = left // (len(ordered) - index)
        if length > share:
            return max(share, 1)
        left -= length
    return max(lengths, default=0)


def _shrunk(text: str, most: int, more: str) -> str:
    """Cut until the text is at most `most` characters of JSON (quotes and newlines count two)."""
    limit = len(text)
    while (length := _length(text)) > most and limit > 1:
        limit = max(min(limit - 1, limit * most // length), 1)
        text = shorter(text, limit, more)
    return text
