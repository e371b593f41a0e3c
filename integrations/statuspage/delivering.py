"""Carries entries of the lanes `statuspage:INC` to a page. The last gate before customers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.outbox import Entry
from bot.domain.statuspage import PageIncident
from bot.domain.statuspage_post import PagePost
from bot.errors import OutcomeUnknown, Rejected
from bot.ports import Memory, StatusPage, Taken

DEADLINE_S: Final = 50  # a text takes three requests at most, each a second after the last


@dataclass(frozen=True, slots=True)
class Publisher:
    """Performs one entry at a time; the wiring's lane drain decides what its end means."""

    memory: Memory
    page: StatusPage

    async def perform(self, taken: Taken) -> Mapping[str, Any]:
        """Do what the entry says.

        Raises:
            Rejected: the incident is private, or the text is not the approved one; the page is
                not asked then.
            OutcomeUnknown: it took too long.
        """
        entry = taken.entry
        post = PagePost.model_validate(entry.args["post"])
        await self._gate(entry, post)
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await self._done(taken, post)
        except TimeoutError as error:
            message = "The status page took too long; it may have been done."
            raise OutcomeUnknown(message) from error
        facts = {"digest": entry.args["digest"], "page": answer["page"]}
        return {"entry": entry.id, "facts": facts, **answer}

    async def _gate(self, entry: Entry, post: PagePost) -> None:
        incident = await self.memory.incident(entry.incident or "")
        if incident.private:
            message = f"{incident.id} is private: customers are never told."
            raise Rejected(message, code="private")
        if post.incident != incident.id or post.notice.digest != entry.args["digest"]:
            message = "The text is not the one that was approved; nothing was published."
            raise Rejected(message, code="seal")

    async def _done(self, taken: Taken, post: PagePost) -> dict[str, str]:
        entry, refs = taken.entry, taken.refs
        doubtful = taken.unknown or entry.attempts > 0
        page_id = refs.get("page_incident")
        if entry.call == "statuspage.repair":
            told = PageIncident.model_validate(entry.args["told"])
            fixed = await self.page.repair(told, post, post.healths)
            return {"page": fixed.page_id, **{one.id: one.page_id for one in fixed.updates}}
        if entry.call == "statuspage.correct":
            update_id = refs.get(f"page_update:{post.update}", "")
            done = await self.page.correct(post, page_id or "", update_id)
        else:
            done = await self.page.publish(post, page_id, doubtful=doubtful)
        return {"page": done.page_id, "update": done.update_id}
