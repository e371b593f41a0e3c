"""How often Slack lets us call, as pacing keys shared by all replicas.

docs.slack.dev/apis/web-api/rate-limits: tiers are per method, per workspace, per app.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bot.domain.values import Value
from bot.slack.methods import METHODS

_PER_MINUTE: Final = {1: 1, 2: 20, 3: 50, 4: 100, 0: 200}  # 0: "several hundred per minute"
_POSTS: Final = frozenset({"chat.postMessage", "chat.postEphemeral"})
_MINUTE: Final = 60.0


class Rate(Value):
    """A token bucket: `burst` at once, then one each `every`."""

    key: str
    every: timedelta
    burst: int


def rates(method: str, args: Mapping[str, Any]) -> tuple[Rate, ...]:
    """Return the buckets a call draws from.

    A quarter of the tier may go at once and the rest is spread, so no minute holds more than the
    tier allows.
    """
    known = METHODS.get(method)
    allowed = _PER_MINUTE[known.tier if known else 2]
    burst = max(1, allowed // 4)
    every = timedelta(seconds=_MINUTE / max(1, allowed - burst))
    tier = Rate(key=f"method:{method}", every=every, burst=burst)
    if method in _POSTS and args.get("channel"):
        # "1 message per second per channel"; short bursts are allowed but not promised
        channel = Rate(key=f"posts:{args['channel']}", every=timedelta(seconds=1), burst=1)
        return (channel, tier)
    return (tier,)
