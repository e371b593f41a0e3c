"""The form that declares an incident."""

from collections.abc import Sequence
from typing import Final

from bot.domain.config import Config, System
from bot.domain.lifecycle import TITLE_MAX, Declaration
from bot.views.forms.small import severity_options
from bot.views.inputs import needed, option, people, person, prompted, radio, select, text, tick
from bot.views.kit import Element, context, modal
from bot.views.limits import Block, View
from bot.views.mrkdwn import channel, group, line, user

IMPACT: Final = 1000
FEATURES: Final = 500
USERS: Final = 200
PRIVATE: Final = "private"
SYSTEMS: Final = 99  # of the 100 options of a menu
TOLD: Final = 6  # systems named one by one
HEALTH: Final = ("healthy", "degraded", "down")  # inventory table (b), Service Health


def declare(
    config: Config,
    *,
    title: str = "",
    said: Declaration | None = None,
    woken: Sequence[str] = (),
) -> View:
    """Ask for an incident; `title` or `said` is what is known already.

    `woken` are finished lines on who will be woken.

    Fields: title, severity, system, impact, health, features, users, commander, invite, private
    (a list, of "private" when ticked). Only title and severity are needed.
    """
    known = said or Declaration(title=title)
    return modal(
        "Declare an incident", "incident.declare", _fields(config, known, woken), "Declare"
    )


def _fields(config: Config, said: Declaration, woken: Sequence[str]) -> list[Block]:
    levels = severity_options(config, said.system)
    return [
        needed(prompted(_title(said), "What people notice: checkout is slow")),
        needed(select("severity", "Severity", levels, initial=said.severity.value)),
        *_system(config, said),
        text(
            "impact",
            "Impact",
            most=IMPACT,
            initial=said.situation.impact,
            lines=True,
            hint="Who is affected, and how?",
        ),
        radio("health", "Service health", _health(), initial=said.situation.health),
        text("features", "Affected features", most=FEATURES, initial=said.situation.features),
        text("users", "Estimated users impacted", most=USERS, initial=said.situation.users),
        person("commander", "Incident commander", initial=said.commander),
        people("invite", "Invite", initial=said.invite),
        _private(said),
        context(*woken, *told_where(config)),
    ]


def told_where(config: Config) -> list[str]:
    """Return who is told where, before anything is sent."""
    general = config.channels.incidents
    first = f"Announced in {channel(general)}" if general else "Not announced: no channel is set up"
    lines = [f"📣 {first}; everybody works in a new channel of its own."]
    special = [system for system in config.systems.values() if _told(system)]
    lines += [_told(system) for system in special[:TOLD]]
    if len(special) > TOLD:
        lines.append(f"… and {len(special) - TOLD} more systems with channels of their own")
    return [*lines, "🔒 A private incident is announced nowhere."]


def _told(system: System) -> str:
    parts = []
    if system.channels.incidents:
        parts.append(f"announced in {channel(system.channels.incidents)}")
    if system.responders:
        invited = [group(one) if one.startswith("S") else user(one) for one in system.responders]
        parts.append(f"invited: {', '.join(invited[:10])}")
    return f"{line(system.title, 80)}: {'; '.join(parts)}" if parts else ""


def _title(said: Declaration) -> Block:
    return text("title", "Title", most=TITLE_MAX, initial=said.title)


def _system(config: Config, said: Declaration) -> list[Block]:
    systems = list(config.systems.values())[:SYSTEMS]
    if not systems:
        return []
    choices = [option(system.title or system.id, system.id) for system in systems]
    return [select("system", "System", choices, initial=said.system)]


def _health() -> list[Element]:
    return [option(word.capitalize(), word) for word in HEALTH]


def _private(said: Declaration) -> Block:
    choice = option("Private", PRIVATE, "Only the people invited ever hear of it")
    hint = (
        "Its channel is private, and no announcement, list, digest or status page shows it to "
        "anybody else. If the private channel cannot be made, nothing is opened."
    )
    return tick("private", "Visibility", choice, ticked=said.private, hint=hint)
