"""Durations as people write them: `15m`, `2h`, `1h30m`, `90s`, `2d`."""

import re
from datetime import timedelta

from bot.errors import Invalid

PATTERN = r"^(?=\d)(?:\d{1,4}d)?(?:\d{1,4}h)?(?:\d{1,5}m)?(?:\d{1,6}s)?$"
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def parse_duration(text: str) -> timedelta:
    """Return the length that `text` says; blanks and case do not matter.

    Raises:
        Invalid: it says none.
    """
    plain = "".join(text.split()).lower()
    if not re.match(PATTERN, plain, re.ASCII):
        message = "Write a duration such as `15m`, `2h` or `1h30m`."
        raise Invalid(message, "duration")
    parts = re.findall(r"(\d+)([dhms])", plain)
    return timedelta(**{UNITS[unit]: int(count) for count, unit in parts})


def say_duration(length: timedelta) -> str:
    """Return `1h30m` for an hour and a half, `0m` for nothing; whole seconds, never negative."""
    left = max(int(length.total_seconds()), 0)
    said = ""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        said += f"{count}{unit}" if count else ""
    return said or "0m"
