"""PagerDuty, inwards: webhooks as they come, and a look at each incident now and then.

Both end in `_applied`, which mirrors what is newer and then brings our incident to what the mirror
says, so it does not matter in which order, how often or whether a webhook came. Rules of conflict:
what a person did in PagerDuty counts here; what PagerDuty did by itself is shown and changes
nothing; an incident that was merged there never tells customers "resolved" (docs/decisions/0010).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain import lifecycle
from bot.domain.incident import CloseReason, Incident, Resolution
from bot.domain.paging import (
    AWAY,
    Heard,
    Page,
    PagerStatus,
    concerns,
    echoed,
    incident_of,
    mirrored,
)
from bot.domain.values import Value
from bot.errors import Conflict, NotFound, Rejected, Unavailable
from bot.ports import Memory, Pager
from bot.usecases.followers import Followers, Move
from bot.usecases.paging import SIGNED, Paging
from bot.usecases.telling import Telling
from bot.usecases.turn import Turn
from bot.views import answers, paging

EVERY: Final = timedelta(seconds=25)  # state is PagerDuty's within 60 s of its recovery
RECENT: Final = timedelta(hours=24)  # ended incidents that may have been reopened there
RECENTS: Final = 30
BLIND_RETRY: Final = timedelta(minutes=5)  # without a REST key nobody knows when it is back
SETTLES: Final = timedelta(minutes=2)  # from our "resolve" until PagerDuty surely shows it
SPOKEN: Final = frozenset(
    {
        "incident.unacknowledged",
        "incident.escalated",
        "incident.delegated",
        "incident.reassigned",
        "incident.annotated",
        "incident.status_update_published",
        "incident.responder.added",
        "incident.responder.replied",
    }
)


class KnownPager(Value):
    """Which incident a PagerDuty id belongs to. `id` is PagerDuty's."""

    id: str
    incident: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class PagerDutyIn:
    """`followers` are all but PagerDuty itself."""

    memory: Memory
    telling: Telling
    paging: Paging
    pager: Pager | None
    followers: Followers

    async def heard(self, turn: Turn) -> None:
        """React to a webhook."""
        heard = Heard.model_validate(turn.intent.payload)
        turn.audit("pagerduty.heard", "", type=heard.type, pager=heard.pager)
        found = await self._incident(heard)
        if found is None:
            return
        stored = await self.paging.page(found)
        if stored is None or not concerns(stored, heard):
            return
        await self._applied(turn, await self.memory.incident(found), stored, heard)

    async def sweep(self, turn: Turn) -> None:
        """Look at every incident that PagerDuty knows, and again in a while."""
        turn.timer("pagerduty-sync", "all", turn.now + EVERY)
        if not self.paging.reach.on:
            return
        ids = await self.memory.marked("open")
        newest = await self.memory.marked("incidents", limit=RECENTS)
        ended = [
            one.id
            for one in await self.memory.incidents(newest)
            if one.ended_at is not None and one.ended_at > turn.now - RECENT
        ]
        for one in dict.fromkeys((*ids, *ended)):
            turn.timer("pagerduty-look", one, turn.now)

    async def look(self, turn: Turn, incident_id: str) -> None:
        """Bring one incident to what PagerDuty shows just now, and its lane going again."""
        page = await self.paging.page(incident_id)
        if page is None or not page.key:
            return
        incident = await self.memory.incident(incident_id)
        refs = await self.memory.refs(incident_id)
        if self.pager is not None:
            try:
                known = page.pager or refs.get(f"pager:{page.key}")
                heard = await self.pager.look(known, page.key)
            except (Unavailable, Rejected, NotFound):
                return  # the lane shows what is wrong; the next sweep looks again
            if heard is not None:
                ended = refs.get(f"pager-end:{page.key}")
                await self._applied(turn, incident, page, heard, ended_at=_moment(ended))
        await self._going_again(turn, incident)

    async def _going_again(self, turn: Turn, incident: Incident) -> None:
        """Retry a lane that failed while PagerDuty was away; other refusals wait for a person."""
        for lane in await self.memory.failing_lanes(incident.id):
            waited = self.pager is not None or turn.now - lane.since >= BLIND_RETRY
            if lane.lane.startswith("pagerduty:") and lane.error.startswith(AWAY) and waited:
                turn.retry_lane(lane.lane, incident.id)
                turn.audit("lane.retried", incident.id, lane=lane.lane)
                self.telling.changed(turn, incident)

    # ------------------------------------------------------------ what it means here

    async def _applied(
        self,
        turn: Turn,
        incident: Incident,
        stored: Page,
        heard: Heard,
        ended_at: datetime | None = None,
    ) -> None:
        turn.check(incident)
        page, echo = echoed(mirrored(stored, heard), heard)
        if page.pager and page.pager != stored.pager:
            await self._learn(turn, page)
        incident, page = await self._brought(turn, incident, stored, page, heard, ended_at)
        if heard.type in SPOKEN and not echo and not heard.text.startswith(SIGNED):
            turn.line(incident, "pagerduty", str(paging.pager_said(heard)))
            if incident.is_open:
                self.telling.say(turn, incident, paging.pager_message(heard))
        if page == stored:
            return
        self.paging.keep(turn, page, new=False)
        if _shown(page) != _shown(stored):
            if page.priority not in (stored.priority, f"P{incident.severity.rank}"):
                turn.line(incident, "pagerduty", f"PagerDuty's priority: {page.priority or 'none'}")
            self.telling.changed(turn, incident)

    async def _brought(
        self,
        turn: Turn,
        incident: Incident,
        before: Page,
        page: Page,
        heard: Heard,
        ended_at: datetime | None,
    ) -> tuple[Incident, Page]:
        """Return our incident and the page brought to what the page says now."""
        if not incident.is_open:
            was_over = before.status is PagerStatus.RESOLVED or (
                ended_at is not None and heard.at > ended_at + SETTLES
            )
            if page.status is not PagerStatus.RESOLVED and page.ended and was_over:
                return await self._reopened(turn, incident, page, heard)
        elif page.status is PagerStatus.RESOLVED and not page.ended:
            return await self._resolved(turn, incident, page, heard)
        elif page.status is PagerStatus.ACKNOWLEDGED and incident.acknowledged_by is None:
            incident = await self._acknowledged(turn, incident, page)
        return incident, page

    async def _acknowledged(self, turn: Turn, incident: Incident, page: Page) -> Incident:
        who = _person(page.status_by)
        moved = turn.keep(lifecycle.acknowledge(incident, by=who, now=turn.now))
        turn.line(moved, "acknowledged", f"Acknowledged in PagerDuty: {page.status_by}")
        turn.audit("incident.acknowledged", moved.id, by="pagerduty")
        said = Heard(type="incident.acknowledged", at=turn.now, agent=page.status_by)
        self.telling.say(turn, moved, paging.pager_message(said))
        self.telling.changed(turn, moved)
        await self.followers.follow(turn, moved, Move.ACKNOWLEDGED)
        return moved

    async def _resolved(
        self, turn: Turn, incident: Incident, page: Page, heard: Heard
    ) -> tuple[Incident, Page]:
        page = page.model_copy(update={"ended": True})
        if heard.merged_into:
            return await self._merged(turn, incident, heard), page
        if not heard.by_person:
            why = "PagerDuty ended its own incident by itself (a timeout or an automation)."
            self._goes_on(turn, incident, why)
            return incident, page
        by = _person(heard.agent)
        resolution = Resolution(by=by, at=turn.now, applied=f"Resolved in PagerDuty by {by}")
        moved = turn.keep(lifecycle.resolve(incident, resolution))
        turn.line(moved, "resolved", f"Resolved in PagerDuty: {heard.agent}")
        turn.audit("incident.resolved", moved.id, by="pagerduty")
        self.telling.resolved(turn, moved)
        self.telling.say(turn, moved, answers.archive_offer(moved))
        await self.followers.follow(turn, moved, Move.RESOLVED)
        return moved, page

    async def _merged(self, turn: Turn, incident: Incident, heard: Heard) -> Incident:
        """Close ours as a duplicate where the other one is ours too; nobody hears "resolved"."""
        other = await self._open_other(incident, heard.merged_into)
        if other is None:
            why = "PagerDuty merged its incident into one that is not ours."
            self._goes_on(turn, incident, why)
            return incident
        moved = turn.keep(
            lifecycle.close_without_resolving(
                incident, CloseReason.DUPLICATE, now=turn.now, duplicate_of=other
            )
        )
        turn.line(moved, "closed", f"Merged into {other} in PagerDuty.")
        turn.audit("incident.closed", moved.id, reason="merged", of=other)
        self.telling.closed(turn, moved)
        await self.followers.follow(turn, moved, Move.CLOSED)
        return moved

    async def _open_other(self, incident: Incident, pager: str) -> str | None:
        """Return which open incident of ours that is, if a public one may point at it."""
        body = await self.memory.document("pager", pager)
        found = KnownPager.model_validate_json(body).incident if body else None
        if found is None and self.pager is not None:
            heard = await self.pager.look(pager, "")
            found = incident_of(heard.key) if heard and heard.key else None
        if found is None or found == incident.id:
            return None
        known = await self.memory.incidents([found])
        usable = [one for one in known if incident.private or not one.private]
        return usable[0].id if usable else None

    async def _reopened(
        self, turn: Turn, incident: Incident, page: Page, heard: Heard
    ) -> tuple[Incident, Page]:
        try:
            moved = lifecycle.reopen(incident, now=turn.now)
        except Conflict:
            return incident, page
        if incident.archived:
            self.telling.unarchive(turn, moved)
        moved = turn.keep(moved)
        turn.line(moved, "reopened", f"Reopened in PagerDuty: {heard.agent}")
        turn.audit("incident.reopened", moved.id, by="pagerduty")
        self.telling.say(turn, moved, answers.reopened(moved, _person(heard.agent)))
        self.telling.changed(turn, moved, topic=True)
        await self.followers.follow(turn, moved, Move.REOPENED)
        return moved, page.model_copy(update={"ended": False})

    def _goes_on(self, turn: Turn, incident: Incident, why: str) -> None:
        turn.line(incident, "pagerduty", why)
        self.telling.say(turn, incident, paging.pager_gone_quiet(incident, why))

    # ------------------------------------------------------------ whose is it?

    async def _incident(self, heard: Heard) -> str | None:
        """Return the incident; a note carries no key, so its PagerDuty id has to be known."""
        key = heard.key
        if key is None and heard.pager:
            body = await self.memory.document("pager", heard.pager)
            if body is not None:
                return KnownPager.model_validate_json(body).incident
            seen = await self._seen(heard.pager)
            key = seen.key if seen else None
        named = incident_of(key) if key else None
        known = await self.memory.incidents([named]) if named else []
        return known[0].id if known else None

    async def _seen(self, pager: str) -> Heard | None:
        if self.pager is None:
            return None
        try:
            return await self.pager.look(pager, "")
        except (NotFound, Rejected):
            return None

    async def _learn(self, turn: Turn, page: Page) -> None:
        if await self.memory.document("pager", page.pager) is None:
            turn.store("pager", KnownPager(id=page.pager, incident=page.id), new=True)


def _person(name: str) -> str:
    """Return how we write somebody of whom we know PagerDuty's name alone."""
    return f"{name or 'Somebody'} (PagerDuty)"


def _shown(page: Page) -> tuple[Any, ...]:
    return page.status, page.assignees, page.priority, page.url, page.ended


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
