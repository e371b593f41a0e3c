"""Reads signalbox.yml and every system.yml. Wiring only: the rules see values of `bot.domain`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.config_files.problems import nearest, say, suspects
from bot.config_files.shapes import ConfigShape, SystemShape
from bot.config_files.yaml_tree import Tree, overlay, read_tree
from bot.domain.config import Config, System
from bot.domain.placeholders import fill
from bot.errors import ConfigError, Invalid

ShapeT = TypeVar("ShapeT", ConfigShape, SystemShape)
CONFIG = Path("signalbox.yml")
TEMPLATES = Path("templates")
NEVER_FILLED = {"id", "secrets", "severities", "responders", "channels"}


def read_config(
    config: Path | None, runbooks: Sequence[Path], environ: Mapping[str, str]
) -> Config:
    """Return what the files say.

    Args:
        config: the file that SIGNALBOX_CONFIG names; None: signalbox.yml, when there is one.
        runbooks: folders that hold one folder per system.
        environ: what fills `${NAME}` in a system.yml.

    Raises:
        ConfigError: every problem of every file, each with file, line and cure.
    """
    tree = _config_tree(config)
    problems: list[str] = []
    shape = _validated(tree, ConfigShape, problems)
    systems = _systems(tree if shape else Tree(tree.file, {}), runbooks, environ, problems)
    if shape and not problems:
        problems += _strangers(tree, shape, systems)
    if problems or shape is None:
        raise ConfigError("\n".join(problems))
    return shape.value(systems)


def read_systems(runbooks: Sequence[Path], environ: Mapping[str, str]) -> dict[str, System]:
    """Return the systems of these folders alone, without signalbox.yml.

    Raises:
        ConfigError: as `read_config`.
    """
    problems: list[str] = []
    systems = _systems(Tree(CONFIG, {}), runbooks, environ, problems)
    if problems:
        raise ConfigError("\n".join(problems))
    return systems


def find_templates(templates: Path | None) -> Path | None:
    """Return the folder of people's own message templates; None: the built-in ones are used.

    Raises:
        ConfigError: SIGNALBOX_TEMPLATES names no folder.
    """
    if templates is None:
        return TEMPLATES if TEMPLATES.is_dir() else None
    if not templates.is_dir():
        message = f"SIGNALBOX_TEMPLATES names {templates}, which is no folder: correct it."
        raise ConfigError(message)
    return templates


def _config_tree(config: Path | None) -> Tree:
    if config is None and not CONFIG.is_file():
        return Tree(CONFIG, {})
    if config is not None and not config.is_file():
        message = f"SIGNALBOX_CONFIG names {config}, which is no file: correct it or unset it."
        raise ConfigError(message)
    tree = read_tree(config or CONFIG)
    return tree if tree.data is not None else replace(tree, data={})


def _systems(
    tree: Tree, runbooks: Sequence[Path], environ: Mapping[str, str], problems: list[str]
) -> dict[str, System]:
    over = tree.data.get("systems") or {}
    files = _system_files(runbooks, problems)
    found = {}
    for name in [*files, *(name for name in over if name not in files)]:
        try:
            system = _System(name, files.get(name), tree).read(environ, problems)
        except ConfigError as error:
            problems.append(str(error))
            continue
        if system is not None:
            found[name] = system
    return found


def _system_files(runbooks: Sequence[Path], problems: list[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for folder in runbooks:
        if not folder.is_dir() and folder != Path("runbooks"):
            problems.append(f"SIGNALBOX_RUNBOOKS names {folder}, which is no folder: correct it.")
        for file in sorted(folder.glob("*/system.yml")):
            name = file.parent.name
            if name in files:
                problems.append(f"{file}: the system {name} is in {files[name].parent} too.")
            files.setdefault(name, file)
    return files


@dataclass(frozen=True, slots=True)
class _System:
    """One system: its system.yml with what signalbox.yml says on top."""

    name: str
    file: Path | None
    config: Tree

    def read(self, environ: Mapping[str, str], problems: list[str]) -> System | None:
        """Return the system; None when `problems` has grown."""
        tree = self._tree()
        before = len(problems)
        for key, ours in suspects(tree.data, SystemShape).items():
            problems.append(f"{tree.mark((key,))}: {key}: did you mean `{ours}`?")
        tree = self._filled(tree, environ, problems)
        shape = _validated(tree, SystemShape, problems, f"{self.name}: " if self.file else "")
        if shape is not None and shape.id != self.name:
            problems.append(f"{tree.mark(('id',))}: id: must be {self.name}, as its folder.")
        return shape.value() if shape is not None and len(problems) == before else None

    def _tree(self) -> Tree:
        path = ("systems", self.name)
        over = (self.config.data.get("systems") or {}).get(self.name)
        if self.file is None:
            mark = self.config.mark(path)
            if not isinstance(over, dict) or "title" not in over:
                message = (
                    f"{mark}: systems.{self.name}: no folder runbooks/{self.name} with a "
                    "system.yml; a system that is only here needs a `title`."
                )
                raise ConfigError(message)
            empty = Tree(mark.file, {"id": self.name}, {(): mark})
            return overlay(empty, self.config, path)
        tree = read_tree(self.file)
        if not isinstance(tree.data, dict):
            message = f"{self.file}:1: must be a block of `key: value` lines."
            raise ConfigError(message)
        return overlay(tree, self.config, path) if over is not None else tree

    def _filled(self, tree: Tree, environ: Mapping[str, str], problems: list[str]) -> Tree:
        listed = tree.data.get("secrets")
        secrets = [str(name) for name in listed] if isinstance(listed, list) else []
        data = {}
        for key, value in tree.data.items():
            try:
                data[key] = value if key in NEVER_FILLED else fill(value, environ, secrets)
            except Invalid as error:
                problems.append(f"{tree.mark((key,))}: {key}: {error}.")
        return replace(tree, data=data)


def _validated(
    tree: Tree, shape: type[ShapeT], problems: list[str], prefix: str = ""
) -> ShapeT | None:
    try:
        return shape.model_validate(tree.data)
    except ValidationError as error:
        problems += say(error, tree, shape, prefix)
        return None


def _strangers(tree: Tree, shape: ConfigShape, systems: Mapping[str, Any]) -> list[str]:
    """Name the systems that a freeze speaks of and that do not exist."""
    known = ["all", *systems]
    return [
        f"{tree.mark(('freeze', place, 'systems', at))}: freeze[{place}].systems: "
        f"no system `{name}`; {nearest(name, known)}known: {', '.join(known)}."
        for place, freeze in enumerate(shape.freeze)
        for at, name in enumerate(freeze.systems)
        if name not in known
    ]
