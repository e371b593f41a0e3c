"""How much may be asked: rates for each person and runbook, and the kill switch."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.person import Role
from bot.domain.run import Run
from bot.errors import Conflict
from bot.usecases.people import People
from bot.usecases.shelf import Shelf, by_person, of_runbook
from bot.usecases.turn import Turn
from bot.views import runs as views

WINDOW = timedelta(minutes=10)
BY_PERSON = 20  # requests in a window: more is a script, and a script does not belong in a chat
OF_RUNBOOK = 30  # reads of one runbook in a window, by everybody
OF_CHANGING = 6  # of one that changes something
SWITCHERS = (Role.LEAD, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Limits:
    """Raises Conflict when it is enough."""

    people: People
    shelf: Shelf

    async def must_allow(self, turn: Turn, runbook: str, *, changes: bool) -> None:
        """Return when one more run may be asked for now.

        Raises:
            Conflict: too many lately (says until when), or the kill switch is on.
        """
        await self.must_run()
        user = turn.intent.user
        await self._below(turn, by_person(user), BY_PERSON, "You have asked for")
        most = OF_CHANGING if changes else OF_RUNBOOK
        await self._below(turn, of_runbook(runbook), most, f"`{runbook}` has had")

    async def must_run(self) -> None:
        """Raise Conflict while the kill switch is on."""
        switch = await self.shelf.switch()
        if switch.on:
            message = (
                f"<@{switch.by}> stopped all runs: {switch.why} `/runbook resume` lets them go on."
            )
            raise Conflict(message)

    async def halt(self, turn: Turn, why: str) -> None:
        """Turn the kill switch on: nothing begins, and what runs stops before its next step."""
        await self.people.act(turn, Role.OPERATOR, *SWITCHERS)
        await self._turn(turn, on=True, why=why.strip() or "no reason given.")

    async def resume(self, turn: Turn) -> None:
        """Turn the kill switch off; runs that it stopped ask how to go on."""
        await self.people.act(turn, *SWITCHERS)
        await self._turn(turn, on=False, why="")

    async def _turn(self, turn: Turn, *, on: bool, why: str) -> None:
        switch = await self.shelf.switch()
        if switch.on == on:
            message = "All runs are stopped already." if on else "Runs are not stopped."
            raise Conflict(message)
        changes = {"on": on, "by": turn.user, "at": turn.now, "why": why}
        turn.store("kill-switch", switch.model_copy(update=changes))
        turn.audit("runs.halted" if on else "runs.resumed", why=why)
        turn.answer(views.switched(on=on))

    async def _below(self, turn: Turn, index: str, most: int, who: str) -> None:
        newest: list[Run] = await self.shelf.newest(index, most)
        if len(newest) < most or newest[-1].created_at <= turn.now - WINDOW:
            return
        free = newest[-1].created_at + WINDOW - turn.now
        minutes = int(free.total_seconds() // 60) + 1
        message = (
            f"{who} {most} runs within {int(WINDOW.total_seconds() // 60)} minutes; "
            f"the next one can be asked for in {minutes} min."
        )
        raise Conflict(message)
