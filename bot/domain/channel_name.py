"""Names of incident channels."""

import re
import unicodedata

CHANNEL_NAME_MAX = 80  # conversations.create: lower case letters, digits, - and _, at most 80


def channel_name(number: int, title: str) -> str:
    """Return `inc-00042-checkout-is-slow`; a title without a usable letter gives `inc-00042`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return f"inc-{number:05d}-{words}"[:50].strip("-")


def next_name(name: str, attempt: int) -> str:
    """Return the name to try when `name` is taken: `-2`, `-3` and so on behind it."""
    suffix = f"-{attempt + 1}"
    return name[: CHANNEL_NAME_MAX - len(suffix)] + suffix
