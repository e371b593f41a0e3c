"""Tiny builders of blocks and elements. Their `str` arguments named mrkdwn are finished text."""

from collections.abc import Sequence
from typing import Any

from bot.views.limits import (
    ACTIONS,
    BUTTON,
    BUTTON_VALUE,
    CONFIRM_BUTTON,
    CONFIRM_TEXT,
    CONFIRM_TITLE,
    CONTEXT,
    FIELD,
    FIELDS,
    HEADER,
    OVERFLOW,
    SECTION,
    VIEW_TITLE,
    Block,
    Message,
    View,
    fit,
)
from bot.views.mrkdwn import cut, plain

Element = dict[str, Any]
EMPTY = "–"  # Slack refuses an empty text


def mrkdwn(text: str, limit: int = SECTION) -> Element:
    """Return a text object of finished mrkdwn. Verbatim: Slack links nothing by itself."""
    return {"type": "mrkdwn", "text": cut(text, limit) or EMPTY, "verbatim": True}


def words(text: object, limit: int, *, emoji: bool = False) -> Element:
    """Return a plain_text object; `emoji` only where the text is ours."""
    return {"type": "plain_text", "text": plain(text, limit) or EMPTY, "emoji": emoji}


def header(text: str) -> Block:
    """Return a header. It may begin with one of our emoji."""
    return {"type": "header", "text": words(text, HEADER, emoji=True)}


def section(text: str, accessory: Element | None = None) -> Block:
    """Return a section of finished mrkdwn."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def fields(*texts: str) -> Block:
    """Return a section of at most ten short texts in two columns."""
    return {"type": "section", "fields": [mrkdwn(text, FIELD) for text in texts[:FIELDS]]}


def context(*texts: str) -> Block:
    """Return small grey lines of finished mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:CONTEXT]]}


def divider() -> Block:
    """Return a thin line."""
    return {"type": "divider"}


def actions(*elements: Element, block_id: str | None = None) -> Block:
    """Return a row of buttons and menus."""
    block: Block = {"type": "actions", "elements": list(elements[:ACTIONS])}
    return {**block, "block_id": block_id} if block_id else block


def button(
    label: str, action_id: str, value: str, style: str | None = None, *, ask: Element | None = None
) -> Element:
    """Return a button. `action_id` may carry a suffix (`id:suffix`); `ask` asks first."""
    element: Element = {
        "type": "button",
        "text": words(label, BUTTON, emoji=True),
        "action_id": action_id,
        "value": value[:BUTTON_VALUE],
    }
    return element | ({"style": style} if style else {}) | ({"confirm": ask} if ask else {})


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Element:
    """Return the question a button asks before it acts."""
    return {
        "title": words(title, CONFIRM_TITLE),
        "text": words(text, CONFIRM_TEXT),
        "confirm": words(yes, CONFIRM_BUTTON),
        "deny": words(no, CONFIRM_BUTTON),
    }


def overflow(action_id: str, options: Sequence[Element]) -> Element:
    """Return a "..." menu of at most five options."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:OVERFLOW])}


def message(text: str, *blocks: Block, more: str | None = None) -> Message:
    """Return a message within all limits; `text` is its finished mrkdwn fallback."""
    made: Message = {"text": text or EMPTY, "blocks": list(blocks)}
    return fit(made, more) if more else fit(made)


def modal(title: str, callback_id: str, blocks: Sequence[Block], submit: str | None = None) -> View:
    """Return a modal; without `submit` it can only be closed."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": words(title, VIEW_TITLE, emoji=True),
        "close": words("Cancel" if submit else "Close", VIEW_TITLE),
        "blocks": list(blocks),
    }
    return {**view, "submit": words(submit, VIEW_TITLE)} if submit else view
