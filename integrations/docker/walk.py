"""Making the planned calls, one by one, and no others.

Before each call the container is looked up by the id that was planned: a name that has gone over to
another container stops the walk. What an interrupted walk already did is recognised (by id, by our
labels on what we made) and not done twice, so that the same plan can be walked again.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.action import Call, Context, Planned
from bot.errors import OutcomeUnknown, Rejected, Unavailable
from integrations.docker.client import NOT_FOUND, DockerClient
from integrations.docker.replica import MADE_AS, STEP, inspect
from integrations.docker.watching import settle
from integrations.docker.wire import Wire, name_of

Body = Mapping[str, Any]
Bodies = Callable[[Call], Awaitable[Body]]


@contextmanager
def honest_after(begun: Callable[[], object], what: Callable[[], str]) -> Iterator[None]:
    """Say that the outcome is unknown, where "nothing was done" is not true any more.

    Both are asked when the engine has gone: whether anything was done, and what.
    """
    try:
        yield
    except Unavailable as error:
        if not begun():
            raise
        message = f"{what()}, then: {error}"
        raise OutcomeUnknown(message) from error


async def no_bodies(call: Call) -> Body:
    """Say that a plan has no calls with a body."""
    raise LookupError(call.text)


@dataclass(slots=True)
class Walk:
    """One walk through a plan. `captured["containers"]` gives the id behind each planned name.

    `bodies` makes the body of a create, update or connect call. After a start or restart the
    container must come up within `health_deadline_s`; 0: it is not waited for.
    """

    client: DockerClient
    planned: Planned
    context: Context
    health_deadline_s: float = 0
    bodies: Bodies = no_bodies
    made: int = 0
    ids: dict[str, str] = field(default_factory=dict)

    async def go(self) -> int:
        """Make every call; return how many were made now.

        Raises:
            Rejected: the engine said no, or the world is not the planned one any more.
            Unavailable: the engine cannot be reached and nothing was done.
            OutcomeUnknown: it stopped answering after something was done.
        """
        self.ids = dict(self.planned.captured.get("containers", {}))
        total = len(self.planned.calls)
        for number, call in enumerate(self.planned.calls, 1):
            with honest_after(
                lambda: self.made > 0, lambda: f"{self.made} of {total} calls were made"
            ):
                await self._make(call, f"[{number}/{total}] {call.text}")
        return self.made

    async def _make(self, call: Call, line: str) -> None:
        wire, name = Wire.of(call), name_of(call.target)
        if wire.operation == "create":
            await self._create(call, wire, line)
            return
        if await self._stands(wire, name):
            await self.context.emit(line)
            await self._send(wire, call)
        else:
            await self.context.emit(f"{line}: was done before")
        if wire.operation == "rename":
            self.ids[wire.query["name"]] = self.ids.pop(name)
        if wire.operation in {"start", "restart"} and self.health_deadline_s:
            await settle(self.client, self.ids[name], self.health_deadline_s, self.context)

    async def _send(self, wire: Wire, call: Call) -> Any:
        body = None
        if wire.operation in {"create", "update", "connect"}:
            body = await self.bodies(call)
        try:
            answer = await self.client.send(wire, body)
        except Rejected as error:
            if wire.operation != "delete" or error.code != str(NOT_FOUND):
                raise
            answer = None  # it went by itself meanwhile
        self.made += 1
        return answer

    async def _create(self, call: Call, wire: Wire, line: str) -> None:
        name = name_of(call.target)
        if found := await self._made_before(name):
            self.ids[name] = found
            await self.context.emit(f"{line}: was done before")
            return
        await self.context.emit(line)
        answer = await self._send(wire, call)
        self.ids[name] = answer["Id"]
        for warning in answer.get("Warnings") or ():
            await self.context.emit(f"Docker warns: {warning}")

    async def _made_before(self, name: str) -> str | None:
        """Return what an earlier try of this same step made under this planned name."""
        labels = [f"{STEP}={self.context.step_key}", f"{MADE_AS}={name}"]
        filters = json.dumps({"label": labels}, separators=(",", ":"))
        found = await self.client.get("containers", "json", all=True, filters=filters)
        return str(found[0]["Id"]) if found else None

    async def _stands(self, wire: Wire, name: str) -> bool:
        """Whether a call is still to be made; False when it was.

        Raises:
            Rejected: the name does not stand for the planned container any more.
        """
        replica = await inspect(self.client, self.ids[name]) if name in self.ids else None
        if replica is None:
            if name in self.ids and self._ends(name):
                return False
            message = f"{name} is not there as it was planned; {wire} was not sent."
            raise Rejected(message, code="moved")
        if wire.operation == "connect":
            networks = replica.raw["NetworkSettings"]["Networks"]
            return replica.name == name and wire.path.split("/")[2] not in networks
        if replica.name == name:
            return True
        if replica.name in self._names_after(name):
            return False
        message = f"{name} is called {replica.name} now; {wire} was not sent."
        raise Rejected(message, code="moved")

    def _ends(self, name: str) -> bool:
        """Whether the plan removes what is called `name`: then that it is gone is no surprise."""
        return any(
            name_of(call.target) == name and Wire.of(call).method == "DELETE"
            for call in self.planned.calls
        )

    def _names_after(self, name: str) -> set[str]:
        """Return the names that the plan gives to what is called `name` now."""
        found, now = set(), name
        for call in self.planned.calls:
            wire = Wire.of(call)
            if wire.operation == "rename" and name_of(call.target) == now:
                now = wire.query["name"]
                found.add(now)
        return found
