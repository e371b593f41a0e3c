"""summary.json, in the shape that every status page has (statuspage.io's public API, version 2)."""

from datetime import datetime
from typing import Any

from bot.domain.statuspage import PageIncident, PageUpdate, indicator
from bot.usecases.statuspage_public import PublicPage

PAGE_ID = "signalbox"


def summary(page: PublicPage, url: str) -> dict[str, Any]:
    """Return the JSON. `incidents` are those that last, newest first."""
    level, description = indicator(page.healths, page.open)
    return {
        "page": {
            "id": PAGE_ID,
            "name": page.title,
            "url": url,
            "time_zone": "Etc/UTC",
            "updated_at": _at(page.changed_at),
        },
        "components": _components(page),
        "incidents": [_incident(one, page, url) for one in page.open],
        "scheduled_maintenances": [],
        "status": {"indicator": level.value, "description": description},
    }


def _components(page: PublicPage) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "status": page.healths[one.id].value,
            "description": one.description or None,
            "position": place,
            "group": False,
            "group_id": None,
            "page_id": PAGE_ID,
            "showcase": True,
            "only_show_if_degraded": False,
        }
        for place, one in enumerate(page.components, 1)
    ]


def _incident(told: PageIncident, page: PublicPage, url: str) -> dict[str, Any]:
    return {
        "id": told.id,
        "name": told.name,
        "status": told.status.value,
        "impact": told.impact.value,
        "started_at": _at(told.started_at),
        "created_at": _at(told.updates[0].at),
        "updated_at": _at(told.updates[-1].at),
        "monitoring_at": None,
        "resolved_at": _at(told.ended_at),
        "shortlink": f"{url}#{told.id}",
        "page_id": PAGE_ID,
        "incident_updates": [_update(one, told) for one in reversed(told.updates)],
        "components": [one for one in _components(page) if one["id"] in told.components],
    }


def _update(said: PageUpdate, told: PageIncident) -> dict[str, Any]:
    return {
        "id": said.id,
        "incident_id": told.id,
        "status": said.status.value,
        "body": said.body,
        "created_at": _at(said.at),
        "display_at": _at(said.at),
        "updated_at": _at(said.corrected_at or said.at),
        "affected_components": None,
    }


def _at(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z") if moment else None
