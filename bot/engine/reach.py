"""How planning reaches a system: actions with their clients, and reads that never hang."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.action import Action, Context, Params, Planned, Result
from bot.domain.config import System
from bot.engine.bindings import settings_of
from bot.errors import Conflict, Invalid, OutcomeUnknown, Rejected, Unavailable

Bind = Callable[[str], tuple[Action, Any]]
"""Returns an action and the client of the system it is used on; NotFound when there is none."""

EVIDENCE_MAX = 8_000  # characters kept of what a read said, the end of it
TIMEOUT_MAX_S = 3_600.0
UNTOUCHED = "Nothing was changed. "


@dataclass(frozen=True, slots=True)
class World:
    """One system as planning sees it. `redact` cleans every text that people will see."""

    system: System
    bind: Bind
    redact: Callable[[str], str]
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Use:
    """One use of an action: with what, for which step, for how long at most."""

    step: str
    action: Action
    client: Any
    given: dict[str, Any]
    timeout_s: float
    key: str
    now: datetime

    @property
    def params(self) -> Params:
        """The parameters as the action wants them.

        Raises:
            Invalid: it does not take them.
        """
        try:
            return self.action.params.model_validate(self.given)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            message = f"Step `{self.step}`: `{name}` of `{self.action.name}`: {first['msg']}."
            raise Invalid(message) from error

    @property
    def text(self) -> str:
        """The whole of it on one line, for reads, whose calls are not planned."""
        words = [f"{name}={_word(value)}" for name, value in sorted(self.given.items())]
        return " ".join((self.action.name, *words))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a read found, and everything it said, ready to be shown."""

    result: Result
    evidence: str


async def look(world: World, use: Use) -> Seen:
    """Read now.

    Raises:
        Unavailable: no answer in time; nothing was done.
        Conflict: the answer is no, or not what was expected.
    """
    said: list[str] = []

    async def emit(text: str) -> None:
        said.append(text)

    read = use.action.read
    if read is None:
        message = f"Step `{use.step}`: `{use.action.name}` cannot read."
        raise Invalid(message)
    params, context = use.params, _context(world, use, emit)
    try:
        async with asyncio.timeout(use.timeout_s):
            result = await read(use.client, params, context)
    except (TimeoutError, Unavailable, OutcomeUnknown, Rejected) as error:
        raise _told(world, use, error) from error
    said.append(result.summary)
    return Seen(result, _evidence(world, said))


async def foresee(world: World, use: Use) -> Planned:
    """Ask a changing action what exactly it would do.

    Raises:
        Unavailable, Conflict: as `look`.
    """

    async def emit(_text: str) -> None:
        """Leave out what it says: the calls are what people read."""

    planning = use.action.planning
    if planning is None:
        message = f"Step `{use.step}`: `{use.action.name}` cannot say what it would do."
        raise Invalid(message)
    params, context = use.params, _context(world, use, emit)
    try:
        async with asyncio.timeout(use.timeout_s):
            return await planning(use.client, params, context)
    except (TimeoutError, Unavailable, OutcomeUnknown, Rejected) as error:
        raise _told(world, use, error) from error


def _context(world: World, use: Use, emit: Any) -> Context:
    return Context(
        emit=emit,
        step_key=use.key,
        begun_at=use.now,
        system=settings_of(world.system),
        secrets=world.secrets,
    )


def _told(world: World, use: Use, error: Exception) -> Unavailable | Conflict:
    where = f"{UNTOUCHED}Step `{use.step}` (`{use.action.name}`)"
    if isinstance(error, TimeoutError):
        return Unavailable(f"{where} had no answer within {use.timeout_s:g} s. Try again.")
    said = world.redact(str(error)).strip()
    said += "" if said.endswith((".", "?", "!")) else "."
    if isinstance(error, Rejected):
        return Conflict(f"{where} did not find what it needs: {said}")
    wait = getattr(error, "retry_after_s", None)
    return Unavailable(f"{where} could not read: {said} Try again.", wait)


def _evidence(world: World, said: list[str]) -> str:
    """Redact first, cut after: a secret cut in two would not be found."""
    whole = world.redact("\n".join(said))
    return whole if len(whole) <= EVIDENCE_MAX else "…" + whole[-EVIDENCE_MAX:]


def _word(value: Any) -> str:
    if (
        isinstance(value, str)
        and value
        and all(sign.isalnum() or sign in "._:/@-" for sign in value)
    ):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
