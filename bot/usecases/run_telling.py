"""What is said where about a run. References and failing lanes are kept under the run's id.

The card stands where the run was asked for, the request in the approvals channel; of a private
incident both stand in its own channel and nowhere else (P8). All of it is rendered at delivery
from the newest state, so an edit never shows less than what is known.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.approval import Approval
from bot.domain.config import Config
from bot.domain.outbox import Priority
from bot.domain.run import Question, Run
from bot.usecases.turn import Turn

CARD = {"$ref": "card_channel"}
EDIT_EVERY = timedelta(seconds=1)
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunTelling:
    """Adds the entries to a turn."""

    config: Config

    def opened(self, turn: Turn, run: Run) -> None:
        """Post the card."""
        turn.post(
            f"run:{run.id}",
            "chat.postMessage",
            {"channel": run.channel, "$view": {"name": "run", "run": run.id}},
            incident=run.id,
            priority=Priority.URGENT,
            saves={"card": "ts", "card_channel": "channel"},
        )

    def changed(self, turn: Turn, run: Run) -> None:
        """Bring the card up to date."""
        turn.post(
            f"run:{run.id}",
            "chat.update",
            {"channel": CARD, "ts": {"$ref": "card"}, "$view": {"name": "run", "run": run.id}},
            incident=run.id,
            after="card",
            coalesce="card",
            optional=True,
            priority=Priority.CHATTER,
        )

    def requested(self, turn: Turn, run: Run, approval: Approval) -> None:
        """Post the request where approvers look."""
        self._request(turn, approval, self._where(run), _ref(approval))

    def copied(self, turn: Turn, approval: Approval, users: tuple[str, ...]) -> None:
        """Send copies of the request as direct messages."""
        for user in users:
            self._request(turn, approval, user, f"{_ref(approval)}-{user}")

    def request_changed(self, turn: Turn, approval: Approval) -> None:
        """Bring the request and all of its copies up to date."""
        names = [_ref(approval), *(f"{_ref(approval)}-{user}" for user in approval.copies)]
        for name in names:
            turn.post(
                f"request:{approval.id}:{name}",
                "chat.update",
                {
                    "channel": {"$ref": f"{name}_channel"},
                    "ts": {"$ref": name},
                    "$view": {"name": "request", "approval": approval.id},
                },
                incident=approval.run,
                after=name,
                coalesce=name,
                optional=True,
            )

    def asked(self, turn: Turn, run: Run, question: Question) -> None:
        """Ask in the thread, in the channel's sight; the requester is mentioned."""
        turn.post(
            f"run:{run.id}",
            "chat.postMessage",
            {
                "channel": CARD,
                "thread_ts": {"$ref": "card"},
                "reply_broadcast": True,
                "$view": _question(run, question),
            },
            incident=run.id,
            after="card",
            priority=Priority.URGENT,
            saves={f"ask-{question.number}": "ts"},
        )

    def answered(self, turn: Turn, run: Run, question: Question) -> None:
        """Take the buttons off a question."""
        name = f"ask-{question.number}"
        turn.post(
            f"run:{run.id}",
            "chat.update",
            {"channel": CARD, "ts": {"$ref": name}, "$view": _question(run, question)},
            incident=run.id,
            after=name,
            optional=True,
        )

    def said(self, turn: Turn, run: Run, key: str, *, first: bool) -> None:
        """Show what a step says: one message, then edits, at most one a second."""
        view = {"name": "run-step", "run": run.id, "key": key}
        ref = f"out:{key}"
        if first:
            turn.post(
                f"output:{run.id}",
                "chat.postMessage",
                {"channel": CARD, "thread_ts": {"$ref": "card"}, "$view": view},
                incident=run.id,
                after="card",
                saves={ref: "ts"},
                coalesce=f"first:{key}",
                priority=Priority.CHATTER,
            )
            return
        turn.post(
            f"output:{run.id}",
            "chat.update",
            {"channel": CARD, "ts": {"$ref": ref}, "$view": view},
            incident=run.id,
            after=ref,
            coalesce=key,
            not_before=turn.now + EDIT_EVERY,
            optional=True,
            priority=Priority.CHATTER,
        )

    def log(self, turn: Turn, run: Run) -> None:
        """Put everything the run said into the thread, as a file."""
        turn.post(
            f"log:{run.id}",
            "files.upload",
            {
                "channel": CARD,
                "thread_ts": {"$ref": "card"},
                "filename": f"{run.id}.log",
                "$view": {"name": "run-log", "run": run.id},
            },
            incident=run.id,
            after="card",
        )

    def direct(self, turn: Turn, user: str, message: Message, **rest: Any) -> None:
        """Send somebody a direct message."""
        turn.post(f"user:{user}", "chat.postMessage", {"channel": user, **message}, **rest)

    def _request(self, turn: Turn, approval: Approval, channel: str, name: str) -> None:
        turn.post(
            f"request:{approval.id}:{name}",
            "chat.postMessage",
            {"channel": channel, "$view": {"name": "request", "approval": approval.id}},
            incident=approval.run,
            priority=Priority.URGENT,
            saves={name: "ts", f"{name}_channel": "channel"},
        )

    def _where(self, run: Run) -> str:
        if run.private:
            return run.channel
        system = self.config.systems.get(run.plan.system)
        own = system.channels.approvals if system else None
        return own or self.config.channels.approvals or run.channel


def _ref(approval: Approval) -> str:
    return f"request-{approval.id[:12]}"


def _question(run: Run, question: Question) -> dict[str, Any]:
    return {"name": "run-question", "run": run.id, "number": question.number} | {
        "question": question.model_dump(mode="json")
    }
