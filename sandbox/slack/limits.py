"""Refusing what Slack refuses in text, blocks, views and metadata."""

import json
from typing import Any, Final

from sandbox.slack.blockkit import blocks as kit
from sandbox.slack.errors import fail
from sandbox.slack.model import Json

TEXT_MOST: Final = 40_000  # chat.postMessage: longer text is cut there
UPDATE_TEXT_MOST: Final = 4_000  # chat.update: msg_too_long
METADATA_BYTES: Final = 16_000  # Slack publishes no number; metadata_too_large exists
ATTACHMENTS_MOST: Final = 100  # too_many_attachments


def blocks(value: Any, *, total: bool = True) -> list[Json]:
    """The blocks of a message, when Slack would take them.

    `total` False leaves the sum out: response URLs take longer ones (slackapi/bolt-js#2867).

    Raises:
        SlackError: invalid_blocks_format, invalid_blocks (with pointers), msg_blocks_too_long.
    """
    if value in (None, "", []):
        return []
    if not isinstance(value, list):
        fail("invalid_blocks_format")
    report = kit.check_message(value)
    if report.found:
        fail(
            "invalid_blocks",
            errors=report.found,
            response_metadata={"messages": report.messages()},
        )
    if total and kit.too_long(value):
        fail("msg_blocks_too_long")
    return value


def view(value: Any, kind: str) -> Json:
    """A view, when Slack would take it for that `kind` (modal or home).

    Raises:
        SlackError: invalid_arguments (with pointers), view_too_large.
    """
    report = kit.check_view(value)
    if isinstance(value, dict) and value.get("type") != kind:
        report.add(f"must be of type {kind}", "/view/type")
    if report.found:
        fail("invalid_arguments", response_metadata={"messages": report.messages()})
    if kit.view_too_large(value):
        fail("view_too_large")
    return dict(value)


def attachments(value: Any) -> list[Json]:
    """Secondary attachments; Slack checks little here."""
    if value in (None, "", []):
        return []
    if not isinstance(value, list):
        fail("invalid_attachments")
    if len(value) > ATTACHMENTS_MOST:
        fail("too_many_attachments")
    return [{"id": n, **one} for n, one in enumerate(value, start=1)]


def metadata(value: Any) -> Json | None:
    """Message metadata; None when none was given, `{}` to take it away.

    Raises:
        SlackError: invalid_metadata_format, invalid_metadata_schema, metadata_too_large.
    """
    if value in (None, ""):
        return None
    if not isinstance(value, dict):
        fail("invalid_metadata_format")
    if not value:
        return {}
    well_formed = isinstance(value.get("event_type"), str) and isinstance(
        value.get("event_payload"), dict
    )
    if not well_formed or not value["event_type"]:
        fail("invalid_metadata_schema")
    if len(json.dumps(value).encode()) > METADATA_BYTES:
        fail("metadata_too_large")
    return value
