"""Atlassian Statuspage (developer.statuspage.io), version 1 of its API.

It has no idempotency key, so each incident carries our ids as metadata, which customers never see:
what may have happened is looked up by them before anything is sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.domain.statuspage import Health, Impact, Notice, PageIncident, PageStatus, PageUpdate
from bot.domain.statuspage_post import PagePost, PageShown, Posted
from integrations.statuspage.client import PageClient

ATLASSIAN: Final = "https://api.statuspage.io/v1"
MARK: Final = "signalbox"  # the metadata's key
NEWEST: Final = 100  # "The default and maximum limit is 100."
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AtlassianPage:
    """bot.ports.StatusPage on one page of Statuspage."""

    client: PageClient
    page: str

    async def publish(self, post: PagePost, page_id: str | None, *, doubtful: bool) -> Posted:
        """Say one more text, once: looked for first when doubtful."""
        known = await self._marked(post, page_id) if doubtful else None
        if known is not None and _mark(known).get("update") == post.update:
            return _posted(known, post.notice)
        target = page_id or (str(known["id"]) if known else None)
        if target is None:
            made = await self.client.post(self._incidents, {"incident": _body(post)})
        else:
            made = await self.client.patch(self._one(target), {"incident": _body(post)})
        return _posted(made, post.notice)

    async def correct(self, post: PagePost, page_id: str, update_id: str) -> Posted:
        """Put other words in the place of a text, without telling subscribers again."""
        await self._reword(page_id, update_id, post.notice.body)
        return Posted(page_id=page_id, update_id=update_id)

    async def repair(
        self, told: PageIncident, post: PagePost, healths: Mapping[str, Health]
    ) -> PageIncident:
        """Put back title, state, components and texts; what was deleted is made anew."""
        shown = (await self.shown()).incidents.get(told.page_id)
        if shown is None:
            return await self._again(told, post)
        fields = {
            "name": told.name,
            "status": told.status.value,
            "components": {name: health.value for name, health in healths.items()},
            "deliver_notifications": False,
        }
        await self.client.patch(self._one(told.page_id), {"incident": fields})
        read = {one.page_id: one.body for one in shown.updates}
        for one in told.updates:
            if one.page_id in read and read[one.page_id].strip() != one.body.strip():
                await self._reword(told.page_id, one.page_id, one.body)
        return told

    async def shown(self) -> PageShown:
        """Return what the page says just now, in two requests."""
        incidents = await self.client.get(self._incidents, limit=NEWEST)
        components = await self.client.get(f"/pages/{self.page}/components", per_page=NEWEST)
        known = {health.value for health in Health}
        return PageShown(
            incidents={str(one["id"]): _read(one) for one in incidents if _is_ours(one)},
            healths={
                str(one["id"]): Health(one["status"])
                for one in components
                if one.get("status") in known
            },
        )

    async def _again(self, told: PageIncident, post: PagePost) -> PageIncident:
        """Make a deleted incident anew, text by text, without telling subscribers again."""
        made: PageIncident = told.model_copy(update={"page_id": "", "updates": ()})
        for one in told.updates:
            notice = post.notice.model_copy(update={"status": one.status, "body": one.body})
            each = post.model_copy(update={"notice": notice, "update": one.id})
            body = {"incident": {**_body(each), "deliver_notifications": False}}
            if made.page_id:
                answer = await self.client.patch(self._one(made.page_id), body)
            else:
                answer = await self.client.post(self._incidents, body)
            done = _posted(answer, notice)
            placed = one.model_copy(update={"page_id": done.update_id})
            made = made.model_copy(
                update={"page_id": done.page_id, "updates": (*made.updates, placed)}
            )
        return made

    async def _marked(self, post: PagePost, page_id: str | None) -> Json | None:
        """Return the incident that an earlier attempt may have left."""
        if page_id:
            found: Json = await self.client.get(self._one(page_id))
            return found
        listed = await self.client.get(self._incidents, limit=NEWEST)
        return next((one for one in listed if _mark(one).get("incident") == post.incident), None)

    async def _reword(self, page_id: str, update_id: str, body: str) -> None:
        path = f"{self._one(page_id)}/incident_updates/{update_id}"
        said = {"body": body, "deliver_notifications": False}
        await self.client.patch(path, {"incident_update": said})

    @property
    def _incidents(self) -> str:
        return f"/pages/{self.page}/incidents"

    def _one(self, page_id: str) -> str:
        return f"{self._incidents}/{page_id}"


def _body(post: PagePost) -> dict[str, Any]:
    notice = post.notice
    return {
        "name": notice.name,
        "status": notice.status.value,
        "impact_override": notice.impact.value,
        "body": notice.body,
        "component_ids": [one.id for one in notice.components],
        "components": {name: health.value for name, health in post.healths.items()},
        "metadata": {MARK: {"incident": post.incident, "update": post.update}},
    }


def _mark(incident: Json) -> Json:
    found = (incident.get("metadata") or {}).get(MARK)
    return found if isinstance(found, dict) else {}


def _is_ours(incident: Json) -> bool:
    return bool(_mark(incident)) and incident.get("status") in set(PageStatus)


def _posted(incident: Json, notice: Notice) -> Posted:
    """Return the ids of an incident and of its newest text that says just this."""
    updates = sorted(incident["incident_updates"], key=lambda one: one["created_at"], reverse=True)
    said = [one for one in updates if one["body"].strip() == notice.body.strip()]
    newest = (said or updates)[0]
    return Posted(page_id=str(incident["id"]), update_id=str(newest["id"]))


def _read(incident: Json) -> PageIncident:
    return PageIncident(
        id=str(_mark(incident).get("incident", "")),
        page_id=str(incident["id"]),
        name=incident["name"],
        status=PageStatus(incident["status"]),
        impact=Impact(incident["impact"]) if incident["impact"] in set(Impact) else Impact.NONE,
        updates=tuple(
            PageUpdate(
                id="",
                page_id=str(one["id"]),
                status=PageStatus(one["status"]),
                body=one["body"] or "",
                at=datetime.fromisoformat(one["created_at"]),
            )
            for one in incident["incident_updates"]
            if one["status"] in set(PageStatus)
        ),
        started_at=datetime.fromisoformat(incident["created_at"]),
    )
