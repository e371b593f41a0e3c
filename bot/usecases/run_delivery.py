"""What the deliverer asks about runs: each message as the newest state has it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain import decision
from bot.domain.approval import Approval
from bot.domain.outbox import Entry
from bot.domain.run import Question, RunState
from bot.errors import Denied, NotFound
from bot.ports import Output
from bot.usecases.locks import Locks
from bot.usecases.run_telling import RunTelling
from bot.usecases.shelf import Shelf
from bot.usecases.turn import Turn
from bot.usecases.voters import Voters
from bot.views import runs as views

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunDelivery:
    """Renderers by the names that `RunTelling` uses; None: there is nothing left to say."""

    shelf: Shelf
    output: Output
    locks: Locks
    telling: RunTelling
    voters: Voters

    @property
    def renderers(self) -> dict[str, Any]:
        """The renderers by name."""
        return {
            "run": self.card,
            "request": self.request,
            "run-question": self.question,
            "run-step": self.step,
            "run-log": self.log,
        }

    async def card(self, view: Mapping[str, Any]) -> Message:
        """Render the card of a run."""
        run = await self.shelf.run(view["run"])
        before = await self.locks.before(run) if run.state is RunState.QUEUED else ()
        return views.run_card(run, before)

    async def request(self, view: Mapping[str, Any]) -> Message:
        """Render a request for approval."""
        return views.request_message(await self.shelf.approval(view["approval"]))

    async def question(self, view: Mapping[str, Any]) -> Message:
        """Render a question: with buttons while it waits for its answer."""
        run = await self.shelf.run(view["run"])
        asked = Question.model_validate(view["question"])
        waits = run.question is not None and run.question.number == asked.number
        return views.question_message(run, asked, waits=waits)

    async def step(self, view: Mapping[str, Any]) -> Message | None:
        """Render the message of a step; None when a new plan has no such step."""
        run = await self.shelf.run(view["run"])
        entry = next((one for one in run.journal if one.key == view["key"]), None)
        if entry is None:
            return None
        tail = await self.output.tail(run.id, entry.key, views.TAIL)
        return views.step_output(run, entry, tail)

    async def log(self, view: Mapping[str, Any]) -> Message | None:
        """Render the file of everything a run said; None when it said nothing."""
        run = await self.shelf.run(view["run"])
        text = await self.output.whole(run.id)
        if not text:
            return None
        digest = hashlib.sha256(text.encode()).hexdigest()
        comment = views.log_comment(run, digest, len(text))
        return {"content": text, "title": f"Output of {run.id}", "initial_comment": comment}

    async def waiting_for(self, user: str) -> list[dict[str, Any]]:
        """Return App Home's rows of the requests that somebody may answer.

        Those of private incidents stay in their own channels (P8).
        """
        rows: list[dict[str, Any]] = []
        for approval in await self.shelf.pending():
            run = await self.shelf.run(approval.run)
            if run.private or not await self._may_answer(user, approval):
                continue
            rows += views.request_rows(approval, mine=False)
        return rows

    async def _may_answer(self, user: str, approval: Approval) -> bool:
        try:
            voter = await self.voters.voter(user, "", approval.incident)
            decision.may_vote(approval, voter)
        except Denied:
            return False
        return True

    async def failed(self, turn: Turn, entry: Entry) -> None:
        """Tell who asked that a message of their run was refused for good."""
        try:
            run = await self.shelf.run(entry.incident or "")
        except NotFound:
            return
        turn.audit("lane.failed", run.id, lane=entry.lane, call=entry.call, error=entry.error)
        self.telling.direct(turn, run.requester, views.undelivered(run, entry.lane, entry.error))
