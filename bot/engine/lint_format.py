"""From a file to a runbook: YAML, keys and types. Every problem has its line and a cure."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bot.domain.runbook import HumanStep, RunbookText, Step
from bot.domain.runbook_params import (
    BoolParam,
    ChoiceParam,
    DurationParam,
    IntParam,
    LiveParam,
    TextParam,
    UserParam,
)
from bot.engine.lint_sheet import Finding, Place, Read, Sheet, Tree, nearest
from bot.errors import ConfigError

_TAGS: dict[str, type[BaseModel]] = {
    "action": Step,
    "human": HumanStep,
    "steps": Step,
    "text": TextParam,
    "int": IntParam,
    "choice": ChoiceParam,
    "live": LiveParam,
    "duration": DurationParam,
    "user": UserParam,
    "bool": BoolParam,
}
_CURES = {
    "owner": "Say which team answers for it, such as `owner: ai-platform`",
    "deadline": "Say when to give up, such as `deadline: 5m`",
    "pattern": "Say what it may be, such as `pattern: ^[a-z0-9-]+$`",
    "uses": "Name an action, such as `uses: http.get`",
    "steps": "Add at least one step",
    "system": "Name a folder of runbooks/, such as `system: mcp-cortex`",
}
_BROKEN = re.compile(r"^.*?:(\d+): (.*)$", re.DOTALL)
_KINDS = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list, such as [a, b]",
    "dict_type": "must be a block of `key: value` lines",
    "model_type": "must be a block of `key: value` lines",
    "model_attributes_type": "must be a block of `key: value` lines",
    "too_short": "needs at least one",
    "string_too_short": "is empty",
}

_CHOSEN = {
    "literal_error": ("cannot be `{}`", "expected", "It is one of {}"),
    "enum": ("cannot be `{}`", "expected", "It is one of {}"),
    "union_tag_invalid": ("has a `type` that does not exist", "expected_tags", "It is one of {}"),
    "union_tag_not_found": (
        "has no `type`",
        "",
        "Write one, such as `{{type: text, pattern: ^[a-z]+$}}`",
    ),
    "string_pattern_mismatch": ("cannot be `{}`", "pattern", "It must match `{}`"),
}


def read_sheet(path: Path, text: str, read: Read) -> tuple[Sheet | None, list[Finding]]:
    """Return the runbook of a file, or None and why."""
    file = str(path)
    try:
        tree = read(path)
    except ConfigError as error:
        return None, [_broken(file, str(error))]
    if not isinstance(tree.data, dict):
        cure = "See docs/writing-runbooks.md for the keys"
        return None, [Finding(file=file, line=1, cause="This is no block of keys", cure=cure)]
    try:
        runbook = RunbookText.model_validate(tree.data)
    except ValidationError as error:
        return None, list(_problems(file, tree, error))
    return Sheet(file, text, tree, runbook), []


def _broken(file: str, message: str) -> Finding:
    match = _BROKEN.match(message)
    line, cause = (int(match[1]), match[2]) if match else (1, message.removeprefix(f"{file}: "))
    cure = "Correct the YAML; two spaces a level, and quotes around `{` and `: `"
    return Finding(file=file, line=line, cause=cause.strip().rstrip("."), cure=cure)


def _problems(file: str, tree: Tree, error: ValidationError) -> Iterator[Finding]:
    seen: set[Place] = set()
    for problem in error.errors():
        path = where(tree.data, problem["loc"], problem["type"])
        if path in seen:
            continue
        seen.add(path)
        cause, cure = _said(dict(problem), path)
        yield Finding(file=file, line=tree.mark(path).line, cause=cause, cure=cure)


def where(data: Any, loc: Place, kind: str) -> Place:
    """Return the keys of `loc` without what pydantic adds for the kinds of a union."""
    absent = kind == "missing"  # its last part is a key that is not there
    path: list[Any] = []
    for place, part in enumerate(loc):
        inside = (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        if inside:
            data = data[part]
        elif part == "[key]" or place < len(loc) - 1 or (part in _TAGS and not absent):
            continue
        path.append(part)
    return tuple(path)


def dotted(path: Place) -> str:
    """Return `steps[0].with` for ("steps", 0, "with")."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return said.removeprefix(".")


def _said(problem: dict[str, Any], path: Place) -> tuple[str, str]:
    """Return cause and cure."""
    name, key = dotted(path), str(path[-1]) if path else ""
    kind = problem["type"]
    if kind == "extra_forbidden":
        return f"Unknown key `{name}`", nearest(key, _keys(problem["loc"][:-1]))
    if kind == "missing":
        return f"`{name}` is missing", _CURES.get(key, f"Add `{key}:`")
    if kind in _CHOSEN:
        cause, context, cure = _CHOSEN[kind]
        expected = str(problem["ctx"].get(context, "")).replace("'", "`")
        return f"`{name}` " + cause.format(problem["input"]), cure.format(expected)
    said = _KINDS.get(kind) or str(problem["msg"]).removeprefix("Value error, ")
    return f"`{name}`: {said}", "Correct the value"


def _keys(loc: Place) -> list[str]:
    """Return the keys that may stand at `loc` of a runbook."""
    shape: type[BaseModel] = RunbookText
    inner: Any = None
    for part in loc:
        if part in _TAGS and inner is not None:
            shape = _TAGS[part]
            inner = None
            continue
        fields = {field.alias or name: field for name, field in shape.model_fields.items()}
        if isinstance(part, str) and part in fields:
            inner = fields[part].annotation
            shape = next(_models(inner), shape)
    return [field.alias or name for name, field in shape.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
