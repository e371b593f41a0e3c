"""What steps say: redacted, kept whole, shown at most once a second."""

import asyncio
import base64
import hashlib
import time
from urllib.parse import quote

import pytest

from bot.domain.run import RunState
from bot.store.output import RedisOutput
from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.runs.town import ANN, CANARY, OPS, words
from tests.runs.ways import approve, asked
from tests.support.changes import everything
from tests.support.redis import StillClock

FORMS = {
    "plain": CANARY,
    "url": quote(CANARY, safe=""),
    "base64": base64.b64encode(f"user:{CANARY}".encode()).decode(),
    "base64 at another place": base64.b64encode(f"xy:{CANARY}!".encode()).decode(),
    "hex": CANARY.encode().hex(),
    "coloured": "\x1b[31m" + CANARY[:9] + "\x1b[0m" + CANARY[9:],
}


async def test_the_tail_stands_in_the_thread_and_the_whole_is_a_file(shop: Office):
    shop.plant.says = [f"\x1b[32mline {n}\x1b[0m\r\n" for n in range(200)]
    await shop.command(ANN, "run see")
    await shop.work()
    await shop.pass_time(seconds=2)
    run = await shop.run()
    card, step = shop.slack.in_channel(OPS)
    assert step["thread_ts"] == "0.0"
    assert "line 199" in words(step)
    assert "\x1b" not in words(step)
    [file] = shop.slack.files
    assert file["filename"] == f"{run.id}.log"
    whole = "== steps/look ==\n" + "".join(f"line {n}\n" for n in range(200))
    assert file["content"] == whole
    assert hashlib.sha256(whole.encode()).hexdigest() in file["initial_comment"]
    assert "succeeded" in words(card)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_a_secret_is_nowhere_in_any_form(shop: Office, form: str, size: int):
    if form == "coloured":
        size = 10_000  # what is cut inside a terminal's code is nobody's line
    text = f"before {FORMS[form]} after\nand again: {FORMS[form]}\n"
    shop.plant.says = [text[at : at + size] for at in range(0, len(text), size)]
    shop.plant.values["replicas"] = FORMS[form]
    await shop.command(ANN, "run see")
    await shop.work()
    await shop.pass_time(seconds=2)
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    stored = str(await everything(shop.store)) + str(shop.slack)
    assert FORMS[form] not in stored
    assert CANARY not in stored
    content = shop.slack.files[0]["content"].replace("\n", "")  # each text is a line of its own
    assert "before" in content
    assert "after" in content
    assert CANARY not in content


async def test_a_secret_in_an_error_or_an_answer_of_a_person_is_nowhere(shop: Office):
    shop.plant.before["restart"].append(
        __import__("bot.errors").errors.Rejected(f"401 with {CANARY}")
    )
    await approve(shop, await asked(shop, "restart"))
    await shop.work()
    assert (await shop.run()).state is RunState.FAILED
    value = await asked(shop, "grow")
    await shop.submit("U0BOB", "approval.deny", value, reason=f"is {CANARY} the password?")
    await shop.work()
    stored = str(await everything(shop.store)) + str(shop.slack)
    assert CANARY not in stored.replace(f"is {CANARY} the password?", "")


async def test_a_plan_that_holds_a_secret_is_refused(shop: Office):
    shop.plant.values["replicas"] = CANARY  # it would be sealed as what was there before
    said = await shop.command(ANN, "run grow")
    assert "holds the value of a secret" in said
    assert await shop.store.memory.marked("runs") == []


async def test_ten_megabytes_in_a_few_seconds(real_store: RedisStore, clock: StillClock):
    """The file is whole, its SHA-256 is that of what was said, and Slack is called rarely."""
    line = "2026-11-20T03:00:00Z took=12ms é🚨 \x1b[1mstatus\x1b[0m=200 " + "x" * 60 + "\n"
    count = 10_000_000 // len(line)
    async with office(real_store, clock) as shop:
        shop.plant.says = [line * 100] * (count // 100)
        started = time.monotonic()
        await shop.command(ANN, "run see")
        await shop.work()
        took = time.monotonic() - started
        await shop.pass_time(seconds=2)
        plain = line.replace("\x1b[1m", "").replace("\x1b[0m", "") * 100 * (count // 100)
        [file] = shop.slack.files
        assert file["content"] == "== steps/look ==\n" + plain
        digest = hashlib.sha256(file["content"].encode()).hexdigest()
        assert digest in file["initial_comment"]
        assert len(shop.slack.calls) < 60
        assert took < 30


async def test_what_is_too_much_is_left_out_and_said(real_store: RedisStore, clock: StillClock):
    real_store.output = RedisOutput(real_store.connection, room=1000)
    async with office(real_store, clock) as shop:
        shop.plant.says = ["x" * 99 + "\n"] * 20
        await shop.command(ANN, "run see")
        await shop.work()
        run = await shop.run()
        assert run.state is RunState.SUCCEEDED
        assert "has said more than is kept" in await real_store.output.whole(run.id)


async def test_a_silent_store_is_no_business_of_the_step(shop: Office):
    """The output waits; the step neither fails nor is taken for not done."""
    await approve(shop, await asked(shop, "grow"))
    append, refused = shop.store.output.append, 0

    async def sometimes(run: str, step: str, text: str, number: str) -> bool:
        """Take it and lose the answer, once."""
        nonlocal refused
        if not refused:
            refused += 1
            await append(run, step, text, number)
            message = "Redis does not answer"
            raise __import__("bot.errors").errors.Unavailable(message)
        return await append(run, step, text, number)

    object.__setattr__(shop.about.execution.desk.speaker.output, "append", sometimes)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    assert shop.plant.effects["set"] == 1
    assert (await shop.store.output.whole(run.id)).count("setting replicas") == 1
    await asyncio.sleep(0)


async def test_the_output_button_shows_the_ends_privately(shop: Office):
    shop.plant.says = ["hello\n"]
    await shop.command(ANN, "run see")
    await shop.work()
    run = await shop.run()
    assert "hello" in await shop.click("U0EVE", "run.output", run.id)


async def test_who_asked_is_told_when_the_card_cannot_be_posted(shop: Office):
    shop.slack.refuse.add(OPS)
    await shop.command(ANN, "run see")
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    told = words(shop.slack.in_channel(ANN)[0])
    assert run.id in told
    assert "cannot be delivered" in told
