"""Reading the words behind /incident."""

import difflib
import re
from dataclasses import dataclass

from bot.domain.incident import CloseReason, IncidentRole
from bot.domain.lifecycle import Declaration
from bot.domain.severity import WORDS, Severity
from bot.errors import Invalid
from bot.views.mrkdwn import heard

MENTION = re.compile(r"^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$")
OPTIONS = ("private", "system")
INCIDENT = re.compile(r"^INC-?\d{1,9}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """The words behind the command: the first one, an incident's id if one is named, the rest."""

    verb: str
    incident: str | None
    rest: str

    @property
    def list(self) -> list[str]:
        """The rest, word by word."""
        return self.rest.split()


def words(text: str) -> Words:
    """Split `update INC-42 we rolled back` into its verb, incident and rest, as Slack sent them."""
    verb, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    first, _, after = rest.partition(" ")
    if INCIDENT.match(first):
        return Words(verb.lower(), first, after.strip())
    return Words(verb.lower(), None, rest)


def declaration(text: str) -> Declaration:
    """Read `[severity] [--private] [--system ID] title`; without a severity it is SEV2.

    Raises:
        Invalid: an option that is nearly `--private` or `--system` (P8: never a public incident
            by a slip), or `--system` without an id.
    """
    severity, private, system = Severity.SEV2, False, None
    rest = text.split()
    if rest and rest[0].lower() in WORDS:
        severity = WORDS[rest.pop(0).lower()]
    title: list[str] = []
    while rest:
        word = rest.pop(0)
        meant = option(word)
        if meant == "private":
            private = True
        elif meant == "system":
            if not rest:
                message = "Name the system behind `--system`."
                raise Invalid(message, "system")
            system = rest.pop(0)
        else:
            title.append(word)
    said = heard(" ".join(title))
    return Declaration(title=said, severity=severity, private=private, system=system)


def option(word: str) -> str | None:
    """Return the option that `word` is, None when it is no option.

    Slack's clients make one long dash of two, so any dashes count.

    Raises:
        Invalid: it is nearly one.
    """
    name = word.lstrip("-\u2013\u2014").lower()
    if name == word.lower() or not name:
        return None
    near = difflib.get_close_matches(name, OPTIONS, n=1, cutoff=0.7)
    if near and near[0] != name:
        message = f"`{word[:40]}` is no option. Did you mean `--{near[0]}`? Nothing was declared."
        raise Invalid(message, near[0])
    return near[0] if near else None


def mention(word: str) -> str:
    """Return the user id in `<@U0ANN|ann>`.

    Raises:
        Invalid: it is not a mention.
    """
    match = MENTION.match(word.strip())
    if match is None:
        message = f"Name a person with @, such as `@ann`; {word[:40]!r} is not one."
        raise Invalid(message, "user")
    return match[1]


def role(word: str) -> IncidentRole:
    """Return the incident role that `word` names.

    Raises:
        Invalid: there is no such role.
    """
    plain = word.strip().lower().replace("-", "").replace("_", "")
    for known in IncidentRole:
        if plain == known.value:
            return known
    names = ", ".join(f"`{known.value}`" for known in IncidentRole)
    message = f"Roles are {names}: `/incident role commander @ann`."
    raise Invalid(message, "role")


def close_reason(rest: list[str]) -> tuple[CloseReason, str | None]:
    """Read `duplicate INC-7` or `false-alarm`.

    Raises:
        Invalid: it is neither.
    """
    plain = rest[0].lower().replace("-", "").replace("_", "") if rest else ""
    if plain in {"falsealarm", "false"}:
        return CloseReason.FALSE_ALARM, None
    if plain in {"duplicate", "dup"}:
        others = [word for word in rest[1:] if INCIDENT.match(word)]
        return CloseReason.DUPLICATE, others[0] if others else None
    message = "Say why: `/incident close duplicate INC-7` or `/incident close false-alarm`."
    raise Invalid(message, "reason")
