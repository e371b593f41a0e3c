"""`{name}` in the texts of a runbook: total, one pass, and never code.

    {param}             a parameter
    {system.urls.base}  what system.yml says
    {steps.id.field}    what an earlier step found; `summary` and `failed` are always there
    {item} {item.name}  the one thing a `for_each` step is at
    {{ and }}           a brace

A value that is exactly one placeholder keeps its type. What was put in is never read again, so a
value cannot become a placeholder; nor may it become a secret: `${NAME}` counts only where the
runbook or system.yml itself says it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.action import Result
from bot.domain.placeholders import PLACEHOLDER as SECRET
from bot.errors import Invalid, NotFound

PARAM = re.compile(r"[a-z][a-z0-9_]*\Z")
PATH = re.compile(r"(?:system|steps\.[a-z][a-z0-9_-]*|item)(?:\.[A-Za-z0-9_-]+)+\Z")
RESERVED = frozenset({"system", "steps", "item"})
_TOKEN = re.compile(r"(\$\{[A-Za-z_][A-Za-z0-9_]*\})|(\{\{)|(\}\})|\{([^{}]*)\}|(\{)")

Lookup = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Name:
    """A placeholder; the rest of a text is plain `str`."""

    name: str


def parts(text: str) -> tuple[str | Name, ...]:
    """Return the plain pieces and the placeholders of `text`, in order.

    Raises:
        Invalid: a brace that opens nothing that can be put in.
    """
    found: list[str | Name] = []
    at = 0
    for match in _TOKEN.finditer(text):
        found.append(text[at : match.start()])
        found.append(_piece(match))
        at = match.end()
    found.append(text[at:])
    return tuple(piece for piece in found if piece != "")


def _piece(match: re.Match[str]) -> str | Name:
    secret, opened, closed, name, _ = match.groups()
    if secret:
        return str(secret)
    if opened or closed:
        return "{" if opened else "}"
    if name is not None and is_name(name):
        return Name(name)
    message = f"`{match[0]}` is nothing that can be put in; a brace itself is written `{{{{`"
    raise Invalid(message)


def is_name(text: str) -> bool:
    """Whether `{text}` can be a placeholder."""
    return text == "item" or bool((PARAM.match(text) and text not in RESERVED) or PATH.match(text))


def names(value: Any) -> tuple[str, ...]:
    """Return the placeholders in every text inside `value`, each once, in order."""
    return tuple(
        dict.fromkeys(
            piece.name
            for _, text in texts(value)
            for piece in parts(text)
            if isinstance(piece, Name)
        )
    )


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield (path, text) of every text inside `value`. Keys are not texts."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from texts(part, (*path, key))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from texts(part, (*path, place))


def steps_named(value: Any) -> frozenset[str]:
    """Return the ids of the steps whose results `value` needs."""
    return frozenset(name.split(".")[1] for name in names(value) if name.startswith("steps."))


def fill(value: Any, lookup: Lookup) -> Any:
    """Return `value` with its placeholders filled, in every text inside of it.

    Raises:
        Invalid: a text that is no text of ours, or a value that pretends to be a secret.
        NotFound: `lookup` knows no such name.
    """
    if isinstance(value, str):
        return _filled(value, lookup)
    if isinstance(value, Mapping):
        return {key: fill(part, lookup) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [fill(part, lookup) for part in value]
    return value


def _filled(text: str, lookup: Lookup) -> Any:
    pieces = parts(text)
    if len(pieces) == 1 and isinstance(pieces[0], Name):
        name = pieces[0].name
        found = lookup(name)
        if not name.startswith("system."):
            _no_secret(name, json.dumps(found, default=str, ensure_ascii=False))
        return found
    said, own = "", ""
    for piece in pieces:
        new = piece if isinstance(piece, str) else as_text(lookup(piece.name))
        said += new
        ours = isinstance(piece, str) or piece.name.startswith("system.")
        own += new if ours else "\0"
    if _secrets(said) != _secrets(own):
        _no_secret(" and ".join(names(text)), "${")
    return said


def _secrets(text: str) -> list[str]:
    return [match[0] for match in SECRET.finditer(text)]


def _no_secret(name: str, said: str) -> None:
    if "${" in said:
        message = f"`{name}` may not hold `${{`: only the runbook itself names secrets"
        raise Invalid(message)


def as_text(value: Any) -> str:
    """Return how a value stands inside a text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean. `system` answers a dotted path, as `System.lookup` does."""

    params: Mapping[str, Any]
    system: Lookup
    results: Mapping[str, Result] = field(default_factory=dict)
    item: Any = None

    def __call__(self, name: str) -> Any:
        """Return what `name` means.

        Raises:
            NotFound: nothing; says what there is instead.
        """
        first, _, rest = name.partition(".")
        if first == "system":
            return self.system(rest)
        if first == "item":
            return _inside(self.item, rest, "the item") if rest else self.item
        if first == "steps":
            step, _, path = rest.partition(".")
            return self._result(step, path)
        if name not in self.params:
            message = f"there is no parameter `{name}`"
            raise NotFound(message)
        return self.params[name]

    def _result(self, step: str, path: str) -> Any:
        result = self.results.get(step)
        if result is None:
            message = f"step `{step}` has no result yet"
            raise NotFound(message)
        return _inside(facts(result), path, f"step `{step}`")


def facts(result: Result) -> dict[str, Any]:
    """Return what `{steps.id.*}` may name of a result."""
    return {"summary": result.summary, "failed": False, **result.data}


def _inside(value: Any, path: str, where: str) -> Any:
    for key in path.split("."):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, list | tuple) and key.isascii() and key.isdigit():
            value = _at(value, int(key), where)
        else:
            known = ", ".join(map(str, value)) if isinstance(value, Mapping) else "nothing"
            message = f"{where} found no `{key}`; it found {known or 'nothing'}"
            raise NotFound(message)
    return value


def _at(value: list[Any] | tuple[Any, ...], place: int, where: str) -> Any:
    if place >= len(value):
        message = f"{where} found only {len(value)} of them; there is no `{place}`"
        raise NotFound(message)
    return value[place]
