"""Who is on call, and the brief that one hands to the next."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.handoff import Brief
from bot.domain.incident import Incident
from bot.domain.oncall import Rota, Shift
from bot.domain.paging import Duty
from bot.views.facts import headline, status_words
from bot.views.kit import actions, button, context, header, message, section
from bot.views.limits import Block, Message
from bot.views.mrkdwn import Safe, bold, line, prose, time_of_day, user, when

SYSTEMS = 15
ROWS = 12


def on_call(rotas: Sequence[tuple[str, Rota]]) -> Message:
    """Show who is on call now and next, system by system."""
    blocks = [section("\n".join(_rota(name, rota))) for name, rota in rotas[:SYSTEMS]]
    more = len(rotas) - SYSTEMS
    note = [context(f"… and {more} more: `/oncall SYSTEM`")] if more > 0 else []
    return message("Who is on call", header("📟 On call"), *blocks, *note)


def _rota(name: str, rota: Rota) -> list[str]:
    lines = [str(bold(name, 100))]
    lines += [f"now {_duty(one)}" for one in rota.now[:ROWS]]
    lines += [f"next {_duty(one)}" for one in rota.next[:ROWS]]
    for now, then in rota.shifts:
        lines.append(f"now {_shift(now)}")
        lines.append(f"next {user(then.user)} from {when(then.since)} until {when(then.until)}")
    if rota.silent:
        lines.append(f"⚠️ {line(rota.silent, 200)}")
    if len(lines) == 1:
        lines.append("Nobody is set up: `oncall.rotations` in signalbox.yml, or PagerDuty.")
    return lines


def _duty(duty: Duty) -> Safe:
    until = f" until {when(duty.until)}" if duty.until else ""
    policy = f" · {line(duty.policy, 80)}" if duty.policy else ""
    return Safe(f"{line(duty.name, 80)} (level {duty.level}){until}{policy}")


def _shift(shift: Shift) -> Safe:
    return Safe(f"{user(shift.user)} until {when(shift.until)} · {line(shift.rotation, 80)}")


def brief(
    said: Brief, incidents: Sequence[Incident], approvals: int, changes: Sequence[str]
) -> Message:
    """Hand the shift over: what is open, what waits, what changed; with Accept."""
    top = f"🔁 {user(said.by)} hands the on-call shift over to you"
    note = [section(prose(said.note, (), 1500))] if said.note else []
    row = actions(
        button("Accept the shift", "oncall.accept", said.id, "primary"),
        button("Decline", "oncall.decline", said.id),
    )
    return message(top, section(top), *note, *_facts(incidents, approvals, changes), row)


def _facts(incidents: Sequence[Incident], approvals: int, changes: Sequence[str]) -> list[Block]:
    rows = [f"{headline(one)} · {status_words(one)}" for one in incidents[:ROWS]]
    rest = len(incidents) - len(rows)
    rows += [f"… and {rest} more: `/incident list`"] if rest > 0 else []
    waiting = f"{approvals} waiting: `/runbook pending`" if approvals else "none waiting"
    return [
        section("*Open incidents*\n" + ("\n".join(rows) or "none")),
        section(f"*Approvals* {waiting}"),
        section("*Changed in the last 24 hours*\n" + ("\n".join(changes[:ROWS]) or "nothing")),
    ]


def changed(incident: Incident) -> Safe:
    """Return one line on an incident that ended lately."""
    at: datetime | None = incident.ended_at
    return Safe(f"{headline(incident)} · {status_words(incident)} {time_of_day(at)}")


def offered(to: str) -> Message:
    """Tell the giver that it was sent."""
    said = f"🔁 The brief went to {user(to)}. You are on call until they accept."
    return message(said, section(said))


def accepted(said: Brief) -> Message:
    """Tell both that it is done."""
    words = f"🔁 {user(said.to)} accepted the on-call shift of {user(said.by)}."
    return message(words, section(words))


def declined(said: Brief) -> Message:
    """Tell both that it is not."""
    words = f"🔁 {user(said.to)} declined. {user(said.by)} is on call still."
    return message(words, section(words))
