"""The built-in page's content, for everybody: only what was published, and nothing private."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.config import Config
from bot.domain.statuspage import HISTORY, Component, Health, PageIncident, healths
from bot.domain.values import Value
from bot.ports import Clock, Memory

PAGE_KIND = "public-page"  # documents and index of the built-in provider
MOST = 200


class PublicPage(Value):
    """All of the page; incidents newest first."""

    title: str
    components: tuple[Component, ...]
    healths: dict[str, Health]
    incidents: tuple[PageIncident, ...]
    now: datetime

    @property
    def open(self) -> tuple[PageIncident, ...]:
        """What lasts."""
        return tuple(one for one in self.incidents if one.is_open)

    @property
    def past(self) -> tuple[PageIncident, ...]:
        """What has ended."""
        return tuple(one for one in self.incidents if not one.is_open)

    @property
    def changed_at(self) -> datetime | None:
        """When something was said last."""
        return max((one.updates[-1].at for one in self.incidents if one.updates), default=None)


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """Reads what the built-in provider stored."""

    memory: Memory
    clock: Clock
    config: Config

    async def page(self) -> PublicPage:
        """Return the page as it is now, with 90 days of history."""
        now = self.clock.now()
        ids = await self.memory.marked(PAGE_KIND, limit=MOST)
        found = await self.memory.documents(PAGE_KIND, ids)
        incidents = [PageIncident.model_validate_json(body) for body in found]
        shown = tuple(one for one in incidents if _recent(one, now, HISTORY))
        parts = self.config.components
        return PublicPage(
            title=self.config.status_page,
            components=parts,
            healths=healths(parts, shown),
            incidents=shown,
            now=now,
        )


def _recent(incident: PageIncident, now: datetime, span: timedelta) -> bool:
    return incident.ended_at is None or now - incident.ended_at < span
