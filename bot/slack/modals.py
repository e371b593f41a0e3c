"""The few views and lines that the ears show by themselves; everything else is in bot.views."""

import json
from typing import Any, Final

from bot.domain.intent import Intent
from bot.slack.names import REOPEN

View = dict[str, Any]

NO_MEMORY: Final = (
    "Signalbox cannot reach its memory (Redis); nothing was recorded. "
    "Whoever runs Signalbox: check REDIS_URL."
)
SLOW_MEMORY: Final = (
    "Signalbox's memory (Redis) did not answer in time, so this may or may not have been "
    "recorded: look before you repeat it. Whoever runs Signalbox: check REDIS_URL."
)
OLD_COMMAND: Final = (
    "This command is from an older version of Signalbox; nothing was done. Whoever administers "
    "the Slack app: paste `signalbox manifest` into the app's settings."
)
OLD_FORM: Final = (
    "This form is from an older version of Signalbox; nothing was done. Close it and open it again."
)
OLD_BUTTON: Final = (
    "This button is from an older version of Signalbox; nothing was done. "
    "Type /incident to see what can be done now."
)
TOO_LATE: Final = "Slack took too long to show the form. Press the button to open it again."
_SECTION_MAX: Final = 3000  # a section's text: https://docs.slack.dev/reference/block-kit/blocks
_VALUE_MAX: Final = 2000  # a button's value, same page
_WORDS_KEPT: Final = 300


def notice(title: str, text: str) -> View:
    """Return a modal that only says something. `text` is shown as it is, never as markup."""
    words = {"type": "plain_text", "text": text[:_SECTION_MAX] or "-", "emoji": False}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title[:24]},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": words}],
    }


def waiting() -> View:
    """Return what a pushed view shows until it is made."""
    return notice("Preview", "One moment…")


def refusal(text: str) -> View:
    """Return what takes the place of a form that cannot be given."""
    return notice("Not possible", text)


def reopen_message(intent: Intent, form: str) -> dict[str, Any]:
    """Return the private line with a button that opens `form` again as `intent` did."""
    button = {
        "type": "button",
        "action_id": REOPEN,
        "text": {"type": "plain_text", "text": "Open the form"},
        "style": "primary",
        "value": _seed(intent, form),
    }
    section = {"type": "section", "text": {"type": "plain_text", "text": TOO_LATE}}
    return {"text": TOO_LATE, "blocks": [section, {"type": "actions", "elements": [button]}]}


def _seed(intent: Intent, form: str) -> str:
    """Return what is needed to open the form as the first time, small enough for a button."""
    seed = {
        "form": form,
        "kind": intent.kind,
        "name": intent.name,
        "text": intent.text[:_WORDS_KEPT],
        "value": intent.value,
        "message_ts": intent.message_ts,
        "thread_ts": intent.thread_ts,
    }
    text = json.dumps({key: value for key, value in seed.items() if value}, ensure_ascii=False)
    return text if len(text) <= _VALUE_MAX else json.dumps({"form": form})


def reopened(click: Intent) -> tuple[str, Intent]:
    """Return the form that a click on the reopen button means, and the intent to open it by."""
    try:
        seed = json.loads(click.value)
    except ValueError:
        seed = {}
    form = str(seed.pop("form", "")) if isinstance(seed, dict) else ""
    known = ("kind", "name", "text", "value", "message_ts", "thread_ts")
    fields = {key: seed[key] for key in known if key in seed} if form else {}
    return form, Intent.model_validate(click.model_dump() | {"value": ""} | fields)
