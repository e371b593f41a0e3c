"""Planning's edges: other systems, edited runbooks, settings that are not set, odd actions."""

import pytest

from bot.action import Action, Effect, Params, Result, Risk
from bot.engine.params import typed
from bot.engine.planner import Planner
from bot.engine.reach import World
from bot.errors import Conflict, Invalid, NotFound
from tests.engine.kit import (
    CHANGING,
    NOW,
    READING,
    SYSTEM,
    Toy,
    bind,
    listing,
    planner,
    request,
)


async def test_live_choices_come_from_the_system(tmp_path):
    text = """params:
  service: {type: live, uses: toy.services, field: names, example: api}
steps: [{uses: toy.look, with: {service: "{service}"}}]
"""
    runbook = listing(tmp_path, text).runbook
    assert await planner(Toy()).choices_of(runbook, "service") == ("api", "worker")
    with pytest.raises(Invalid):
        await planner(Toy()).choices_of(runbook, "other")
    wrong = runbook.model_copy(
        update={
            "params": {
                "service": runbook.params["service"].model_copy(update={"field": "gone.deep"})
            }
        }
    )
    assert await planner(Toy()).choices_of(wrong, "service") == ()


async def test_choices_that_are_no_texts_are_refused(tmp_path):
    text = """params:
  service: {type: live, uses: toy.look, field: replicas, example: api}
steps: [{uses: toy.look, with: {service: "{service}"}}]
"""
    with pytest.raises(Invalid, match="no list of texts"):
        await planner(Toy()).choices_of(listing(tmp_path, text).runbook, "service")


async def test_another_systems_runbook_is_refused(tmp_path):
    world = World(SYSTEM.model_copy(update={"id": "other"}), bind(Toy()), str, {})
    with pytest.raises(Invalid, match="is for demo, not other"):
        await Planner(world).plan(listing(tmp_path, CHANGING), {}, request())


async def test_a_setting_that_is_not_set_is_named(tmp_path):
    text = "steps:\n  - {uses: toy.post, with: {url: '{system.urls.off}', reads: true}}\n"
    with pytest.raises(Invalid, match="DEMO_URL"):
        await planner(Toy()).plan(listing(tmp_path, text), {}, request("none"))


async def test_a_step_that_was_edited_away_is_not_resolved(tmp_path):
    text = READING + "  - {id: two, uses: toy.look, with: {tail: '{steps.one.replicas}'}}\n"
    plan = await planner(Toy()).plan(listing(tmp_path, text), {}, request("none"))
    edited = listing(tmp_path, READING).runbook
    with pytest.raises(NotFound, match="no step `two` any more"):
        await planner(Toy()).resolve(plan, edited, plan.steps[1], {}, now=NOW)


async def test_a_question_may_show_what_a_step_found(tmp_path):
    text = READING + "  - {id: sure, ask: confirm, text: '{steps.one.summary}?'}\n"
    one = listing(tmp_path, text)
    plan = await planner(Toy()).plan(one, {}, request("none"))
    assert plan.steps[1].deferred
    found = {"one": Result(summary="2 replicas")}
    step = await planner(Toy()).resolve(plan, one.runbook, plan.steps[1], found, now=NOW)
    assert (step.deferred, step.params["text"]) == (False, "2 replicas?")


async def test_a_result_without_the_field_says_what_there_is(tmp_path):
    text = CHANGING.replace("toy.restart", 'toy.restart, with: {service: "{steps.before.name}"}')
    with pytest.raises(Invalid, match="found no `name`; it found summary, failed, replicas"):
        await planner(Toy()).plan(listing(tmp_path, text), {}, request())


async def test_a_comparison_of_nonsense_is_told_not_guessed(tmp_path):
    text = CHANGING.replace("timeout: 1m}", "timeout: 1m, when: '{steps.before.healthy} > 2'}")
    with pytest.raises(Invalid, match="Step `again`: true and 2 have no order"):
        await planner(Toy()).plan(listing(tmp_path, text), {}, request())


async def test_a_for_each_over_no_list_is_told(tmp_path):
    text = CHANGING.replace("timeout: 1m}", "timeout: 1m, for_each: '{steps.before.replicas}'}")
    with pytest.raises(Invalid, match="is no list"):
        await planner(Toy()).plan(listing(tmp_path, text), {}, request())


async def test_an_action_that_cannot_say_what_it_would_do_is_never_planned(tmp_path):
    async def run(*_given):
        raise AssertionError

    blind = Action("toy.restart", "Blind.", Params, Risk.HIGH, Effect.MANUAL, 5, run=run)
    mute = Action("toy.look", "Mute.", Params, Risk.READ, Effect.IDEMPOTENT, 5)
    one = listing(tmp_path, CHANGING)
    for actions, words in (
        ({"toy.look": mute, "toy.restart": blind}, "cannot read"),
        ({**bind_all(), "toy.restart": blind}, "cannot say what it would do"),
    ):
        world = World(SYSTEM, bind(Toy(), actions), str, {})
        with pytest.raises(Invalid, match=words):
            await Planner(world).plan(one, {}, request())


def bind_all():
    return {name: bind(Toy())(name)[0] for name in ("toy.look", "toy.restart")}


async def test_evidence_is_redacted_before_it_is_cut(tmp_path):
    """A secret that lies across the cut must not stay in halves."""
    world = World(SYSTEM, bind(Toy()), lambda text: "x" * 9_000 + text[-4:], {})
    plan = await Planner(world).plan(listing(tmp_path, CHANGING), {}, request())
    assert len(plan.evidence["before"]) == 8_001


async def test_typed_parameters_reach_the_call(tmp_path):
    text = """approval: one-approver
params: {n: {type: int, min: 1, max: 9}}
steps:
  - {id: one, uses: toy.scale, with: {service: api, replicas: "{n}"}, timeout: 1m}
verify: [{uses: toy.look}]
"""
    one = listing(tmp_path, text)
    plan = await planner(Toy()).plan(one, typed(one.runbook.params, {"n": "7"}), request())
    assert plan.steps[0].params == {"service": "api", "replicas": 7}


async def test_a_check_on_parameters_alone_needs_no_read(tmp_path):
    text = (
        """preconditions:
  - {check: "{n} > 3", otherwise: Ask for more than three.}
params: {n: {type: int, min: 1, max: 9}}
"""
        + CHANGING
    )
    one = listing(tmp_path, text)
    toy = Toy()
    with pytest.raises(Conflict, match="Ask for more than three"):
        await planner(toy).plan(one, {"n": 2}, request())
    assert toy.reads == []
