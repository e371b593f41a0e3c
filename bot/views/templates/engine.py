"""Jinja2, sandboxed and small: what a template may do, and what is wrong with one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import ConfigError
from bot.views.mrkdwn import Safe, ago, esc, time_of_day, user, when
from bot.views.templates.text_format import wrap

VALUE: Final = 2600  # one value; leaves a section's 3,000 characters room for its label
_TAG: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}|^.*?[%#]\}|\{[%#].*$")
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


class Engine:
    """Compiles and renders templates that know `names`."""

    def __init__(self, names: frozenset[str], *, plain: bool = False) -> None:
        """Keep the names; compiled templates are kept as long as their source stays.

        `plain`: values stay the text they are, for readers outside Slack.
        """
        self._names = names
        self._environment = _plain_environment() if plain else _environment()
        self._ready: dict[str, tuple[str, Template]] = {}

    def mistakes(self, source: str, name: str) -> Iterator[str]:
        """Yield what can be seen without rendering, each as "file:line: what"."""
        lines = _keep_newlines(source)
        try:
            tree = self._environment.parse(lines, name=name)
            self._environment.compile(lines, name=name, filename=name)
        except TemplateSyntaxError as error:
            yield f"{name}:{error.lineno}: {error.message}"
            return
        refused: Iterator[nodes.Node] = tree.find_all(tuple(_REFUSED))
        for node in refused:
            yield f"{name}:{node.lineno}: {_REFUSED[type(node)]}"
        unknown = find_undeclared_variables(tree) - self._names
        for use in tree.find_all(nodes.Name):
            if use.name in unknown:
                unknown.discard(use.name)
                yield f"{name}:{use.lineno}: {use.name} is not a name that templates know"

    def render(self, source: str, name: str, values: Mapping[str, Any]) -> str:
        """Return the rendered text, its values wrapped.

        Raises:
            ConfigError: "file:line: what" is wrong with the template.
        """
        template = self._compiled(source, name)
        try:
            return template.render(values)
        except (TemplateError, *_WRONG) as error:
            message = f"{name}:{_line_of(error, name)}: {error}"
            raise ConfigError(message) from error

    def _compiled(self, source: str, name: str) -> Template:
        known, template = self._ready.get(name, ("", None))
        if template is None or known != source:
            for mistake in self.mistakes(source, name):
                raise ConfigError(mistake)
            lines = _keep_newlines(source)
            code = self._environment.compile(lines, name=name, filename=name)
            template = Template.from_code(self._environment, code, {})
            self._ready[name] = (source, template)
        return template


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=_finished, trim_blocks=True, lstrip_blocks=True
    )  # not autoescape: that is HTML's; `finalize` escapes every value that is not Safe
    kept = {name: environment.filters[name] for name in _PLAIN}
    ours = {"when": when, "clock": time_of_day, "ago": ago, "user": user, "join": _join}
    environment.filters = {**kept, **ours}
    environment.globals = {}  # lipsum, range, cycler: nothing a message needs
    return environment


def _plain_environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # not autoescape: each status page escapes for itself
    environment.filters = {name: environment.filters[name] for name in _PLAIN}
    environment.globals = {}
    return environment


def _keep_newlines(source: str) -> str:
    """Return the source in which only a line of nothing but tags disappears.

    `trim_blocks` takes the newline behind every tag, also behind `Hello {% endif %}`; `+%}` keeps
    it. Lines keep their numbers.
    """
    return "\n".join(_mixed(line) for line in source.split("\n"))


def _mixed(line: str) -> str:
    if not re.search(r"(?<![+-])[%#]\}\s*$", line) or not _TAG.sub("", line).strip():
        return line
    return re.sub(r"([%#]\})(\s*)$", r"+\1\2", line)


def _finished(value: Any) -> Any:
    if isinstance(value, StrictUndefined):
        return value  # str() of it raises and names the line
    return wrap(value if isinstance(value, Safe) else esc(value, VALUE))


def _join(items: Iterable[Any], between: str = ", ") -> Safe:
    return Safe(between.join(one if isinstance(one, Safe) else esc(one) for one in items))


def _line_of(error: BaseException, name: str) -> int:
    """Return the template's line that raised; jinja2 rewrites the traceback to tell."""
    found, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
