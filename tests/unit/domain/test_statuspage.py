"""What customers read: components, published incidents, drafts and their seals."""

from datetime import timedelta

import pytest

from bot.domain import statuspage_draft as drafts
from bot.domain.approval import Voter
from bot.domain.config import Config, System
from bot.domain.incident import Incident, Status
from bot.domain.person import Role
from bot.domain.policy import Policy
from bot.domain.severity import Severity
from bot.domain.statuspage import (
    Component,
    Health,
    Impact,
    Notice,
    PageIncident,
    PageStatus,
    PageUpdate,
    corrected,
    days,
    healths,
    indicator,
    page_status,
    shown_after,
    suffering,
)
from bot.domain.statuspage_draft import Draft, DraftState, Publication
from bot.domain.statuspage_post import differences, reference, reference_in, signed, unsigned
from bot.errors import Conflict, Denied, Invalid
from tests.support.redis import NIGHT

AI, WEB = Component(id="ai", name="AI"), Component(id="web", name="Web")
BOB = Voter(id="U0BOB", roles=frozenset({Role.OPERATOR}))
LEA = Voter(id="U0LEA", roles=frozenset({Role.LEAD}))
ADA = Voter(id="U0ADA", roles=frozenset({Role.ADMIN}))
REASON = "nobody else is awake"


def incident(**changes) -> Incident:
    fields = {
        "id": "INC-00042",
        "number": 42,
        "title": "slow",
        "severity": Severity.SEV2,
        "channel_name": "inc-42",
        "declared_by": "U0ANN",
        "declared_at": NIGHT,
    }
    return Incident(**{**fields, **changes})


def notice(**changes) -> Notice:
    fields = {
        "name": "AI: partial outage",
        "status": PageStatus.INVESTIGATING,
        "body": "We look into it.",
        "impact": Impact.MAJOR,
        "health": Health.PARTIAL,
        "components": (AI,),
    }
    return Notice(**{**fields, **changes})


def update(number: int = 1, body: str = "We look into it.", **changes) -> PageUpdate:
    fields = {"id": f"u{number}", "page_id": f"p{number}", "at": NIGHT, "body": body}
    return PageUpdate(**{**fields, "status": PageStatus.INVESTIGATING, **changes})


def told(**changes) -> PageIncident:
    fields = {
        "id": "INC-00042",
        "page_id": "page42",
        "name": "AI: partial outage",
        "status": PageStatus.INVESTIGATING,
        "impact": Impact.MAJOR,
        "components": {"ai": Health.PARTIAL},
        "updates": (update(),),
        "started_at": NIGHT,
    }
    return PageIncident(**{**fields, **changes})


def draft(**changes) -> Draft:
    fields = {
        "draft_id": "d1",
        "incident": "INC-00042",
        "severity": Severity.SEV2,
        "policy": drafts.POLICIES[Severity.SEV2],
        "author": "U0ANN",
        "now": NIGHT,
    }
    return drafts.seal(notice(), **{**fields, **changes})


def after(minutes: float):
    return NIGHT + timedelta(minutes=minutes)


# ------------------------------------------------------------ what customers see


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.INVESTIGATING, "investigating"),
        (Status.IDENTIFIED, "identified"),
        (Status.MONITORING, "monitoring"),
        (Status.RESOLVED, "resolved"),
        (Status.CLOSED, "resolved"),
    ],
)
def test_the_page_follows_the_incident(status, shown):
    assert page_status(incident(status=status)) == shown


def test_a_component_suffers_by_severity_and_is_operational_at_the_end():
    assert suffering(incident(severity=Severity.SEV1)) == (Health.MAJOR, Impact.CRITICAL)
    assert suffering(incident(status=Status.RESOLVED)) == (Health.OPERATIONAL, Impact.MAJOR)


def test_the_worst_open_incident_decides_a_components_health():
    worse = told(id="INC-00043", components={"ai": Health.MAJOR, "gone": Health.MAJOR})
    assert healths((AI, WEB), [told(), worse]) == {"ai": Health.MAJOR, "web": Health.OPERATIONAL}
    over = worse.model_copy(update={"status": PageStatus.RESOLVED})
    assert healths((AI,), [told(), over]) == {"ai": Health.PARTIAL}


def test_each_text_moves_the_published_incident_on():
    first = shown_after(
        None, notice(), update(), incident="INC-00042", started_at=NIGHT, closed=False
    )
    assert (first.is_open, first.worst, first.components) == (
        True,
        Health.PARTIAL,
        {"ai": Health.PARTIAL},
    )
    end = notice(status=PageStatus.RESOLVED, impact=Impact.MINOR, health=Health.OPERATIONAL)
    over = shown_after(
        first, end, update(2, at=after(9)), incident="INC-00042", started_at=NIGHT, closed=True
    )
    assert (over.impact, over.ended_at, over.closed) == (Impact.MAJOR, after(9), True)
    assert [one.id for one in over.updates] == ["u1", "u2"]


def test_a_correction_takes_the_place_of_one_text():
    both = told(updates=(update(1), update(2)))
    mended = corrected(both, "u2", "Only search.", after(5))
    assert [one.body for one in mended.updates] == ["We look into it.", "Only search."]
    assert [one.corrected_at for one in mended.updates] == [None, after(5)]


def test_the_seal_is_of_everything_that_customers_see():
    seals = {
        notice(**change).digest
        for change in (
            {},
            {"name": "x"},
            {"body": "x"},
            {"status": PageStatus.MONITORING},
            {"impact": Impact.MINOR},
            {"health": Health.MAJOR},
            {"components": (WEB,)},
        )
    }
    assert len(seals) == 7
    assert notice().digest == notice().digest


def test_the_pages_own_state_is_the_worst_of_all():
    assert indicator({"ai": Health.OPERATIONAL}, []) == (Impact.NONE, "All systems operational")
    assert indicator({"ai": Health.PARTIAL}, [])[0] is Impact.MAJOR
    assert indicator({}, [told(impact=Impact.CRITICAL)])[0] is Impact.CRITICAL
    assert indicator({}, [told(status=PageStatus.RESOLVED)])[0] is Impact.NONE
    assert Health.MAJOR.words == "Major outage"


def test_history_has_ninety_days_each_with_its_worst():
    today = NIGHT.date()
    past = told(
        status=PageStatus.RESOLVED,
        started_at=NIGHT - timedelta(days=3),
        ended_at=NIGHT - timedelta(days=2),
    )
    alarm = past.model_copy(update={"closed": True, "impact": Impact.CRITICAL})
    long_ago = past.model_copy(
        update={
            "started_at": NIGHT - timedelta(days=100),
            "ended_at": NIGHT - timedelta(days=89),
            "impact": Impact.CRITICAL,
        }
    )
    found = days(AI, [past, alarm, long_ago, told(impact=Impact.MINOR)], today)
    assert len(found) == 90
    assert [day for day, _ in found] == sorted(day for day, _ in found)
    bad = [((today - day).days, worst) for day, worst in found if worst is not Health.OPERATIONAL]
    assert bad == [
        (89, Health.MAJOR),
        (3, Health.PARTIAL),
        (2, Health.PARTIAL),
        (0, Health.DEGRADED),
    ]
    assert {worst for _, worst in days(WEB, [past], today)} == {Health.OPERATIONAL}
    assert told(impact=Impact.NONE).worst is Health.OPERATIONAL


# ------------------------------------------------------------ what others changed


def test_a_page_that_says_what_was_published_differs_in_nothing():
    same = {"ai": Health.PARTIAL}
    assert differences(told(), told(), same, same) == ()


def test_each_kind_of_edit_is_named():
    theirs = told(
        name="Nothing",
        status=PageStatus.MONITORING,
        updates=(update(1, "Fine."), update(9, "Hello")),
    )
    found = differences(
        told(updates=(update(1), update(2))),
        theirs,
        {"ai": Health.PARTIAL, "gone": Health.PARTIAL},
        {"ai": Health.OPERATIONAL},
    )
    assert [one.what for one in found] == [
        "name",
        "status",
        "component ai",
        "text 1",
        "text 2",
        "another text",
    ]
    assert [one.what for one in differences(told(), None, {}, {})] == ["missing"]


def test_texts_without_the_pages_id_are_not_compared():
    nameless = told(updates=(update(1, page_id=""),))
    assert differences(nameless, told(updates=(update(7, "?"),)), {}, {}) == ()


def test_a_reference_is_put_under_a_text_once():
    body = signed("Slow.", "INC-00042", "0123456789abcdef")
    assert body == "Slow.\n\nRef INC-00042-01234567"
    assert body.endswith(reference("INC-00042", "0123456789abcdef"))
    assert signed(body, "INC-00042", "fedcba9876543210") == "Slow.\n\nRef INC-00042-fedcba98"
    assert unsigned(body) == "Slow."
    assert (reference_in(body), reference_in("Slow.")) == ("Ref INC-00042-01234567", "")


# ------------------------------------------------------------ who says yes


def test_another_person_approves_exactly_this_text():
    done = drafts.approve(draft(), BOB, now=after(1))
    assert (done.state, done.decided_by, done.digest) == ("approved", "U0BOB", notice().digest)
    with pytest.raises(Conflict, match="was approved by <@U0BOB> already"):
        drafts.approve(done, LEA, now=after(2))


def test_author_and_editor_never_approve_and_an_edit_drops_votes():
    author = Voter(id="U0ANN", roles=frozenset(Role))
    with pytest.raises(Denied, match="somebody else"):
        drafts.approve(draft(), author, now=NIGHT)
    two = draft(policy=Policy(approve=2, from_=(Role.OPERATOR, Role.LEAD)))
    voted = drafts.approve(two, BOB, now=NIGHT)
    assert (voted.is_pending, voted.missing) == (True, 1)
    with pytest.raises(Conflict, match="one vote"):
        drafts.approve(voted, BOB, now=NIGHT)
    other = drafts.edit(voted, notice(body="Sorry."), draft_id="d2", by="U0LEA", now=after(3))
    assert (other.votes, other.id, other.card, other.digest == voted.digest) == (
        (),
        "d2",
        "d1",
        False,
    )
    with pytest.raises(Denied, match="changed this text last"):
        drafts.approve(other, LEA, now=after(4))
    with pytest.raises(Conflict, match="Nothing was changed"):
        drafts.edit(other, other.notice, draft_id="d3", by="U0LEA", now=after(4))


def test_nobody_else_s_vote_counts():
    with pytest.raises(Denied, match="`operator` or `lead` or the incident commander"):
        drafts.approve(draft(), Voter(id="U0NEW"), now=NIGHT)
    commander = Voter(id="U0NEW", commander=True)
    assert not drafts.approve(draft(), commander, now=NIGHT).is_pending
    nobody = draft(policy=Policy(from_=()))
    with pytest.raises(Denied, match="Only nobody"):
        drafts.approve(nobody, BOB, now=NIGHT)


def test_a_policy_may_want_a_holder_of_a_role_among_them():
    wants = draft(policy=Policy(approve=1, from_=(Role.OPERATOR,), one_of=(Role.LEAD,)))
    assert drafts.approve(wants, BOB, now=NIGHT).is_pending
    assert not drafts.approve(wants, LEA, now=NIGHT).is_pending
    even_none = draft(policy=Policy(approve=0, from_=(Role.OPERATOR,)))
    assert even_none.missing == 1, "a text for customers always needs another person"


def test_policies_are_by_severity_and_signalbox_yml_has_the_last_word():
    mine, all_ = Policy(approve=2), Policy(approve=3)
    assert drafts.policy_of(Config(), Severity.SEV1) is drafts.POLICIES[Severity.SEV1]
    config = Config(policies={"status-page-sev1": mine, "status-page": all_})
    assert drafts.policy_of(config, Severity.SEV1) is mine
    assert drafts.policy_of(config, Severity.SEV2) is all_


def test_breaking_the_glass_needs_time_a_reason_and_a_right():
    with pytest.raises(Conflict, match="3 min"):
        drafts.alone(draft(), BOB, reason=REASON, now=after(2.5))
    with pytest.raises(Invalid):
        drafts.alone(draft(), BOB, reason="hurry", now=after(6))
    with pytest.raises(Denied, match="commander"):
        drafts.alone(draft(), Voter(id="U0NEW"), reason=REASON, now=after(6))
    with pytest.raises(Denied, match="no break-glass"):
        drafts.alone(draft(policy=Policy()), BOB, reason=REASON, now=after(6))
    gone = drafts.alone(draft(), BOB, reason=f" {REASON} ", now=after(6))
    assert (gone.state, gone.alone, gone.reason) == (DraftState.APPROVED, True, REASON)


def test_a_draft_is_taken_back_or_overtaken():
    ended = drafts.end(draft(), DraftState.CANCELLED, by="U0BOB", now=NIGHT)
    assert (ended.state, drafts.ask_again_at(ended)) == ("cancelled", None)
    assert drafts.asked_again(ended, after(999)) is None
    nameless = ended.model_copy(update={"decided_by": None})
    with pytest.raises(Conflict, match="was cancelled already"):
        drafts.must_wait(nameless)


def test_silence_is_asked_ever_more_seldom_and_of_more_people():
    assert drafts.ask_again_at(draft()) == after(5)
    assert drafts.asked_again(draft(), after(4)) is None
    once = drafts.asked_again(draft(), after(5))
    assert (once.asked_again, drafts.ask_again_at(once)) == (1, after(15))
    late = drafts.asked_again(draft(), after(60 * 24))
    assert late.asked_again > 5, "a bot that was down asks once"
    next_ = drafts.ask_again_at(late) - drafts.ask_again_at(
        late.model_copy(update={"asked_again": late.asked_again - 1})
    )
    assert next_ == drafts.LONGEST_SILENCE
    assert "admin" in drafts.who_approves(late)
    assert not drafts.approve(late, ADA, now=after(60 * 24)).is_pending
    with pytest.raises(Denied):
        drafts.approve(draft(), ADA, now=NIGHT)
    never = draft(policy=Policy(escalate_after=None))
    assert drafts.ask_again_at(never) == after(5), "a draft is never left alone"


def test_a_publication_knows_which_draft_waits():
    known = Publication(id="INC-00042")
    assert known.draft is None
    waits = known.with_draft(draft())
    assert waits.draft == draft()
    done = waits.with_draft(drafts.approve(draft(), BOB, now=NIGHT))
    assert (done.draft, len(done.drafts)) == (None, 1)
    many = known
    for number in range(30):
        many = many.with_draft(draft(draft_id=f"d{number}"))
    assert len(many.drafts) == drafts.KEPT


def test_components_of_all_systems_are_listed_once():
    systems = {
        "a": System(id="a", title="A", components=(AI, WEB)),
        "b": System(id="b", title="B", components=(WEB,)),
    }
    assert Config(systems=systems).components == (AI, WEB)
