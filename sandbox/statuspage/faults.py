"""Misbehaviour on request."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal[
    "limited",  # 420, as Statuspage's own page says
    "too_many",  # 429
    "error",  # 500, nothing was done
    "absent",  # 405: the page does not offer this
    "delay",
    "lost_answer",  # done, and the connection ends without an answer
]
KINDS: Final = frozenset(get_args(Kind))


@dataclass(slots=True)
class Fault:
    """One fault. `method` and the end of `path` say whom it meets; `times` 0: endless."""

    kind: Kind
    method: str = ""
    path: str = ""
    times: int = 1
    seconds: float = 1.0  # of a delay, or of Retry-After; a Retry-After of 0 is left out

    def __post_init__(self) -> None:
        """Know the kind.

        Raises:
            ValueError: there is no such kind.
        """
        if self.kind not in KINDS:
            message = f"unknown fault {self.kind!r}: one of {', '.join(sorted(KINDS))}"
            raise ValueError(message)

    def strikes(self, method: str, path: str) -> bool:
        """Whether it happens to this request; counts down when it does."""
        meets = (not self.method or self.method == method) and path.endswith(self.path)
        if not meets or self.times < 0:
            return False
        if self.times:
            self.times = self.times - 1 or -1
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

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that happens to this request, if one does."""
        hit = next((one for one in self.active if one.strikes(method, path)), None)
        self.active = [one for one in self.active if one.times >= 0]
        return hit
