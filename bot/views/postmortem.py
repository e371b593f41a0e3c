"""The draft of a post-mortem, as Markdown: facts from the incident and its timeline."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.incident import Incident, IncidentRole, Task, TimelineLine
from bot.views.facts import (
    ROLE_NAMES,
    acknowledged_after,
    involved,
    mitigated_after,
    status_words,
)
from bot.views.mrkdwn import span_hours, unescaped, utc
from bot.views.tidy import one_line, tidy

# what Markdown or HTML acts on anywhere, and what makes a list or a heading at the beginning
_SPECIAL: Final = re.compile(r"([\\`*_\[\]|<>~&]|^[#+=-])")
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>")
NOT_SAID: Final = "_Not said during the incident:_"

Names = Mapping[str, str]


def file_name(incident: Incident) -> str:
    """Return the name of the draft's file."""
    return f"{incident.channel_name or incident.id.lower()}-post-mortem.md"


def draft(
    incident: Incident,
    lines: Sequence[TimelineLine],
    names: Names | None = None,
    service: str = "",
) -> str:
    """Return the draft. `names` maps user ids to names; an id without one is shown as @id.

    What nobody said stays as a question to answer, so that no gap looks like a fact.
    """
    known = names or {}
    parts = [
        f"# Post-mortem: {incident.id} {md(incident.title)}",
        _summary(incident, service, known),
        f"## Impact\n\n{_impact(incident)}",
        f"## Timeline (UTC)\n\n{_timeline(lines, known)}",
        *_story(incident),
        f"## Follow-ups\n\n{_follow_ups(incident.tasks, known)}",
        "## Lessons\n\n- What went well?\n- What went badly?\n- Where were we lucky?",
    ]
    return "\n\n".join(parts) + "\n"


def md(value: object) -> str:
    """Return `value` on one line, with nothing in it that Markdown or HTML would act on."""
    return _SPECIAL.sub(r"\\\1", one_line(value))


def md_text(value: str) -> str:
    """Return a longer text as quoted paragraphs, escaped, its lines kept."""
    return "\n".join(f"> {md(one)}".rstrip() for one in tidy(value).strip().split("\n"))


def _summary(incident: Incident, service: str, names: Names) -> str:
    rows = {
        "Service": md(service or incident.system or "not named"),
        "Severity": f"{incident.severity.value.upper()} ({incident.severity.word.capitalize()})",
        "Status": md(unescaped(status_words(incident))),
        "Started": utc(incident.declared_at),
        "Acknowledged": _moment(incident.acknowledged_at),
        "Mitigated": _moment(incident.mitigated_at),
        "Ended": _moment(incident.ended_at),
        "Duration": _span(incident.duration),
        "Time to acknowledge": _span(acknowledged_after(incident)),
        "Time to mitigate": _span(mitigated_after(incident)),
        "Updates sent": str(incident.updates),
        "Times reopened": str(incident.reopened),
        **_people(incident, names),
    }
    body = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"| | |\n|---|---|\n{body}"


def _people(incident: Incident, names: Names) -> dict[str, str]:
    roles = {
        label.capitalize(): _name(incident.roles[role], names)
        for role, label in ROLE_NAMES.items()
        if role in incident.roles
    }
    everyone = ", ".join(_name(one, names) for one in involved(incident))
    missing = {} if IncidentRole.COMMANDER in incident.roles else {"Commander": "nobody"}
    return {**missing, **roles, "Involved": everyone}


def _impact(incident: Incident) -> str:
    said = incident.situation
    rows = {
        "Health": said.health,
        "Affected features": said.features,
        "Users impacted": said.users,
    }
    facts = [f"- {name}: {md(value)}" for name, value in rows.items() if value.strip()]
    text = _said(said.impact, "What did customers notice, how many of them, and how long?")
    return "\n\n".join(part for part in (text, "\n".join(facts)) if part)


def _story(incident: Incident) -> list[str]:
    end = incident.resolution
    told = {
        "Root cause": (end.root_cause if end else "", "What was the cause, and what set it off?"),
        "Resolution": (end.applied if end else "", "What was done that ended the impact?"),
        "Prevention": (end.prevention if end else "", "What keeps it from happening again?"),
    }
    return [f"## {title}\n\n{_said(text, ask)}" for title, (text, ask) in told.items()]


def _timeline(lines: Sequence[TimelineLine], names: Names) -> str:
    if not lines:
        return _said("", "What happened when?")
    rows = [
        f"| {utc(one.at).removesuffix(' UTC')} | {_name(one.who, names)} | {md(one.what)} | "
        f"{_words(one.text, names)}{_source(one.source)} |"
        for one in lines
    ]
    return "\n".join(["| When | Who | What | |", "|---|---|---|---|", *rows])


def _follow_ups(tasks: Sequence[Task], names: Names) -> str:
    if not tasks:
        return _said("", "What has to be done, by whom, until when?")
    rows = [
        f"- [{'x' if task.status == 'done' else ' '}] {md(task.text)} "
        f"({_name(task.owner, names) if task.owner else 'owner?'}, {md(task.status)})"
        for task in tasks
    ]
    return "\n".join(rows)


def _said(text: str, question: str) -> str:
    return md_text(text) if text.strip() else f"{NOT_SAID} {question}"


def _words(text: str, names: Names) -> str:
    return md(unescaped(_MENTION.sub(lambda one: f"@{names.get(one[1], one[1])}", text)))


def _source(url: str) -> str:
    return f" ({md(url)})" if url else ""


def _name(user_id: str, names: Names) -> str:
    return "Signalbox" if user_id == "signalbox" else md(names.get(user_id, f"@{user_id}"))


def _moment(at: datetime | None) -> str:
    return utc(at) if at else "not noted"


def _span(span: timedelta | None) -> str:
    return "not known" if span is None else span_hours(span)
