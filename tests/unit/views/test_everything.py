"""Whatever people write, in whatever field: Slack takes it, it does nothing, it can be read."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.incident import Handover, IncidentRole
from bot.domain.reminders import Nag
from bot.domain.severity import Severity
from bot.views import answers, forms
from bot.views.card import incident_card, status_panel, topic
from bot.views.home import home
from bot.views.kit import context, message, section
from bot.views.mrkdwn import esc
from bot.views.postmortem import draft
from tests.support.blockkit import check_message, check_view, schema_is_there
from tests.unit.views import world
from tests.unit.views.world import ANN, BOB, CONFIG, PEOPLE, TEMPLATES, at

NOW = at(60)


def messages(one, lines, lanes, word):
    """Every message that an incident can lead to."""
    refs = {"channel": "C0ROOM"}
    offered = one.model_copy(update={"handover": Handover(to=BOB, by=ANN, at=NOW, note=word)})
    yield incident_card(one, refs=refs, config=CONFIG, lanes=lanes, where="incident", now=NOW)
    yield status_panel(one, refs={}, config=CONFIG, lanes=lanes)
    if not one.private:
        yield incident_card(one, refs={}, config=CONFIG, lanes=lanes, where="announce")
    for stage in ("initial", "update", "resolved", "closed"):
        yield TEMPLATES.render(stage, one, CONFIG)
    yield from posts(one, offered, word)
    yield from replies(one, lines, word)


def posts(one, offered, word):
    """What is said in its channel, and to people directly."""
    yield answers.handover_offer(offered)
    yield answers.handover_offer(offered, "accepted")
    yield answers.handover_accepted(one)
    yield answers.handover_declined(one, BOB)
    yield answers.seated(one, IncidentRole.ONCALL, BOB, ANN)
    yield answers.called(one, PEOPLE, ANN)
    yield answers.called_in(one, "C0ROOM", ANN)
    yield answers.severity_changed(one, Severity.SEV4, ANN)
    yield answers.reopened(one, ANN)
    yield answers.nag(one, Nag(to=BOB, overdue=timedelta(minutes=7), step=0))
    yield from (answers.task_message(one, task) for task in one.tasks)
    yield answers.archive_offer(one)
    yield answers.lane_failing(one, f"channel:{word}", word)
    yield answers.private_stopped(one, word)
    yield answers.channel_gone(one)


def replies(one, lines, word):
    """What one person is answered."""
    yield answers.incident_list([one] * 3, {one.id: "C0ROOM"}, NOW)
    yield answers.declared(one, None)
    yield answers.timeline(one, lines)
    yield answers.catchup(one, lines, now=NOW)
    yield answers.retrying(one, word)
    yield answers.noted(one)
    yield answers.postmortem_coming(one)
    yield answers.unknown_word("/incident", word, "update", "/incident update [text]")
    yield message(answers.postmortem_comment(one), section(esc(word)), context(esc(word)))


def views(one, word):
    """Every view that an incident can lead to."""
    yield forms.loading("One moment", "incident.update")
    yield forms.declare(CONFIG, title=word)
    yield forms.update(one, word)
    yield forms.resolve(one)
    yield forms.handover(one)
    yield forms.task(one, text=word)
    yield forms.severity(one, CONFIG)
    yield forms.snooze(one, NOW)
    yield forms.preview(TEMPLATES.update(one, CONFIG))
    yield home(BOB, [one] * 3, {one.id: "C0ROOM"}, now=NOW)


@settings(max_examples=470, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    world.incidents,
    st.lists(world.lines, max_size=6),
    st.lists(world.lanes, max_size=4),
    world.texts,
)
def _any_incident(one, lines, lanes, word):
    for made in messages(one, lines, lanes, word):
        check_message(made, schema=False)
        assert not world.live(made)
        assert not world.hidden(made)
    for made in views(one, word):
        check_view(made, schema=False)
        assert not world.live(made)
        assert not world.hidden(made)
    assert len(topic(one)) <= 250
    assert "<!channel>" not in draft(one, lines)


def test_ten_thousand_strings_in_every_field_are_harmless_and_fit():
    """Red when: a builder takes a value unescaped, a limit is wrong, a control gets through."""
    world.DRAWN.clear()
    _any_incident()
    assert world.DRAWN["texts"] > 10_000


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(world.incidents, st.lists(world.lines, max_size=3), st.lists(world.lanes, max_size=3))
def test_everything_is_what_slacks_own_types_allow(one, lines, lanes):
    """Red when: a builder misspells a key, or puts an element where Slack has none."""
    if not schema_is_there():
        pytest.skip("../shared/contracts is not there: Slack's types cannot be read")
    for made in messages(one, lines, lanes, "word"):
        check_message(made)
    for made in views(one, "word"):
        check_view(made)


def test_a_usual_night_is_what_slacks_own_types_allow():
    if not schema_is_there():
        pytest.skip("../shared/contracts is not there: Slack's types cannot be read")
    usual = world.resolved(tasks=tuple(world.task(n) for n in range(1, 101)))
    told = [world.fact(n, f"fact {n}") for n in range(500)]
    for made in messages(usual, told, [], "word"):
        check_message(made)
    for made in views(world.incident(), "word"):
        check_view(made)


def test_a_hundred_tasks_and_five_hundred_lines_fit():
    """Red when: a list grows past a message instead of saying how many are left out."""
    many = world.incident(tasks=tuple(world.task(n, "x" * 300) for n in range(1, 101)))
    told = [world.fact(n, "y" * 300) for n in range(500)]
    for made in messages(many, told, [], "word"):
        check_message(made, schema=False)
    update = world.words(TEMPLATES.update(many, CONFIG))
    assert "… and 88 more" in update
    timeline = world.words(answers.timeline(many, told))
    assert "older lines are left out" in timeline
    assert world.words(answers.timeline(many, told[:3])).count("y" * 300) == 3


def test_forty_open_incidents_fit_a_list_and_a_home():
    many = [world.incident(title="slow " * 40)] * 40
    check_message(answers.incident_list(many, {}, NOW), schema=False)
    assert "… and 20 more" in world.words(answers.incident_list(many, {}, NOW))
    check_view(home(BOB, many, {}, now=NOW), schema=False)


def test_a_title_of_ten_thousand_characters_is_cut_and_says_so():
    long = world.incident(title="slow " * 2000)
    for made in messages(long, [], [], "word"):
        check_message(made, schema=False)
    card = incident_card(long, refs={}, config=CONFIG, where="announce")
    assert "…* (INC-00042)\n" in card["blocks"][0]["text"]["text"]
