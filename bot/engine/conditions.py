"""`when` and `check`: comparisons joined by `and`, read by hand and never evaluated as code.

    {steps.health.status} != healthy and {replicas} > 2
    {service} in [api, worker]

A side is a placeholder, a number, true, false, null, a word, or text in quotes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.engine.substitution import Lookup, as_text, is_name
from bot.errors import Invalid

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<name>\{[^{}]*\}) | (?P<quoted>"[^"]*"|'[^']*')
    | (?P<op>==|!=|<=|>=|<|>) | (?P<mark>[\[\],])
    | (?P<word>[A-Za-z0-9_./:@%+-]+) )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?\Z", re.ASCII)
_PLAIN = {"true": True, "false": False, "null": None}
HOW = "write comparisons such as `{steps.health.status} != healthy and {replicas} > 2`"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison. Sides hold `{name}` as `Ref`, the rest as values."""

    left: Any
    op: str
    right: Any

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{_written(self.left)} {self.op} {_written(self.right)}"


@dataclass(frozen=True, slots=True)
class Ref:
    """A placeholder in a comparison."""

    name: str


def comparisons(text: str) -> tuple[Comparison, ...]:
    """Return what must all be so.

    Raises:
        Invalid: it is something else.
    """
    reader = _Reader(_tokens(text))
    found = [reader.comparison()]
    while reader.next:
        reader.take("word", "and")
        found.append(reader.comparison())
    return tuple(found)


def refs(text: str) -> tuple[str, ...]:
    """Return the names in a condition."""
    sides = [side for one in comparisons(text) for side in (one.left, one.right)]
    flat = [part for side in sides for part in (side if isinstance(side, list) else [side])]
    return tuple(dict.fromkeys(part.name for part in flat if isinstance(part, Ref)))


def unmet(text: str, lookup: Lookup) -> str | None:
    """Return which comparison is not so and why, or None when all hold.

    Raises:
        Invalid: things that cannot be compared.
        NotFound: `lookup` knows no such name.
    """
    for one in comparisons(text):
        left, right = _value(one.left, lookup), _value(one.right, lookup)
        if not _OPS[one.op](left, right):
            return f"`{one}` is not so: {_shown(left)} against {_shown(right)}"
    return None


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            message = f"`{text[at:].strip()[:20]}` is no part of a comparison; {HOW}"
            raise Invalid(message)
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Reader:
    """Takes tokens from the left."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._left = tokens[::-1]

    @property
    def next(self) -> tuple[str, str] | None:
        """The token in front, or None at the end."""
        return self._left[-1] if self._left else None

    def take(self, kind: str, text: str | None = None) -> str:
        """Return the token in front, which must be this."""
        if self.next is None or self.next[0] != kind or (text and self.next[1] != text):
            seen = f"`{self.next[1]}`" if self.next else "the end"
            message = f"{seen} stands where `{text or kind}` should; {HOW}"
            raise Invalid(message)
        return self._left.pop()[1]

    def comparison(self) -> Comparison:
        left = self._side()
        if self.next == ("word", "not"):
            self.take("word")
            self.take("word", "in")
            return Comparison(left, "not in", self._side())
        if self.next == ("word", "in"):
            self.take("word")
            return Comparison(left, "in", self._side())
        return Comparison(left, self.take("op"), self._side())

    def _side(self) -> Any:
        if self.next == ("mark", "["):
            return self._list()
        return self._atom()

    def _list(self) -> list[Any]:
        self.take("mark", "[")
        found: list[Any] = []
        while self.next != ("mark", "]"):
            if found:
                self.take("mark", ",")
            found.append(self._atom())
        self.take("mark", "]")
        return found

    def _atom(self) -> Any:
        kind = self.next[0] if self.next else "word"
        if kind == "name":
            return _ref(self.take("name"))
        if kind == "quoted":
            return self.take("quoted")[1:-1]
        return _plain(self.take("word"))


def _ref(token: str) -> Ref:
    if not is_name(token[1:-1]):
        message = f"`{token}` is no name; {HOW}"
        raise Invalid(message)
    return Ref(token[1:-1])


def _plain(word: str) -> Any:
    if word in {"and", "or", "not", "in"}:
        message = f"`{word}` cannot stand there; {HOW}"
        raise Invalid(message)
    if _NUMBER.match(word):
        return float(word) if "." in word else int(word)
    return _PLAIN.get(word, word)


def _value(side: Any, lookup: Lookup) -> Any:
    if isinstance(side, list):
        return [_value(part, lookup) for part in side]
    return lookup(side.name) if isinstance(side, Ref) else side


def _same(left: Any, right: Any) -> bool:
    if _is_number(left) and _is_number(right):
        return bool(left == right)
    if type(left) is type(right):
        return bool(left == right)
    return as_text(left) == as_text(right) and (left is None) == (right is None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if not (_is_number(left) and _is_number(right)):
            message = f"{_shown(left)} and {_shown(right)} have no order; only numbers do"
            raise Invalid(message)
        return test(left, right)

    return compare


def _within(left: Any, right: Any) -> bool:
    if not isinstance(right, list | tuple):
        message = f"`in` needs a list on its right, not {_shown(right)}"
        raise Invalid(message)
    return any(_same(left, part) for part in right)


_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "==": _same,
    "!=": lambda left, right: not _same(left, right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "in": _within,
    "not in": lambda left, right: not _within(left, right),
}


def _written(side: Any) -> str:
    if isinstance(side, list):
        return f"[{', '.join(map(_written, side))}]"
    return f"{{{side.name}}}" if isinstance(side, Ref) else as_text(side) or '""'


def _shown(value: Any) -> str:
    said = as_text(value) if value is not None else "null"
    return (said if len(said) <= 60 else said[:60] + "…") or "nothing"  # noqa: PLR2004 - one line
