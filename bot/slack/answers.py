"""Private answers: by the response URL while it lives, else ephemeral, else as direct message."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import structlog

from bot.domain.intent import Intent
from bot.errors import Rejected

log = structlog.get_logger(__name__)

_OK: Final = 200
_WHERE: Final = frozenset({"response_url", "channel", "user", "thread_ts"})
# Refusals of chat.postEphemeral that a direct message gets around.
_NOT_THERE: Final = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "user_not_in_channel",
        "method_not_supported_for_channel_type",
    }
)


class Voice(Protocol):
    """What an answer needs: `WebApi`, or a sender that also paces."""

    async def call(self, method: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Call a Web API method."""

    async def post(
        self, url: str, *, json_body: Mapping[str, Any] | None = None, data: bytes | None = None
    ) -> tuple[int, str]:
        """POST to a URL that Slack gave us; status and body."""

    def is_slack(self, url: str) -> bool:
        """Say whether we may post to `url`."""


async def answer(voice: Voice, args: Mapping[str, Any]) -> dict[str, Any]:
    """Say something privately; returns where it went ("via").

    `args`: response_url, channel, user, thread_ts (each may be None), and the message's own keys.
    A response URL takes 5 uses in 30 minutes (docs.slack.dev/interactivity); Slack counts them,
    and its refusal sends us to the next way.
    """
    message = {key: value for key, value in args.items() if key not in _WHERE and value}
    url = args.get("response_url")
    if url and await _responded(voice, url, message):
        return {"via": "response_url"}
    words = {key: message[key] for key in ("text", "blocks") if message.get(key)}
    user = args.get("user")
    if not words or not user:
        return {"via": "nothing"}  # it only wanted to change the message behind the URL
    return await _said(voice, args, words)


def private_answer(intent: Intent, message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `answer` for the person behind an intent."""
    return {
        "response_url": intent.response_url,
        "channel": intent.channel,
        "user": intent.user,
        **message,
    }


async def _responded(voice: Voice, url: str, message: dict[str, Any]) -> bool:
    if not voice.is_slack(url):
        log.warning("slack.response_url.foreign")
        return False
    private = {"response_type": "ephemeral", "replace_original": False} | message
    status, body = await voice.post(url, json_body=private)
    refused = status != _OK or '"ok":false' in body.replace(" ", "")
    if refused:
        log.info("slack.response_url.refused", status=status)
    return not refused


async def _said(voice: Voice, args: Mapping[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    channel, user = args.get("channel"), args["user"]
    if channel:
        where = {"channel": channel, "user": user, "thread_ts": args.get("thread_ts")}
        try:
            return dict(await voice.call("chat.postEphemeral", where | words)) | {
                "via": "ephemeral"
            }
        except Rejected as error:
            if error.code not in _NOT_THERE:
                raise
    opened = await voice.call("conversations.open", {"users": user})
    said = await voice.call("chat.postMessage", {"channel": opened["channel"]["id"]} | words)
    return dict(said) | {"via": "message"}
