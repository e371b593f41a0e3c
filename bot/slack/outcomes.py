"""What Slack's answers mean: done, wait, refused for good, or nobody knows.

Sentences name the cause, the cure and who can take it; the card and the doctor show them.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.errors import IntegrationError, OutcomeUnknown, Rejected, Unavailable

LIMITED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# Slack names no wait with these; they are passing and nothing was done.
_PASSING: Final = frozenset(
    {
        "accesslimited",
        "external_channel_migrating",
        "service_unavailable",
        "team_added_to_org",
        "update_failed",
        "fetch_members_failed",
    }
)
# "It's possible some aspect of the operation succeeded before the error was raised."
_UNKNOWN: Final = frozenset({"fatal_error", "internal_error", "request_timeout"})

_REINSTALL: Final = "Whoever administers the Slack app: reinstall it and renew SLACK_BOT_TOKEN."
_OUR_FAULT: Final = "This is a fault in Signalbox; please report it with this sentence."
_ASK_ADMIN: Final = "Ask a workspace admin to allow it, then press Retry."
_INVITE: Final = "Anyone in the channel: /invite @Signalbox, then press Retry."

_CURES: Final[Mapping[str, str]] = {
    "account_inactive": f"The bot's Slack account was switched off. {_REINSTALL}",
    "cannot_create_channel": f"The workspace forbids apps to make channels. {_ASK_ADMIN}",
    "cant_delete_message": "The message is not the bot's own, or admins keep it.",
    "cant_update_message": "The message is not the bot's own; it cannot be edited.",
    "channel_not_found": "The channel does not exist, or it is private and the bot is not in it. "
    "Check the channel's name in signalbox.yml; if it is private: /invite @Signalbox there.",
    "edit_window_closed": f"The workspace forbids edits after a while. {_ASK_ADMIN}",
    "invalid_arguments": _OUR_FAULT,
    "invalid_auth": f"Slack does not accept the bot's token. {_REINSTALL}",
    "invalid_blocks": f"Slack does not accept the message's layout. {_OUR_FAULT}",
    "invalid_blocks_format": f"Slack does not accept the message's layout. {_OUR_FAULT}",
    "is_archived": "The channel is archived. A member can unarchive it; then press Retry.",
    "message_not_found": "The message was deleted.",
    "missing_ref": "What this needs was never made (an earlier step was refused or skipped). "
    "Press Retry on the earlier step first.",
    "msg_blocks_too_long": f"The message is too long for Slack. {_OUR_FAULT}",
    "msg_too_long": f"The message is too long for Slack. {_OUR_FAULT}",
    "name_taken": "Every name that was tried for the channel is taken. Rename or archive an old "
    "channel, then press Retry.",
    "no_text": _OUR_FAULT,
    "not_authed": f"Slack got no token. {_REINSTALL}",
    "not_in_channel": f"The bot is not in the channel. {_INVITE}",
    "posting_to_channel_denied": f"Admins restrict posting in the channel. {_ASK_ADMIN}",
    "restricted_action": f"The workspace's settings forbid this to the bot. {_ASK_ADMIN}",
    "team_access_not_granted": f"The app is not approved for this workspace. {_ASK_ADMIN}",
    "token_expired": f"The bot's token has expired. {_REINSTALL}",
    "token_revoked": f"The bot's token was revoked. {_REINSTALL}",
    "too_many_bookmarks": "The channel has all the bookmarks it can hold; a member can remove one.",
    "too_many_pins": "The channel has all the pins it can hold; a member can remove one.",
    "user_disabled": "The person's Slack account was switched off.",
    "user_not_found": "There is no such person in this workspace.",
    "view_too_large": f"The view is too large for Slack. {_OUR_FAULT}",
}


class Refused(Rejected):
    """A refusal by Slack; `data` is the whole answer (an invitation names each user's error)."""

    def __init__(self, message: str, code: str, data: Mapping[str, Any]) -> None:
        """Keep the answer beside the sentence for people."""
        super().__init__(message, code)
        self.data = data


def refused(method: str, data: Mapping[str, Any]) -> IntegrationError:
    """Return what an `ok: false` answer of a method means."""
    code = str(data.get("error") or "unknown_error")
    if code in LIMITED:
        return Unavailable(f"Slack's rate limit for {method} is reached.", retry_after_s=1)
    if code in _PASSING:
        return Unavailable(f"Slack could not do {method} just now ({code}).")
    if code in _UNKNOWN:
        return OutcomeUnknown(f"Slack failed in the middle of {method} ({code}).")
    return Refused(sentence(method, code, str(data.get("needed") or "")), code, data)


def sentence(method: str, code: str, needed: str = "") -> str:
    """Return cause, cure and who can take it. `needed`: the scopes that Slack says are missing."""
    if code == "missing_scope":
        return (
            f"Slack refused {method}: the app lacks the scope {needed or 'it needs'}. Whoever "
            "administers the Slack app: paste `signalbox manifest` into the app's settings, "
            "reinstall it, then press Retry."
        )
    cure = _CURES.get(code) or (
        f"See https://docs.slack.dev/reference/methods/{method} for what it means."
    )
    return f"Slack refused {method}: {code}. {cure}"
