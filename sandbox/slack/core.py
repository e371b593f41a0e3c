"""The parts that everything in the sandbox shares."""

from dataclasses import dataclass, field
from typing import Final

from sandbox.slack.delivery import Delivery
from sandbox.slack.faults import Faults
from sandbox.slack.manifest import App
from sandbox.slack.model import CallRecord
from sandbox.slack.rate import RateLimits
from sandbox.slack.triggers import ResponseUrls, Triggers
from sandbox.slack.workspace import Workspace

CALLS_KEPT: Final = 100_000  # a test looks at all of its calls; a demo may run for weeks


@dataclass(slots=True)
class Core:
    """One workspace, one app, and the way between them.

    `warnings` collects what Slack would pass over and a developer should not: unknown arguments.
    """

    ws: Workspace
    app: App
    bot_token: str
    app_token: str
    faults: Faults
    rates: RateLimits
    triggers: Triggers
    urls: ResponseUrls
    delivery: Delivery
    base_url: str = ""
    calls: list[CallRecord] = field(default_factory=list)  # the last ones, see record
    warnings: list[str] = field(default_factory=list)

    def record(self, call: CallRecord) -> None:
        """Keep a call, and at most CALLS_KEPT of them."""
        self.calls.append(call)
        if len(self.calls) > CALLS_KEPT:
            del self.calls[: CALLS_KEPT // 2]

    def granted(self, scope: str) -> bool:
        """Whether the app holds that scope."""
        return self.app.scopes is None or scope in self.app.scopes

    def response_url(self, user: str, channel: str, source_ts: str = "") -> str:
        """A fresh response URL."""
        return f"{self.base_url}/respond/{self.urls.issue(user, channel, source_ts).id}"
