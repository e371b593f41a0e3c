"""The page as HTML. Every value goes through a template that escapes; nothing is loaded."""

from datetime import UTC, datetime
from importlib.resources import files
from itertools import groupby
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from bot.domain.statuspage import Component, Health, PageIncident, days, indicator
from bot.usecases.statuspage_public import PublicPage
from bot.web.status.words import state

_MARKS: Final = {
    Health.OPERATIONAL: ("ok", "✓"),
    Health.DEGRADED: ("minor", "!"),
    Health.PARTIAL: ("major", "!"),
    Health.MAJOR: ("critical", "✕"),
}


class HtmlPage:
    """Renders the page; the template is compiled once."""

    def __init__(self) -> None:
        """Read template and style, which come with the program."""
        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters |= {"utc": _utc, "iso": _iso, "day": _day}
        here = files("bot.web.status")
        self._template = environment.from_string(here.joinpath("page.html").read_text("utf-8"))
        self._style = here.joinpath("page.css").read_text("utf-8")

    def render(self, page: PublicPage) -> str:
        """Return the whole document."""
        level, description = indicator(page.healths, page.open)
        return self._template.render(
            title=page.title,
            style=self._style,
            level=level.value,
            description=description,
            parts=[_part(one, page) for one in page.components],
            open=[_incident(one, page) for one in page.open],
            past=_by_day(page),
            changed=page.changed_at,
        )


def _part(component: Component, page: PublicPage) -> dict[str, Any]:
    health = page.healths[component.id]
    kind, mark = _MARKS[health]
    bars = [
        (day, _MARKS[worst][0], worst.words)
        for day, worst in days(component, page.incidents, page.now.astimezone(UTC).date())
    ]
    troubled = sum(kind != "ok" for _, kind, _ in bars)
    told = f"{troubled} day{'s' * (troubled != 1)} with problems" if troubled else "no problems"
    return {
        "name": component.name,
        "description": component.description,
        "health": health.words,
        "kind": kind,
        "mark": mark,
        "bars": bars,
        "told": told,
    }


def _incident(told: PageIncident, page: PublicPage) -> dict[str, Any]:
    names = {one.id: one.name for one in page.components}
    return {
        "id": told.id,
        "name": told.name,
        "kind": told.impact.value if told.is_open else "ok",
        "parts": [names[one] for one in told.components if one in names],
        "started": told.started_at,
        "ended": told.ended_at,
        "updates": [
            {
                "id": one.id,
                "state": state(one, told),
                "body": one.body.split("\n\n"),
                "at": one.at,
                "corrected": one.corrected_at,
            }
            for one in reversed(told.updates)
        ],
    }


def _by_day(page: PublicPage) -> list[tuple[datetime, list[dict[str, Any]]]]:
    """Return what ended, by the day (UTC) on which it began, newest first."""
    ended = sorted(page.past, key=lambda one: one.started_at, reverse=True)
    grouped = groupby(ended, key=lambda one: one.started_at.astimezone(UTC).date())
    found = [list(group) for _, group in grouped]
    return [(group[0].started_at, [_incident(one, page) for one in group]) for group in found]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%b %-d, %H:%M UTC")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(moment: datetime) -> str:
    return moment.strftime("%B %-d, %Y")
