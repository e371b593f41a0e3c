"""Pacing as Slack paces: a tier per method, about one message per second in a channel."""

import math
from collections import deque
from collections.abc import Callable
from typing import Final

TIERS: Final = {1: 1, 2: 20, 3: 50, 4: 100, 0: 300}  # calls a minute; 0 = "special"
WINDOW_S: Final = 60.0
POST_BURST: Final = 4  # messages a channel takes at once before it paces at one a second
POST_EVERY_S: Final = 1.0  # docs.slack.dev/apis/web-api/rate-limits: chat.postMessage


class RateLimits:
    """Counts calls; says how long to wait when there were too many."""

    def __init__(self, clock: Callable[[], float], *, enabled: bool) -> None:
        """`clock` gives seconds."""
        self.enabled = enabled
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._posts: dict[str, tuple[float, float]] = {}  # channel -> tokens, as of when

    def call(self, method: str, tier: int) -> int:
        """Count a call; seconds to wait (Retry-After), 0 when it may go on."""
        if not self.enabled:
            return 0
        now, most = self._clock(), TIERS[tier]
        seen = self._calls.setdefault(method, deque())
        while seen and now - seen[0] >= WINDOW_S:
            seen.popleft()
        if len(seen) >= most:
            return max(1, math.ceil(WINDOW_S - (now - seen[0])))
        seen.append(now)
        return 0

    def post(self, channel_id: str) -> int:
        """Count a message into a channel; seconds to wait, 0 when it may go on."""
        if not self.enabled:
            return 0
        now = self._clock()
        tokens, since = self._posts.get(channel_id, (float(POST_BURST), now))
        tokens = min(float(POST_BURST), tokens + (now - since) / POST_EVERY_S)
        if tokens < 1:
            self._posts[channel_id] = (tokens, now)
            return max(1, math.ceil((1 - tokens) * POST_EVERY_S))
        self._posts[channel_id] = (tokens - 1, now)
        return 0
