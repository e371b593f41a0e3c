"""The sandbox Slack, with an eye on each call: the points of the Slack side."""

import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from bot.bootstrap.found import find_commands
from bot.slack.manifest import manifest
from sandbox.slack import SlackSandbox
from sandbox.slack.delivery import Delivery
from sandbox.slack.faults import Fault, FaultKind, Faults
from sandbox.slack.model import Change
from tests.support.redis_proxy import Point, never
from tests.support.world import SIGNING_SECRET

RETRIES = (0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 10.0, 20.0)  # of events; Slack's are 0, 60 and 300 seconds


class Calls:
    """Each call is a point twice: before it is done, and done but not answered."""

    def __init__(self) -> None:
        self.seen: list[Point] = []
        self.linger_s = 0.0  # how long the call that is here is not done
        self._refused = False
        self._counts: Counter[str] = Counter()
        self._meet: Callable[[Point], bool] = never

    def arm(self, meet: Callable[[Point], bool] = never) -> None:
        """Count from now on, and ask `meet` as RedisProxy does."""
        self._meet = meet
        self._counts.clear()
        self.seen.clear()

    def arrived(self, method: str) -> None:
        """A call is here and nothing is done yet."""
        self._counts[method] += 1
        point = Point(method, self._counts[method])
        self.seen.append(point)
        self._refused = not self._meet(point)

    def refused(self) -> bool:
        """Whether the call that arrived last is not to be done; asked once."""
        refused, self._refused = self._refused, False
        return refused

    def done(self, method: str) -> None:
        """It is done and not answered yet."""
        self._meet(Point(method, self._counts[method], answered=True))


class WatchedFaults(Faults):
    """The sandbox's faults, which it asks for before it does a call: "delay" first."""

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self._calls = calls

    def strike(self, kind: FaultKind, method: str) -> Fault | None:
        if kind == "delay":
            self._calls.arrived(method)
            if seconds := self._calls.linger_s:
                self._calls.linger_s = 0.0
                return Fault("delay", seconds=seconds)
        if kind == "error" and self._calls.refused():
            return Fault("error")  # the caller is dead and hears nothing of it
        return super().strike(kind, method)


class Spread(Delivery):
    """Requests go to any of the bots that are ready, as behind a load balancer."""

    def __init__(self, secret: str, faults: Faults, seed: int) -> None:
        self.urls: list[str] = []
        self._dice = random.Random(seed)  # noqa: S311 - reproducible
        super().__init__(secret, faults)

    @property
    def request_url(self) -> str | None:
        """Another one each time."""
        return self._dice.choice(self.urls) if self.urls else None

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.urls = [url] if url else []


@cache
def app_manifest() -> dict[str, Any]:
    """Return what the app asks for; the same for every workspace."""
    return manifest(find_commands(), socket_mode=False, request_url="https://bot.invalid")


def slack_for(calls: Calls, *, rate_limits: bool, seed: int) -> tuple[SlackSandbox, Spread]:
    """Return a sandbox that tells of its calls, and the way from it to the bots."""
    slack = SlackSandbox(
        signing_secret=SIGNING_SECRET,
        manifest=app_manifest(),
        rate_limits=rate_limits,
        retry_delays=RETRIES,
    )
    faults = WatchedFaults(calls)
    spread = Spread(SIGNING_SECRET, faults, seed)
    slack.core.faults, slack.core.delivery = faults, spread

    def changed(change: Change) -> None:
        if change.kind == "faults" and slack.calls:  # its page's hint that a call was recorded
            calls.done(slack.calls[-1].method)

    slack.workspace.on_change.append(changed)
    return slack, spread
