"""On-call: who, who next, and the hand-over of a shift with a brief that has to be accepted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.config import Config
from bot.domain.handoff import Brief, decide
from bot.domain.incident import Incident, IncidentRole
from bot.domain.paging import Urgency, urgency_for
from bot.domain.person import Role
from bot.domain.severity import Severity
from bot.errors import Invalid, NotFound
from bot.ports import Directory, Memory
from bot.usecases.duties import Duties
from bot.usecases.finding import Finding
from bot.usecases.paging import Paging
from bot.usecases.people import People
from bot.usecases.shelf import PENDING
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import oncall as views
from bot.views import paging

LATELY: Final = timedelta(hours=24)
NEWEST: Final = 50


@dataclass(frozen=True, slots=True)
class OnCall:
    """Each method decides one thing and adds what follows to the turn."""

    memory: Memory
    config: Config
    directory: Directory
    people: People
    finding: Finding
    telling: Telling
    duties: Duties
    paging: Paging

    async def show(self, turn: Turn, system: str | None) -> None:
        """Answer who is on call now and next, for one system or for all."""
        await self.people.act(turn, Role.VIEWER, Role.RESPONDER)
        if system is not None and system not in self.config.systems:
            known = ", ".join(f"`{name}`" for name in sorted(self.config.systems)) or "none"
            message = f"No system is called `{system[:40]}`. Known systems: {known}."
            raise Invalid(message, "system")
        names: list[str | None] = [system] if system else [*self._differing(), None]
        rotas = [
            (
                self.config.service_name(name) or "Everything else",
                await self.duties.rota(name, turn.now, ahead=True),
            )
            for name in names
        ]
        turn.audit("oncall.read", system or "")
        turn.answer(views.on_call(rotas))

    async def woken(self, now: datetime) -> list[str]:
        """Return the lines of the declare form on who will be woken; none without PagerDuty."""
        if self.duties.pager is None:
            return []
        rota = await self.duties.rota(None, now)
        if rota.silent:
            return [f"📟 {rota.silent}: who will be woken is not known; the page is sent anyway."]
        if not rota.now:
            return ["📟 PagerDuty says that nobody is on call."]
        loud = [level.word.lower() for level in Severity if urgency_for({}, level) is Urgency.HIGH]
        urgent = f"Wakes at once when {' or '.join(loud)}, else by low urgency"
        return [str(paging.woken_line(rota.now, urgent))]

    async def offer(self, turn: Turn, to: str, note: str) -> None:
        """Send somebody the brief; they are on call when they accept."""
        await self.people.act(turn)
        person = await self.directory.person(to, turn.intent.team)
        if person.deleted or person.bot or person.foreign:
            message = f"<@{to}> cannot take the shift: a bot, deactivated or of another workspace."
            raise Invalid(message, "user")
        if to == turn.user:
            message = "Name somebody else: `/oncall handover @bob`."
            raise Invalid(message, "user")
        made = Brief(id=turn.mint("brief"), by=turn.user, to=to, at=turn.now, note=note)
        turn.store("brief", made, new=True)
        turn.audit("oncall.offered", made.id, to=to)
        seen = await self._seen_by_both(turn.user, to)
        waiting = len(await self.memory.marked(PENDING))
        ended = [one for one in seen if one.ended_at and one.ended_at > turn.now - LATELY]
        changes = [str(views.changed(one)) for one in ended]
        still = [one for one in seen if one.is_open]
        self.telling.direct(turn, to, views.brief(made, still, waiting, changes))
        turn.answer(views.offered(to))

    async def answer(self, turn: Turn, *, accepted: bool) -> None:
        """Accept or decline a shift; who accepts gets the on-call role of the open incidents."""
        await self.people.act(turn)
        body = await self.memory.document("brief", turn.intent.value)
        if body is None:
            message = "This offer is not known any more."
            raise NotFound(message)
        brief = Brief.model_validate_json(body)
        decided = decide(brief, by=turn.user, accepted=accepted, now=turn.now)
        turn.store("brief", decided)
        turn.audit("oncall.accepted" if accepted else "oncall.declined", brief.id, by=brief.by)
        if accepted:
            for one in await self._seen_by_both(brief.by, brief.to):
                if one.is_open and one.roles.get(IncidentRole.ONCALL) == brief.by:
                    await self._passed(turn, one, brief.to)
        said = views.accepted(decided) if accepted else views.declined(decided)
        self.telling.direct(turn, brief.by, said)
        turn.answer({**said, "replace_original": True})

    async def _passed(self, turn: Turn, incident: Incident, to: str) -> None:
        roles = {**incident.roles, IncidentRole.ONCALL: to}
        invited = tuple(dict.fromkeys((*incident.invited, to)))
        moved = turn.keep(incident.model_copy(update={"roles": roles, "invited": invited}))
        turn.line(moved, "role", f"<@{to}> is oncall (shift handed over).")
        self.telling.invite(turn, moved, [to])
        await self.paging.reassign(turn, moved, to)
        self.telling.changed(turn, moved)

    async def _seen_by_both(self, giver: str, taker: str) -> list[Incident]:
        """Return open and recent incidents that both may know of (P8), newest first."""
        ids = [
            *await self.memory.marked("open"),
            *await self.memory.marked("incidents", limit=NEWEST),
        ]
        every = await self.memory.incidents(list(dict.fromkeys(ids)))
        return await self.people.visible(giver, await self.people.visible(taker, every))

    def _differing(self) -> list[str]:
        """Return the systems with somebody of their own on call."""
        plan = self.config.oncall.rotations
        own = {name for one in plan for name in one.systems}
        own |= {name for name, one in self.config.systems.items() if one.pager_service}
        return sorted(own & set(self.config.systems))
