"""Secrets that somebody wrote into a runbook. What is found is not repeated."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from bot.engine.lint_sheet import Finding

_PATTERNS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}"),
    "a GitHub token": re.compile(r"\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"),
    "a token of an AI service": re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}"),
    "a JSON Web Token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\."),
    "a password in a URL": re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@{}$]*:[^/\s@{}$]+@"),
    "a password": re.compile(
        r"""(?ix)\b(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)\b
        ["']?\s*[:=]\s*["']?(?![\s"'$\{]|true\b|false\b|null\b)[^\s"',}]{6,}"""
    ),
    "a bearer token": re.compile(r"(?i)\b(?:bearer|basic)\s+(?![${])[A-Za-z0-9._~+/=-]{12,}"),
}
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_HEX = re.compile(r"(?<!sha256:)\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b")
ENTROPY = 4.2  # bits a character: words with hyphens stay under 4, random base64 is above 4.5
CURE = "Take it out and change it; name it in `secrets` of system.yml and write `${NAME}`"


def check_secrets(file: str, text: str) -> Iterator[Finding]:
    """Yield one finding for each line that seems to hold a secret."""
    for number, line in enumerate(text.splitlines(), 1):
        what = _found(line)
        if what is not None:
            cause = f"This looks like {what}"
            yield Finding(file=file, line=number, cause=cause, cure=CURE)


def _found(line: str) -> str | None:
    for what, pattern in _PATTERNS.items():
        if pattern.search(line):
            return what
    if _HEX.search(line) or any(_is_random(match[0]) for match in _LONG.finditer(line)):
        return "a secret (it is long and random)"
    return None


def _is_random(word: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    mixed = all(any(kind(sign) for sign in word) for kind in kinds)
    return mixed and _entropy(word) > ENTROPY


def _entropy(word: str) -> float:
    counts = Counter(word)
    return -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values())
