"""The Bolt app, as small as it gets: verify, hand to the one listener, answer."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack.webapi import WebApi, quiet_logger


class OneWorkspace(AsyncAuthorize):
    """Answers "whose request is this?" without asking Slack: the token is always ours."""

    def __init__(self, token: str) -> None:
        """Keep the bot's token."""
        self._result = AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

    async def __call__(self, *, context: AsyncBoltContext, **_ids: Any) -> AuthorizeResult | None:
        """Return the one installation."""
        del context
        return self._result


def bolt_app(api: WebApi, signing_secret: str | None) -> AsyncApp:
    """Return an app that listens to nothing yet.

    `process_before_response`: the answer waits for the listener, and so for the record. Bolt's
    default answers events before the listener runs and polls every 10 ms for other answers.
    `signing_secret` None: Socket Mode only; an HTTP request is then refused, whoever signed it.
    """
    logger = quiet_logger()
    logger.setLevel(logging.ERROR)  # or Bolt warns that it will not use SLACK_BOT_TOKEN
    options: Mapping[str, Any] = {
        "name": "signalbox",
        "logger": logger,
        "client": None,
        "signing_secret": signing_secret or secrets.token_hex(32),
        "authorize": OneWorkspace(api.client.token or ""),
        "process_before_response": True,
        "ignoring_self_events_enabled": False,  # Listeners.event does it
        "ssl_check_enabled": False,  # for a verification token that we do not have
        "attaching_function_token_enabled": False,
        "attaching_conversation_kwargs_enabled": False,  # for assistant threads
    }
    app = AsyncApp(**options)
    logger.setLevel(logging.WARNING)
    return app
