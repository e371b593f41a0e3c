"""Misbehaviour on request, reproducible by its seed."""

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal, get_args

from sandbox.slack.errors import fail
from sandbox.slack.model import Json

FaultKind = Literal[
    "ratelimited",
    "error",
    "delay",
    "lost_answer",
    "refused",
    "duplicate_delivery",
    "drop_socket",
    "stall_socket",
]
KINDS: Final = frozenset(get_args(FaultKind))
SOCKET_KINDS: Final = frozenset({"drop_socket", "stall_socket"})


@dataclass(slots=True)
class Fault:
    """One fault. `left` counts down from `times`; None = until cleared."""

    kind: FaultKind
    method: str = "*"
    times: int = 1
    probability: float = 1.0
    seconds: float = 1.0
    seed: int = 0
    code: str = "internal_error"
    left: int | None = field(init=False)
    id: str = field(init=False, default="")
    _dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Load the dice.

        Raises:
            SlackError: when there is no such kind.
        """
        if self.kind not in KINDS:
            fail(f"unknown fault kind {self.kind!r}: one of {', '.join(sorted(KINDS))}")
        endless = self.times == 0 or self.kind == "duplicate_delivery"
        self.left = None if endless else self.times
        self._dice = random.Random(self.seed)  # noqa: S311 -- reproducible, not secret

    def strikes(self, method: str) -> bool:
        """Whether it happens to this call; counts down when it does."""
        if self.left == 0 or self.method not in ("*", method):
            return False
        if self._dice.random() >= self.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def shown(self) -> Json:
        """The panel's shape."""
        return {
            "id": self.id,
            "kind": self.kind,
            "method": self.method,
            "times": self.times,
            "probability": self.probability,
            "seconds": self.seconds,
            "seed": self.seed,
            "code": self.code,
            "left": self.left,
        }


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        """None at first."""
        self._active: list[Fault] = []
        self._serial = count(1)

    def add(self, fault: Fault) -> None:
        """Switch one on."""
        fault.id = f"fault-{next(self._serial)}"
        self._active.append(fault)

    def clear(self) -> None:
        """Switch all off."""
        self._active.clear()

    def remove(self, fault_id: str) -> None:
        """Switch one off."""
        self._active = [f for f in self._active if f.id != fault_id]

    def strike(self, kind: FaultKind, method: str) -> Fault | None:
        """The fault of that kind that happens to this call, if one does."""
        hit = next((f for f in self._active if f.kind == kind and f.strikes(method)), None)
        self._active = [f for f in self._active if f.left != 0]
        return hit

    def shown(self) -> list[Json]:
        """What the panel lists."""
        return [fault.shown() for fault in self._active]
