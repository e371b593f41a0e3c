"""Parameters of a request: words or form values in, typed values out. Strict, in one place.

What can steer a shell, a path or a template is refused whatever the pattern says: nothing here goes
near a shell, and still nobody should be able to try.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from bot.domain.duration import parse_duration, say_duration
from bot.domain.runbook_params import (
    TEXT_MAX,
    BoolParam,
    ChoiceParam,
    DurationParam,
    IntParam,
    LiveParam,
    ParamSpec,
    TextParam,
    UserParam,
)
from bot.errors import Invalid

Specs = Mapping[str, ParamSpec]
HOSTILE = (";", "$(", "${", "`", "../", "..\\")
_USER = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>\Z|([UW][A-Z0-9]{2,20})\Z")
_NUMBER = re.compile(r"[+-]?\d{1,15}\Z", re.ASCII)
_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def words_to_values(words: Sequence[str]) -> dict[str, str]:
    """Return name -> text of words such as `tail=100`.

    Raises:
        Invalid: a word without `=`, or a name twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            message = (
                f"Write parameters as `name=value`, such as `tail=100`; {_quoted(word)} is not."
            )
            raise Invalid(message)
        if name in found:
            message = (
                f"The parameter {_quoted(name)} stands there twice; keep one, such as `{name}=…`."
            )
            raise Invalid(message, name)
        found[name] = value
    return found


def typed(
    specs: Specs, given: Mapping[str, Any], live: Mapping[str, Collection[str]] | None = None
) -> dict[str, Any]:
    """Return a value for every parameter of a runbook.

    `live` are the choices just now of the live parameters; without it they are taken as they are,
    and must be checked by `LiveChoices.must_be_there` before anything is planned.

    Raises:
        Invalid: the first thing that is wrong; `field` names the parameter.
    """
    values, problems = checked(specs, given, live)
    for name, message in problems.items():
        raise Invalid(message, name)
    return values


def checked(
    specs: Specs, given: Mapping[str, Any], live: Mapping[str, Collection[str]] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values, and parameter -> one sentence for each that is wrong (for a form)."""
    problems = {name: _unknown(name, specs) for name in given if name not in specs}
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        try:
            values[name] = _one(name, spec, given.get(name))
            _is_choice(name, values[name], (live or {}).get(name))
        except Invalid as error:
            problems[name] = str(error)
    return values, problems


def missing(specs: Specs, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parameters that a request must still give: the form asks for them."""
    return tuple(
        name for name, spec in specs.items() if spec.must_be_given and given.get(name) in (None, "")
    )


def example(name: str, spec: ParamSpec) -> str:
    """Return `name=value` that would be taken."""
    match spec:
        case ChoiceParam():
            value = spec.default or spec.options[0]
        case IntParam():
            value = str(spec.min if spec.default is None else spec.default)
        case DurationParam():
            value = say_duration(spec.default or max(spec.min, min(_FIVE, spec.max)))
        case UserParam():
            value = "@ann"
        case BoolParam():
            value = "true"
        case TextParam() | LiveParam():
            value = spec.default or spec.example or "…"
    return f"{name}={value}"


_FIVE = timedelta(minutes=5)


def _one(name: str, spec: ParamSpec, given: Any) -> Any:
    if given is None or given == "":
        if spec.must_be_given:
            message = f"`{name}` is missing: give it, such as `{example(name, spec)}`."
            raise Invalid(message, name)
        return _as_param(spec.default)
    if isinstance(given, str):
        given = given.strip(" ")
        _must_be_tame(name, spec, given)
    elif not isinstance(given, bool | int | timedelta):
        raise _wrong(name, spec, "must be one plain value")
    return _KINDS[type(spec)](name, spec, given)


def _must_be_tame(name: str, spec: ParamSpec, text: str) -> None:
    longest = spec.max_length if isinstance(spec, TextParam) else TEXT_MAX
    if len(text) > longest:
        raise _wrong(name, spec, f"may have at most {longest} characters, not {len(text)}")
    if not text.isprintable():
        raise _wrong(name, spec, "may not hold line breaks, NUL or other invisible characters")
    for bad in HOSTILE:
        if bad in text:
            shown = "a backtick" if bad == "`" else f"`{bad}`"
            raise _wrong(name, spec, f"may not hold {shown}")
    if text.startswith("-") and not (isinstance(spec, IntParam) and _NUMBER.match(text)):
        raise _wrong(name, spec, "may not begin with `-`")


def _text(name: str, spec: Any, given: Any) -> str:
    if not isinstance(given, str):
        raise _wrong(name, spec, "must be text")
    if not re.fullmatch(spec.pattern, given):
        raise _wrong(name, spec, f"must match the pattern `{spec.pattern}`")
    return given


def _int(name: str, spec: Any, given: Any) -> int:
    if isinstance(given, str) and _NUMBER.match(given):
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool):
        raise _wrong(name, spec, f"must be a whole number from {spec.min} to {spec.max}")
    if not spec.min <= given <= spec.max:
        raise _wrong(name, spec, f"must be from {spec.min} to {spec.max}")
    return given


def _choice(name: str, spec: Any, given: Any) -> str:
    if given not in spec.options:
        raise _wrong(name, spec, f"must be one of {_listed(spec.options)}")
    return str(given)


def _live(name: str, spec: Any, given: Any) -> str:
    if not isinstance(given, str):
        raise _wrong(name, spec, "must be text")
    return given


def _duration(name: str, spec: Any, given: Any) -> str:
    if isinstance(given, str):
        try:
            given = parse_duration(given)
        except Invalid as error:
            raise _wrong(name, spec, "must be a duration") from error
    if not isinstance(given, timedelta):
        raise _wrong(name, spec, "must be a duration")
    if not spec.min <= given <= spec.max:
        bounds = f"{say_duration(spec.min)} to {say_duration(spec.max)}"
        raise _wrong(name, spec, f"must be from {bounds}")
    return say_duration(given)


def _user(name: str, spec: Any, given: Any) -> str:
    match = _USER.match(given) if isinstance(given, str) else None
    if match is None:
        raise _wrong(name, spec, "must be a person")
    return str(match[1] or match[2])


def _bool(name: str, spec: Any, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = _YES.get(given.lower()) if isinstance(given, str) else None
    if word is None:
        raise _wrong(name, spec, "must be true or false")
    return word


_KINDS: dict[type[Any], Callable[[str, Any, Any], Any]] = {
    TextParam: _text,
    IntParam: _int,
    ChoiceParam: _choice,
    LiveParam: _live,
    DurationParam: _duration,
    UserParam: _user,
    BoolParam: _bool,
}


def _as_param(default: Any) -> Any:
    return say_duration(default) if isinstance(default, timedelta) else default


def _is_choice(name: str, value: Any, choices: Collection[str] | None) -> None:
    if choices is not None and value is not None and value not in choices:
        known = _listed(sorted(choices)) or "nothing just now"
        message = f"`{name}` must be one of what is there: {known}."
        raise Invalid(message, name)


def _wrong(name: str, spec: ParamSpec, what: str) -> Invalid:
    return Invalid(f"`{name}` {what}, such as `{example(name, spec)}`.", name)


def _unknown(name: str, specs: Specs) -> str:
    close = get_close_matches(name, specs, 1)
    if close:
        hint = f"did you mean `{example(close[0], specs[close[0]])}`?"
    else:
        known = [f"`{example(one, spec)}`" for one, spec in specs.items()]
        hint = f"it takes {', '.join(known)}." if known else "it takes none."
    return f"There is no parameter {_quoted(name)} here; {hint}"


def _listed(options: Collection[str], most: int = 10) -> str:
    said = ", ".join(f"`{option}`" for option in list(options)[:most])
    return said + (", …" if len(options) > most else "")


def _quoted(word: str) -> str:
    """Return somebody's word so that it cannot break out of its quotes."""
    plain = "".join(sign for sign in word if sign.isprintable() and sign != "`")
    return f"`{plain[:40]}`" if plain else "(nothing readable)"
