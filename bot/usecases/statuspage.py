"""What customers are told of an incident: drafted by the bot, decided by people, published once."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain import statuspage_draft as drafts
from bot.domain.approval import Voter
from bot.domain.config import Config
from bot.domain.incident import Incident, IncidentRole
from bot.domain.person import Role
from bot.domain.statuspage import Component, Notice, PageIncident, page_status, suffering
from bot.domain.statuspage_draft import CALLED_IN, Draft, DraftState, Publication
from bot.domain.statuspage_post import signed
from bot.errors import Conflict, Denied, NotFound
from bot.usecases.followers import Move
from bot.usecases.people import People
from bot.usecases.statuspage_due import edited, plain, same, source, stage
from bot.usecases.statuspage_shelf import PageShelf
from bot.usecases.statuspage_telling import PageTelling
from bot.usecases.turn import Turn
from bot.usecases.voters import Voters
from bot.views.statuspage import cards
from bot.views.statuspage.texts import CustomerTexts, clean_text

CALLED = 5  # direct messages about one silent draft at most


@dataclass(frozen=True, slots=True)
class StatusPages:
    """`clean` takes secrets out; `signs`: the page keeps no hidden mark, so texts carry one."""

    config: Config
    people: People
    voters: Voters
    shelf: PageShelf
    telling: PageTelling
    texts: CustomerTexts
    clean: Callable[[str], str]
    signs: bool = False

    async def follow(self, turn: Turn, incident: Incident, move: Move) -> None:
        """Draft what customers should hear now, when it differs from what they were told.

        Nothing is drafted for private incidents (P8), nor for systems that customers do not know.
        """
        if incident.private or move is Move.ACKNOWLEDGED:
            return
        known = await self.shelf.publication(incident.id)
        told = known.told if known else None
        if known is None and not self.shelf.components(incident):
            return
        if not incident.is_open and (told is None or not told.is_open):
            self._untold(turn, incident, known)
            return
        notice = edited(self._notice(turn, incident, told), known)
        if told is not None and same(notice, told):
            self._untold(turn, incident, known)
            return
        if known and known.draft and plain(known.draft.notice) == plain(notice):
            return
        self._draft(turn, incident, known, notice)

    async def ask(self, turn: Turn, incident: Incident) -> None:
        """Draft a text because somebody wants customers to hear; it can be edited at once."""
        await self.people.act(turn)
        if incident.private:
            message = f"{incident.id} is private: customers are never told."
            raise Denied(message)
        known = await self.shelf.publication(incident.id)
        if known and known.draft:
            message = "A text for customers waits already: edit or approve it in the channel."
            raise Conflict(message)
        told = known.told if known else None
        if not incident.is_open and told is None:
            message = f"{incident.id} has ended, and customers were never told of it."
            raise Conflict(message)
        self._draft(turn, incident, known, self._notice(turn, incident, told))
        turn.answer(cards.done(incident, "a draft for customers is in the channel."))

    async def approve(self, turn: Turn, incident: Incident, draft_id: str) -> None:
        """Say yes to exactly this text."""
        known, draft = await self.found(incident, draft_id)
        voter = await self._voter(turn, incident)
        await self._count(turn, incident, known, drafts.approve(draft, voter, now=turn.now))

    async def alone(self, turn: Turn, incident: Incident, draft_id: str, reason: str) -> None:
        """Break the glass: publish without another person."""
        known, draft = await self.found(incident, draft_id)
        voter = await self._voter(turn, incident)
        why = self.clean(reason)
        await self._count(
            turn, incident, known, drafts.alone(draft, voter, reason=why, now=turn.now)
        )

    async def edit(
        self, turn: Turn, incident: Incident, draft_id: str, name: str, body: str
    ) -> None:
        """Change the words; another person has to approve them after that."""
        await self.people.act(turn)
        known, draft = await self.found(incident, draft_id)
        title, text = clean_text(self.clean(name), self.clean(body))
        fresh = turn.mint("draft")
        text = signed(text, incident.id, draft.corrects or fresh) if self.signs else text
        notice = draft.notice.model_copy(update={"name": title, "body": text})
        if plain(notice) == plain(draft.notice):
            notice = draft.notice
        changed = drafts.edit(draft, notice, draft_id=fresh, by=turn.user, now=turn.now)
        kept = tuple(one for one in known.drafts if one.id != draft_id)
        without = known.model_copy(update={"drafts": kept})
        self.shelf.keep(turn, known, without.with_draft(changed))
        turn.audit("statuspage.edited", incident.id, before=draft.digest, digest=changed.digest)
        self.telling.changed(turn, incident, changed)
        turn.answer(cards.done(incident, "changed; another person has to approve it now."))

    async def cancel(self, turn: Turn, incident: Incident, draft_id: str) -> None:
        """Take a draft back."""
        await self.people.act(turn)
        known, draft = await self.found(incident, draft_id)
        ended = drafts.end(draft, DraftState.CANCELLED, by=turn.user, now=turn.now)
        self.shelf.keep(turn, known, known.with_draft(ended))
        turn.audit("statuspage.cancelled", incident.id, digest=draft.digest)
        turn.line(incident, "customers", "A text for customers was cancelled.")
        self.telling.changed(turn, incident, ended)
        turn.answer(cards.done(incident, "cancelled; nothing of it is published."))

    async def correct(self, turn: Turn, incident: Incident, text_id: str, body: str) -> None:
        """Draft other words for a published text; they will take its place."""
        await self.people.act(turn)
        known, told = await self.published(incident)
        if known.draft:
            message = "Another text for customers waits: approve or cancel it first."
            raise Conflict(message)
        if self.signs and text_id != told.updates[-1].id:
            message = "This status page keeps only its newest text: that one can be corrected."
            raise Conflict(message)
        before = source(known, text_id)
        _, text = clean_text("", self.clean(body))
        text = signed(text, incident.id, text_id) if self.signs else text
        if any(one.id == text_id and one.body == text for one in told.updates):
            message = "Nothing was changed."
            raise Conflict(message)
        notice = before.notice.model_copy(update={"name": told.name, "body": text})
        self._draft(turn, incident, known, notice, corrects=text_id)
        turn.answer(cards.done(incident, "the correction waits for another person's yes."))

    async def silent(self, turn: Turn, incident_id: str) -> None:
        """Ask again for a yes; from the second time on the deputy and the leads too."""
        incident = await self.shelf.memory.incident(incident_id)
        known = await self.shelf.publication(incident_id)
        draft = known.draft if known else None
        if known is None or draft is None:
            return
        asked = drafts.asked_again(draft, turn.now)
        self.shelf.keep(turn, known, known.with_draft(asked or draft))
        if asked is None:
            return
        called = await self._called(incident, asked)
        turn.audit("statuspage.asked-again", incident.id, digest=asked.digest, to=list(called))
        self.telling.asked_again(turn, incident, asked, called)

    async def found(self, incident: Incident, draft_id: str) -> tuple[Publication, Draft]:
        """Return a draft that waits.

        Raises:
            Conflict: it is decided, or its text was changed since that card.
        """
        known = await self.shelf.publication(incident.id)
        draft = next((one for one in known.drafts if one.id == draft_id), None) if known else None
        if known is None or draft is None:
            message = "The text was changed since this message: look at the newest one."
            raise Conflict(message)
        drafts.must_wait(draft)
        return known, draft

    async def published(self, incident: Incident) -> tuple[Publication, PageIncident]:
        """Return what customers were told.

        Raises:
            NotFound: they were told nothing.
        """
        known = await self.shelf.publication(incident.id)
        if known is None or known.told is None:
            message = f"Customers were told nothing of {incident.id}."
            raise NotFound(message)
        return known, known.told

    async def _count(
        self, turn: Turn, incident: Incident, known: Publication, draft: Draft
    ) -> None:
        what = "statuspage.alone" if draft.alone else "statuspage.approved"
        facts = {"digest": draft.digest, "author": draft.author, "editor": draft.editor or ""}
        more = {"reason": draft.reason} if draft.alone else {}
        if draft.is_pending:
            kept = known.with_draft(draft)
            what = "statuspage.voted"
        else:
            turn.check(incident)
            kept = await self.shelf.publish(turn, incident, known, draft)
            said = f"Told customers ({draft.notice.status.value}): {draft.notice.name}"
            turn.line(incident, "customers", said)
        turn.audit(what, incident.id, **facts, **more)
        self.shelf.keep(turn, known, kept)
        self.telling.changed(turn, incident, draft)
        turn.answer(cards.voted(draft))

    def _notice(self, turn: Turn, incident: Incident, told: PageIncident | None) -> Notice:
        name, body = self.texts.render(stage(incident, told), incident, self.config)
        name, body = clean_text(self.clean(name), self.clean(body))
        health, impact = suffering(incident)
        body = signed(body, incident.id, turn.mint("draft")) if self.signs else body
        parts: tuple[Component, ...] = self.shelf.components(incident)
        return Notice(
            name=told.name if told else name,
            status=page_status(incident),
            body=body,
            impact=impact,
            health=health,
            components=parts,
        )

    def _draft(
        self,
        turn: Turn,
        incident: Incident,
        known: Publication | None,
        notice: Notice,
        corrects: str | None = None,
    ) -> None:
        draft = drafts.seal(
            notice,
            draft_id=turn.mint("draft"),
            incident=incident.id,
            severity=incident.severity,
            policy=drafts.policy_of(self.config, incident.severity),
            author=turn.user,
            now=turn.now,
            corrects=corrects,
        )
        before = self._superseded(turn, incident, known or Publication(id=incident.id))
        self.shelf.keep(turn, known, before.with_draft(draft))
        turn.audit("statuspage.drafted", incident.id, digest=draft.digest)
        self.telling.drafted(turn, incident, draft)

    def _superseded(self, turn: Turn, incident: Incident, known: Publication) -> Publication:
        """Return it without the draft that waits, which things have overtaken."""
        draft = known.draft
        if draft is None:
            return known
        ended = drafts.end(draft, DraftState.SUPERSEDED, by=turn.user, now=turn.now)
        turn.audit("statuspage.superseded", incident.id, digest=draft.digest)
        self.telling.changed(turn, incident, ended)
        return known.with_draft(ended)

    def _untold(self, turn: Turn, incident: Incident, known: Publication | None) -> None:
        """Take back what waits: it ended before customers were told, or they know that it ended."""
        if known and known.draft:
            self.shelf.keep(turn, known, self._superseded(turn, incident, known))

    async def _voter(self, turn: Turn, incident: Incident) -> Voter:
        intent = turn.intent
        voter = await self.voters.voter(intent.user, intent.team, incident.id)
        turn.person = await self.voters.directory.person(intent.user, intent.team)
        return voter

    async def _called(self, incident: Incident, draft: Draft) -> tuple[str, ...]:
        """Return who is asked besides the channel: the deputy (else the commander) and leads."""
        if draft.asked_again < CALLED_IN and not incident.archived:
            return ()
        roles = incident.roles
        deputy = roles.get(IncidentRole.DEPUTY) or roles.get(IncidentRole.COMMANDER)
        leads = await self.voters.people((Role.LEAD,))
        wanted = dict.fromkeys((*([deputy] if deputy else []), *leads))
        return tuple(one for one in wanted if one not in (draft.author, draft.editor))[:CALLED]
