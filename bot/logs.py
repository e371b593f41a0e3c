"""JSON lines with the incident, run and actor on each; secrets never in them."""

import logging
import re
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any, Literal, TextIO

import structlog

HIDDEN = "[redacted]"
SHORTEST_SECRET = 6  # hiding shorter values would hide ordinary words
PATTERNS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+"  # Slack's tokens
    r"|(?<=bearer )[\w.~+/-]+=*"  # Authorization headers
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user:password of a URL
    r"|https://hooks\.slack\.com/\S+",  # response URLs: whoever has one may post
    re.IGNORECASE,
)
NOISY = ("aiohttp.access", "apscheduler", "docket", "httpx", "slack_bolt", "slack_sdk")


def set_up(
    level: str = "info",
    form: Literal["json", "console"] = "json",
    *,
    secrets: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log line of the process, ours and the libraries', to `stream` (stderr).

    `secrets` are hidden wherever they turn up. Call it again to change it.
    """
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(form, secrets, colors=target.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class Redaction:
    """Replaces known secrets, and what looks like one, in every value of a line."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        """Keep the longest first: one secret may hold another."""
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __call__(
        self, _logger: Any, _method: str, line: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Be a structlog processor."""
        return {key: self.value(part) for key, part in line.items()}

    def value(self, value: Any) -> Any:
        """Return `value` without secrets; containers are copied."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(part) for key, part in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(part) for part in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))

    def text(self, text: str) -> str:
        """Return `text` without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return PATTERNS.sub(HIDDEN, text)


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


def _rendering(form: str, secrets: Sequence[str], *, colors: bool) -> list[Any]:
    redaction = Redaction(secrets)
    if form == "console":
        plain = structlog.dev.plain_traceback  # rich's shows local variables
        renderer = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
        return [structlog.processors.format_exc_info, redaction, renderer]
    return [
        structlog.processors.format_exc_info,
        redaction,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
