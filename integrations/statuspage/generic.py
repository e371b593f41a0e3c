"""The page of the Cortex runbook (inventory, cortex-status-page): POST {base}/incidents.

The runbook knows one call. What it lacks is done in the ways of its own resource: GET lists, PATCH
changes. Such a page keeps no metadata, so the texts themselves carry a reference that is looked
for before anything is sent again; people see it in the draft, as customers will.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.domain.statuspage import Health, Impact, PageIncident, PageStatus, PageUpdate
from bot.domain.statuspage_post import (
    PagePost,
    PageShown,
    Posted,
    reference,
    reference_in,
)
from bot.errors import Rejected
from integrations.statuspage.client import PageClient

PATH: Final = "/incidents"
_NO_WAY: Final = frozenset({"404", "405", "501"})
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GenericPage:
    """bot.ports.StatusPage on `{STATUS_PAGE_API}/incidents` with a Bearer token."""

    client: PageClient

    async def publish(self, post: PagePost, page_id: str | None, *, doubtful: bool) -> Posted:
        """Say one more text, once: looked for by its reference first when doubtful."""
        known = await self._signed(post) if doubtful else None
        if known is not None:
            return Posted(page_id=str(known["id"]), update_id=_reference(post))
        body = _body(post)
        if page_id is None:
            made = await self.client.post(PATH, body)
        else:
            made = await self.client.patch(f"{PATH}/{page_id}", body)
        return Posted(page_id=str(_incident(made).get("id", page_id)), update_id=_reference(post))

    async def correct(self, post: PagePost, page_id: str, update_id: str) -> Posted:
        """Put other words in the place of the newest text."""
        await self.client.patch(f"{PATH}/{page_id}", _body(post))
        return Posted(page_id=page_id, update_id=update_id)

    async def repair(
        self, told: PageIncident, post: PagePost, healths: Mapping[str, Health]
    ) -> PageIncident:
        """Say the newest text again in its place; what was deleted is made anew."""
        del healths
        if told.page_id in (await self.shown()).incidents:
            await self.client.patch(f"{PATH}/{told.page_id}", _body(post))
            return told
        made = _incident(await self.client.post(PATH, _body(post)))
        return told.model_copy(update={"page_id": str(made["id"])})

    async def shown(self) -> PageShown:
        """Return what the page says just now: of each incident the newest text."""
        listed = await self._listed()
        found = {str(one["id"]): _read(one) for one in listed}
        return PageShown(incidents=found, newest_only=True)

    async def _signed(self, post: PagePost) -> Json | None:
        wanted = _reference(post)
        try:
            listed = await self._listed()
        except Rejected as error:
            if error.code not in _NO_WAY:
                raise
            message = (
                "The status page may have published this text, and it offers no list to look it "
                f"up in. Look for “{wanted}” on the page: Retry asks again whether it can be seen."
            )
            raise Rejected(message, code="unreadable") from error
        return next((one for one in listed if wanted in str(one.get("body", ""))), None)

    async def _listed(self) -> list[Json]:
        found = await self.client.get(PATH)
        rows = found.get("incidents", []) if isinstance(found, dict) else found
        return [_incident(one) for one in rows]


def _reference(post: PagePost) -> str:
    return reference(post.incident, post.update)


def _body(post: PagePost) -> dict[str, Any]:
    """Return the runbook's body, its defect mended: `status` is the state, not the impact."""
    notice = post.notice
    return {
        "incident": {"name": notice.name, "status": notice.status.value, "body": notice.body},
        "component_ids": [one.id for one in notice.components],
    }


def _incident(answer: Any) -> Json:
    found = answer.get("incident", answer) if isinstance(answer, dict) else {}
    return found if isinstance(found, dict) else {}


def _read(one: Json) -> PageIncident:
    status = PageStatus(one["status"]) if one.get("status") in set(PageStatus) else None
    at = datetime.fromisoformat(str(one.get("updated_at") or "1970-01-01T00:00:00+00:00"))
    body = str(one.get("body", ""))
    shown = status or PageStatus.INVESTIGATING
    return PageIncident(
        id="",
        page_id=str(one["id"]),
        name=str(one.get("name", "")),
        status=shown,
        impact=Impact.NONE,
        updates=(PageUpdate(id="", page_id=reference_in(body), status=shown, body=body, at=at),),
        started_at=at,
    )
