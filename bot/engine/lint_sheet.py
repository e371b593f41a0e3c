"""What the linter reads and says: a file with the line of each key, and what is wrong with it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from bot.action import Action
from bot.domain.config import System
from bot.domain.plan import Risk
from bot.domain.policy import Policy
from bot.domain.runbook import RunbookText
from bot.domain.values import Value

Place = tuple[Any, ...]
"""Keys and list places from the root of a file."""


class Mark(Protocol):
    """Where something stands."""

    @property
    def line(self) -> int:
        """The line; the first is 1."""


class Tree(Protocol):
    """What a YAML file says and where; `bot.config_files.yaml_tree.Tree` is one."""

    data: Any

    def mark(self, path: Place, /) -> Mark:
        """Return where `path` stands, or the nearest thing around it."""


Read = Callable[[Path], Tree]
"""Reads a YAML file; raises ConfigError with file and line."""


class Finding(Value):
    """One thing that is wrong. Neither sentence ends with a full stop."""

    file: str
    line: int
    cause: str
    cure: str

    @property
    def text(self) -> str:
        """One line: `file:line: cause. Cure.`."""
        return f"{self.file}:{self.line}: {self.cause}. {self.cure}."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One runbook file that has the right keys."""

    file: str
    text: str
    tree: Tree
    runbook: RunbookText

    def finding(self, path: Place, cause: str, cure: str) -> Finding:
        """Return a finding at `path`."""
        line = self.tree.mark(path).line
        return Finding(file=self.file, line=line, cause=cause, cure=cure)


@dataclass(frozen=True, slots=True)
class Known:
    """What runbooks are checked against.

    `inventory` holds procedure ids, None when no such file was given. `others` are the ids of
    runbooks that exist besides the ones that are checked.
    """

    actions: Mapping[str, Action]
    systems: Mapping[str, System]
    policies: Mapping[str, Policy]
    inventory: Collection[str] | None = None
    others: Collection[str] = ()


def risk_of(action: Action, given: Mapping[str, Any]) -> Risk:
    """Return what the action can do when it is used with these parameters."""
    return Risk.READ if action.only_reads(given) else action.risk


def nearest(word: str, known: Collection[str]) -> str:
    """Return "Did you mean `x`" or "Known are ..."."""
    close = get_close_matches(word, known, 1)
    if close:
        return f"Did you mean `{close[0]}`"
    listed = ", ".join(f"`{one}`" for one in sorted(known)[:12]) or "none"
    return f"Known are {listed}"
