"""What is wrong with a file, said with its line and the way out."""

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bot.config_files.shapes import SystemShape
from bot.config_files.yaml_tree import Path_, Tree
from bot.domain.person import Role

CLOSE = 0.7  # difflib's ratio: one or two letters of an ordinary word


def say(error: ValidationError, tree: Tree, shape: type[BaseModel], prefix: str = "") -> list[str]:
    """Return one line for each problem: file, line, key, what is wrong, the cure."""
    lines = []
    for problem in error.errors():
        loc = tuple(part for part in problem["loc"] if part != "[key]")
        key = prefix + dotted(loc)
        where = f"{tree.mark(loc)}: {key}: " if key else f"{tree.mark(loc)}: "
        lines.append(where + _what(dict(problem), loc, shape))
    return lines


def dotted(path: Path_) -> str:
    """Return `freeze[0].from` for ("freeze", 0, "from")."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return said.removeprefix(".")


def nearest(word: str, known: list[str]) -> str:
    """Return "did you mean `x`? " or nothing."""
    close = get_close_matches(word, known, 1, CLOSE)
    return f"did you mean `{close[0]}`? " if close else ""


def suspects(data: Any, shape: type[SystemShape]) -> dict[str, str]:
    """Return the free keys of a system.yml that look like a misspelt one of ours, with ours."""
    ours = list(shape.model_fields)
    free = [key for key in data if key not in ours] if isinstance(data, dict) else []
    close = {key: get_close_matches(str(key), ours, 1, 0.8) for key in free}
    return {key: found[0] for key, found in close.items() if found}


def _what(problem: dict[str, Any], loc: Path_, shape: type[BaseModel]) -> str:
    kind = problem["type"]
    if kind == "extra_forbidden":
        known = _keys(shape, loc[:-1])
        return f"unknown key; {nearest(str(loc[-1]), known)}known here: {', '.join(known)}."
    if kind == "enum" and "viewer" in str(problem["ctx"]["expected"]):
        roles = [role.value for role in Role]
        word = str(loc[-1]) if problem["loc"][-1] == "[key]" else str(problem["input"])
        return f"no role `{word}`; {nearest(word, roles)}roles are {', '.join(roles)}."
    if kind == "missing":
        return "is missing."
    if kind in {"greater_than_equal", "less_than_equal"}:
        bounds = problem["ctx"]
        return (
            f"must be at least {bounds['ge']}."
            if "ge" in bounds
            else f"must be at most {bounds['le']}."
        )
    said = _PLAIN.get(kind) or str(problem["msg"]).removeprefix("Value error, ")
    return f"{said}."


_PLAIN = {
    "string_type": "must be text; put it in quotes",
    "string_too_short": "is empty",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list, such as [a, b]",
    "list_type": "must be a list, such as [a, b]",
    "dict_type": "must be a block of `key: value` lines",
    "model_type": "must be a block of `key: value` lines",
}


def _keys(shape: type[BaseModel], path: Path_) -> list[str]:
    """Return the keys that may stand at `path` of a shape."""
    found: Any = shape
    for part in path:
        if isinstance(found, type) and issubclass(found, BaseModel):
            fields = {field.alias or name: field for name, field in found.model_fields.items()}
            found = fields[str(part)].annotation
        else:  # dict[key, value] or tuple[value, ...]
            arguments = [one for one in get_args(found) if one is not Ellipsis]
            found = arguments[-1]
    return [field.alias or name for name, field in found.model_fields.items()]
