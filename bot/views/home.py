"""App Home: what is open, what waits for me, what is due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.incident import Incident, Task
from bot.views.answers.lists import Channels, incident_row, place_of, worst_first
from bot.views.card import task_button
from bot.views.facts import headline, is_snoozed
from bot.views.kit import actions, button, context, divider, header, section
from bot.views.limits import VIEW_BLOCKS, Block, View
from bot.views.mrkdwn import ago, line, when

INCIDENTS: Final = 30
TASKS: Final = 20
DUE: Final = 10
APPROVALS: Final = 20
SOON: Final = timedelta(minutes=15)


def home(
    user: str,
    incidents: Sequence[Incident],
    channels: Channels | None = None,
    *,
    now: datetime,
    approvals: Sequence[Block] = (),
) -> View:
    """Return somebody's Home.

    `incidents` are the open ones that this person may see (P8); `approvals` are blocks of the
    requests that wait for them.
    """
    tasks = [(one, task) for one in incidents for task in one.tasks if task.owner == user]
    blocks = [
        actions(button("Declare an incident", "incident.declare", "new", "primary")),
        *_approvals(approvals),
        *_incidents(incidents, now, channels or {}),
        *_tasks(tasks, channels or {}),
        *_due(incidents, now),
    ]
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def _approvals(approvals: Sequence[Block]) -> list[Block]:
    if not approvals:
        return []
    return [header("Waiting for your approval"), *approvals[:APPROVALS], divider()]


def _incidents(incidents: Sequence[Incident], now: datetime, channels: Channels) -> list[Block]:
    if not incidents:
        return [header("Open incidents"), section("✅ None.")]
    rows = [section(incident_row(one, now, channels)) for one in worst_first(incidents)[:INCIDENTS]]
    return [header(f"Open incidents ({len(incidents)})"), *rows, *_rest(len(incidents) - INCIDENTS)]


def _tasks(tasks: Sequence[tuple[Incident, Task]], channels: Channels) -> list[Block]:
    left = [(incident, task) for incident, task in tasks if task.status != "done"]
    if not left:
        return []
    rows = [
        section(
            f"{task.number}. {line(task.text, 400)} · {line(task.status, 40)}"
            f" · {ago(task.created_at)}\n{place_of(incident, channels)} · {incident.id}",
            task_button(incident, task),
        )
        for incident, task in left[:TASKS]
    ]
    return [header(f"My tasks ({len(left)})"), *rows, *_rest(len(left) - TASKS)]


def _due(incidents: Sequence[Incident], now: datetime) -> list[Block]:
    """Show what needs an update now; of the others the rows say when."""
    waiting = [
        (one.update_due_at, one)
        for one in incidents
        if one.is_open and one.update_due_at and one.update_due_at <= now + SOON
        if not is_snoozed(one, now)
    ]
    if not waiting:
        return []
    waiting.sort(key=lambda pair: (pair[0], pair[1].id))
    lines = [
        f"{'⚠️ *Update overdue* since' if at < now else '*Update due*'} {when(at)} · {headline(one)}"
        for at, one in waiting[:DUE]
    ]
    return [header("Due next"), *(section(one) for one in lines), *_rest(len(waiting) - DUE)]


def _rest(count: int) -> list[Block]:
    return [context(f"… and {count} more")] if count > 0 else []
