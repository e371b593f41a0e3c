"""The message templates that operators edit: Jinja2, sandboxed, every value escaped once."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.domain.config import Config
from bot.domain.incident import Incident
from bot.errors import ConfigError
from bot.views.facts import headline
from bot.views.kit import context
from bot.views.limits import FALLBACK, Message, fit
from bot.views.mrkdwn import Safe, ago, cut, esc, line, time_of_day, user, when
from bot.views.template_format import header_words, to_message, wrap
from bot.views.template_samples import SAMPLES
from bot.views.template_values import VALUE, values

Load = Callable[[str], str | None]
"""The text of a template by its name ("mcp-cortex/customers/initial.txt"); None: there is none."""

INTERNAL: Final = "internal"
_FOLDER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_PLAIN: Final = frozenset({"upper", "lower", "default", "first", "last", "length"})
_REFUSED: Final[dict[type[nodes.Node], str]] = {
    nodes.Concat: "write {{ a }}{{ b }} instead of a ~ b",
    nodes.Macro: "macros are not supported",
    nodes.CallBlock: "macros are not supported",
    nodes.FilterBlock: "filter blocks are not supported",
    nodes.AssignBlock: "set blocks are not supported",
    nodes.Include: "a template stands alone: include is not supported",
    nodes.Import: "a template stands alone: import is not supported",
    nodes.FromImport: "a template stands alone: import is not supported",
    nodes.Extends: "a template stands alone: extends is not supported",
}
# what an expression of a template can raise besides TemplateError
_WRONG: Final = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


class Templates:
    """Makes the messages of an incident. `load` is asked for the most special name first:

    `<system>/<audience>/<name>.txt`, `<system>/<name>.txt`, `<audience>/<name>.txt`, `<name>.txt`.
    A template that cannot be used never stops a message: the next one is taken, and the message
    says so to the internal audience.
    """

    def __init__(self, load: Load) -> None:
        """Keep `load`; it is called for every message, so an edited template counts at once."""
        self._load = load
        self._environment = _environment()

    def initial(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the Initial Alert, T+0."""
        return self._message("initial", incident, config, audience, incident.declared_at)

    def update(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the Progress Update of `incident.last_update`."""
        return self._message("update", incident, config, audience, incident.spoken_at)

    def resolved(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the Resolution Notification."""
        at = incident.ended_at or (incident.resolution or incident.last_update or incident)
        moment = at if isinstance(at, datetime) else getattr(at, "at", incident.declared_at)
        return self._message("resolved", incident, config, audience, moment)

    def closed(self, incident: Incident, config: Config, audience: str = INTERNAL) -> Message:
        """Return the last message of a duplicate or false alarm; it never says "resolved"."""
        at = incident.ended_at or incident.spoken_at
        return self._message("closed", incident, config, audience, at)

    def check(self, source: str, name: str = "template.txt") -> list[str]:
        """Return what is wrong with a template, each as "file:line: what"; empty: nothing."""
        try:
            found = list(_mistakes(self._environment, source, name))
            if found:
                return found
            for incident, config in SAMPLES:
                self._render(source, name, values(incident, config, incident.spoken_at))
        except ConfigError as error:
            return [str(error)]
        return []

    def _message(
        self, name: str, incident: Incident, config: Config, audience: str, at: datetime
    ) -> Message:
        named = values(incident, config, at)
        wrong: list[str] = []
        for path in _paths(name, incident.system, audience):
            source = self._load(path)
            if source is None:
                continue
            try:
                rendered = self._render(source, path, named)
            except ConfigError as error:
                wrong.append(str(error))
                continue
            made = to_message(rendered, _fallback(rendered, incident))
            return _noted(made, wrong) if audience == INTERNAL else made
        raise ConfigError("; ".join(wrong) or f"{name}.txt: no such template")

    def _render(self, source: str, name: str, named: dict[str, Any]) -> str:
        """Return the rendered text.

        Raises:
            ConfigError: "file:line: what" is wrong with it.
        """
        for mistake in _mistakes(self._environment, source, name):
            raise ConfigError(mistake)
        code = self._environment.compile(source, name=name, filename=name)
        template = Template.from_code(self._environment, code, {})
        try:
            return template.render(named)
        except (TemplateError, *_WRONG) as error:
            message = f"{name}:{_line_of(error, name)}: {error}"
            raise ConfigError(message) from error


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=_finished, trim_blocks=True, lstrip_blocks=True
    )  # not autoescape: that is HTML's; `finalize` escapes every value that is not Safe
    kept = {name: environment.filters[name] for name in _PLAIN}
    ours = {"when": when, "clock": time_of_day, "ago": ago, "user": user, "join": _join}
    environment.filters = {**kept, **ours}
    environment.globals = {}  # lipsum, range, cycler: nothing a message needs
    return environment


def _finished(value: Any) -> Any:
    if isinstance(value, StrictUndefined):
        return value  # str() of it raises and names the line
    return wrap(value if isinstance(value, Safe) else esc(value, VALUE))


def _join(items: Iterable[Any], between: str = ", ") -> Safe:
    return Safe(between.join(one if isinstance(one, Safe) else esc(one) for one in items))


def _mistakes(environment: ImmutableSandboxedEnvironment, source: str, name: str) -> Iterator[str]:
    try:
        tree = environment.parse(source, name=name)
        environment.compile(source, name=name, filename=name)
    except TemplateSyntaxError as error:
        yield f"{name}:{error.lineno}: {error.message}"
        return
    for node in tree.find_all(tuple(_REFUSED)):
        yield f"{name}:{node.lineno}: {_REFUSED[type(node)]}"
    unknown = find_undeclared_variables(tree) - _names()
    for use in tree.find_all(nodes.Name):
        if use.name in unknown:
            unknown.discard(use.name)
            yield f"{name}:{use.lineno}: {use.name} is not a name that templates know"


def _names() -> frozenset[str]:
    incident, config = SAMPLES[0]
    return frozenset(values(incident, config, incident.spoken_at))


def _line_of(error: BaseException, name: str) -> int:
    """Return the template's line that raised; jinja2 rewrites the traceback to tell."""
    found, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _paths(name: str, system: str | None, audience: str) -> list[str]:
    folders = [
        [system, audience],
        [system],
        [audience],
        [],
    ]
    safe = [parts for parts in folders if all(_FOLDER.fullmatch(one or "") for one in parts)]
    return ["/".join([*(one or "" for one in parts), f"{name}.txt"]) for parts in safe]


def _fallback(rendered: str, incident: Incident) -> str:
    words = line(header_words(rendered), 300)
    return cut(f"{words}: {headline(incident)}" if words else headline(incident), FALLBACK)


def _noted(message: Message, wrong: list[str]) -> Message:
    if not wrong:
        return message
    note = f"⚠️ A template could not be used: {line('; '.join(wrong), 400)}"
    return fit({**message, "blocks": [*message["blocks"], context(note)]})
