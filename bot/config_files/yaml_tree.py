"""YAML read as data plus the line of each key. Small, safe and without YAML 1.1's surprises."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigError

FILE_MAX = 262_144  # bytes; a configuration that people keep in their heads is far smaller
NODES_MAX = 10_000  # counted with aliases followed, so that they cannot blow up
DEPTH_MAX = 20

Path_ = tuple[Any, ...]
"""Keys and list places from the root of the file."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands; the first line is 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        """Return `signalbox.yml:12`, as editors open it."""
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class Tree:
    """What a file says (None: it is empty) and where."""

    file: Path
    data: Any = None
    marks: dict[Path_, Mark] = field(default_factory=dict)

    def mark(self, path: Path_) -> Mark:
        """Return where `path` stands, or the nearest thing around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.marks:
                return self.marks[path[:length]]
        return self.marks.get((), Mark(self.file, 1))


def read_tree(file: Path) -> Tree:
    """Read a YAML file.

    Raises:
        ConfigError: it cannot be read, is not YAML, is too big or holds a key twice.
    """
    try:
        node = yaml.compose(_text(file), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _broken(file, error) from error
    except yaml.YAMLError as error:
        message = f"{file}: not YAML ({str(error).splitlines()[0]})."
        raise ConfigError(message) from error
    except RecursionError as error:
        raise ConfigError(_too_deep(file)) from error
    tree = Tree(file)
    if node is not None:
        tree.data = _Walk(tree).value(node, ())
    return tree


class _Loader(yaml.SafeLoader):
    """Safe, and knows null, true/false, numbers and text only: `no` and `1:30` are text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _firsts in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]{0,17})$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]{1,17}\.[0-9]{1,17}$", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_firsts))


class _Walk:
    """Turns nodes into data and notes the line of each."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._seen = 0

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self._seen += 1
        if self._seen > NODES_MAX:
            message = f"{self._tree.file}: more than {NODES_MAX} values; do aliases multiply?"
            raise ConfigError(message)
        if len(path) > DEPTH_MAX:
            raise ConfigError(_too_deep(self._tree.file))
        self._tree.marks.setdefault(path, self._mark(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(part, (*path, place)) for place, part in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            place = (*path, key)
            if key in found:
                message = (
                    f"{self._mark(key_node)}: `{key}` stands twice here, first in line "
                    f"{self._tree.marks[place].line}: keep one."
                )
                raise ConfigError(message)
            self._tree.marks[place] = self._mark(key_node)
            found[key] = self.value(value_node, place)
        return found

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag.endswith(":merge"):
            message = f"{self._mark(node)}: only plain words may be keys."
            raise ConfigError(message)
        return str(node.value)

    def _scalar(self, node: yaml.Node) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        match kind:
            case "str":
                return str(node.value)
            case "null":
                return None
            case "bool":
                return str(node.value).lower() == "true"
            case "int":
                return int(node.value)
            case "float":
                return float(node.value)
        message = f"{self._mark(node)}: the tag {node.tag} is not allowed here."
        raise ConfigError(message)

    def _mark(self, node: yaml.Node) -> Mark:
        return Mark(self._tree.file, node.start_mark.line + 1)


def overlay(under: Tree, over: Tree, path: Path_) -> Tree:
    """Return `under` with what `over` says at `path` on top: mappings merge, the rest replaces."""
    said = over.data
    for key in path:
        said = said[key]
    marks = dict(under.marks)
    data = _merged(under.data, said)
    for place, mark in over.marks.items():
        if place[: len(path)] == path and len(place) > len(path):
            marks[place[len(path) :]] = mark
    return Tree(under.file, data, marks)


def _merged(under: Any, over: Any) -> Any:
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    return {**under, **{key: _merged(under.get(key), value) for key, value in over.items()}}


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(FILE_MAX + 1)
        if len(content) > FILE_MAX:
            message = f"{file}: bigger than {FILE_MAX // 1024} KiB; is it the right file?"
            raise ConfigError(message)
        return content.decode("utf-8-sig")
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}): check the path and its mode."
        raise ConfigError(message) from error
    except UnicodeDecodeError as error:
        message = f"{file} is not UTF-8 text: save it again as UTF-8."
        raise ConfigError(message) from error


def _broken(file: Path, error: yaml.MarkedYAMLError) -> ConfigError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    return ConfigError(f"{file}:{line}: broken YAML: {error.problem or error.context}.")


def _too_deep(file: Path) -> str:
    return f"{file}: nested deeper than {DEPTH_MAX} levels; aliases may not hold themselves."
