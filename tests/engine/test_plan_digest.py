"""The digest: the same world gives the same one, any byte that moves another."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.policy import BUILT_IN
from tests.engine.kit import NOW, Toy, listing, planner, request
from tests.engine.test_planner import PARAMS, SCALE

QUIET = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORLD = {"policy": BUILT_IN["one-approver"], "own": BUILT_IN["one-approver"]}


async def planned(tmp_path, toy=None, params=None, text=SCALE, **asked):
    one = listing(tmp_path, text)
    return await planner(toy or Toy()).plan(one, params or PARAMS, request(**asked))


@QUIET
@given(st.integers(0, 8), st.integers(1, 9), st.sampled_from(["api", "worker"]))
async def test_the_same_world_gives_the_same_digest(tmp_path, now, wanted, service):
    params = {"service": service, "replicas": wanted}
    worlds = [Toy(replicas={"api": now, "worker": now}) for _ in range(2)]
    params["replicas"] = max(wanted, now + 1)
    if now == 0:
        return  # `after` cannot take a tail of nothing
    first, second = [await planned(tmp_path, toy, params) for toy in worlds]
    assert first.digest == second.digest
    assert first.differences(second) == ()


async def test_time_and_evidence_are_not_sealed(tmp_path):
    plan = await planned(tmp_path)
    later = plan.model_copy(update={"made_at": NOW + timedelta(hours=1), "evidence": {"x": "y"}})
    assert later.digest == plan.digest


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("requester", {"requester": "U0BOB"}),
        ("nonce", {"nonce": "n2"}),
        ("policy", {"policy": "two-approvers"}),
        ("policy version", {"policy_digest": "0" * 64}),
        ("runbook version", {"runbook_digest": "0" * 64}),
        ("parameters", {"params": {"service": "api", "replicas": 5}}),
        ("system", {"system": "prod"}),
    ],
)
async def test_everything_that_is_approved_is_sealed(tmp_path, what, change):
    plan = await planned(tmp_path)
    assert plan.model_copy(update=change).digest != plan.digest, what


@QUIET
@given(st.data())
async def test_any_byte_of_a_call_moves_the_digest(tmp_path, data):
    plan = await planned(tmp_path)
    step = plan.steps[1]
    text = step.calls[0].text
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.characters(codec="utf-8").filter(lambda one: one != text[place]))
    call = step.calls[0].model_copy(update={"text": text[:place] + sign + text[place + 1 :]})
    moved = step.model_copy(update={"calls": (call,)})
    steps = (plan.steps[0], moved, *plan.steps[2:])
    assert plan.model_copy(update={"steps": steps}).digest != plan.digest


async def test_a_recheck_of_a_still_world_is_the_same_plan(tmp_path):
    toy = Toy()
    one = listing(tmp_path, SCALE)
    plan = await planner(toy).plan(one, PARAMS, request())
    again = await planner(toy).recheck(plan, one, now=NOW + timedelta(hours=1), **WORLD)
    assert again.digest == plan.digest


async def test_a_recheck_shows_what_moved(tmp_path):
    toy = Toy()
    one = listing(tmp_path, SCALE)
    plan = await planner(toy).plan(one, PARAMS, request())
    toy.replicas["api"] = 3
    again = await planner(toy).recheck(plan, one, now=NOW, **WORLD)
    assert again.digest != plan.digest
    said = {diff.subject: (diff.current, diff.new) for diff in plan.differences(again)}
    assert said["scale: replicas"] == ("2 → 4", "3 → 4")


async def test_a_recheck_sees_an_edited_runbook_and_a_changed_policy(tmp_path):
    toy = Toy()
    one = listing(tmp_path, SCALE)
    plan = await planner(toy).plan(one, PARAMS, request())
    edited = listing(tmp_path, SCALE.replace("90s", "80s"))
    assert (await planner(toy).recheck(plan, edited, now=NOW, **WORLD)).digest != plan.digest
    slower = BUILT_IN["one-approver"].model_copy(update={"valid": timedelta(minutes=1)})
    changed = {"policy": slower, "own": BUILT_IN["one-approver"]}
    assert (await planner(toy).recheck(plan, one, now=NOW, **changed)).digest != plan.digest
