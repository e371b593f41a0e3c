"""What tests do again and again: ask and approve, kill a worker at a commit, answer a question."""

from dataclasses import dataclass
from typing import Any

from bot.domain.approval import Decision
from bot.domain.change import Change
from bot.domain.run import Answer, Run, RunState
from bot.errors import Unavailable
from bot.usecases.approvals import to_type
from tests.runs.office import Office
from tests.runs.plant import Killed
from tests.runs.town import ANN, BOB, DAN, LEA


async def asked(office: Office, words: str, user: str = ANN) -> str:
    """Ask for a run; returns the value of its request's buttons."""
    await office.command(user, f"run {words}")
    await office.work()
    return await office.request()


async def approve(office: Office, value: str) -> None:
    """Let everybody who is needed say yes; the run is due and not started."""
    approval = await office.about.runs.shelf.approval(value)
    for user in (BOB, DAN):
        if (await office.about.runs.shelf.approval(value)).missing:
            await office.click(user, "approval.approve", value)
    if approval.policy.typed:
        await office.submit(ANN, "approval.typed", value, typed=to_type(approval.plan))
    elif approval.policy.confirm:
        await office.click(ANN, "approval.confirm", value)


async def carried_out(office: Office, words: str) -> Run:
    """Ask, approve, and work until nothing is due."""
    await approve(office, await asked(office, words))
    await office.work()
    return await office.run()


async def answer(office: Office, choice: Answer, user: str = ANN) -> str:
    """Answer what the newest run asks."""
    run = await office.run()
    assert run.question is not None, run
    value = f"{run.id}|{run.question.number}"
    said = await office.click(user, f"run.answer:{choice.name.lower()}", value)
    await office.work()
    return said


async def settle(office: Office, effect: str) -> Run:
    """Look at the plant and answer every question truly, until the run is over."""
    for _ in range(5):
        run = await office.run()
        if run.state is not RunState.ASKING:
            return run
        done = office.plant.effects[effect] > 0
        await answer(office, Answer.DONE if done else Answer.RETRY)
    return await office.run()


@dataclass
class Dying:
    """A memory whose process dies at a commit: before it, or after it and before the answer."""

    memory: Any
    at: int
    after: bool = False
    commits: int = 0
    dead: bool = False

    async def commit(self, change: Change) -> None:
        if self.dead:
            raise Killed
        self.commits += 1
        if self.commits <= self.at:
            await self.memory.commit(change)
            return
        self.dead = True
        if self.after:
            await self.memory.commit(change)
        raise Killed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.memory, name)


@dataclass
class Deaf:
    """A memory whose answer to one commit is lost, though it is done."""

    memory: Any
    at: int
    commits: int = 0

    async def commit(self, change: Change) -> None:
        self.commits += 1
        await self.memory.commit(change)
        if self.commits == self.at + 1:
            message = "Redis does not answer"
            raise Unavailable(message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.memory, name)


async def allowed(office: Office, step_key: str) -> None:
    """Assert what must be so at the moment something is touched."""
    shelf = office.about.runs.shelf
    run = await shelf.run(step_key.partition("/")[0])
    assert run.state in {RunState.RUNNING, RunState.ROLLING_BACK}
    assert run.approval is not None
    approval = await shelf.approval(run.approval)
    assert approval.decision is Decision.APPROVED
    assert approval.digest == run.plan.digest == approval.plan.digest
    assert approval.run == run.id
    yes = {vote.by for vote in approval.yes}
    assert len(yes) >= approval.policy.quorum(approval.severity)
    assert not yes & {approval.requester, approval.editor}
    assert approval.confirmed_at or not (approval.policy.typed or approval.policy.confirm)
    [lock] = await shelf.locks(["system:shop"])
    assert lock.holder == run.id


async def true_answer(office: Office, run: Run, *, back: bool) -> None:
    """Answer a run's question, if it has one: done when it happened, again when it did not."""
    question = run.question
    if question is None:
        return
    entry = run.entry(question.key)
    happened = any(
        office.plant.by_key[f"{name} {run.id}/{entry.planned.id}"]
        for name in ("set", "restart", "flush")
    )
    wish = Answer.DONE if happened or entry.human else Answer.RETRY
    choice = Answer.ROLL_BACK if back else wish
    if choice not in question.choices:
        choice = next(one for one in (Answer.RETRY, Answer.ABORT) if one in question.choices)
    if choice is Answer.RETRY and happened and entry.planned.changes and not entry.undo:
        choice = Answer.ABORT
    for user in (ANN, BOB, LEA):
        newest = await office.about.runs.shelf.run(run.id)
        if newest.question == question:
            value = f"{run.id}|{question.number}"
            await office.click(user, f"run.answer:{choice.name.lower()}", value)
