"""Whether the page still says what was published: looked at every 40 seconds while it matters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.incident import Incident
from bot.domain.statuspage import PageIncident
from bot.domain.statuspage_draft import Publication
from bot.domain.statuspage_post import Difference, PageShown, differences
from bot.errors import Conflict, IntegrationError
from bot.ports import StatusPage
from bot.usecases.people import People
from bot.usecases.statuspage import StatusPages
from bot.usecases.statuspage_shelf import WATCH_EVERY, PageShelf
from bot.usecases.statuspage_telling import PageTelling
from bot.usecases.turn import Turn
from bot.views.statuspage import cards

log = structlog.get_logger(__name__)

AFTER_THE_END: Final = timedelta(hours=24)  # an ended incident is looked at for that long


@dataclass(frozen=True, slots=True)
class PageWatch:
    """`page` None: the built-in page, which nobody can edit elsewhere."""

    people: People
    shelf: PageShelf
    telling: PageTelling
    pages: StatusPages
    page: StatusPage | None

    async def look(self, turn: Turn) -> None:
        """Compare, say each difference once, and look again later."""
        watched = [one for one in await self.shelf.told() if _matters(one, turn.now)]
        if self.page is None or not watched:
            return
        turn.timer("statuspage-watch", "page", turn.now + WATCH_EVERY)
        try:
            shown = await self.page.shown()
        except IntegrationError as error:
            log.warning("statuspage.unread", error=str(error))
            return
        for known in watched:
            await self._compare(turn, known, shown)

    async def repair(self, turn: Turn, incident: Incident) -> None:
        """Put back what was approved."""
        await self.people.act(turn)
        known, told = await self.pages.published(incident)
        refs = await self.shelf.memory.refs(incident.id)
        if refs.get("page_entry") != known.last:
            message = "A text is on its way to the status page just now; look again in a minute."
            raise Conflict(message)
        self.shelf.keep(turn, known, await self.shelf.repair(turn, known, _placed(told, refs)))
        turn.audit("statuspage.repaired", incident.id)
        turn.answer(cards.repairing(incident))

    async def _compare(self, turn: Turn, known: Publication, shown: PageShown) -> None:
        told = known.told
        refs = await self.shelf.memory.refs(known.id)
        if told is None or refs.get("page_entry") != known.last:
            return  # something is on its way
        placed = _placed(told, refs, newest_only=shown.newest_only)
        parts = [one for one in self.shelf.config.components if one.id in told.components]
        wanted = await self.shelf.after(told, parts)
        theirs = shown.incidents.get(placed.page_id)
        names = {one.id: one.name for one in parts}
        found = tuple(
            _named(one, names) for one in differences(placed, theirs, wanted, shown.healths)
        )
        if found == known.differs:
            return
        incident = await self.shelf.memory.incident(known.id)
        self.shelf.keep(turn, known, known.model_copy(update={"differs": found}))
        turn.audit("statuspage.differs", known.id, found=[one.what for one in found])
        self.telling.differs(turn, incident, found)


def _matters(known: Publication, now: datetime) -> bool:
    told = known.told
    return told is not None and (told.ended_at is None or now - told.ended_at < AFTER_THE_END)


def _placed(
    told: PageIncident, refs: Mapping[str, str], *, newest_only: bool = False
) -> PageIncident:
    """Return it with the ids that deliveries left; `newest_only`: with its newest text alone."""
    updates = tuple(
        one.model_copy(update={"page_id": refs.get(f"page_update:{one.id}", "")})
        for one in (told.updates[-1:] if newest_only else told.updates)
    )
    page_id = refs.get("page_incident", "")
    return told.model_copy(update={"page_id": page_id, "updates": updates})


def _named(difference: Difference, names: Mapping[str, str]) -> Difference:
    """Call a component by its name."""
    _, found, component = difference.what.partition("component ")
    if not found:
        return difference
    what = f"component {names.get(component, component)}"
    return difference.model_copy(update={"what": what})
