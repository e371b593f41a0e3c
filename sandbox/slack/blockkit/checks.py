"""Small checks that add up to a grammar; each reports what is wrong as Slack words it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Report:
    """What was wrong, each with a JSON pointer to where."""

    found: list[str] = field(default_factory=list)

    def add(self, text: str, at: str) -> None:
        """One more fault at pointer `at`."""
        self.found.append(f"{text} [json-pointer:{at}]")

    def messages(self) -> list[str]:
        """As in `response_metadata.messages`."""
        return [f"[ERROR] {text}" for text in self.found]


Check = Callable[[Any, str, Report], None]


def string(most: int, least: int = 1) -> Check:
    """A string of `least` to `most` characters."""

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must provide a string", at)
        elif len(value) > most:
            report.add(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            report.add(f"must be more than {least - 1} characters", at)

    return check


def boolean(value: Any, at: str, report: Report) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report.add("must provide a boolean", at)


def integer(least: int, most: int) -> Check:
    """A whole number in a range."""

    def check(value: Any, at: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.add("must provide an integer", at)
        elif not least <= value <= most:
            report.add(f"must be between {least} and {most}", at)

    return check


def anything(_value: Any, _at: str, _report: Report) -> None:
    """Whatever."""


def one_of(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Any, at: str, report: Report) -> None:
        if value not in allowed:
            report.add(f"must be one of: {', '.join(allowed)}", at)

    return check


def listing(check_item: Check, most: int, least: int = 1) -> Check:
    """An array of `least` to `most` items, each passing `check_item`."""

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must provide an array", at)
            return
        if len(value) > most:
            report.add(f"no more than {most} items allowed", at)
        if len(value) < least:
            report.add(f"no fewer than {least} items allowed", at)
        for index, item in enumerate(value):
            check_item(item, f"{at}/{index}", report)

    return check


def record(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None
) -> Check:
    """An object with these fields and, as Slack insists, no others."""
    must, known = required or {}, {**(required or {}), **(optional or {})}

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", at)
            return
        for name in must:
            if name not in value:
                report.add(f"missing required field: {name}", at)
        for name, item in value.items():
            if name in known:
                known[name](item, f"{at}/{name}", report)
            elif name != "type":
                report.add(f"invalid additional property: {name}", at)

    return check


def by_type(table: Mapping[str, Check], allowed: Collection[str] | None = None) -> Check:
    """An object whose `type` picks its check; `allowed` narrows the table."""
    names = set(table if allowed is None else allowed)

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", at)
        elif "type" not in value:
            report.add("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in names:
            report.add(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            table[value["type"]](value, at, report)

    return check


def both(*checks: Check) -> Check:
    """All of these."""

    def check(value: Any, at: str, report: Report) -> None:
        for one in checks:
            one(value, at, report)

    return check


def exactly_one(*names: str) -> Check:
    """Just one of these fields is there, as with `options` and `option_groups`."""

    def check(value: Any, at: str, report: Report) -> None:
        if isinstance(value, dict) and sum(name in value for name in names) != 1:
            report.add(f"must provide exactly one of: {', '.join(names)}", at)

    return check


def some(*names: str) -> Check:
    """At least one of these fields is there, as with a section's `text` and `fields`."""

    def check(value: Any, at: str, report: Report) -> None:
        if isinstance(value, dict) and not any(name in value for name in names):
            report.add(f"missing required field: {' or '.join(names)}", at)

    return check
