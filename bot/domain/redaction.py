"""Secrets never leave (P7): output is cleaned by value and by pattern before anybody sees it."""

import base64
import re
from collections.abc import Collection
from urllib.parse import quote, quote_plus

HIDDEN = "[redacted]"
SHORTEST = 6  # shorter values are ordinary words; hiding them would hide half of every log
LONGEST_LINE = 4096  # a line without an end is cleaned in pieces of this size

PATTERNS = re.compile(
    r"xox[a-z]-[\w-]{6,}|xapp-[\w-]{6,}"  # Slack
    r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}"  # GitHub
    r"|\bAKIA[0-9A-Z]{16}\b"  # AWS key ids
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web tokens
    r"|\bsk-[\w-]{16,}"  # model providers
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user:password of a URL
    r"|(?i:(?<=bearer )[\w.~+/-]{8,}=*)"
    r"|(?i:(?<=token token=)[\w.~+/-]{8,})"
    r"|(?i:(?:password|passwd|secret|api[_-]?key|access[_-]?token)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"',;&]{4,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
)
_KEY = re.compile(r"(?i)^(?:password|passwd|secret|api[_-]?key|access[_-]?token)[\"']?\s*[=:]\s*")


class Redactor:
    """Cleans whole texts. `secrets` are the values that a step could have read."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        """Know each value in the forms it is likely to be printed in, the longest first."""
        forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        ordered = sorted(forms, key=len, reverse=True)
        self.longest = len(ordered[0]) if ordered else 0
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """Return `text` without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return PATTERNS.sub(_hidden, text)


class Stream:
    """Cleans output that comes in pieces; a secret cut in two by a border is still found."""

    def __init__(self, redactor: Redactor) -> None:
        """Clean with `redactor`."""
        self._redactor = redactor
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return what is safe to show by now: whole lines; the last, unfinished one is held."""
        self._held += piece
        end = self._held.rfind("\n") + 1
        if "PRIVATE KEY-----" in self._held[:end] and "-----END" not in self._held:
            end = self._held.find("-----BEGIN")
        room = max(LONGEST_LINE, 2 * self._redactor.longest)
        if end <= 0 and len(self._held) > 2 * room:
            end = len(self._held) - room
            end = self._outside(end)
        ready, self._held = self._held[:end], self._held[end:]
        return self._redactor.text(ready)

    def end(self) -> str:
        """Return what was held."""
        held, self._held = self._held, ""
        return self._redactor.text(held)

    def _outside(self, end: int) -> int:
        """Return a border at or before `end` that cuts no secret in two."""
        cleaned = self._redactor.text(self._held[: end + self._redactor.longest])
        whole = self._redactor.text(self._held[:end])
        return end if cleaned.startswith(whole) else max(end - self._redactor.longest, 0)


def _forms(secret: str) -> set[str]:
    """Return how a value may be printed: itself, URL-encoded, base64 at every offset, quoted."""
    raw = secret.encode()
    encoded = {secret, quote(secret, safe=""), quote_plus(secret), raw.hex()}
    for coded in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            # The first and last characters depend on the neighbours; the core does not.
            core = coded(b"\0" * offset + raw).decode().rstrip("=")
            start = 0 if offset == 0 else 2 if offset == 1 else 3
            kept = core[start : len(core) - (1 if (len(raw) + offset) % 3 else 0)]
            encoded.add(kept)
    encoded.add(secret.replace("\\", "\\\\").replace('"', '\\"'))
    encoded |= set(secret.splitlines())
    return {form for form in encoded if len(form) >= SHORTEST}


def _hidden(match: re.Match[str]) -> str:
    key = _KEY.match(match[0])
    return (key[0] if key else "") + HIDDEN
