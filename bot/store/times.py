"""Times as Redis keeps them: whole milliseconds since the epoch, as text; "" is none."""

from datetime import UTC, datetime, timedelta


def ms(when: datetime | None) -> str:
    """Return `when` in milliseconds, "" for None."""
    return "" if when is None else str(round(when.timestamp() * 1000))


def span_ms(span: timedelta) -> str:
    """Return a length in milliseconds, with fractions."""
    return repr(span / timedelta(milliseconds=1))


def at(text: str) -> datetime:
    """Return the moment of `text`, aware, UTC."""
    return datetime.fromtimestamp(float(text) / 1000, UTC)


def moment(text: str | None) -> datetime | None:
    """Return the moment of `text`, None for ""."""
    return at(text) if text else None


def seconds(span: timedelta) -> int:
    """Return a lifetime for EXPIRE."""
    return int(span.total_seconds())
