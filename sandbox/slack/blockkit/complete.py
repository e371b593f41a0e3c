"""What Slack adds to blocks when it stores them: ids, `emoji`, `verbatim`."""

import copy
from collections.abc import Callable
from typing import Any

from sandbox.slack.blockkit.blocks import interactive
from sandbox.slack.model import Json


def completed(blocks: list[Json], new_id: Callable[[str], str]) -> list[Json]:
    """A copy with every block_id and action_id filled in."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", new_id("b"))
        for element in interactive(block):
            element.setdefault("action_id", new_id("a"))
        fill_texts(block)
    return copied


def fill_texts(node: Any) -> None:
    """Complete every text object in it, in place."""
    if isinstance(node, list):
        for item in node:
            fill_texts(item)
    elif isinstance(node, dict):
        if node.get("type") == "plain_text":
            node.setdefault("emoji", True)
        elif node.get("type") == "mrkdwn":
            node.setdefault("verbatim", False)
        for item in node.values():
            fill_texts(item)
