"""The messages whose words operators may edit: initial, update, resolved, closed."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from bot.domain.config import Config
from bot.domain.incident import Incident
from bot.errors import ConfigError
from bot.views.facts import headline
from bot.views.kit import context
from bot.views.limits import FALLBACK, Message, fit
from bot.views.mrkdwn import cut, line
from bot.views.templates.engine import Engine
from bot.views.templates.names import values
from bot.views.templates.samples import SAMPLES
from bot.views.templates.text_format import header_words, to_message

Load = Callable[[str], str | None]
"""The text of a template by its name ("mcp-cortex/customers/initial.txt"); None: there is none."""

INTERNAL: Final = "internal"
_FOLDER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_GIST: Final = {  # what a notification says beside the header
    "initial": "impact",
    "update": "investigation",
    "resolved": "duration",
    "closed": "reason",
}
_MOMENTS: Final[dict[str, Callable[[Incident], datetime]]] = {
    "initial": lambda incident: incident.declared_at,
    "update": lambda incident: incident.spoken_at,
    "resolved": lambda incident: incident.ended_at or incident.spoken_at,
    "closed": lambda incident: incident.ended_at or incident.spoken_at,
}


class Templates:
    """Makes the messages of an incident. `load` is asked for the most special name first.

    That is `<system>/<audience>/<name>.txt`, then `<system>/<name>.txt`, `<audience>/<name>.txt`
    and `<name>.txt`. A template that cannot be used never stops a message: the next one is
    taken, and the message says so to the internal audience.
    """

    def __init__(self, load: Load | None = None) -> None:
        """Keep `load`; it is called for every message, so an edited template counts at once.

        What it does not have (or without it, everything) comes from the shipped templates.
        """
        self._load = load or (lambda _name: None)
        self._shipped = {f"{stage}.txt": _shipped(stage) for stage in _GIST}
        self._engine = Engine(frozenset(_named(*SAMPLES[0])))

    def render(
        self, stage: str, incident: Incident, config: Config, audience: str = INTERNAL
    ) -> Message:
        """Return the message of a stage: initial, update, resolved or closed.

        Raises:
            ConfigError: no template of it can be used.
        """
        at = _MOMENTS[stage](incident)
        named = values(incident, config, at, internal=audience == INTERNAL)
        wrong: list[str] = []
        for path, source in self._sources(stage, incident.system, audience):
            try:
                rendered = self._engine.render(source, path, named)
            except ConfigError as error:
                wrong.append(str(error))
                continue
            made = to_message(rendered, _fallback(rendered, incident, named[_GIST[stage]]))
            return _noted(made, wrong) if audience == INTERNAL else made
        raise ConfigError("; ".join(wrong))

    def initial(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the Initial Alert, T+0."""
        return self.render("initial", incident, config, audience)

    def update(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the Progress Update of `incident.last_update`."""
        return self.render("update", incident, config, audience)

    def resolved(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the Resolution Notification."""
        return self.render("resolved", incident, config, audience)

    def closed(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the last message of a duplicate or false alarm; it never says "resolved"."""
        return self.render("closed", incident, config, audience)

    def check(self, source: str, name: str = "template.txt") -> list[str]:
        """Return what is wrong with a template, each as "file:line: what"; empty: nothing."""
        found = list(self._engine.mistakes(source, name))
        try:
            for incident, config in SAMPLES if not found else ():
                self._engine.render(source, name, _named(incident, config))
        except ConfigError as error:
            found.append(str(error))
        return found

    def _sources(self, stage: str, system: str | None, audience: str) -> Iterator[tuple[str, str]]:
        """Yield (name, source) of every template of a stage, the most special first."""
        for path in _paths(stage, system, audience):
            source = self._load(path)
            if source is not None:
                yield path, source
        yield f"shipped/{stage}.txt", self._shipped[f"{stage}.txt"]


def _shipped(stage: str) -> str:
    """Return the template that comes with the program: a part of it, as its modules are."""
    return files(__name__).joinpath(f"{stage}.txt").read_text(encoding="utf-8")


def _named(incident: Incident, config: Config) -> dict[str, Any]:
    return values(incident, config, incident.spoken_at)


def _paths(name: str, system: str | None, audience: str) -> list[str]:
    """Return the names to ask for; a folder name that is no plain word is left out."""
    folders = [(system or "", audience), (system or "",), (audience,), ()]
    safe = [parts for parts in folders if all(_FOLDER.fullmatch(part) for part in parts)]
    return ["/".join((*parts, f"{name}.txt")) for parts in safe]


def _fallback(rendered: str, incident: Incident, gist: str) -> str:
    """Return what a phone shows on its lock screen."""
    words = line(header_words(rendered), 300)
    about = headline(incident, marked=not words) + (f" · {line(gist, 300)}" if gist else "")
    return cut(f"{words}: {about}" if words else about, FALLBACK)


def _noted(message: Message, wrong: list[str]) -> Message:
    if not wrong:
        return message
    note = f"⚠️ A template could not be used: {line('; '.join(wrong), 400)}"
    return fit({**message, "blocks": [*message["blocks"], context(note)]})
