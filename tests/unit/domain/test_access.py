"""Who may do what. Everything that is not plainly allowed is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import barred, may_see, require, who_can_help
from bot.domain.person import Holders, Person, Role
from bot.errors import Denied
from tests.unit.domain.values import ANN, BOB, EVE, incident

EVERYONE = {Role.RESPONDER: Holders(everyone=True)}
BY_USER = {Role.RESPONDER: Holders(users=(ANN,))}
BY_GROUP = {Role.RESPONDER: Holders(groups=("S0OPS",))}
NOBODY = {Role.RESPONDER: Holders()}
OTHERS = {Role.ADMIN: Holders(users=(BOB,))}
OPS = {"S0OPS": [ANN], "S0DEV": [EVE]}


def person(user: str = ANN, **what) -> Person:
    return Person(id=user, team="T1", name="ann", **what)


@pytest.mark.parametrize(
    ("who", "holders", "groups", "allowed"),
    [
        (person(), EVERYONE, {}, True),
        (person(), BY_USER, {}, True),
        (person(), BY_GROUP, OPS, True),
        (person(EVE), BY_USER, {}, False),
        (person(EVE), BY_GROUP, OPS, False),
        (person(), BY_GROUP, {}, False),
        (person(), {}, {}, False),
        (person(), NOBODY, OPS, False),
        (person(), OTHERS, {}, False),
        (person(BOB), OTHERS, {}, False),
        (person(guest=True), EVERYONE, {}, False),
        (person(guest=True), BY_USER, {}, False),
        (person(foreign=True), EVERYONE, {}, False),
        (person(foreign=True), BY_GROUP, OPS, False),
        (person(bot=True), EVERYONE, {}, False),
        (person(deleted=True), BY_USER, {}, False),
    ],
)
def test_who_holds_a_role_may_and_nobody_else(who, holders, groups, allowed):
    if allowed:
        require(who, [Role.RESPONDER], holders, groups)
        return
    with pytest.raises(Denied) as refused:
        require(who, [Role.RESPONDER], holders, groups)
    assert len(str(refused.value)) > 20


def test_one_of_several_roles_is_enough():
    require(person(BOB), [Role.RESPONDER, Role.ADMIN], BY_USER | OTHERS, {})
    with pytest.raises(Denied, match="`responder` or `admin`"):
        require(person(EVE), [Role.RESPONDER, Role.ADMIN], BY_USER | OTHERS, {})


def test_a_refusal_names_who_can_help():
    with pytest.raises(Denied, match=f"<@{BOB}> can give it"):
        require(person(EVE), [Role.RESPONDER], BY_USER | OTHERS, {})
    with pytest.raises(Denied, match=r"signalbox\.yml names nobody as `responder`"):
        require(person(), [Role.RESPONDER], OTHERS, {})
    with pytest.raises(Denied, match="Whoever runs Signalbox"):
        require(person(EVE), [Role.RESPONDER], BY_USER, {})
    both = {Role.ADMIN: Holders(users=(ANN,), groups=("S0OPS",))}
    assert who_can_help(both).startswith(f"<@{ANN}>, <!subteam^S0OPS> can")


def test_no_role_asked_for_is_no_permission():
    with pytest.raises(Denied):
        require(person(), [], EVERYONE, {})


@pytest.mark.parametrize("what", ["bot", "deleted", "foreign", "guest"])
def test_each_reason_is_said_in_its_own_words(what):
    assert barred(person(**{what: True}))
    assert barred(person()) is None


@given(
    who=st.builds(
        Person,
        id=st.sampled_from([ANN, BOB, EVE]),
        team=st.just("T1"),
        name=st.just("x"),
        guest=st.booleans(),
        foreign=st.booleans(),
        bot=st.booleans(),
        deleted=st.booleans(),
    ),
    holders=st.dictionaries(
        st.sampled_from(list(Role)),
        st.builds(
            Holders,
            everyone=st.booleans(),
            users=st.lists(st.sampled_from([ANN, BOB]), max_size=2).map(tuple),
            groups=st.lists(st.sampled_from(["S0OPS", "S0DEV"]), max_size=2).map(tuple),
        ),
    ),
    roles=st.lists(st.sampled_from(list(Role)), max_size=3),
)
def test_allowed_means_a_full_member_who_holds_a_role_that_was_asked_for(who, holders, roles):
    try:
        require(who, roles, holders, OPS)
    except Denied:
        return
    assert barred(who) is None
    assert {who.guest, who.foreign, who.bot, who.deleted} == {False}
    assert any(
        holders[role].everyone
        or who.id in holders[role].users
        or any(who.id in OPS[group] for group in holders[role].groups)
        for role in roles
        if role in holders
    )


def test_a_private_incident_is_seen_by_the_members_of_its_channel_only():
    assert may_see(incident(), EVE, [])
    private = incident(private=True)
    assert may_see(private, ANN, [ANN])
    assert not may_see(private, EVE, [ANN])
    assert not may_see(private, ANN, [])
