"""The page that the bot serves itself: documents in its own memory."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.change import Change, Mark, Put
from bot.domain.statuspage import Health, PageIncident, PageUpdate, corrected, shown_after
from bot.domain.statuspage_post import PagePost, PageShown, Posted
from bot.errors import Stale, Unavailable
from bot.ports import Memory

KIND = "public-page"


@dataclass(frozen=True, slots=True)
class BuiltinPage:
    """bot.ports.StatusPage on the bot's memory. Every call may be repeated."""

    memory: Memory

    async def publish(self, post: PagePost, page_id: str | None, *, doubtful: bool) -> Posted:
        """Say one more text, once however often this is called."""
        del page_id, doubtful
        known = await self._known(post.incident)
        if known is None or all(one.id != post.update for one in known.updates):
            await self._keep(_after(known, post), new=known is None)
        return Posted(page_id=post.incident, update_id=post.update)

    async def correct(self, post: PagePost, page_id: str, update_id: str) -> Posted:
        """Put other words in the place of a text."""
        del page_id, update_id
        known = await self._known(post.incident)
        if known is not None:
            await self._keep(corrected(known, post.update, post.notice.body, post.at), new=False)
        return Posted(page_id=post.incident, update_id=post.update)

    async def repair(
        self, told: PageIncident, post: PagePost, healths: Mapping[str, Health]
    ) -> PageIncident:
        """Store what was published."""
        del post, healths
        known = await self._known(told.id)
        version = known.version if known else 0
        await self._keep(told.model_copy(update={"version": version}), new=known is None)
        return told

    async def shown(self) -> PageShown:
        """Return what is stored; healths follow from it."""
        ids = await self.memory.marked(KIND)
        found = await self.memory.documents(KIND, ids)
        incidents = [PageIncident.model_validate_json(body) for body in found]
        return PageShown(incidents={one.id: one for one in incidents})

    async def _known(self, incident: str) -> PageIncident | None:
        found = await self.memory.document(KIND, incident)
        return PageIncident.model_validate_json(found) if found else None

    async def _keep(self, page: PageIncident, *, new: bool) -> None:
        stored = page.model_copy(update={"version": 0 if new else page.version + 1})
        put = Put(kind=KIND, id=page.id, version=stored.version, body=stored.model_dump_json())
        mark = Mark(index=KIND, member=page.id, score=page.started_at.timestamp())
        try:
            await self.memory.commit(Change(puts=(put,), marks=(mark,)))
        except Stale as error:
            message = "Another process changed the page just now."
            raise Unavailable(message, retry_after_s=0) from error


def _after(known: PageIncident | None, post: PagePost) -> PageIncident:
    notice = post.notice
    update = PageUpdate(
        id=post.update, page_id=post.update, status=notice.status, body=notice.body, at=post.at
    )
    return shown_after(
        known,
        notice,
        update,
        incident=post.incident,
        started_at=post.started_at,
        closed=post.closed,
    )
