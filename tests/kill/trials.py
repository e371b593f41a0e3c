"""Trials: a life of an incident, a point at which the bot dies, and what must be true after."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Literal, NamedTuple

from tests.kill.portrait import Picture, entry_ids, portrait
from tests.kill.stage import Stage, Stages
from tests.kill.watched import Calls
from tests.support.redis_proxy import Point, RedisProxy

Act = Callable[[Stage], Awaitable[None]]
Side = Literal["redis", "slack"]
# A connection's first words, and what idling says over and over: the first few of each kind.
SET_UP = frozenset({"HELLO", "CLIENT", "SELECT", "CLIENT+SELECT", "SCRIPT"})
IDLING = frozenset({"BLPOP", "XREADGROUP", "XREAD", "XAUTOCLAIM", "offer"})
FEW = 3


async def nothing(_stage: Stage) -> None:
    """The peace before a declaration."""


class Life(NamedTuple):
    """`acts` are what somebody may die in; `before` happens in peace."""

    acts: Act
    before: Act = nothing


class Death(NamedTuple):
    """Where the bot dies: at a message to Redis or at a call of Slack."""

    side: Side
    point: Point

    def __str__(self) -> str:
        when = "before its answer" if self.point.answered else "before it is done"
        return f"{self.side}: {self.point.name} no. {self.point.occurrence}, {when}"


@dataclass
class Toll:
    """What came of many trials."""

    planned: int
    died: int = 0
    wrong: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def told(self, what: str) -> None:
        """Print one line, and fail with all that went wrong."""
        took = time.monotonic() - self.started
        for wrong in self.wrong[5:]:
            sys.stderr.write(f"\n{wrong:.300}")
        sys.stderr.write(
            f"\n{what}: {self.planned} points, {self.died} deaths, "
            f"{len(self.wrong)} wrong, {took:.1f} s\n"
        )
        assert not self.wrong, "\n\n".join([f"{len(self.wrong)} wrong", *self.wrong[:5]])


class Clean(NamedTuple):
    """A life in which nobody died: its picture and all the points it passed."""

    picture: Picture
    deaths: list[Death]


async def clean(stages: Stages, life: Life) -> Clean:
    """Live once in peace."""
    async with stages.open() as stage:
        await life.before(stage)
        for side in (stage.proxy, stage.calls):
            assert side is not None
            side.arm()
        await life.acts(stage)
        await stage.settled()
        return Clean(await portrait(stage), deaths_of(stage))


def deaths_of(stage: Stage) -> list[Death]:
    """Return every point of the life that just ended, each twice: request and answer."""
    asked = stage.proxy.seen if stage.proxy else []
    sides: tuple[tuple[Side, list[Point]], ...] = (("redis", asked), ("slack", stage.calls.seen))
    return [
        Death(side, point._replace(answered=answered))
        for side, seen in sides
        for point in seen
        if point.name not in SET_UP | IDLING or point.occurrence <= FEW
        for answered in (False, True)
    ]


async def die_at(stages: Stages, life: Life, deaths: Sequence[Death], expected: Picture) -> Toll:
    """Live once for each of these deaths, as many at once as there are databases."""
    toll = Toll(len(deaths))

    async def one(death: Death) -> None:
        async with stages.open() as stage:
            await life.before(stage)
            dead = kill_at(stage, death)
            await life.acts(stage)
            await stage.settled()
            toll.died += dead()
            wrong = await differences(stage, expected)
        if wrong:
            toll.wrong.append(f"{death}\n{wrong}")

    await run_all(one, deaths, toll)
    return toll


def kill_at(stage: Stage, death: Death) -> Callable[[], bool]:
    """Let the bot die there. Returns a question: did it?"""
    hit: list[bool] = []

    def strike() -> bool:
        hit.append(True)
        stage.bots[0].kill()
        return False

    side_of(stage, death).arm(stage.at(death.point, strike))
    return lambda: bool(hit)


def side_of(stage: Stage, death: Death) -> RedisProxy | Calls:
    """Return what counts the points of that side."""
    assert stage.proxy is not None or death.side == "slack"
    return stage.calls if death.side == "slack" or stage.proxy is None else stage.proxy


async def run_all(
    one: Callable[[Death], Awaitable[None]], deaths: Iterable[Death], toll: Toll
) -> None:
    """Run the trials; one that broke off is a wrong one."""
    each = list(deaths)
    ended = await asyncio.gather(*(one(death) for death in each), return_exceptions=True)
    for death, error in zip(each, ended, strict=True):
        if isinstance(error, AssertionError | EOFError | OSError):
            toll.wrong.append(f"{death}\n{type(error).__name__}: {error}")
        elif error is not None:
            raise error


async def differences(stage: Stage, expected: Picture) -> str:
    """Return what is not as in the clean life; "" when all is."""
    doubled = [entry for entry, count in entry_ids(stage).items() if count > 1]
    found = [f"posted twice: {doubled}"] if doubled else []
    return "\n".join(found + unlike("", await portrait(stage), expected))


def unlike(where: str, got: object, wanted: object) -> list[str]:
    """Return where two pictures differ."""
    if got == wanted:
        return []
    if isinstance(got, Counter) and isinstance(wanted, Counter):
        return [f"{where}: too many {got - wanted}, too few {wanted - got}"]
    if isinstance(got, dict) and isinstance(wanted, dict):
        keys = dict.fromkeys([*got, *wanted])
        return [
            line for key in keys for line in unlike(f"{where}/{key}", got.get(key), wanted.get(key))
        ]
    a, b = repr(got), repr(wanted)
    at = max(len(commonprefix([a, b])) - 100, 0)  # noqa: RUF071 - of texts, not of paths
    return [f"{where}:\n  got    ...{a[at : at + 400]}\n  wanted ...{b[at : at + 400]}"]
