"""Who does what in an incident: roles, hand-over of command, tasks, calling people in."""

from dataclasses import dataclass

from bot.domain import roles
from bot.domain.config import Config
from bot.domain.incident import Incident, IncidentRole
from bot.domain.outbox import Priority
from bot.domain.person import Person, Role
from bot.errors import Invalid, NotFound
from bot.ports import Directory
from bot.usecases.calling import Calling
from bot.usecases.escalations import Escalations
from bot.usecases.paging import Paging
from bot.usecases.people import People
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import answers


@dataclass(frozen=True, slots=True)
class Crew:
    """Each method decides one thing and adds what follows to the turn."""

    config: Config
    directory: Directory
    people: People
    telling: Telling
    paging: Paging
    escalations: Escalations

    async def assign(
        self, turn: Turn, incident: Incident, role: IncidentRole, user: str
    ) -> Incident:
        """Give a role to somebody.

        Command is given only by its holder or a lead; anybody may fill an empty seat.
        """
        person = await self.people.act(turn)
        await self._member(turn, user)
        await self._may_give(turn, incident, role, person)
        return self._seated(turn, roles.assign(incident, role, user), role, user)

    async def claim(self, turn: Turn, incident: Incident, role: IncidentRole) -> Incident:
        """Take a free role."""
        await self.people.act(turn)
        return self._seated(turn, roles.claim(incident, role, turn.user), role, turn.user)

    async def offer(self, turn: Turn, incident: Incident, to: str, note: str = "") -> Incident:
        """Offer command; the other person must accept. Only its holder or a lead gives it away."""
        person = await self.people.act(turn)
        await self._member(turn, to)
        await self._may_give(turn, incident, IncidentRole.COMMANDER, person)
        moved = turn.keep(roles.offer_handover(incident, to, by=turn.user, now=turn.now, note=note))
        turn.line(moved, "handover", f"Command offered to <@{to}>.")
        turn.audit("incident.handover-offered", moved.id, to=to)
        self.telling.invite(turn, moved, [to])
        offer = answers.handover_offer(moved)
        self.telling.say(turn, moved, offer, priority=Priority.URGENT, saves={"handover": "ts"})
        self.telling.changed(turn, moved)
        return moved

    async def accept(self, turn: Turn, incident: Incident) -> Incident:
        """Take command that was offered to me."""
        await self.people.act(turn)
        moved = turn.keep(roles.accept_handover(incident, by=turn.user))
        turn.line(moved, "handover", f"<@{turn.user}> took command.")
        turn.audit("incident.handover-accepted", moved.id)
        done = answers.handover_accepted(moved)
        self.telling.say(turn, moved, done, priority=Priority.URGENT)
        self.telling.edit(turn, moved, "handover", answers.handover_offer(incident, "accepted"))
        self.telling.changed(turn, moved)
        return moved

    async def decline(self, turn: Turn, incident: Incident) -> Incident:
        """Refuse command that was offered to me."""
        await self.people.act(turn)
        moved = turn.keep(roles.decline_handover(incident, by=turn.user))
        turn.line(moved, "handover", f"<@{turn.user}> declined command.")
        turn.audit("incident.handover-declined", moved.id)
        done = answers.handover_declined(moved, turn.user)
        self.telling.say(turn, moved, done)
        self.telling.edit(turn, moved, "handover", answers.handover_offer(incident, "declined"))
        self.telling.changed(turn, moved)
        return moved

    async def add_task(
        self, turn: Turn, incident: Incident, text: str, owner: str | None = None
    ) -> Incident:
        """Note work to be done, in the channel's sight."""
        await self.people.act(turn)
        if owner is not None:
            await self._member(turn, owner)
        moved = turn.keep(roles.add_task(incident, text, by=turn.user, now=turn.now, owner=owner))
        task = moved.tasks[-1]
        turn.line(moved, "task", f"Task {task.number}: {task.text}")
        turn.audit("incident.task-added", moved.id, number=task.number, owner=owner or "")
        self.telling.invite(turn, moved, [owner] if owner else [])  # or a mention rings nobody
        said = answers.task_message(moved, task)
        self.telling.say(turn, moved, said, saves={f"task-{task.number}": "ts"})
        self.telling.changed(turn, moved)
        return moved

    async def set_task(self, turn: Turn, incident: Incident, number: int, status: str) -> Incident:
        """Move a task on; its message follows in place (P10)."""
        await self.people.act(turn)
        moved = turn.keep(roles.set_task(incident, number, status, now=turn.now))
        task = moved.tasks[number - 1]
        turn.line(moved, "task", f"Task {number} {status}: {task.text}")
        turn.audit("incident.task-moved", moved.id, number=number, status=status)
        self.telling.edit(turn, moved, f"task-{number}", answers.task_message(moved, task))
        self.telling.changed(turn, moved)
        return moved

    async def page(self, turn: Turn, incident: Incident, user: str | None = None) -> Incident:
        """Call somebody in: into the channel, by mention, by direct message, and in PagerDuty.

        Without a name the on-call engineer is called, and PagerDuty pages whoever it has.

        Raises:
            NotFound: nobody is on call and nobody was named.
        """
        await self.people.act(turn)
        paged = user is None and await self.paging.call_on_call(turn, incident)
        called = user or incident.roles.get(IncidentRole.ONCALL)
        if called is None and paged:
            turn.audit("incident.paged", incident.id, by="pagerduty")
            self.telling.changed(turn, incident)
            return incident
        if called is None:
            message = "Nobody is on call for this incident. Name somebody: `/incident page @ann`."
            raise NotFound(message)
        await self._member(turn, called)
        moved = Calling(self.telling).call(turn, incident, [called], "paged")
        if user is not None:
            await self.paging.ask_responders(turn, moved, [called])
        return moved

    async def escalate(self, turn: Turn, incident: Incident) -> Incident:
        """Go to the next level now; the leads are called where no levels are set up.

        Raises:
            NotFound: signalbox.yml names no lead.
        """
        return await self.escalations.now(turn, incident)

    def _seated(self, turn: Turn, moved: Incident, role: IncidentRole, user: str) -> Incident:
        moved = turn.keep(moved)
        turn.line(moved, "role", f"<@{user}> is {role.value}.")
        turn.audit("incident.role", moved.id, role=role.value, user=user)
        self.telling.invite(turn, moved, [user])
        self.telling.say(turn, moved, answers.seated(moved, role, user, turn.user))
        self.telling.changed(turn, moved)
        return moved

    async def _may_give(
        self, turn: Turn, incident: Incident, role: IncidentRole, person: Person
    ) -> None:
        holder = incident.roles.get(role)
        if role is not IncidentRole.COMMANDER or holder in (None, person.id):
            return
        await self.people.check(turn.intent, Role.LEAD)

    async def _member(self, turn: Turn, user: str) -> None:
        """Refuse people who could not act on what they are given."""
        person = await self.directory.person(user, turn.intent.team)
        if person.deleted or person.bot or person.foreign:
            message = f"<@{user}> cannot take part: a bot, deactivated or of another workspace."
            raise Invalid(message, "user")
