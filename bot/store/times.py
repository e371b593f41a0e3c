"""Times as Redis keeps them: whole milliseconds since the epoch, as text; "" is none."""

from datetime import UTC, datetime, timedelta


def ms(at: datetime | None) -> str:
    """Return `at` in milliseconds, "" for None."""
    return "" if at is None else str(round(at.timestamp() * 1000))


def span_ms(span: timedelta) -> str:
    """Return a length in milliseconds, with fractions."""
    return repr(span / timedelta(milliseconds=1))


def moment(text: str | None) -> datetime | None:
    """Return the moment of `text`, None for ""."""
    return datetime.fromtimestamp(float(text) / 1000, UTC) if text else None


def seconds(span: timedelta) -> int:
    """Return a lifetime for EXPIRE."""
    return int(span.total_seconds())
