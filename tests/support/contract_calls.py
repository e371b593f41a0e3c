"""Whether Slack would take every call that a bot made, by Slack's own reference.

Arguments are held against contracts/api-ref (required, known, of the type), every message and view
in them against Block Kit's types and limits (`blockkit.py`).
"""

import json
import os
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import pytest

from sandbox.slack.model import CallRecord
from tests.support.blockkit import ROOT, Json, check_message, check_view

REFERENCE: Final = ROOT.parent / "shared/contracts/api-ref/docs.slack.dev/methods"
TAKEN_FROM_HEADERS: Final = {"token"}
MESSAGES: Final = {"chat.postMessage", "chat.postEphemeral", "chat.update", "response_url"}
# What Slack reads from JSON, and its reference calls "string" because a form would carry it so.
WHOLE: Final = {"blocks", "metadata", "view", "files", "attachments"}
# docs.slack.dev/interactivity/handling-user-interaction: what a response URL takes
ANSWER: Final = {
    *("text", "blocks", "attachments", "response_type", "replace_original", "delete_original"),
    *("thread_ts", "unfurl_links", "unfurl_media"),
}
# Refusals that are a fault of ours whatever the circumstances.
OUR_FAULT: Final = re.compile(
    r"invalid_(?!trigger_id|auth|cursor)|msg_|no_text|too_long|unknown_method|view_too_large"
    r"|not_authed|metadata_|missing_post_type|cannot_reply_to_message"
)


def check_calls(calls: Iterable[CallRecord], *, known_faults: Iterable[str] = ()) -> None:
    """Assert that Slack would have taken each call; `known_faults`: errors switched on."""
    ours = set(known_faults)
    for call in calls:
        faults = [*_arguments(call)]
        if not call.ok and call.error not in ours and OUR_FAULT.match(call.error):
            faults.append(f"Slack refused it: {call.error}")
        assert not faults, f"{call.method}: {'; '.join(faults)}\n{json.dumps(call.args)[:1500]}"
        _contents(call)


def _contents(call: CallRecord) -> None:
    if call.method in MESSAGES:
        _message(json.dumps({key: call.args.get(key) for key in ("text", "blocks")}))
    elif call.method.startswith("views."):
        _view(json.dumps(call.args["view"]))


@cache  # cards repeat, and the schema takes its time
def _message(text: str) -> None:
    said = json.loads(text)
    check_message({"text": said["text"] or "", "blocks": said["blocks"] or []})


@cache
def _view(text: str) -> None:
    check_view(json.loads(text))


def _arguments(call: CallRecord) -> Iterable[str]:
    if call.method == "response_url":
        yield from (f"unknown argument {name}" for name in set(call.args) - ANSWER)
        return
    documented = _reference(call.method)
    if documented is None:
        return
    properties = documented.get("properties", {})
    for name in set(documented.get("required", ())) - TAKEN_FROM_HEADERS:
        if call.args.get(name) in (None, "") and (call.method, name) != SOMETIMES:
            yield f"{name} is required"
    for name, value in call.args.items():
        if name not in properties:
            yield f"unknown argument {name}"
        elif name not in WHOLE and not _fits(properties[name], value):
            yield f"{name} is {value!r}, not {_types(properties[name])}"


SOMETIMES: Final = ("conversations.setTopic", "topic")  # an empty one clears the topic


def _types(schema: Json) -> set[str]:
    either = schema.get("anyOf") or [schema]
    return {one["type"] for one in either if one.get("type")}


def _fits(schema: Json, value: Any) -> bool:
    types = _types(schema)
    if not types:  # only a subtype is given: an id or a time, which is a string
        return isinstance(value, str)
    return any(_is(kind, value) for kind in types)


def _is(kind: str, value: Any) -> bool:
    """Whether a value is of a type, sent as JSON or (in a query or form) as text."""
    match kind:
        case "boolean":
            return isinstance(value, bool) or value in ("true", "false")
        case "integer" | "number":
            whole = isinstance(value, int) and not isinstance(value, bool)
            return whole or (isinstance(value, str) and value.isdecimal())
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
    return value is None


@cache
def _reference(method: str) -> Json | None:
    """Return the documented arguments; None where the contracts are not at hand."""
    if not REFERENCE.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{REFERENCE} is missing: no call is checked against Slack's reference")
        return None
    file = REFERENCE / f"{method}.json"
    if not file.exists():
        pytest.fail(f"{method} is no method of Slack's Web API")
    documented: Json = json.loads(file.read_text())["args"]
    return documented
