"""The one error of the sandbox: a refusal in Slack's words."""

from typing import Any, NoReturn

from sandbox.slack.model import Json


class SlackError(Exception):
    """Slack says no. `error` is Slack's name for it; `extra` are further fields of the answer."""

    def __init__(self, error: str, *, status: int = 200, **extra: Any) -> None:
        """Keep the parts; `status` is the HTTP status (Slack refuses with 200, mostly)."""
        super().__init__(error)
        self.error = error
        self.status = status
        self.extra: Json = extra
        self.headers: dict[str, str] = {}

    def body(self) -> Json:
        """Slack's answer."""
        return {"ok": False, "error": self.error, **self.extra}


def fail(error: str, **extra: Any) -> NoReturn:
    """Refuse with Slack's error name.

    Raises:
        SlackError: always.
    """
    raise SlackError(error, **extra)


def invalid_arguments(*messages: str) -> NoReturn:
    """Refuse as Slack does when an argument is missing or malformed.

    Raises:
        SlackError: always.
    """
    fail("invalid_arguments", response_metadata={"messages": list(messages)})
