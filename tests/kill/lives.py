"""What people do, and how they see whether it happened."""

from sandbox.slack.acts import rooms
from tests.kill.stage import ANNOUNCE, Stage
from tests.kill.trials import Life

FIRST = "INC-00001"


async def declare(stage: Stage, title: str = "checkout is slow") -> None:
    """Ann declares. Told that it failed, she looks for the incident before she tries again."""
    ann = stage.person("U0ANN")

    async def exists() -> bool:
        return await number_of(stage, title) is not None

    await stage.insist(
        lambda: ann.command("/incident", f"declare sev1 {title}", channel=ANNOUNCE), exists
    )


async def number_of(stage: Stage, title: str) -> str | None:
    """Return the id of the incident with that title."""
    memory = stage.store.memory
    known = await memory.incidents(await memory.marked("incidents"))
    return next((one.id for one in known if one.title == title), None)


async def update(stage: Stage, incident: str = FIRST) -> None:
    """Ann tells how it stands."""
    ann, words = stage.person("U0ANN"), f"update {incident} rolled back"

    async def told() -> bool:
        return any(line.what == "update" for line in await stage.store.memory.timeline(incident))

    await stage.insist(lambda: ann.command("/incident", words, channel=ANNOUNCE), told)


async def claim(stage: Stage, incident: str = FIRST) -> None:
    """Bob takes command, by the button of the announced card."""
    bob = stage.person("U0BOB")
    card = (await stage.store.memory.refs(incident))["announced"]

    async def taken() -> bool:
        return bool((await stage.store.memory.incident(incident)).roles)

    await stage.insist(
        lambda: bob.click(ANNOUNCE, card, "incident.role:commander", incident), taken
    )


async def resolve(stage: Stage, incident: str = FIRST) -> None:
    """Ann says that it is over."""
    ann, channel = stage.person("U0ANN"), await stage.channel(incident)

    async def over() -> bool:
        return not (await stage.store.memory.incident(incident)).is_open

    await stage.insist(
        lambda: ann.command("/incident", "resolve rolled back to 41", channel=channel), over
    )


async def declare_in_peace(stage: Stage) -> None:
    """There is an incident, and all has been said about it so far."""
    await declare(stage)
    await stage.settled()


async def go_on(stage: Stage) -> None:
    """Update, claim, resolve, each when all is said about the one before."""
    for act in (update, claim, resolve):
        await act(stage)
        await stage.settled()


async def all_of_it(stage: Stage) -> None:
    """From declared to resolved."""
    await declare_in_peace(stage)
    await go_on(stage)


async def archive_in_peace(stage: Stage) -> None:
    """There is an incident, and somebody has archived its channel."""
    await declare_in_peace(stage)
    rooms.archive(stage.slack.core, "U0ANN", await stage.channel())
    await stage.settled()


async def fail_and_retry(stage: Stage) -> None:
    """An Update cannot be said in the archived channel; Ann unarchives it and presses Retry."""
    channel = await stage.channel()
    await update(stage)
    await stage.settled()
    [lane] = await stage.store.memory.failing_lanes(FIRST)
    rooms.unarchive(stage.slack.core, "U0ANN", channel)
    ann, card = stage.person("U0ANN"), (await stage.store.memory.refs(FIRST))["announced"]

    async def gone() -> bool:
        return not await stage.store.memory.failing_lanes(FIRST)

    value = f"{FIRST}|{lane.lane}"
    await stage.insist(lambda: ann.click(ANNOUNCE, card, "lane.retry:0", value), gone)
    await stage.settled()


DECLARE = Life(declare)
REST = Life(go_on, before=declare_in_peace)
FAILING = Life(fail_and_retry, before=archive_in_peace)
