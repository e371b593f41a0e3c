"""JSON lines with the incident, run and actor on each; secrets never in them."""

import logging
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any, Literal, TextIO

import structlog
from structlog.types import Processor

from bot.domain.redaction import Redactor

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


def cleaning(redactor: Redactor) -> Processor:
    """Return the structlog processor that cleans every value of a line."""

    def clean(
        _logger: Any, _method: str, line: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {key: _cleaned(redactor, part) for key, part in line.items()}

    return clean


def _cleaned(redactor: Redactor, value: Any) -> Any:
    """Return any value without secrets; what JSON does not know becomes text first."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {redactor.text(str(key)): _cleaned(redactor, part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned(redactor, part) for part in value]
    return redactor.text(value if isinstance(value, str) else str(value))


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


def _rendering(form: str, secrets: Sequence[str], *, colors: bool) -> list[Any]:
    redaction = cleaning(Redactor(secrets))
    if form == "console":
        plain = structlog.dev.plain_traceback  # rich's shows local variables
        renderer = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
        return [structlog.processors.format_exc_info, redaction, renderer]
    return [
        structlog.processors.format_exc_info,
        redaction,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
