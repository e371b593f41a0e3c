"""The ladder: who is called while nobody acknowledges. It works without PagerDuty.

PagerDuty climbs its own policy by its own clock; this ladder calls people in Slack by the
system's matrix. `now` goes to the next level of both.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.config import Config
from bot.domain.escalation import Ladder, Tried, called, due, is_waiting, matrix_for, next_call
from bot.domain.incident import Incident
from bot.domain.outbox import Priority
from bot.domain.person import Role
from bot.errors import NotFound
from bot.ports import Memory
from bot.usecases.calling import Calling
from bot.usecases.duties import Duties
from bot.usecases.followers import Move
from bot.usecases.paging import Paging
from bot.usecases.people import People
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import paging as views

TIMER = "escalation"


@dataclass(frozen=True, slots=True)
class Escalations:
    """bot.usecases.followers.Follower, a timer, and a word."""

    memory: Memory
    config: Config
    people: People
    duties: Duties
    paging: Paging
    telling: Telling

    async def ladder(self, incident_id: str) -> Ladder | None:
        """Return how far an incident was escalated; None when nothing is set up for it."""
        body = await self.memory.document("ladder", incident_id)
        return None if body is None else Ladder.model_validate_json(body)

    async def follow(self, turn: Turn, incident: Incident, move: Move) -> None:
        """Start the ladder, give it the new severity's levels, or stop it."""
        if move in (Move.ACKNOWLEDGED, Move.RESOLVED, Move.CLOSED):
            turn.timer(TIMER, incident.id, None)
        elif move in (Move.OPENED, Move.REOPENED, Move.SEVERITY):
            await self._measured(turn, incident, move)

    async def due(self, turn: Turn, incident_id: str) -> None:
        """Call the levels whose time has come, when somebody still has to be found."""
        ladder = await self.ladder(incident_id)
        incident = await self.memory.incident(incident_id)
        page = await self.paging.page(incident_id)
        if ladder is None or not is_waiting(incident, page.status if page else None):
            turn.check(incident)
            return
        turn.check(incident)
        for level in due(ladder, turn.now):
            incident, ladder = await self._climbed(turn, incident, ladder, level, "")
        turn.store("ladder", ladder)
        turn.timer(TIMER, incident.id, next_call(ladder))

    async def now(self, turn: Turn, incident: Incident) -> Incident:
        """Call the next level now; at the top, or without a ladder, the leads.

        Raises:
            NotFound: nobody is set up to be called.
        """
        await self.people.act(turn)
        ladder = await self.ladder(incident.id)
        told = await self.paging.escalate(turn, incident)
        if told:
            turn.line(incident, "escalated", "PagerDuty: next level.")
        if ladder is not None and ladder.reached < len(ladder.levels):
            incident, ladder = await self._climbed(
                turn, incident, ladder, ladder.reached + 1, turn.user
            )
            turn.store("ladder", ladder)
            at = next_call(ladder)
            turn.timer(TIMER, incident.id, at if is_waiting(incident) else None)
            return incident
        leads = await self.duties.holders((Role.LEAD.value,), incident.system, turn.now)
        if not leads and not told:
            message = (
                "signalbox.yml names nobody as `lead`: page a person with `/incident page @ann`."
            )
            raise NotFound(message)
        return self._call(turn, incident, leads) if leads else incident

    async def _measured(self, turn: Turn, incident: Incident, move: Move) -> None:
        known = self.config.systems.get(incident.system or "")
        matrix = matrix_for(known.escalation if known else (), incident.title, incident.severity)
        stored = await self.ladder(incident.id)
        if matrix is None or not matrix.levels:
            turn.timer(TIMER, incident.id, None)
            if stored is not None:
                levels = stored.levels[: stored.reached]
                turn.store("ladder", stored.model_copy(update={"levels": levels}))
            return
        begin = turn.now if move is Move.REOPENED else incident.declared_at
        ladder = Ladder(
            id=incident.id,
            alert=matrix.alert,
            levels=matrix.levels,
            since=begin if move is not Move.SEVERITY or stored is None else stored.since,
            tried=stored.tried if stored and move is Move.SEVERITY else (),
            version=stored.version if stored else 0,
        )
        kept = turn.store("ladder", ladder, new=stored is None)
        waiting = is_waiting(incident)
        turn.timer(TIMER, incident.id, _not_past(next_call(kept), turn.now) if waiting else None)

    async def _climbed(
        self, turn: Turn, incident: Incident, ladder: Ladder, level: int, asked_by: str
    ) -> tuple[Incident, Ladder]:
        titles = ladder.levels[level - 1].to
        people = await self.duties.holders(titles, incident.system, turn.now)
        tried = Tried(level=level, at=turn.now, to=titles, users=people, asked_by=asked_by)
        turn.audit("incident.escalation-level", incident.id, level=level, users=list(people))
        if people:
            incident = self._call(turn, incident, list(people))
        else:
            turn.line(incident, "escalated", f"Level {level}: nobody is set up.")
            self.telling.say(turn, incident, views.nobody_called(tried), priority=Priority.URGENT)
            self.telling.changed(turn, incident)
        return incident, called(ladder, tried)

    def _call(
        self, turn: Turn, incident: Incident, people: list[str] | tuple[str, ...]
    ) -> Incident:
        return Calling(self.telling).call(turn, incident, list(people), "escalated")


def _not_past(at: datetime | None, now: datetime) -> datetime | None:
    return None if at is None else max(at, now)
