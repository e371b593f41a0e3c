"""An incident from declared to closed."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain import lifecycle
from bot.domain.config import Config
from bot.domain.incident import CloseReason, Incident, IncidentRole, Resolution, Status, Update
from bot.domain.lifecycle import Declaration
from bot.domain.outbox import Priority
from bot.domain.severity import Severity
from bot.errors import Conflict, Invalid
from bot.ports import Directory, Memory
from bot.usecases.finding import Finding
from bot.usecases.followers import NOBODY, Followers, Move
from bot.usecases.people import People
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import answers

ANSWER_WAITS_S = 10  # for the channel to exist, so that the answer can link it


@dataclass(frozen=True, slots=True)
class Incidents:
    """Each method decides one thing and adds what follows to the turn."""

    memory: Memory
    config: Config
    directory: Directory
    people: People
    finding: Finding
    telling: Telling
    followers: Followers = NOBODY

    async def declare(self, turn: Turn, said: Declaration) -> Incident:
        """Open an incident, with its channel, card, Initial message and reminder."""
        await self.people.act(turn)
        if said.system is not None and said.system not in self.config.systems:
            known = ", ".join(f"`{name}`" for name in sorted(self.config.systems)) or "none"
            message = f"No system is called `{said.system}`. Known systems: {known}."
            raise Invalid(message, "system")
        timetable = self.config.timetable(said.system, said.severity)
        number = await self.memory.number("incident", turn.intent.id)
        invited = await self._invited(said)
        incident = lifecycle.declare(
            number,
            said.model_copy(update={"invite": invited}),
            by=turn.user,
            now=turn.now,
            timetable=timetable,
        )
        incident = turn.keep(incident, new=True)
        turn.line(incident, "declared", f"{incident.severity.value.upper()}: {incident.title}")
        turn.audit("incident.declared", incident.id, **_facts(incident))
        self.telling.opened(turn, incident)
        await self.followers.follow(turn, incident, Move.OPENED)
        self._answer_declared(turn, incident)
        return incident

    async def update(
        self, turn: Turn, incident: Incident, update: Update, status: Status | None = None
    ) -> Incident:
        """Tell everybody how it stands; the reminder starts again."""
        await self.people.act(turn)
        moved = turn.keep(lifecycle.post_update(incident, update, status))
        said = update.text or update.investigation or update.mitigation or update.impact
        turn.line(moved, "update", said or f"Status: {moved.status.value}.")
        turn.audit("incident.updated", moved.id, status=moved.status.value, **_facts(moved))
        self.telling.updated(turn, moved)
        await self.followers.follow(turn, moved, Move.UPDATED)
        return moved

    async def resolve(self, turn: Turn, incident: Incident, resolution: Resolution) -> Incident:
        """End it and say so everywhere."""
        await self.people.act(turn)
        moved = turn.keep(lifecycle.resolve(incident, resolution))
        turn.line(moved, "resolved", resolution.applied or "Resolved.")
        turn.audit("incident.resolved", moved.id, **_facts(moved))
        self.telling.resolved(turn, moved)
        await self.followers.follow(turn, moved, Move.RESOLVED)
        self.telling.say(turn, moved, answers.archive_offer(moved))
        return moved

    async def close(
        self,
        turn: Turn,
        incident: Incident,
        reason: CloseReason,
        duplicate_of: str | None = None,
    ) -> Incident:
        """End it as a duplicate or a false alarm."""
        await self.people.act(turn)
        other = await self.finding.by_id(turn, duplicate_of) if duplicate_of else None
        if other is not None and other.private and not incident.private:
            message = f"{other.id} is private: a public incident cannot point at it."
            raise Conflict(message)
        moved = turn.keep(
            lifecycle.close_without_resolving(
                incident, reason, now=turn.now, duplicate_of=other.id if other else None
            )
        )
        words = f"{reason.value} of {other.id}" if other else reason.value
        turn.line(moved, "closed", f"Closed as {words}.")
        turn.audit("incident.closed", moved.id, reason=reason.value, of=other.id if other else "")
        self.telling.closed(turn, moved)
        await self.followers.follow(turn, moved, Move.CLOSED)
        self.telling.say(turn, moved, answers.archive_offer(moved))
        return moved

    async def reopen(self, turn: Turn, incident: Incident) -> Incident:
        """Take it up again."""
        await self.people.act(turn)
        was_archived = incident.archived
        moved = turn.keep(lifecycle.reopen(incident, now=turn.now))
        if was_archived:
            self.telling.unarchive(turn, moved)
        turn.line(moved, "reopened", "Reopened.")
        turn.audit("incident.reopened", moved.id)
        self.telling.say(turn, moved, answers.reopened(moved, turn.user))
        self.telling.changed(turn, moved, topic=True)
        await self.followers.follow(turn, moved, Move.REOPENED)
        return moved

    async def severity(self, turn: Turn, incident: Incident, severity: Severity) -> Incident:
        """Change how bad it is, and with it the rhythm of updates."""
        await self.people.act(turn)
        before = incident.severity
        timetable = self.config.timetable(incident.system, severity)
        moved = turn.keep(
            lifecycle.change_severity(incident, severity, now=turn.now, timetable=timetable)
        )
        words = f"{before.value.upper()} → {severity.value.upper()}"
        turn.line(moved, "severity", words)
        turn.audit("incident.severity", moved.id, before=before.value, after=severity.value)
        worse = severity.rank < before.rank
        said = answers.severity_changed(moved, before, turn.user)
        self.telling.say(turn, moved, said, priority=Priority.URGENT if worse else Priority.NORMAL)
        self.telling.changed(turn, moved, topic=True)
        await self.followers.follow(turn, moved, Move.SEVERITY)
        return moved

    async def acknowledge(self, turn: Turn, incident: Incident) -> Incident:
        """Note who saw it first; they become on-call engineer when nobody is."""
        await self.people.act(turn)
        moved = lifecycle.acknowledge(incident, by=turn.user, now=turn.now)
        if IncidentRole.ONCALL not in moved.roles:
            roles = {**moved.roles, IncidentRole.ONCALL: turn.user}
            invited = tuple(dict.fromkeys((*moved.invited, turn.user)))
            moved = moved.model_copy(update={"roles": roles, "invited": invited})
        moved = turn.keep(moved)
        turn.line(moved, "acknowledged", "Acknowledged.")
        turn.audit("incident.acknowledged", moved.id)
        self.telling.invite(turn, moved, [turn.user])
        self.telling.changed(turn, moved)
        await self.followers.follow(turn, moved, Move.ACKNOWLEDGED)
        return moved

    async def snooze(self, turn: Turn, incident: Incident, duration: timedelta) -> Incident:
        """Put the next reminder off, once."""
        await self.people.act(turn)
        moved = turn.keep(lifecycle.snooze(incident, duration, now=turn.now))
        minutes = int(duration.total_seconds() // 60)
        turn.line(moved, "snoozed", f"Reminder snoozed for {minutes} min.")
        turn.audit("incident.snoozed", moved.id, minutes=minutes)
        self.telling.changed(turn, moved)
        return moved

    async def archive(self, turn: Turn, incident: Incident) -> Incident:
        """Archive the channel of an ended incident."""
        await self.people.act(turn)
        if incident.is_open:
            message = f"{incident.id} is open; resolve or close it before archiving its channel."
            raise Conflict(message)
        if incident.archived:
            message = f"The channel of {incident.id} is archived already."
            raise Conflict(message)
        moved = turn.keep(incident.model_copy(update={"archived": True}))
        turn.line(moved, "archived", "Channel archived.")
        turn.audit("incident.archived", moved.id)
        self.telling.archive(turn, moved)
        return moved

    async def _invited(self, said: Declaration) -> tuple[str, ...]:
        """Everybody to invite: who was named, and the system's responders, groups resolved."""
        known = self.config.systems.get(said.system or "")
        people: list[str] = list(said.invite)
        for responder in known.responders if known else ():
            if responder.startswith("S"):
                people += sorted(await self.directory.group(responder))
            else:
                people.append(responder)
        return tuple(dict.fromkeys(people))

    def _answer_declared(self, turn: Turn, incident: Incident) -> None:
        turn.answer(
            {"$view": {"name": "declared", "incident": incident.id}},
            incident=incident.id,
            after="channel",
            after_until=turn.within(ANSWER_WAITS_S),
        )


def _facts(incident: Incident) -> dict[str, object]:
    """Audit facts; of a private incident only what is no secret (P8)."""
    facts: dict[str, object] = {
        "severity": incident.severity.value,
        "system": incident.system or "",
        "private": incident.private,
    }
    if not incident.private:
        facts["title"] = incident.title
    return facts
