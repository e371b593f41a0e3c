"""The seven policies, as people meet them; break-glass and its price; private incidents."""

from bot.domain.person import Holders, Role
from bot.domain.policy import TWO
from bot.domain.run import RunState
from bot.domain.severity import Severity
from bot.store.store import RedisStore
from tests.runs.office import Office, office
from tests.runs.town import ADA, ANN, BOB, DAN, EVE, LEA, ROLES, SAM, words
from tests.runs.ways import asked
from tests.support.redis import StillClock


async def test_two_approvers_one_of_them_a_lead(shop: Office):
    value = await asked(shop, "two")
    assert "1 more approval is needed" in await shop.click(BOB, "approval.approve", value)
    assert "voted already" in await shop.click(BOB, "approval.approve", value)
    assert "others have to answer" in await shop.click(EVE, "approval.approve", value)
    assert (await shop.run()).state is RunState.AWAITING
    await shop.click(LEA, "approval.approve", value)
    await shop.work()
    assert (await shop.run()).state is RunState.SUCCEEDED


async def test_what_destroys_is_typed_by_its_requester(shop: Office):
    value = await asked(shop, "flush")
    await shop.click(BOB, "approval.approve", value)
    await shop.click(DAN, "approval.approve", value)
    assert (await shop.run()).state is RunState.AWAITING
    assert "exactly" in await shop.submit(ANN, "approval.typed", value, typed="shop")
    assert "has to confirm" in await shop.submit(BOB, "approval.typed", value, typed="shop api")
    await shop.submit(ANN, "approval.typed", value, typed="shop api")
    await shop.work()
    assert shop.plant.effects["flush"] == 1


async def test_confirm_is_the_requesters_own_word(shop: Office):
    value = await asked(shop, "confirmed")
    assert "has to confirm" in await shop.click(BOB, "approval.confirm", value)
    await shop.click(ANN, "approval.confirm", value)
    await shop.work()
    assert (await shop.run()).state is RunState.SUCCEEDED


async def test_what_can_never_be_approved_is_said_at_once(
    real_store: RedisStore, clock: StillClock
):
    async with office(real_store, clock, roles={**ROLES, Role.LEAD: Holders()}) as shop:
        said = await shop.command(ANN, "run two")
        assert "never be approved" not in said  # the data owner is a way
        roles = {role: holders for role, holders in ROLES.items() if role.value == "responder"}
    async with office(real_store, clock, roles=roles, numbers=shop.numbers) as shop:
        said = await shop.command(ANN, "run grow")
        assert "can never be approved" in said
        assert "nobody" in said


async def test_a_policy_that_needs_an_incident_is_refused_without_one(shop: Office):
    assert "open incident" in await shop.command(ANN, "run commanded")
    channel = await shop.incident()
    assert "private incident" in await shop.command(ANN, "run guarded", channel=channel)


async def test_the_commander_and_one_more(shop: Office):
    channel = await shop.incident()
    await shop.command(ANN, "run commanded", channel=channel)
    await shop.work()
    value = await shop.request()
    await shop.click(BOB, "approval.approve", value)
    assert "others have to answer" in await shop.click(EVE, "approval.approve", value)
    await shop.click(LEA, "approval.approve", value)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    lines = await shop.store.memory.timeline(run.incident or "")
    assert any(f"{run.id} commanded" in one.text and "succeeded" in one.text for one in lines)


async def test_going_on_alone_has_its_price(shop: Office):  # noqa: PLR0915 - one story
    channel = await shop.incident()
    await shop.command(ANN, "run commanded", channel=channel)
    await shop.work()
    value = await shop.request()
    why = "customers cannot pay at all"
    assert "min to answer" in await shop.submit(LEA, "approval.alone", value, reason=why)
    await shop.pass_time(minutes=6)
    assert "Say why" in await shop.submit(LEA, "approval.alone", value, reason="asap")
    assert "Only the incident commander" in await shop.submit(
        BOB, "approval.alone", value, reason=why
    )
    await shop.submit(LEA, "approval.alone", value, reason=why)
    await shop.work()
    run = await shop.run()
    assert run.state is RunState.SUCCEEDED
    assert any("alone" in words(one) for one in shop.slack.in_channel(ADA))
    review = await shop.about.runs.shelf.review(run.id)
    assert (review.by, review.owner) == (LEA, ADA)

    await shop.pass_time(days=3, minutes=1)
    assert any("overdue" in words(one) for one in shop.slack.in_channel(ADA))
    await shop.command(ANN, "run commanded", channel=channel)
    await shop.work()
    await shop.pass_time(minutes=6)
    second = await shop.request()
    said = await shop.submit(LEA, "approval.alone", second, reason=why)
    assert f"the review of {run.id} is overdue" in said
    assert "Somebody else reviews" in await shop.command(LEA, f"review {run.id} fine")
    assert "is done" in await shop.command(ADA, f"review {run.id} it was right")
    assert "🔨" in await shop.submit(LEA, "approval.alone", second, reason=why)


async def test_a_private_incidents_run_is_told_nowhere_else(shop: Office):
    channel = await shop.incident(private=True)
    before = {one["channel"] for one in shop.slack.messages.values()}
    await shop.command(SAM, "run grow", channel=channel)
    await shop.work()
    after = {one["channel"] for one in shop.slack.messages.values()}
    assert after - before <= {channel}
    assert not shop.slack.in_channel("approvals")
    value = await shop.request()
    run = await shop.run()
    assert "no incident" in await shop.click(BOB, "approval.approve", value)
    assert run.id not in await shop.command(BOB, "history")
    assert "Nothing waits" in await shop.command(BOB, "pending")
    await shop.click(ANN, "approval.approve", value, channel=channel)
    await shop.work()
    assert (await shop.run()).state is RunState.SUCCEEDED


async def test_a_worse_incident_needs_fewer_when_the_policy_says_so(
    real_store: RedisStore, clock: StillClock
):
    relaxed = TWO.model_copy(update={"relaxed": {Severity.SEV1: 1}})
    async with office(real_store, clock, policies={"two-approvers": relaxed}) as shop:
        channel = await shop.incident()
        await shop.command(LEA, "run two", channel=channel)
        await shop.work()
        await shop.click(DAN, "approval.approve", await shop.request())
        await shop.work()
        assert (await shop.run()).state is RunState.SUCCEEDED
