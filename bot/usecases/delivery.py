"""What the deliverer asks of the use cases: the newest rendering, and what to do on a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain import lifecycle
from bot.domain.config import Config
from bot.domain.escalation import Ladder
from bot.domain.incident import CloseReason, Incident, IncidentRole
from bot.domain.outbox import Entry
from bot.domain.paging import Page
from bot.domain.statuspage_draft import Publication
from bot.ports import Clock, Memory, Outbox
from bot.usecases.people import People
from bot.usecases.reading import Reading
from bot.usecases.run_delivery import RunDelivery
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import answers
from bot.views import paging as paging_views
from bot.views.card import incident_card, topic
from bot.views.statuspage.cards import told_line

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Renders what is rendered at delivery, and reacts to failing lanes."""

    memory: Memory
    outbox: Outbox
    clock: Clock
    config: Config
    people: People
    telling: Telling
    reading: Reading
    runs: RunDelivery

    async def card(self, view: Mapping[str, Any]) -> Message | None:
        """Render the live card from the newest state.

        A `late` one links a channel that the card went out without; None when it had it.
        """
        incident = await self.memory.incident(view["incident"])
        refs = await self.memory.refs(incident.id)
        if view.get("late") and "without:channel" not in refs:
            return None
        return incident_card(
            incident,
            refs=refs,
            config=self.config,
            lanes=await self.memory.failing_lanes(incident.id),
            where=view["where"],
            extra=await self._woken(incident) if view["where"] == "incident" else (),
            now=self.clock.now(),
        )

    async def _woken(self, incident: Incident) -> list[str]:
        """Return the card's lines on PagerDuty, the escalation ladder and the status page."""
        page = await self.memory.document("page", incident.id)
        ladder = await self.memory.document("ladder", incident.id)
        lines = paging_views.card_lines(
            incident,
            Page.model_validate_json(page) if page else None,
            Ladder.model_validate_json(ladder) if ladder else None,
        )
        told = await self.memory.document("publication", incident.id)
        customers = told_line(Publication.model_validate_json(told)) if told else ""
        return [*(str(one) for one in lines), *([customers] if customers else [])]

    async def topic(self, view: Mapping[str, Any]) -> Message:
        """Render the channel's topic."""
        return {"topic": topic(await self.memory.incident(view["incident"]))}

    async def declared(self, view: Mapping[str, Any]) -> Message:
        """Render the answer to whoever declared, with the channel when it exists by now."""
        incident = await self.memory.incident(view["incident"])
        if incident.close_reason is CloseReason.NO_CHANNEL:
            return answers.private_stopped(incident)
        refs = await self.memory.refs(incident.id)
        lanes = {lane.lane for lane in await self.memory.failing_lanes(incident.id)}
        stuck = f"incident:{incident.id}" in lanes
        return answers.declared(incident, refs.get("channel"), stuck=stuck)

    async def called(self, view: Mapping[str, Any]) -> Message:
        """Render the direct message to somebody who is called in."""
        incident = await self.memory.incident(view["incident"])
        refs = await self.memory.refs(incident.id)
        return answers.called_in(incident, refs.get("channel"), view["by"])

    async def home(self, view: Mapping[str, Any]) -> Message:
        """Render somebody's App Home from the newest state."""
        user = view["user"]
        return {"view": await self.reading.home(user, await self.runs.waiting_for(user))}

    async def failed(self, turn: Turn, entry_id: str) -> None:
        """React to an entry that was refused for good.

        A private incident without its private channel ends (P8). Otherwise the card says which
        lane is failing and offers Retry; when the card's own channel is the failing one, whoever
        declared is told directly. What would have liked to show what was refused goes without.
        """
        entry = await self.outbox.failed(entry_id)
        if entry is None or entry.incident is None:
            return
        turn.once(f"failed:{entry.id}:{entry.epoch}")
        if entry.incident.startswith("RUN-"):
            await self.runs.failed(turn, entry)
            return
        incident = await self.memory.incident(entry.incident)
        turn.audit("lane.failed", incident.id, lane=entry.lane, call=entry.call, error=entry.error)
        for name in entry.saves:
            turn.release(incident.id, name)
        if incident.private and entry.call == "conversations.create":
            self._end_private(turn, incident, entry)
            return
        turn.check(incident)
        self.telling.changed(turn, incident)
        owner = incident.roles.get(IncidentRole.COMMANDER, incident.declared_by)
        made = "channel" in await self.memory.refs(incident.id)
        said = answers.lane_failing(incident, entry.lane, entry.error, made=made)
        self.telling.direct(turn, owner, said)

    async def retry(self, turn: Turn, incident: Incident, lane: str) -> None:
        """Let a failing lane go on."""
        await self.people.act(turn)
        turn.retry_lane(lane, incident.id)
        turn.audit("lane.retried", incident.id, lane=lane)
        self.telling.changed(turn, incident)
        made = "channel" in await self.memory.refs(incident.id)
        turn.answer(answers.retrying(incident, lane, made=made))

    def _end_private(self, turn: Turn, incident: Incident, entry: Entry) -> None:
        if not incident.is_open:
            return
        moved = turn.keep(
            lifecycle.close_without_resolving(incident, CloseReason.NO_CHANNEL, now=turn.now)
        )
        turn.line(moved, "closed", "Its private channel could not be made.")
        turn.audit("incident.closed", moved.id, reason=CloseReason.NO_CHANNEL.value)
        for lane in (entry.lane, f"housekeeping:{incident.id}"):
            turn.drop_lane(lane, incident.id)
        turn.timer("update-due", incident.id, None)
        for user in dict.fromkeys((incident.declared_by, *incident.roles.values())):
            self.telling.direct(turn, user, answers.private_stopped(moved, entry.error))
