"""/runbook as people type it, and the forms behind its buttons."""

import pytest

from bot.domain.intent import IntentKind
from bot.domain.run import RunState
from bot.store.store import RedisStore
from commands.runbook import parsing
from commands.runbook.forms import FORMS, check_reason, check_respond, check_typed
from tests.runs.office import Office, office
from tests.runs.plant import BOOKS, GROW, book
from tests.runs.town import ANN, BOB, EVE, GUEST, OPS, buttons, words
from tests.runs.ways import approve, asked, carried_out
from tests.support.blockkit import check_message, check_view
from tests.support.redis import StillClock

FORM = {form.callback_id: form for form in FORMS}


async def filled(shop: Office, form: str, user: str, value: str) -> dict:
    intent = shop.intent(IntentKind.CLICK, form, user=user, value=value, channel=OPS)
    view = await FORM[form].fill(intent, shop.use)
    check_view(view)
    return view


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "How to use /runbook"),
        ("help", "run ID [k=v...]"),
        ("lst", "Did you mean `/runbook list`?"),
        ("list", "*shop*"),
        ("list shop", "Runbooks of shop"),
        ("list nowhere", "No system is called `nowhere`"),
        ("search flush", "`flush`"),
        ("search nothing-like-it", "none that you may run"),
        ("search", "Usage: `/runbook search WORDS`"),
        ("show grow", "Set a value" if False else "Do grow"),
        ("show gorw", "Did you mean `grow`"),
        ("run", "Usage: `/runbook run ID"),
        ("run gorw", "Did you mean `grow`"),
        ("run sized", "needs `count`"),
        ("run sized count", "Write parameters as `name=value`"),
        ("run sized count=99", "must be from 1 to 50"),
        ("run sized conut=3", "`count`"),
        ("run sized count=3; rm -rf /", "Write parameters"),
        ("run sized 'count=3", "quote has no end"),
        ("plan grow", "PUT replicas=5"),
        ("plan sized", "needs `count`"),
        ("history", "none so far"),
        ("history grow", "none so far"),
        ("pending", "Nothing waits"),
        ("cancel RUN-NOSUCHRUN0", "There is no run"),
        ("review RUN-NOSUCHRUN0 fine", "needs the role"),
        ("resume", "needs the role"),
    ],
)
async def test_every_word_answers(shop: Office, text: str, said: str):
    assert said in await shop.command(ANN, text)
    check_message({k: v for k, v in shop.slack.private[-1][1].items() if k in {"text", "blocks"}})
    assert await shop.store.memory.marked("runs") == []


async def test_a_guest_may_do_nothing(shop: Office):
    for text in ("list", "run see", "plan grow", "history", "pending", "halt now"):
        assert "Guests may read here" in await shop.command(GUEST, text)


async def test_a_plan_changes_nothing_and_asks_nobody(shop: Office):
    await shop.command(ANN, "plan grow")
    await shop.work()
    assert not shop.plant.effects
    assert not shop.slack.messages


async def test_missing_parameters_are_filled_in_by_a_form(shop: Office):
    await shop.command(ANN, "run sized")
    _, answer = shop.slack.private[-1]
    assert buttons(answer) == {"runbook.params": "sized"}
    view = await filled(shop, "runbook.params", ANN, "sized")
    assert any(block.get("block_id") == "count" for block in view["blocks"])
    said = await shop.submit(ANN, "runbook.params", "sized", runbook="sized", count="8")
    assert "waits for" in said
    assert (await shop.run()).plan.params == {"count": 8}
    wrong = await shop.submit(ANN, "runbook.params", "sized", runbook="sized", count="many")
    assert "whole number" in wrong


async def test_history_has_figures(shop: Office):
    await carried_out(shop, "grow")
    shop.plant.values["state"] = "sick"
    shop.plant.values["replicas"] = 2
    shop.clock.forward(seconds=1)
    await carried_out(shop, "grow")
    said = await shop.command(EVE, "history grow")
    assert "1 of 2 succeeded, 1 failed, 1 of them rolled back" in said
    run = await shop.run()
    assert run.id in said


async def test_pending_and_home_show_what_waits_for_me(shop: Office):
    value = await asked(shop, "grow")
    said = await shop.command(BOB, "pending")
    assert "1 request waiting" in said
    rows = await shop.about.run_delivery.waiting_for(BOB)
    assert any(
        value in buttons({"blocks": [row]}).values() for row in rows if row["type"] == "actions"
    )
    for user in (ANN, "U0NOBODY", GUEST):
        assert await shop.about.run_delivery.waiting_for(user) == []


async def test_every_form_can_be_shown(shop: Office):
    value = await asked(shop, "flush")
    for form in ("approval.deny", "approval.typed", "approval.alone", "approval.edit"):
        view = await filled(shop, form, BOB, value)
        assert view["callback_id"] == form
    assert "PUT" not in str(view)
    assert "FLUSH api" in words(shop.slack.in_channel("approvals")[0])
    plan = await shop.click(BOB, "approval.plan", value)
    assert "FLUSH api" in plan


async def test_every_message_keeps_slacks_limits(shop: Office):
    long = book("long", [{**GROW, "title": "x" * 500, "id": f"s{n}"} for n in range(90)])
    shop.plant.says = ["<!channel> `code` " * 400 + "\n"] * 50
    object.__setattr__(shop.about.runs.planning, "catalog", _catalog([*BOOKS, long]))
    for one in ("long", "grow", "flush"):
        await approve(shop, await asked(shop, one))
        await shop.work()
        shop.clock.forward(seconds=2)
    await shop.pass_time(minutes=16)
    for said in shop.slack.messages.values():
        check_message({k: v for k, v in said.items() if k in {"text", "blocks"}})
        assert "<!channel>" not in words(said)


async def test_a_text_step_is_answered_in_a_form(real_store: RedisStore, clock: StillClock):
    ask = {"id": "what", "ask": "text", "text": "What does <the> page say?"}
    tick = {"id": "ticks", "ask": "checkbox", "text": "All done?", "options": ["one", "two"]}
    books = [book("people", [ask, tick, GROW], approval="one-approver")]
    async with office(real_store, clock, books=books) as shop:
        run = await carried_out(shop, "people")
        question = shop.slack.in_channel(OPS)[-1]
        value = buttons(question)["run.respond"]
        await filled(shop, "run.respond", ANN, value)
        await shop.submit(ANN, "run.respond", value, answer="it says 200")
        await shop.work()
        run = await shop.run()
        assert run.entry("steps/what").data["answer"] == "it says 200"
        view = await filled(shop, "run.respond", ANN, f"{run.id}|2")
        fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
        assert fields == ["answer-0", "answer-1"]
        assert check_respond({"answer-0": ["true"], "answer-1": []}) == {
            "answer-1": "Tick it when it is done; else close this and press Stop."
        }
        await shop.submit(ANN, "run.respond", f"{run.id}|2", **{"answer-0": ["true"]})
        await shop.work()
        assert (await shop.run()).state is RunState.SUCCEEDED


def test_forms_say_what_is_wrong_before_they_are_sent():
    assert check_reason({"reason": " "})
    assert check_typed({"typed": ""})
    assert check_respond({"answer": ""})
    assert not check_reason({"reason": "no"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run x a=1 b=2", ["run", "x", "a=1", "b=2"]),
        ('run x note="two words"', ["run", "x", "note=two words"]),
        ("run x note=“two words”", ["run", "x", "note=two words"]),
        ("run x who=<@U0ANN|ann>", ["run", "x", "who=<@U0ANN|ann>"]),
        ("run x url=<https://a.example|a>", ["run", "x", "url=https://a.example"]),
        ("run x a=1 &amp; b", ["run", "x", "a=1", "&", "b"]),
        ("run x path=C:\\temp", ["run", "x", "path=C:\\temp"]),
        ("run x #tag", ["run", "x", "#tag"]),
        ("run x <@U0ANN", ["run", "x", "<@U0ANN"]),
    ],
)
def test_words_are_split_as_people_mean_them(text: str, expected: list[str]):
    assert parsing.words(text) == expected


async def test_too_many_requests_have_to_wait(shop: Office):
    for _ in range(20):
        shop.clock.forward(seconds=1)
        await shop.command(EVE, "run see")
    assert "You have asked for 20 runs within 10 minutes" in await shop.command(EVE, "run see")
    await shop.command(ANN, "run see")
    for _ in range(6):
        shop.clock.forward(seconds=1)
        await shop.command(ANN, "run grow")
    assert "`grow` has had 6 runs" in await shop.command(BOB, "run grow")
    shop.clock.forward(minutes=11)
    assert "waits for" in await shop.command(BOB, "run grow")


def _catalog(books):
    from bot.engine.catalog import Catalog  # noqa: PLC0415 -- beside its use

    return lambda: Catalog(books)
