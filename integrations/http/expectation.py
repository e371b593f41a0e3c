"""What an answer must be: status, headers, values in its JSON. A missing value never passes."""

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

FOUND_MAX = 200  # characters of a found value that a message repeats
COMPARISON = re.compile(r"(>=|<=|==|!=|>|<)\s*(\S.{0,200})", re.DOTALL)
CONTAINS = re.compile(r"contains (\S.{0,200})", re.DOTALL)
PRESENT = "is present"
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class Absent:
    """Stands for a key that is not there."""


ABSENT = Absent()


class Expect(BaseModel):
    """What an answer must be; with no `status`, any 2xx.

    `json` maps a dotted path (`metrics.operations.0.name`; `*` = every element) to a value or to
    `>= 1`, `!= open`, `contains text`, `is present`. `header` maps a header's name to the same.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True
    )

    status: StrictInt | tuple[StrictInt, ...] | None = None
    json_: dict[str, Any] = Field(default={}, alias="json", max_length=50)
    header: dict[str, str] = Field(default={}, max_length=20)


def failures(
    expect: Expect, status: int, headers: Mapping[str, str], body: Any | Absent
) -> Iterator[str]:
    """Yield what is not as expected; `body` is the parsed JSON, ABSENT when there is none."""
    if not _status_fits(expect.status, status):
        wanted = "2xx" if expect.status is None else _shown(expect.status)
        yield f"status: expected {wanted}, found {status}"
    for name, wanted in expect.header.items():
        found: Any = headers.get(name.lower(), ABSENT)
        if why := _mismatch(wanted, found):
            yield f"header {name}: {why}"
    if expect.json_ and body is ABSENT:
        yield "body: expected JSON, found something else"
        return
    for path, wanted in expect.json_.items():
        for where, value in pick(body, path):
            if why := _mismatch(wanted, value):
                yield f"{where}: {why}"


def parse(body: bytes) -> Any | Absent:
    """Return the JSON value of a body, ABSENT when it is not JSON (NaN is not)."""
    try:
        return json.loads(body, parse_constant=_not_json)
    except (ValueError, RecursionError):
        return ABSENT


def _not_json(word: str) -> None:
    raise ValueError(word)


def pick(value: Any, path: str, walked: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, value) for all that a dotted path names; one (path, ABSENT) when it is none."""
    if not path:
        yield walked or "the whole answer", value
        return
    key, _, rest = path.partition(".")
    for name, child in _children(value, key):
        yield from pick(child, rest, f"{walked}.{name}" if walked else name)


def _children(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if key == "*" and isinstance(value, list | dict) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        yield from ((str(name), child) for name, child in pairs)
    elif isinstance(value, dict) and key in value:
        yield key, value[key]
    elif isinstance(value, list) and key.isdecimal() and len(key) < 8 and int(key) < len(value):  # noqa: PLR2004 - digits of an index
        yield key, value[int(key)]
    else:
        yield key, ABSENT


def _status_fits(wanted: int | tuple[int, ...] | None, found: int) -> bool:
    if wanted is None:
        return 200 <= found < 300  # noqa: PLR2004 - 2xx
    return found in (wanted if isinstance(wanted, tuple) else (wanted,))


def _mismatch(wanted: Any, found: Any) -> str | None:
    """Return why `found` is not as wanted; None when it is."""
    if found is ABSENT:
        return f"expected {_shown(wanted)}, absent"
    if _fits(wanted, found):
        return None
    return f"expected {_shown(wanted)}, found {_shown(found)}"


def _fits(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, str):
        if wanted == PRESENT:
            return found is not None
        if match := CONTAINS.fullmatch(wanted):
            return isinstance(found, str | list) and _unquoted(match[1]) in found
        if match := COMPARISON.fullmatch(wanted):
            return _compares(match[1], _unquoted(match[2]), found)
    return _same(wanted, found)


def _compares(sign: str, wanted: Any, found: Any) -> bool:
    """Compare; only numbers have an order, and nothing that cannot be compared passes."""
    if isinstance(found, str) and _is_number(wanted):
        found = _unquoted(found)  # a header, or a number that was sent as text
    if sign in ORDER:
        return _is_number(wanted) and _is_number(found) and ORDER[sign](found, wanted)
    if sign == "==":
        return _same(wanted, found)
    return found is not None and not _same(wanted, found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found  # True is not 1
    return bool(wanted == found)


def _unquoted(text: str) -> Any:
    value = parse(text.encode())
    return text if isinstance(value, Absent | dict | list) else value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= FOUND_MAX else f"{text[:FOUND_MAX]}... ({len(text)} characters)"
