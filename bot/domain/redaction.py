"""Secrets never leave (P7): output is cleaned by value and by pattern before anybody sees it.

By value: a secret as it is, each of its lines, and as URLs, JSON, HTML and hex dumps write it; and
inside any base64 or hex word, wherever it begins there and however the word was wrapped. By
pattern: what looks like a token, a password or a private key, whoever owns it.
"""

import base64
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from bot.domain.terminal import plain

HIDDEN = "[redacted]"
SHORTEST = 6  # shorter values are ordinary words; hiding them would hide half of every log
GRAM = 10  # characters of a code that give it away: 60 bits of base64, 40 of hex
CODED = 2 * GRAM - 1  # a code of this length holds a whole gram, wherever it was cut
FOLLOWED = 512  # longer forms are not followed over a border; what is left gives itself away
HELD = 4096  # of a line without an end; no token is longer

PATTERNS = re.compile(
    r"xox[a-z]-[\w-]{6,}|xapp-[\w-]{6,}"  # Slack
    r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}"  # GitHub
    r"|\bAKIA[0-9A-Z]{16}\b"  # AWS key ids
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web tokens
    r"|\bsk-[\w-]{16,}"  # model providers
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user:password of a URL
    r"|(?<=[Bb]earer )[\w.~+/-]{8,}=*|(?<=[Bb]asic )[\w.~+/-]{8,}=*"
    r"|hooks\.slack\.com/[\w/-]+"  # whoever has one may post
)
_NAMED = re.compile(
    r"(?i)((?:passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key|token)"
    r"[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]{4,}"
)
_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
)
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_KEY_ENDS = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=\s]*|[A-Za-z-]+: ?[\w,-]*\s*")
_CODE = re.compile(rf"[A-Za-z0-9+/_-]{{{CODED},}}=*")


class Redactor:
    """Cleans whole texts. `secrets` are the values that a step could have read."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        """Know each value in the forms it is likely to be printed in, the longest first."""
        known = {one.strip() for one in secrets if len(one.strip()) >= SHORTEST}
        codes = {code for secret in known for code in _codes(secret.encode())}
        forms = {form for secret in known for form in _forms(secret)}
        forms |= {code for code in codes if SHORTEST <= len(code) < 2 * CODED}
        self._forms = sorted(forms, key=len, reverse=True)
        self._grams = {gram for code in codes for gram in _grams(code)}
        self.longest = len(self._forms[0]) if self._forms else 0
        self._starts = _starts(forms | codes)

    def text(self, text: str) -> str:
        """Return `text` without secrets."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        if self._grams:
            text = _CODE.sub(self._coded, text)
        if "PRIVATE KEY" in text:
            text = _KEY.sub(HIDDEN, text)
        return _NAMED.sub(_named, PATTERNS.sub(HIDDEN, text))

    def data(self, value: Any) -> Any:
        """Return JSON without secrets in its texts and keys."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.data(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(part) for part in value]
        return value

    def knows(self, text: str) -> bool:
        """Whether a value that is secret stands in `text`; patterns do not count."""
        if any(form in text for form in self._forms):
            return True
        return any(self._gives_away(match[0]) for match in _CODE.finditer(text))

    def goes_on(self, before: str, piece: str) -> bool:
        """Whether a secret that ends or goes on in `piece` began at the end of `before`."""
        return any(
            form[at : at + len(piece)] == piece[: len(form) - at]
            for form, at in self._begun(before)
        )

    def may_go_on(self, before: str) -> bool:
        """Whether a secret may have begun at the end of `before`."""
        return any(True for _ in self._begun(before))

    def _begun(self, before: str) -> Iterator[tuple[str, int]]:
        for at in range(1, min(len(before), FOLLOWED - 1) + 1):
            for form in self._starts.get(before[-at:], ()):
                yield form, at

    def _coded(self, match: re.Match[str]) -> str:
        return HIDDEN if self._gives_away(match[0]) else match[0]

    def _gives_away(self, word: str) -> bool:
        grams = self._grams
        return any(word[at : at + GRAM] in grams for at in range(len(word) - GRAM + 1))


class Stream:
    """Cleans output that comes in pieces; a secret cut in two by a border is still found.

    Whole lines are let go; of a line that does not end all but the last `HELD` characters. What
    comes out is also free of what steers a terminal (`bot.domain.terminal`).
    """

    def __init__(self, redactor: Redactor) -> None:
        """Clean with `redactor`."""
        self._redactor = redactor
        self._held = ""
        self._open = False
        self._in_key = False

    def say(self, piece: str) -> str:
        """Take a text that is a line, or several; returns what is safe to show by now.

        Without a newline at its end it is a line of its own all the same, unless a secret goes on
        over the border: then it was a line cut in two.
        """
        cut = self._open and not self._redactor.goes_on(self._held, piece)
        self._open = bool(piece) and not piece.endswith("\n")
        return self.feed(f"\n{piece}" if cut and piece else piece)

    def settle(self) -> str:
        """Let the last line go when nobody has said more for a while."""
        if not self._open or not self._held or self._redactor.may_go_on(self._held):
            return ""
        self._open = False
        return self.feed("\n")

    def feed(self, piece: str) -> str:
        """Take a piece that may end anywhere; returns what is safe to show by now."""
        self._held += piece
        end = self._held.rfind("\n") + 1
        if len(self._held) - end > 2 * self._room:
            self._held = plain(self._held)
            end = self._border(len(self._held) - self._room)
        ready, self._held = self._held[:end], self._held[end:]
        return self._clean(ready)

    def end(self) -> str:
        """Return what was held."""
        held, self._held = self._held, ""
        return self._clean(held)

    @property
    def _room(self) -> int:
        return max(HELD, 2 * self._redactor.longest)

    def _border(self, end: int) -> int:
        """Return the last place at or before `end` that is inside no word; `end` if there is none.

        A secret with blanks in it may be cut there; it is looked for on both sides at once.
        """
        before, after = self._held[:end], self._held[end:]
        whole = self._redactor.text(self._held)
        if self._redactor.text(before) + self._redactor.text(after) == whole:
            return end
        blank = max(before.rfind(" "), before.rfind("\t"), len(before) - self._room)
        return max(blank, 0)

    def _clean(self, ready: str) -> str:
        if not ready:
            return ""
        ready = plain(ready)
        if self._in_key:
            ready = self._after_key(ready)
        begun = [match.start() for match in _KEY_BEGINS.finditer(ready)]
        ended = [match.start() for match in _KEY_ENDS.finditer(ready)]
        if begun and begun[-1] > max(ended, default=-1):
            self._in_key = True
            ready = ready[: begun[-1]] + f"{HIDDEN}\n"
        return self._redactor.text(ready)

    def _after_key(self, ready: str) -> str:
        """Return what stands behind the key whose beginning was let go as hidden."""
        end = _KEY_ENDS.search(ready)
        if end is not None:
            self._in_key = False
            return ready[end.end() :].removeprefix("\n")
        lines = ready.splitlines(keepends=True)
        for place, line in enumerate(lines):
            if not _KEY_LINE.fullmatch(line):  # it was only a header; the log goes on
                self._in_key = False
                return "".join(lines[place:])
        return ""


def _forms(secret: str) -> set[str]:
    """Return how a value is printed: itself, its lines, and as the usual formats write it."""
    raw = secret.encode()
    lines = {line.strip() for line in secret.splitlines()}
    forms = {one for text in (secret, *lines) for one in _written(text)}
    forms |= {raw.hex(mark) for mark in (" ", ":")} | {raw.hex(mark).upper() for mark in (" ", ":")}
    return {form for form in forms if len(form) >= SHORTEST}


def _written(text: str) -> set[str]:
    urls = {quote(text, safe=""), quote(text), quote_plus(text)}
    return {
        text,
        *urls,
        *(re.sub("%..", lambda code: code[0].lower(), url) for url in urls),
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        html.escape(text),
        html.escape(text, quote=False),
    }


def _codes(raw: bytes) -> set[str]:
    """Return what of a base64 or hex text depends on `raw` alone, wherever `raw` begins in it."""
    codes = {raw.hex(), raw.hex().upper()}
    for offset, skip in enumerate((0, 2, 3)):
        for code in (base64.b64encode, base64.urlsafe_b64encode):
            whole = code(b"\0" * offset + raw).decode().rstrip("=")
            shared = 1 if (len(raw) + offset) % 3 else 0  # the last one holds bits of a neighbour
            codes.add(whole[skip : len(whole) - shared])
    return codes


def _starts(forms: Collection[str]) -> dict[str, list[str]]:
    """Return beginning -> the forms that begin so, for finding a form that is cut in two."""
    found: dict[str, list[str]] = {}
    for form in forms:
        if len(form) <= FOLLOWED and "\n" not in form:
            for at in range(1, len(form)):
                found.setdefault(form[:at], []).append(form)
    return found


def _grams(code: str) -> set[str]:
    """Return every run of GRAM characters, so that a piece of the code is enough."""
    return {code[at : at + GRAM] for at in range(len(code) - GRAM + 1)}


def _named(match: re.Match[str]) -> str:
    return match[1] + HIDDEN
