"""What tests do again and again: ask and approve, kill a worker at a commit, answer a question."""

from dataclasses import dataclass
from typing import Any

from bot.domain.change import Change
from bot.domain.run import Answer, Run, RunState
from bot.usecases.approvals import to_type
from tests.runs.office import ANN, BOB, DAN, Office
from tests.runs.plant import Killed


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
