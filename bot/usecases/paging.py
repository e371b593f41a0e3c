"""PagerDuty, outwards: what an incident's moves mean there. See docs/decisions/0010.

Nothing is called here: each call is an entry of the lane `pagerduty:<INC>`, one after the other.
"""

from dataclasses import dataclass
from typing import Any

from bot.domain.config import Config
from bot.domain.incident import Incident
from bot.domain.outbox import Priority
from bot.domain.paging import (
    Ask,
    Page,
    PagerStatus,
    Urgency,
    expecting,
    urgency_for,
    wanted,
)
from bot.ports import Memory
from bot.usecases.followers import Move
from bot.usecases.turn import Turn
from bot.views.mrkdwn import heard

SIGNED = "[Signalbox]"
"""How our notes begin, so that their echo is known and people see where they come from."""
NOTE_MAX = 1000
LEVELS = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """What the settings allow: `on` when anything can be sent, `rest` when notes and the like."""

    on: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Paging:
    """bot.usecases.followers.Follower."""

    memory: Memory
    config: Config
    reach: Reach

    async def page(self, incident_id: str) -> Page | None:
        """Return an incident's dealings with PagerDuty; None when it never had any."""
        body = await self.memory.document("page", incident_id)
        return None if body is None else Page.model_validate_json(body)

    def keep(self, turn: Turn, page: Page, *, new: bool) -> Page:
        """Store it."""
        return turn.store("page", page, new=new)

    async def follow(self, turn: Turn, incident: Incident, move: Move) -> None:
        """Owe PagerDuty what a move means."""
        if not self.reach.on:
            return
        stored = await self.page(incident.id)
        page = stored or Page(id=incident.id)
        match move:
            case Move.OPENED | Move.REOPENED | Move.SEVERITY:
                moved = self._measured(turn, incident, page, move)
            case Move.UPDATED:
                moved = self._updated(turn, incident, page)
            case Move.ACKNOWLEDGED:
                moved = self._acknowledged(turn, incident, page)
            case Move.RESOLVED | Move.CLOSED:
                moved = self._ended(turn, incident, page)
        if moved != page:
            self.keep(turn, moved, new=stored is None)

    async def call_on_call(self, turn: Turn, incident: Incident) -> bool:
        """Page whoever is on call, however low the severity; False when PagerDuty cannot."""
        if not self.reach.on:
            return False
        stored = await self.page(incident.id)
        page, ask = wanted(stored or Page(id=incident.id), Urgency.HIGH)
        self._asked(turn, incident, page, ask)
        if ask is not Ask.NOTHING:
            self.keep(turn, page, new=stored is None)
            return True
        return False

    async def ask_responders(self, turn: Turn, incident: Incident, users: list[str]) -> None:
        """Ask people for help in PagerDuty too, those whose login is known."""
        emails = [self.config.oncall.logins[u] for u in users if u in self.config.oncall.logins]
        page = await self.page(incident.id)
        if page is None or not page.is_live or not self.reach.rest or not emails:
            return
        text = f"{SIGNED} {shown_name(incident)}: you are needed."
        self._post(turn, page, "responders", {"emails": emails, "text": text}, spare=True)
        for _ in emails:
            page = expecting(page, "incident.responder.added", turn.now)
        self.keep(turn, page, new=False)

    async def reassign(self, turn: Turn, incident: Incident, user: str) -> None:
        """Let PagerDuty page `user` for it from now on, when their login is known."""
        login = self.config.oncall.logins.get(user)
        page = await self.page(incident.id)
        if page is None or not page.is_live or not self.reach.rest or login is None:
            return
        self._post(turn, page, "reassign", {"emails": [login]}, spare=True)
        self.keep(turn, expecting(page, "incident.reassigned", turn.now), new=False)

    async def escalate(self, turn: Turn, incident: Incident) -> bool:
        """Let PagerDuty page its next level now; False when it cannot or is at the top."""
        page = await self.page(incident.id)
        if page is None or not page.is_live or not self.reach.rest or page.level >= LEVELS:
            return False
        moved = expecting(page, "incident.escalated", turn.now)
        moved = moved.model_copy(update={"level": page.level + 1})
        self._post(turn, moved, "escalate", {"level": moved.level}, priority=Priority.URGENT)
        self.keep(turn, moved, new=False)
        return True

    # ------------------------------------------------------------ what a move means

    def _measured(self, turn: Turn, incident: Incident, page: Page, move: Move) -> Page:
        known = self.config.systems.get(incident.system or "")
        urgency = urgency_for(known.paging if known else {}, incident.severity)
        was_live = page.is_live
        page, ask = wanted(page, urgency)
        self._asked(turn, incident, page, ask)
        if not page.is_live or not self.reach.rest:
            return page
        if was_live and move is Move.SEVERITY:
            words = f"is {incident.severity.value.upper()} now"
            self._note(turn, incident, page, words)
        name = f"P{incident.severity.rank}"
        self._post(turn, page, "priority", {"priority": name}, spare=True, coalesce="priority")
        return page

    def _updated(self, turn: Turn, incident: Incident, page: Page) -> Page:
        said = incident.last_update
        if not page.is_live or not self.reach.rest or incident.private or said is None:
            return page
        parts = (said.text, said.investigation, said.impact, said.mitigation, said.eta)
        text = " · ".join(heard(part) for part in parts if part)
        words = f"{SIGNED} {incident.id} {incident.status.value}: {text}"[:NOTE_MAX]
        self._post(turn, page, "status_update", {"text": words}, spare=True)
        return page

    def _acknowledged(self, turn: Turn, incident: Incident, page: Page) -> Page:
        if not page.is_live or page.status is PagerStatus.ACKNOWLEDGED:
            return page
        login = self.config.oncall.logins.get(incident.acknowledged_by or "")
        args = {**self._own_service(incident), **({"sender": login} if login else {})}
        self._post(turn, page, "acknowledge", args)
        return page

    def _ended(self, turn: Turn, incident: Incident, page: Page) -> Page:
        if not page.is_live:
            return page
        if page.status is not PagerStatus.RESOLVED:
            if incident.close_reason is not None and self.reach.rest:
                other = f" of {incident.duplicate_of}" if incident.duplicate_of else ""
                words = f"closed as {incident.close_reason.value}{other}; nothing was fixed"
                self._note(turn, incident, page, words)
            ends = {f"pager-end:{page.key}": "at"}
            args = self._own_service(incident)
            self._post(turn, page, "resolve", args, priority=Priority.URGENT, saves=ends)
        return page.model_copy(update={"ended": True})

    def _asked(self, turn: Turn, incident: Incident, page: Page, ask: Ask) -> None:
        match ask:
            case Ask.TRIGGER:
                self._trigger(turn, incident, page)
            case Ask.RAISE if self.reach.rest:
                urgent = {"urgency": page.urgency.value}
                self._post(turn, page, "urgency", urgent, priority=Priority.URGENT)
                turn.line(incident, "paged", f"PagerDuty: urgency raised to {page.urgency.value}.")
            case Ask.RAISE:
                turn.line(incident, "paged", "PagerDuty: urgency can be raised by hand alone.")
            case _:
                pass

    def _trigger(self, turn: Turn, incident: Incident, page: Page) -> None:
        args = {
            "title": shown_name(incident),
            "details": "" if incident.private else heard(incident.situation.impact)[:NOTE_MAX],
            "source": "signalbox" if incident.private else (incident.system or "signalbox"),
            "urgency": page.urgency.value,
            **self._own_service(incident),
        }
        self._post(turn, page, "trigger", args, priority=Priority.URGENT)
        turn.line(incident, "paged", f"PagerDuty: triggered, {page.urgency.value} urgency.")
        turn.audit("incident.pager-triggered", incident.id, key=page.key)

    def _note(self, turn: Turn, incident: Incident, page: Page, words: str) -> None:
        text = f"{SIGNED} {incident.id} {words}."
        self._post(turn, page, "note", {"text": text}, spare=True)

    def _own_service(self, incident: Incident) -> dict[str, str]:
        """Return the system's own service, which Events of the bot's key do not reach."""
        known = self.config.systems.get(incident.system or "")
        service = known.pager_service if known and self.reach.rest else None
        return {"service": service} if service else {}

    def _post(
        self,
        turn: Turn,
        page: Page,
        call: str,
        args: dict[str, Any],
        *,
        spare: bool = False,
        **rest: Any,
    ) -> None:
        """Owe one call. A `spare` one is dropped when PagerDuty refuses it, not when it is away."""
        rest = {"saves": {}, **rest}
        rest["saves"] = {f"pager:{page.key}": "pager", **rest["saves"]}
        said = {"key": page.key, **args, **({"spare": True} if spare else {})}
        turn.post(f"pagerduty:{page.id}", f"pagerduty.{call}", said, incident=page.id, **rest)


def shown_name(incident: Incident) -> str:
    """Return what phones show; of a private incident only that there is one (P8)."""
    if incident.private:
        return f"{incident.id} (private)"
    return f"{incident.id} {incident.severity.value.upper()} {incident.title}"
