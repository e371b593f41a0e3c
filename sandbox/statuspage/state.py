"""What the page holds."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

Json = dict[str, Any]

PAGE_ID: Final = "sandboxpage1"
API_TOKEN: Final = "statuspage-sandbox"  # noqa: S105 - a stand-in's
STATUSES: Final = ("investigating", "identified", "monitoring", "resolved")
HEALTHS: Final = (
    "operational",
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
)
IMPACTS: Final = ("none", "maintenance", "minor", "major", "critical")
NAME_MAX: Final = 255  # of its contract
BODY_MAX: Final = 25_000  # of its contract
COMPONENTS: Final = (("ai-services", "AI services"), ("website", "Website"))


class Refused(Exception):
    """A request that the page does not accept: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.status = status


@dataclass(slots=True)
class Page:
    """Components and incidents, by id, in the shapes of the API. Incidents oldest first."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    components: dict[str, Json] = field(default_factory=dict)
    incidents: dict[str, Json] = field(default_factory=dict)
    _serial: Any = field(default_factory=lambda: count(1), repr=False)

    def __post_init__(self) -> None:
        """Begin with two components."""
        for place, (name, title) in enumerate(COMPONENTS, 1):
            self.components[name] = self._component(name, title, place)

    def create(self, said: Json) -> Json:
        """Make an incident with its first update.

        Raises:
            Refused: 422, as the API would.
        """
        if not said.get("name"):
            raise Refused(422, "Name can't be blank")
        self._check(said)
        now = self._now()
        made: Json = {
            "id": self._id(),
            "page_id": PAGE_ID,
            "name": said["name"],
            "status": said.get("status", "investigating"),
            "impact": said.get("impact_override", "none"),
            "impact_override": said.get("impact_override"),
            "metadata": said.get("metadata", {}),
            "created_at": now,
            "updated_at": now,
            "resolved_at": None,
            "monitoring_at": None,
            "shortlink": f"http://stspg.invalid/{next(self._serial)}",
            "incident_updates": [],
            "components": [],
        }
        self.incidents[made["id"]] = made
        self._say(made, said)
        return made

    def change(self, incident_id: str, said: Json) -> Json:
        """Change an incident; a `body` is one more update.

        Raises:
            Refused: 404 or 422.
        """
        known = self.incident(incident_id)
        self._check(said)
        for name in ("name", "metadata"):
            if name in said:
                known[name] = said[name]
        if said.get("impact_override"):
            known["impact"] = known["impact_override"] = said["impact_override"]
        self._say(known, said)
        return known

    def reword(self, incident_id: str, update_id: str, body: str) -> Json:
        """Change the words of an update.

        Raises:
            Refused: 404.
        """
        for update in self.incident(incident_id)["incident_updates"]:
            if update["id"] == update_id:
                update.update(body=body, updated_at=self._now())
                return dict(update)
        raise Refused(404, "Incident Update not found")

    def delete(self, incident_id: str) -> None:
        """Forget an incident."""
        self.incident(incident_id)
        del self.incidents[incident_id]

    def incident(self, incident_id: str) -> Json:
        """Return an incident.

        Raises:
            Refused: 404.
        """
        if incident_id not in self.incidents:
            raise Refused(404, "Incident not found")
        return self.incidents[incident_id]

    def newest(self) -> list[Json]:
        """Return the incidents, newest first."""
        return list(reversed(self.incidents.values()))

    def _say(self, known: Json, said: Json) -> None:
        status: str = said.get("status") or known["status"]
        for name, health in (said.get("components") or {}).items():
            self.components[name]["status"] = health
        ids = said.get("component_ids")
        if ids is not None:
            known["components"] = [self.components[one] for one in ids]
        if said.get("body"):
            known["incident_updates"].insert(0, self._update(known["id"], status, said["body"]))
        known.update(status=status, updated_at=self._now())
        known["resolved_at"] = self._now() if status == "resolved" else None

    def _check(self, said: Json) -> None:
        named = {*(said.get("component_ids") or ()), *(said.get("components") or {})}
        if named - set(self.components):
            raise Refused(422, "Component not found on this page")
        if said.get("status", "investigating") not in STATUSES:
            raise Refused(422, "Status is not included in the list")
        if said.get("impact_override", "none") not in IMPACTS:
            raise Refused(422, "Impact override is not included in the list")
        if set((said.get("components") or {}).values()) - set(HEALTHS):
            raise Refused(422, "Component status is not included in the list")
        if len(said.get("name", "")) > NAME_MAX or len(said.get("body", "")) > BODY_MAX:
            raise Refused(422, "Name or body is too long")

    def _update(self, incident_id: str, status: str, body: str) -> Json:
        now = self._now()
        return {
            "id": self._id(),
            "incident_id": incident_id,
            "status": status,
            "body": body,
            "created_at": now,
            "updated_at": now,
            "display_at": now,
            "deliver_notifications": True,
            "affected_components": [],
        }

    def _component(self, name: str, title: str, place: int) -> Json:
        return {
            "id": name,
            "page_id": PAGE_ID,
            "name": title,
            "description": None,
            "status": "operational",
            "position": place,
            "group": False,
            "group_id": None,
            "showcase": True,
            "only_show_if_degraded": False,
        }

    def _id(self) -> str:
        return hashlib.sha256(f"{next(self._serial)}".encode()).hexdigest()[:12]

    def _now(self) -> str:
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
