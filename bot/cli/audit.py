"""`signalbox audit export`: the records as JSON lines or CSV."""

import csv
import json
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from bot.domain.duration import parse_duration
from bot.errors import ConfigError, Invalid
from bot.ports import Audit

COLUMNS = ("seq", "at", "who", "what", "subject", "source", "facts", "hash", "link")


async def export(
    audit: Audit, since: datetime | None, form: Literal["jsonl", "csv"], out: TextIO
) -> None:
    """Write every record from `since` on, oldest first, one at a time."""
    rows = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    if form == "csv":
        rows.writeheader()
    async for record in audit.records(since):
        if form == "csv":
            rows.writerow({key: _cell(value) for key, value in record.items()})
        else:
            out.write(json.dumps(dict(record), ensure_ascii=False, default=_plain) + "\n")


def moment(said: str, now: datetime) -> datetime:
    """Return the time that `--since` means: `7d` ago, or a date and time in UTC.

    Raises:
        ConfigError: it means none.
    """
    try:
        return now - parse_duration(said)
    except (Invalid, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        message = f"--since {said}: write 2026-11-20, 2026-11-20T09:00 (UTC) or 7d."
        raise ConfigError(message) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _cell(value: Any) -> str:
    """Return a cell that a spreadsheet does not take for a formula."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    text = str(_plain(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
