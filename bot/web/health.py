"""Whether the bot can do its job."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.domain.values import Value
from bot.errors import BotError

CHECK_TIMEOUT_S: Final = 2.0

Check = Callable[[], Awaitable[str | None]]
"""Returns None when all is well, else the reason; a BotError counts as its message."""


class Readiness(Value):
    """The checks' outcomes: name -> reason, None when all is well."""

    outcomes: dict[str, str | None]

    @property
    def ready(self) -> bool:
        """Whether all hold."""
        return not any(self.outcomes.values())

    def shown(self) -> dict[str, Any]:
        """Return the JSON of /readyz."""
        checks = {name: reason or "ok" for name, reason in self.outcomes.items()}
        return {"status": "ready" if self.ready else "not ready", "checks": checks}


async def readiness(checks: Mapping[str, Check]) -> Readiness:
    """Ask all checks at once."""
    reasons = await asyncio.gather(*(_reason(check) for check in checks.values()))
    return Readiness(outcomes=dict(zip(checks, reasons, strict=True)))


async def _reason(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await check()
    except TimeoutError:
        return f"no answer within {CHECK_TIMEOUT_S:g} s"
    except BotError as error:
        return str(error)
