"""Who does what in an incident: roles, hand-over of command, tasks."""

from datetime import datetime

from bot.domain.incident import Handover, Incident, IncidentRole, Task
from bot.domain.lifecycle import must_be_open, shorten
from bot.errors import Conflict, Invalid, NotFound

TASK_MAX = 300
TASKS_MAX = 100


def assign(incident: Incident, role: IncidentRole, user: str) -> Incident:
    """Give a role to somebody; commander only when nobody holds it or the holder gives it.

    Raises:
        Conflict: that person holds the role already.
    """
    must_be_open(incident)
    if incident.roles.get(role) == user:
        message = f"<@{user}> is {role.value} of {incident.id} already."
        raise Conflict(message)
    roles = {**incident.roles, role: user}
    handover = None if role is IncidentRole.COMMANDER else incident.handover
    return incident.model_copy(
        update={"roles": roles, "invited": _with(incident, user), "handover": handover}
    )


def claim(incident: Incident, role: IncidentRole, user: str) -> Incident:
    """Take a free role.

    Raises:
        Conflict: somebody holds it; command is handed over, not taken.
    """
    must_be_open(incident)
    holder = incident.roles.get(role)
    if holder is not None and holder != user:
        message = f"<@{holder}> is {role.value}; ask them for a handover."
        raise Conflict(message)
    return assign(incident, role, user)


def offer_handover(
    incident: Incident, to: str, *, by: str, now: datetime, note: str = ""
) -> Incident:
    """Offer command to somebody; it stays where it is until they accept.

    Raises:
        Conflict: they are the commander already.
        Invalid: offered to oneself; accepting that would be taking command.
    """
    must_be_open(incident)
    if to == by:
        message = "Hand over to somebody else, such as `/incident handover @ann`."
        raise Invalid(message, "to")
    if incident.roles.get(IncidentRole.COMMANDER) == to:
        message = f"<@{to}> is the commander of {incident.id} already."
        raise Conflict(message)
    offer = Handover(to=to, by=by, at=now, note=note)
    return incident.model_copy(update={"handover": offer, "invited": _with(incident, to)})


def accept_handover(incident: Incident, *, by: str) -> Incident:
    """Take command that was offered; the one before becomes deputy.

    Raises:
        Conflict: nothing is offered to this person.
    """
    must_be_open(incident)
    if incident.handover is None or incident.handover.to != by:
        message = (
            f"No handover of {incident.id} waits for you; its commander offers one with "
            "`/incident handover`."
        )
        raise Conflict(message)
    before = incident.roles.get(IncidentRole.COMMANDER)
    roles = {**incident.roles, IncidentRole.COMMANDER: by}
    if before is not None:
        roles[IncidentRole.DEPUTY] = before
    return incident.model_copy(update={"roles": roles, "handover": None})


def decline_handover(incident: Incident, *, by: str) -> Incident:
    """Refuse an offered command.

    Raises:
        Conflict: nothing is offered to this person.
    """
    if incident.handover is None or incident.handover.to != by:
        message = (
            f"No handover of {incident.id} waits for you; its commander offers one with "
            "`/incident handover`."
        )
        raise Conflict(message)
    return incident.model_copy(update={"handover": None})


def add_task(
    incident: Incident, text: str, *, by: str, now: datetime, owner: str | None = None
) -> Incident:
    """Note work to be done. Tasks may be added after the end: follow-ups.

    Raises:
        Invalid: no text.
        Conflict: too many tasks for one incident.
    """
    words = " ".join(text.split())
    if not words:
        message = "A task needs words: `/incident task add Drain node-3 @ann`."
        raise Invalid(message, "text")
    if len(incident.tasks) >= TASKS_MAX:
        message = f"{incident.id} has {TASKS_MAX} tasks; a tracker serves better from here."
        raise Conflict(message)
    task = Task(
        number=len(incident.tasks) + 1,
        text=shorten(words, TASK_MAX),
        owner=owner,
        created_by=by,
        created_at=now,
    )
    return incident.model_copy(update={"tasks": (*incident.tasks, task)})


def set_task(incident: Incident, number: int, status: str, *, now: datetime) -> Incident:
    """Move a task to "open", "in progress" or "done".

    Raises:
        NotFound: no task has that number.
        Conflict: it stands there already.
    """
    task = find_task(incident, number)
    if task.status == status:
        message = f"Task {number} is {status} already."
        raise Conflict(message)
    moved = task.model_copy(update={"status": status, "done_at": now if status == "done" else None})
    return _with_task(incident, moved)


def own_task(incident: Incident, number: int, owner: str) -> Incident:
    """Give a task to somebody."""
    return _with_task(incident, find_task(incident, number).model_copy(update={"owner": owner}))


def find_task(incident: Incident, number: int) -> Task:
    """Return task `number`.

    Raises:
        NotFound: there is none.
    """
    if not 1 <= number <= len(incident.tasks):
        message = f"{incident.id} has no task {number}; `/incident status` shows its tasks."
        raise NotFound(message)
    return incident.tasks[number - 1]


def _with_task(incident: Incident, task: Task) -> Incident:
    tasks = tuple(task if other.number == task.number else other for other in incident.tasks)
    return incident.model_copy(update={"tasks": tasks})


def _with(incident: Incident, user: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*incident.invited, user)))
