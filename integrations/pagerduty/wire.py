"""PagerDuty's JSON as values of `bot.domain.paging`. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.domain.paging import Heard, PagerStatus

TEXT_MAX: Final = 3000
Json = Mapping[str, Any]
_STATUS: Final = {
    "incident.triggered": PagerStatus.TRIGGERED,
    "incident.unacknowledged": PagerStatus.TRIGGERED,
    "incident.reopened": PagerStatus.TRIGGERED,
    "incident.acknowledged": PagerStatus.ACKNOWLEDGED,
    "incident.resolved": PagerStatus.RESOLVED,
}
_PERSON: Final = frozenset({"user", "user_reference"})


def heard_event(event: Json, received_at: datetime) -> Heard:
    """Return a webhook's event; what is missing or strange in it is left out."""
    kind = _text(event.get("event_type"), 80) or "unknown"
    data, agent = _map(event.get("data")), _map(event.get("agent"))
    at = moment(event.get("occurred_at")) or received_at
    said: dict[str, Any] = {
        "type": kind,
        "at": at,
        "agent": _text(agent.get("summary"), 80),
        "by_person": agent.get("type") in _PERSON,
    }
    if data.get("type") == "incident" or kind in _STATUS:
        facts = _incident(data)
        return Heard(**{**facts, **said, "status": _STATUS.get(kind, facts["status"])})
    about = _map(data.get("incident"))
    asked = _map(data.get("user")) or _map(data.get("escalation_policy"))
    return Heard(
        **said,
        pager=_text(about.get("id"), 40),
        url=_text(about.get("html_url"), 500),
        text=_text(data.get("content") or data.get("message"), TEXT_MAX),
        who=" ".join(
            part for part in (_text(asked.get("summary"), 80), _text(data.get("state"), 20)) if part
        ),
    )


def heard_read(incident: Json, at: datetime) -> Heard:
    """Return an incident as REST shows it, true at `at`."""
    by = _map(incident.get("last_status_change_by"))
    found = _incident({**incident, "assignees": _assigned(incident)})
    return Heard(
        **found,
        type="read",
        at=at,
        agent=_text(by.get("summary"), 80),
        by_person=by.get("type") in _PERSON,
    )


def moment(text: object) -> datetime | None:
    """Return an ISO 8601 moment; None when it is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _incident(data: Json) -> dict[str, Any]:
    reason = _map(data.get("resolve_reason"))
    merged = _map(reason.get("incident")) if reason.get("type") == "merge_resolve_reason" else {}
    known = {one.value for one in PagerStatus}
    return {
        "pager": _text(data.get("id"), 40),
        "key": _text(data.get("incident_key"), 255) or None,
        "status": PagerStatus(data["status"]) if data.get("status") in known else None,
        "assignees": _names(data.get("assignees")),
        "urgency": _text(data.get("urgency"), 10) or None,
        "priority": _priority(data),
        "title": _text(data.get("title"), 300),
        "url": _text(data.get("html_url"), 500),
        "merged_into": _text(merged.get("id"), 40),
    }


def _priority(data: Json) -> str | None:
    if "priority" not in data:
        return None
    return _text(_map(data["priority"]).get("summary"), 40)


def _assigned(incident: Json) -> list[Any]:
    held = incident.get("assignments")
    return [_map(one).get("assignee") for one in held] if isinstance(held, list) else []


def _names(people: object) -> tuple[str, ...] | None:
    if not isinstance(people, list):
        return None
    return tuple(_text(_map(one).get("summary"), 80) for one in people[:20])


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""
