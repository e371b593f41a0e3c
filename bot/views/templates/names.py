"""The names that a message template may use, and what they stand for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.config import Config
from bot.domain.incident import Incident, IncidentRole, Resolution, Update
from bot.domain.lifecycle import TITLE_MAX, shorten
from bot.domain.roles import TASK_MAX
from bot.views.facts import (
    acknowledged_after,
    closing_sentence,
    involved,
    mitigated_after,
    severity_label,
    status_words,
    unfinished,
)
from bot.views.mrkdwn import (
    NOBODY,
    NOT_KNOWN,
    Safe,
    known,
    span_hours,
    span_minutes,
    user,
    users,
    when,
)
from bot.views.tidy import one_line

TASKS: Final = 12  # more would hide the rest of the message
SERVICE: Final = 100  # leaves a header's 150 characters room for its own words


class Unknown(Safe):
    """Words for what nobody has said; false in an `if`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        """Count as nothing."""
        return False


def values(
    incident: Incident, config: Config, at: datetime, *, internal: bool = True
) -> dict[str, Any]:
    """Return every name of every template. `at` is the moment the message speaks of.

    `internal`: it is for those who work on it.
    """
    return {
        "internal": internal,
        **_about(incident, config),
        **_times(incident, at),
        **_people(incident),
        **_situation(incident),
        **_update(incident.last_update or Update(by="", at=at)),
        **_resolution(incident.resolution or Resolution(by="", at=at)),
        **_tasks(incident),
        "reason": closing_sentence(incident),
    }


def _about(incident: Incident, config: Config) -> dict[str, Any]:
    service = config.service_name(incident.system)
    return {
        "id": incident.id,
        "title": shorten(one_line(incident.title), TITLE_MAX),
        "private": incident.private,
        "service": known(shorten(one_line(service), SERVICE)),
        "about": shorten(one_line(f"{service} Incident".strip()), SERVICE),
        "all_services": Safe("All AI services" if "AI" in service.split() else "All services"),
        "severity": Safe(incident.severity.word),
        "level": Safe(incident.severity.value.upper()),
        "label": severity_label(incident, config),
        "status": status_words(incident),
    }


def _times(incident: Incident, at: datetime) -> dict[str, Any]:
    lasted = at - incident.declared_at
    due = incident.update_due_at
    return {
        "time": when(at),
        "started": when(incident.declared_at),
        "next_update": when(due) if due else Unknown("none is planned"),
        "duration": Safe(span_hours(lasted)),
        "minutes": Safe(span_minutes(lasted)),
        "acknowledged_after": _span(acknowledged_after(incident), "not acknowledged"),
        "mitigated_after": _span(mitigated_after(incident), NOT_KNOWN),
        "declared_at": incident.declared_at,
        "acknowledged_at": incident.acknowledged_at,
        "mitigated_at": incident.mitigated_at,
        "ended_at": incident.ended_at,
        "due_at": due,
    }


def _people(incident: Incident) -> dict[str, Any]:
    roles = {role.value: _person(incident.roles.get(role)) for role in IncidentRole}
    said = incident.last_update
    return {
        **roles,
        "declared_by": _person(incident.declared_by),
        "by": _person(said.by if said else None),
        "people": users(involved(incident)),
    }


def _situation(incident: Incident) -> dict[str, Any]:
    said = incident.situation
    return {
        "impact": _said(said.impact),
        "health": _said(said.health),
        "features": _said(said.features),
        "affected": _said(said.users),
    }


def _update(said: Update) -> dict[str, Any]:
    # a bare text is what was learnt; beside an investigation it stands alone
    return {
        "text": _said(said.text if said.investigation else ""),
        "investigation": _said(said.investigation or said.text),
        "mitigation": _said(said.mitigation),
        "eta": _said(said.eta),
    }


def _resolution(said: Resolution) -> dict[str, Any]:
    return {
        "root_cause": _said(said.root_cause),
        "applied": _said(said.applied),
        "prevention": _said(said.prevention),
        "services": _said(said.services),
        "performance": _said(said.performance),
        "monitoring": _said(said.monitoring),
    }


def _tasks(incident: Incident) -> dict[str, Any]:
    left = unfinished(incident)
    shown: list[Mapping[str, Any]] = [
        {
            "number": task.number,
            "text": shorten(one_line(task.text), TASK_MAX),
            "owner": user(task.owner),
            "status": task.status,
        }
        for task in left[:TASKS]
    ]
    return {"tasks": shown, "more_tasks": max(0, len(left) - TASKS)}


def _said(text: str) -> str:
    return text.strip() or Unknown(NOT_KNOWN)


def _person(user_id: str | None) -> Safe:
    return user(user_id) if user_id else Unknown(NOBODY)


def _span(span: timedelta | None, otherwise: str) -> Safe:
    return Unknown(otherwise) if span is None else Safe(span_hours(span))
