"""Misbehaviour on request, reproducible by its seed."""

import random
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Kind = Literal[
    "ratelimited",  # 429, with how long to wait
    "error",  # 500, nothing was done
    "delay",
    "lost_answer",  # done, and the connection ends without an answer
    "lost_webhook",
    "duplicate_webhook",
    "reorder_webhook",  # delivered after the next one
]
KINDS: Final = frozenset(get_args(Kind))


@dataclass(slots=True)
class Fault:
    """One fault. `path`: how the request's path (or the event's type) ends; `times` 0: endless."""

    kind: Kind
    path: str = ""
    times: int = 1
    probability: float = 1.0
    seconds: float = 1.0
    seed: int = 0
    _dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Load the dice."""
        if self.kind not in KINDS:
            message = f"unknown fault {self.kind!r}: one of {', '.join(sorted(KINDS))}"
            raise ValueError(message)
        self._dice = random.Random(self.seed)  # noqa: S311 - reproducible, not secret

    def strikes(self, path: str) -> bool:
        """Whether it happens to this request; counts down when it does."""
        if not path.endswith(self.path) or self._dice.random() >= self.probability:
            return False
        if self.times:
            self.times -= 1
            if not self.times:
                self.times = -1
        return True


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        """None at first."""
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switch one on."""
        self.active.append(fault)

    def clear(self) -> None:
        """Switch all off."""
        self.active.clear()

    def strike(self, kind: Kind, path: str) -> Fault | None:
        """Return the fault of that kind that happens to this, if one does."""
        hit = next((one for one in self.active if one.kind == kind and one.strikes(path)), None)
        self.active = [one for one in self.active if one.times >= 0]
        return hit
