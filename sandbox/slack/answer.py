"""What the bot answered to one delivery."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Retry(NamedTuple):
    """Which retry of an event this is, and why. Number 0 = the first attempt."""

    number: int = 0
    reason: str = ""


FIRST = Retry()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, or 200 / 0 for a socket that acked / did not, and the body.

    `body` is parsed JSON, or text, or None. `error` is Slack's word for what went wrong:
    operation_timeout or dispatch_failed.
    """

    status: int
    body: Any = None
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def retry_reason(self) -> str:
        """As in x-slack-retry-reason."""
        if self.error == "operation_timeout":
            return "http_timeout"
        return "http_error" if self.status else "connection_failed"
