"""What customers are told, from templates that operators may edit: plain words, no markup."""

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from bot.domain.config import Config
from bot.domain.incident import CloseReason, Incident
from bot.domain.lifecycle import shorten
from bot.domain.severity import Severity
from bot.domain.statuspage import BODY_MAX, NAME_MAX
from bot.errors import ConfigError
from bot.views.mrkdwn import heard, span_hours
from bot.views.templates.engine import Engine
from bot.views.templates.samples import SAMPLES
from bot.views.tidy import one_line, tidy

STAGES: Final = ("initial", "update", "resolved", "closed")
AUDIENCE: Final = "customers"
_FOLDER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_PROBLEMS: Final = {
    Severity.SEV1: "outage",
    Severity.SEV2: "partial outage",
    Severity.SEV3: "degraded performance",
    Severity.SEV4: "degraded performance",
}
_NAMED: Final = ("service", "problem", "impact", "status", "started")
_TOLD: Final = ("duration", "reopened", "duplicate", "said")
_NAMES: Final = frozenset((*_NAMED, *_TOLD))
_BLANK: Final = re.compile(r"\n[ \t]*\n\s*")


class CustomerTexts:
    """Makes title and text. What is internal (the title, what was found) is not in them.

    `load` is asked for `<system>/customers/<stage>.txt`, then `customers/<stage>.txt`; a template
    that cannot be used never stops a draft: the next one is taken, and somebody reads it anyhow.
    """

    def __init__(self, load: Callable[[str], str | None] | None = None) -> None:
        """Keep `load`; it is called for every text, so an edited template counts at once."""
        self._load = load or (lambda _name: None)
        here = files("bot.views.statuspage")
        self._shipped = {
            stage: here.joinpath(f"{stage}.txt").read_text(encoding="utf-8") for stage in STAGES
        }
        self._engine = Engine(_NAMES, plain=True)

    def render(self, stage: str, incident: Incident, config: Config) -> tuple[str, str]:
        """Return title and text of a stage: initial, update, resolved or closed.

        Raises:
            ConfigError: not even the shipped template can be used.
        """
        wrong = ""
        for path in self._paths(stage, incident.system):
            source = self._shipped[stage] if path.startswith("shipped/") else self._load(path)
            if source is None:
                continue
            try:
                rendered = self._engine.render(source, path, _values(incident, config))
            except ConfigError as error:
                wrong = str(error)
                continue
            return _parted(rendered, _values(incident, config)["service"])
        raise ConfigError(wrong)

    def check(self, source: str, name: str) -> list[str]:
        """Return what is wrong with a template, each as "file:line: what"; empty: nothing."""
        found = list(self._engine.mistakes(source, name))
        try:
            for incident, config in SAMPLES if not found else ():
                self._engine.render(source, name, _values(incident, config))
        except ConfigError as error:
            found.append(str(error))
        return found

    def _paths(self, stage: str, system: str | None) -> list[str]:
        own = [f"{system}/{AUDIENCE}/{stage}.txt"] if system and _FOLDER.fullmatch(system) else []
        return [*own, f"{AUDIENCE}/{stage}.txt", f"shipped/{stage}.txt"]


def clean_text(name: str, body: str) -> tuple[str, str]:
    """Return title and text as they may be published: plain, within the limits, no blank tail."""
    title = shorten(one_line(name), NAME_MAX)
    return title, shorten(_BLANK.sub("\n\n", tidy(body)).strip(), BODY_MAX)


def _parted(rendered: str, service: str) -> tuple[str, str]:
    first, _, rest = rendered.strip().partition("\n")
    if first.startswith("# "):
        return clean_text(first[2:], rest)
    return clean_text(service, rendered)


def _values(incident: Incident, config: Config) -> dict[str, Any]:
    at = incident.ended_at or incident.spoken_at
    said = incident.last_update
    return {
        "service": one_line(config.service_name(incident.system)) or "our service",
        "problem": _PROBLEMS[incident.severity],
        "impact": incident.situation.impact.strip(),  # from a form, so it is no markup
        "status": incident.status.value,
        "started": incident.declared_at.strftime("%Y-%m-%d %H:%M UTC"),
        "duration": span_hours(at - incident.declared_at),
        "reopened": incident.reopened > 0,
        "duplicate": incident.close_reason is CloseReason.DUPLICATE,
        "said": heard(said.text or said.investigation).strip() if said else "",
    }
