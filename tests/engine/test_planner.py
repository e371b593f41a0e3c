"""What a plan is: exact calls, current -> new, what reads found, and nothing touched."""

import asyncio

import pytest

from bot.action import Result
from bot.domain.plan import Diff, Effect, Risk
from bot.domain.run import StepState, journal_of
from bot.engine.planner import human_steps, resolved_wait
from bot.errors import Conflict, Denied, Invalid, OutcomeUnknown, Rejected, Unavailable
from tests.engine.kit import CHANGING, NOW, SECRET, Toy, listing, planner, request

SCALE = """approval: confirm
params:
  service: {type: choice, options: [api, worker], default: api}
  replicas: {type: int, min: 0, max: 9, default: 4}
steps:
  - {id: now, uses: toy.look, with: {service: "{service}"}}
  - id: scale
    title: Replicas
    uses: toy.scale
    with: {service: "{service}", replicas: "{replicas}"}
    when: "{steps.now.replicas} < {replicas}"
    timeout: 90s
  - {id: after, uses: toy.look, with: {service: "{service}", tail: "{steps.now.replicas}"}}
  - id: again
    uses: toy.restart
    with: {service: "{service}", tail: "{steps.after.replicas}"}
    timeout: 1m
    when: "{steps.after.replicas} > 1"
verify:
  - {uses: toy.look, with: {service: "{service}"}, wait: {first: 30s, deadline: 5m, in_a_row: 3}}
"""
SCALE = SCALE.replace("confirm", "one-approver")
PARAMS = {"service": "api", "replicas": 4}


async def plan_of(tmp_path, text, toy, params, **asked):
    return await planner(toy).plan(listing(tmp_path, text), params, request(**asked))


async def test_reads_before_the_first_change_run_now_and_the_rest_waits(tmp_path):
    toy = Toy()
    plan = await plan_of(tmp_path, SCALE, toy, PARAMS)
    now, scale, after, again = plan.steps
    assert toy.reads == ["api", "plan api"]
    assert toy.changes == []
    assert plan.evidence == {"now": "log of api, password [redacted]\napi looked at"}
    assert scale.calls[0].text == "PUT /api?replicas=4"
    assert scale.diffs == (Diff(subject="replicas", current="2", new="4"),)
    assert scale.captured == {"replicas": 2}
    assert (scale.timeout_s, scale.effect, scale.title) == (90, Effect.IDEMPOTENT, "Replicas")
    assert after.params == {"service": "api", "tail": 2}
    assert not after.deferred
    assert after.calls[0].text == "toy.look service=api tail=2"
    assert again.deferred
    assert again.params["tail"] == "{steps.after.replicas}"
    assert plan.targets == ("toy/api",)
    assert plan.risk is Risk.HIGH
    assert now.risk is Risk.READ


async def test_verify_is_shown_with_its_wait_and_not_run(tmp_path):
    toy = Toy()
    (verify,) = (await plan_of(tmp_path, SCALE, toy, PARAMS)).verify
    assert verify.calls[0].text == (
        "toy.look service=api (first after 30s, then every 5s until it passes, "
        "3 times in a row, for at most 5m)"
    )
    assert len(toy.reads) == 2


async def test_a_step_whose_condition_is_not_so_is_skipped_with_the_reason(tmp_path):
    plan = await plan_of(tmp_path, SCALE, Toy(), PARAMS | {"replicas": 2})
    assert plan.steps[1].skipped == "`{steps.now.replicas} < {replicas}` is not so: 2 against 2"
    assert not plan.steps[1].changes
    assert journal_of(plan)[1].state is StepState.SKIPPED


async def test_a_runbook_that_only_reads_is_planned_without_reading(tmp_path):
    text = """steps:
  - {id: one, uses: toy.look}
  - {id: two, uses: toy.look, with: {tail: "{steps.one.replicas}"}}
"""
    toy = Toy()
    plan = await plan_of(tmp_path, text, toy, {}, policy="none")
    assert toy.reads == []
    assert [step.deferred for step in plan.steps] == [False, True]
    assert not plan.changes


async def test_one_step_for_each_thing_found(tmp_path):
    text = """approval: one-approver
steps:
  - {id: list, uses: toy.services}
  - id: each
    uses: toy.restart
    with: {service: "{item}"}
    for_each: "{steps.list.names}"
    when: "{item} != api"
    timeout: 1m
verify: [{uses: toy.look}]
"""
    plan = await plan_of(tmp_path, text, Toy(), {})
    assert [step.id for step in plan.steps] == ["list", "each.1", "each.2"]
    assert plan.steps[1].skipped == "`{item} != api` is not so: api against api"
    assert plan.steps[2].calls[0].text == "POST /worker/restart"
    nothing = await plan_of(tmp_path, text, Toy(replicas={}), {})
    assert nothing.steps[1].skipped == "there is nothing to do it for"
    many = Toy(replicas={f"s{number}": 1 for number in range(51)})
    with pytest.raises(Conflict, match="51 times"):
        await plan_of(tmp_path, text, many, {})
    assert many.changes == []


async def test_what_needs_a_skipped_step_is_skipped_too(tmp_path):
    text = """approval: one-approver
params: {deep: {type: bool, default: false}}
steps:
  - {id: one, uses: toy.look, when: "{deep} == true"}
  - {id: two, uses: toy.restart, with: {tail: "{steps.one.replicas}"}, timeout: 1m}
  - {id: three, uses: toy.look, with: {tail: "{steps.one.replicas}"}, for_each: [1]}
verify: [{uses: toy.look}]
"""
    plan = await plan_of(tmp_path, text, Toy(), {"deep": False})
    assert all(step.skipped for step in plan.steps)
    assert "what `one` would have found" in plan.steps[1].skipped


async def test_people_are_asked_in_their_turn(tmp_path):
    text = CHANGING.replace(
        "  - {id: again",
        """  - {id: sure, ask: confirm, text: "{steps.before.replicas} replicas; {{ok}}?"}
  - {id: why, ask: text, text: "Why?", when: "{steps.before.healthy} == false"}
  - {id: note, ask: checkbox, text: "You said {steps.sure.summary}", options: [done]}
  - {id: again""",
    )
    plan = await plan_of(tmp_path, text, Toy(), {})
    _, sure, why, note, again = plan.steps
    assert sure.params == {"text": "2 replicas; {ok}?", "options": []}
    assert (sure.uses, sure.effect, sure.timeout_s) == ("human.confirm", Effect.MANUAL, 1800)
    assert why.skipped
    assert note.deferred
    assert human_steps(plan) == {"sure", "why", "note"}
    assert again.calls


async def test_what_an_action_cannot_know_is_read_beside_it(tmp_path):
    text = """approval: one-approver
steps:
  - id: one
    title: Limit
    uses: toy.post
    with: {url: "http://x", body: {max: 9}}
    effect: manual
    timeout: 1m
    current: {uses: toy.post, with: {url: "http://x", reads: true}, field: json.max}
verify: [{uses: toy.look}]
"""
    plan = await plan_of(tmp_path, text, Toy(), {})
    assert plan.steps[0].diffs == (Diff(subject="Limit", current="5", new="POST http://x"),)
    with pytest.raises(Conflict, match=r"found no `json\.min`"):
        await plan_of(tmp_path, text.replace("json.max", "json.min"), Toy(), {})


PRE = """preconditions:
  - uses: toy.look
    check: "{steps.precondition-1.healthy} == true"
    otherwise: The service must be healthy first.
"""


async def test_a_precondition_stops_the_plan_with_its_own_words(tmp_path):
    plan = await plan_of(tmp_path, PRE + CHANGING, Toy(), {})
    assert "precondition-1" in plan.evidence
    with pytest.raises(Conflict, match=r"Nothing was changed\. The service must be healthy first"):
        await plan_of(tmp_path, PRE + CHANGING, Toy(healthy=False), {})


@pytest.mark.parametrize(
    ("broken", "kind", "words"),
    [
        (Unavailable("No engine.", 3), Unavailable, "could not read: No engine. Try again."),
        (Rejected(f"bad {SECRET}"), Conflict, r"did not find what it needs: bad \[redacted\]\."),
        (OutcomeUnknown("gone"), Unavailable, "gone"),
    ],
)
async def test_a_read_that_fails_says_which_and_that_nothing_was_changed(
    tmp_path, broken, kind, words
):
    with pytest.raises(kind, match=words) as error:
        await plan_of(tmp_path, CHANGING, Toy(broken=broken), {})
    assert "Nothing was changed. Step `before` (`toy.look`)" in str(error.value)
    if isinstance(broken, Unavailable):
        assert error.value.retry_after_s == 3


async def test_a_read_that_never_answers_is_cut(tmp_path):
    text = CHANGING.replace("{id: before, uses: toy.look}", "{id: before, uses: toy.look,"
                            " timeout: 1s}")  # fmt: skip
    with pytest.raises(Unavailable, match="no answer within 1 s"):
        async with asyncio.timeout(3):
            await plan_of(tmp_path, text, Toy(slow_s=60), {})


async def test_a_read_that_only_reports_does_not_stop_the_plan(tmp_path):
    """A service that is down must not make its own restart impossible."""
    text = CHANGING.replace("{id: before, uses: toy.look}", "{id: before, uses: toy.look,"
                            " on_error: report}")  # fmt: skip
    for broken, word in ((Unavailable("down"), "UNKNOWN: "), (Rejected("503"), "FAIL: ")):
        plan = await plan_of(tmp_path, text, Toy(broken=broken), {})
        assert plan.evidence["before"].startswith(word)
        assert plan.steps[1].calls


@pytest.mark.parametrize(
    ("policy", "own", "words"),
    [
        ("none", "one-approver", "0 approvals"),
        ("confirm", "one-approver", "0 approvals"),
        ("one-approver", "two-approvers", "1 approvals"),
        ("two-approvers", "two-approvers-typed", "type what is touched"),
        ("commander-plus-one", "two-approvers", "go on alone"),
        ("two-approvers", "commander-plus-one", "does not ask for commander"),
    ],
)
async def test_a_weaker_policy_is_refused(tmp_path, policy, own, words):
    toy = Toy()
    with pytest.raises(Denied, match=words):
        await plan_of(tmp_path, CHANGING, toy, {}, policy=policy, own=own)
    assert toy.reads == []


@pytest.mark.parametrize("policy", ["one-approver", "two-approvers", "two-approvers-typed",
                                    "security"])  # fmt: skip
async def test_a_stricter_policy_may_be_asked_for(tmp_path, policy):
    plan = await plan_of(tmp_path, CHANGING, Toy(), {}, policy=policy, own="one-approver")
    assert plan.policy == policy


async def test_a_parameter_that_the_action_refuses_is_told_before_anything(tmp_path):
    with pytest.raises(Invalid, match=r"Step `again`: `tail` of `toy\.restart`"):
        await plan_of(
            tmp_path,
            CHANGING.replace("toy.restart", 'toy.restart, with: {tail: "{steps.before.replicas}"}'),
            Toy(replicas={"api": 0}),
            {},
        )


async def test_a_deferred_step_is_planned_with_what_was_found(tmp_path):
    toy = Toy()
    runbook = listing(tmp_path, SCALE).runbook
    plan = await plan_of(tmp_path, SCALE, toy, PARAMS)
    found = {"after": Result(summary="", data={"replicas": 4})}
    step = await planner(toy).resolve(plan, runbook, plan.steps[3], found, now=NOW)
    assert (step.deferred, step.params["tail"]) == (False, 4)
    assert step.calls[0].text == "POST /api/restart"
    few = {"after": Result(summary="", data={"replicas": 1})}
    step = await planner(toy).resolve(plan, runbook, plan.steps[3], few, now=NOW)
    assert "is not so: 1 against 1" in step.skipped
    assert toy.changes == []


async def test_a_declared_way_back_is_planned_when_it_is_needed(tmp_path):
    text = (
        SCALE
        + """rollback:
  - id: back
    uses: toy.scale
    with: {service: "{service}", replicas: "{steps.now.replicas}"}
    timeout: 1m
"""
    )
    runbook = listing(tmp_path, text).runbook
    plan = await plan_of(tmp_path, text, Toy(), PARAMS)
    found = {"now": Result(summary="", data={"replicas": 2})}
    (back,) = await planner(Toy()).way_back(plan, runbook.rollback, found, now=NOW)
    assert back.calls[0].text == "PUT /api?replicas=2"


async def test_waits_are_resolved_from_parameters(tmp_path):
    text = """params:
  last: {type: duration, default: 2m}
  first: {type: int, min: 0, max: 60, default: 30}
steps:
  - {uses: toy.look, wait: {first: "{first}", deadline: "{last}"}}
"""
    wait = listing(tmp_path, text).runbook.steps[0].wait
    found = resolved_wait(wait, {"last": "2m", "first": 30})
    assert (found.first.total_seconds(), found.deadline.total_seconds()) == (30, 120)
