"""Answers that change nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.config import Config
from bot.domain.incident import Incident
from bot.domain.outbox import Priority
from bot.domain.person import Role
from bot.errors import Denied
from bot.ports import Clock, Memory
from bot.usecases.finding import Finding
from bot.usecases.people import People
from bot.usecases.telling import CHANNEL
from bot.usecases.turn import Turn
from bot.views import answers, postmortem
from bot.views.card import status_panel
from bot.views.facts import involved
from bot.views.home import home


@dataclass(frozen=True, slots=True)
class Reading:
    """Each method answers the person privately."""

    memory: Memory
    clock: Clock
    config: Config
    people: People
    finding: Finding

    async def status(self, turn: Turn, incident: Incident) -> None:
        """Show the panel of an incident."""
        await self._reader(turn, "status", incident)
        turn.answer(
            status_panel(
                incident,
                refs=await self.memory.refs(incident.id),
                config=self.config,
                lanes=await self.memory.failing_lanes(incident.id),
                here=turn.intent.channel,
                now=turn.now,
            )
        )

    async def open_incidents(self, turn: Turn) -> None:
        """List the open incidents the person may know of."""
        await self._reader(turn, "list")
        incidents = await self.finding.open(turn.intent.user)
        refs = {one.id: (await self.memory.refs(one.id)).get("channel") for one in incidents}
        turn.answer(answers.incident_list(incidents, refs, turn.now))

    async def timeline(self, turn: Turn, incident: Incident) -> None:
        """Show everything that happened, oldest first."""
        await self._reader(turn, "timeline", incident)
        turn.answer(answers.timeline(incident, await self.memory.timeline(incident.id)))

    async def catchup(self, turn: Turn, incident: Incident) -> None:
        """Tell somebody who comes late what they missed."""
        await self._reader(turn, "catchup", incident)
        lines = await self.memory.timeline(incident.id)
        turn.answer(answers.catchup(incident, lines, now=turn.now))

    async def postmortem(self, turn: Turn, incident: Incident) -> None:
        """Put a post-mortem draft into the incident's channel, as a Markdown file.

        Nothing can be put into an archived channel: then it goes to whoever asked.
        """
        await self.people.act(turn)
        lines = await self.memory.timeline(incident.id)
        people = {line.who for line in lines} | {*involved(incident), *incident.invited}
        names = {
            user: await self.people.name(user, turn.intent.team)
            for user in sorted(people - {"signalbox"})
        }
        draft = postmortem.draft(incident, lines, names, self.config.service_name(incident.system))
        mine = f"user:{turn.user}"
        turn.post(
            mine if incident.archived else f"incident:{incident.id}",
            "files.upload",
            {
                "channel": turn.user if incident.archived else CHANNEL,
                "filename": postmortem.file_name(incident),
                "title": f"Post-mortem draft of {incident.id}",
                "content": draft,
                "initial_comment": answers.postmortem_comment(incident),
            },
            incident=incident.id,
            priority=Priority.NORMAL,
        )
        turn.audit("incident.postmortem", incident.id)
        if incident.archived:
            turn.answer(answers.done(incident, "The post-mortem draft is in your direct messages"))
        else:
            turn.answer(answers.postmortem_coming(incident))

    async def confirm(self, turn: Turn, incident: Incident, what: str) -> None:
        """Say that it is done; not to somebody in whose channel it just happened (P10)."""
        here = (await self.memory.refs(incident.id)).get("channel")
        if turn.intent.channel != here:
            turn.answer(answers.done(incident, what))

    async def confirm_task(self, turn: Turn, incident: Incident, number: int, status: str) -> None:
        """Say that a task moved; not to somebody who pressed the button on its own message."""
        refs = await self.memory.refs(incident.id)
        if turn.intent.message_ts is None or turn.intent.message_ts != refs.get(f"task-{number}"):
            turn.answer(answers.done(incident, f"Task {number} is {status}"))

    async def home(self, user: str, approvals: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        """Return the App Home view of somebody; who may not read is told so, and nothing else."""
        try:
            await self.people.allowed(user, "", Role.VIEWER, Role.RESPONDER)
        except Denied as error:
            return {"type": "home", "blocks": answers.refused(str(error))["blocks"]}
        incidents = await self.finding.open(user)
        refs = {one.id: (await self.memory.refs(one.id)).get("channel") for one in incidents}
        now = self.clock.now()
        return home(user, incidents, refs, now=now, approvals=approvals)

    async def _reader(self, turn: Turn, what: str, incident: Incident | None = None) -> None:
        await self.people.act(turn, Role.VIEWER, Role.RESPONDER)
        turn.audit("incident.read", incident.id if incident else "", asked=what)
