"""Where publications are kept, and the entries that carry them to the status page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.config import Config
from bot.domain.incident import Incident, Status
from bot.domain.outbox import Priority
from bot.domain.statuspage import (
    Component,
    Health,
    Notice,
    PageIncident,
    PageUpdate,
    corrected,
    healths,
    shown_after,
)
from bot.domain.statuspage_draft import Draft, Publication, ask_again_at
from bot.domain.statuspage_post import PagePost
from bot.errors import Denied
from bot.ports import Memory
from bot.usecases.turn import Turn

KIND = "publication"
INDEX = "told"  # publications that were told, by when they began
NEWEST = 50
WATCH_EVERY = timedelta(seconds=40)  # an edit elsewhere is seen within a minute


@dataclass(frozen=True, slots=True)
class PageShelf:
    """`watched`: the page is somewhere else, where others could edit it."""

    memory: Memory
    config: Config
    watched: bool

    async def publication(self, incident_id: str) -> Publication | None:
        """Return what is known of an incident's publication; None when there never was one."""
        found = await self.memory.document(KIND, incident_id)
        return Publication.model_validate_json(found) if found else None

    async def told(self) -> list[Publication]:
        """Return the newest publications that customers were told of."""
        ids = await self.memory.marked(INDEX, limit=NEWEST)
        found = await self.memory.documents(KIND, ids)
        return [Publication.model_validate_json(body) for body in found]

    def keep(self, turn: Turn, known: Publication | None, kept: Publication) -> Publication:
        """Store a publication, and the timer that asks again; `known` is what was read."""
        stored = turn.store(KIND, kept, new=known is None)
        draft = stored.draft
        turn.timer("statuspage-ask", stored.id, ask_again_at(draft) if draft else None)
        return stored

    def components(self, incident: Incident) -> tuple[Component, ...]:
        """Return what customers call the incident's system."""
        system = self.config.systems.get(incident.system or "")
        return system.components if system else ()

    async def after(self, told: PageIncident, parts: Iterable[Component]) -> dict[str, Health]:
        """Return the parts' healths once the page says `told`: others may still hold them down."""
        others = [one.told for one in await self.told() if one.told and one.id != told.id]
        return healths(parts, [told, *others])

    async def publish(
        self, turn: Turn, incident: Incident, known: Publication, draft: Draft
    ) -> Publication:
        """Owe the page exactly this text, once.

        Raises:
            Denied: the incident is private (P8).
        """
        if incident.private:
            message = f"{incident.id} is private: customers are never told."
            raise Denied(message)
        told = _told(known.told, draft, incident, turn)
        parts = draft.notice.components
        entry = self._owe(
            turn,
            incident.id,
            "statuspage.correct" if draft.corrects else "statuspage.publish",
            self._post(told, draft, turn, await self.after(told, parts)),
            {f"page_update:{draft.corrects or draft.id}": "update"},
            digest=draft.digest,
        )
        turn.mark(INDEX, incident.id, told.started_at.timestamp())
        if self.watched:
            turn.timer("statuspage-watch", "page", turn.now + WATCH_EVERY)
        kept = known.model_copy(update={"told": told, "last": entry, "differs": ()})
        return kept.with_draft(draft)

    async def repair(self, turn: Turn, known: Publication, told: PageIncident) -> Publication:
        """Owe the page what was approved."""
        parts = [one for one in self.config.components if one.id in told.components]
        wanted = await self.after(told, parts)
        approved = {one.id: one for one in known.drafts}
        last = approved[told.updates[-1].id]
        entry = self._owe(
            turn,
            known.id,
            "statuspage.repair",
            self._post(told, last, turn, wanted),
            {f"page_update:{one.id}": one.id for one in told.updates},
            digest=last.digest,
            told=told.model_dump(mode="json"),
        )
        return known.model_copy(update={"last": entry})

    def _post(
        self, told: PageIncident, draft: Draft, turn: Turn, after: Mapping[str, Health]
    ) -> PagePost:
        return PagePost(
            incident=told.id,
            notice=draft.notice,
            update=draft.corrects or draft.id,
            healths=dict(after),
            started_at=told.started_at,
            at=turn.now,
            closed=told.closed,
        )

    def _owe(
        self,
        turn: Turn,
        incident: str,
        call: str,
        post: PagePost,
        saves: Mapping[str, str],
        **more: object,
    ) -> str:
        return turn.post(
            f"statuspage:{incident}",
            call,
            {"post": post.model_dump(mode="json"), **more},
            incident=incident,
            priority=Priority.URGENT,
            saves={"page_incident": "page", "page_entry": "entry", **saves},
        )


def _told(
    before: PageIncident | None, draft: Draft, incident: Incident, turn: Turn
) -> PageIncident:
    notice: Notice = draft.notice
    if before is not None and draft.corrects:
        return corrected(before, draft.corrects, notice.body, turn.now)
    update = PageUpdate(id=draft.id, status=notice.status, body=notice.body, at=turn.now)
    return shown_after(
        before,
        notice,
        update,
        incident=incident.id,
        started_at=incident.declared_at,
        closed=incident.status is Status.CLOSED,
    )
