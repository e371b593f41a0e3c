"""`signalbox check`: each finding has its sentence and its cure."""

import asyncio
import json
from contextlib import asynccontextmanager

from bot.doctor.examination import attempt, examine
from bot.doctor.facts import ChannelFacts, Probes, RedisFacts, SlackFacts
from bot.doctor.report import Check, Level, as_json, as_text, fail, ok, passed, run_checks, warn
from bot.domain.config import Channels, Config, System
from bot.domain.person import Holders, Role
from bot.errors import ConfigError, Rejected, Unavailable

TOKENS = {"SLACK_BOT_TOKEN": "**", "SLACK_APP_TOKEN": "**"}
KNOWN = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SIGNALBOX_CONFIG", "PORT"]
STAFFED = Config(
    channels=Channels(incidents="incidents"),
    roles={Role.RESPONDER: Holders(everyone=True), Role.ADMIN: Holders(groups=("S0OPS",))},
)
GOOD_REDIS = RedisFacts(version="9.1.2", appendonly=True, policy="noeviction", place="x")


def answering(value):
    async def ask(*_arguments):
        if isinstance(value, Exception):
            raise value
        return value

    return ask


def world(**probes):
    """Return what opens these probes; each is the answer, or the error it raises."""

    @asynccontextmanager
    async def opened():
        yield Probes(**{name: answering(value) for name, value in probes.items()})

    return opened


async def examined(config=STAFFED, told=TOKENS, environ=(), **probes):
    return await examine(config, told, KNOWN, environ, world(**probes))


def lines(findings, level):
    return [f"{one.says} {one.cure}" for one in findings if one.level is level]


async def test_a_fresh_machine_is_told_what_slack_needs_and_that_the_demo_needs_nothing():
    findings = await examined(Config(), {})
    failed = " ".join(lines(findings, Level.FAIL))
    assert "SLACK_BOT_TOKEN is not set" in failed
    assert "`make demo`" in failed
    assert "SLACK_APP_TOKEN" in failed
    warned = " ".join(lines(findings, Level.WARN))
    assert "nobody may declare" in warned
    assert "`channels.incidents` is not set" in warned
    assert not passed(findings)


async def test_all_is_well_when_all_is_well():
    findings = await examined(
        slack=SlackFacts(
            team="Acme", bot="signalbox", scopes=frozenset("abc"), wanted=frozenset("ab")
        ),
        socket=None,
        channel=ChannelFacts(exists=True, member=True),
        group=["U0ANN"],
        redis=GOOD_REDIS,
        templates=[],
    )
    assert {one.level for one in findings} == {Level.OK}
    assert passed(findings)
    assert "Signed in to Acme as signalbox." in as_text(findings)


async def test_http_mode_says_where_it_listens():
    told = {"SLACK_BOT_TOKEN": "**", "SLACK_SIGNING_SECRET": "**", "PORT": "9000"}
    assert "Listens over HTTP on 127.0.0.1:9000" in " ".join(
        lines(await examined(told=told), Level.OK)
    )


async def test_a_missing_scope_is_named_with_the_cure():
    facts = SlackFacts(
        team="A", bot="b", scopes=frozenset({"chat:write"}), wanted=frozenset({"pins:write"})
    )
    [line] = lines(await examined(slack=facts), Level.FAIL)
    assert "lacks pins:write" in line
    assert "reinstall" in line


async def test_a_refused_token_and_a_silent_slack_are_findings():
    [line] = lines(await examined(slack=Rejected("Slack says invalid_auth.")), Level.FAIL)
    assert "invalid_auth" in line
    assert "SLACK_BOT_TOKEN" in line
    [line] = lines(await examined(socket=Unavailable("Slack does not answer.")), Level.FAIL)
    assert "connections:write" in line


async def test_every_configured_channel_is_looked_at():
    config = STAFFED.model_copy(
        update={"systems": {"shop": System(id="shop", title="S", channels=Channels(alerts="shop"))}}
    )

    async def where(name):
        return {
            "incidents": ChannelFacts(exists=True, member=False),
            "shop": ChannelFacts(exists=False),
        }[name]

    @asynccontextmanager
    async def opened():
        yield Probes(channel=where)

    failed = lines(await examine(config, TOKENS, KNOWN, (), opened), Level.FAIL)
    assert failed[0].startswith("The bot is not in #incidents. /invite @Signalbox")
    assert "#shop does not exist, or is private" in failed[1]
    gone = ChannelFacts(exists=True, archived=True)
    assert "is archived" in lines(await examined(channel=gone), Level.FAIL)[0]


async def test_a_redis_that_would_lose_incidents_fails():
    facts = RedisFacts(version="6.0.16", appendonly=False, policy="allkeys-lru", place="h:6379")
    failed = " ".join(lines(await examined(redis=facts), Level.FAIL))
    assert "6.2 or newer" in failed
    assert "appendonly yes" in failed
    assert "allkeys-lru" in failed
    assert "REDIS_URL" in " ".join(lines(await examined(redis=Unavailable("down")), Level.FAIL))
    taken = ConfigError("Another Signalbox is using it: stop it.")
    assert lines(await examined(redis=taken), Level.FAIL) == [f"{taken} "]


async def test_an_embedded_redis_says_where_its_data_is():
    facts = GOOD_REDIS.model_copy(update={"embedded": True, "place": ".signalbox"})
    assert "embedded, data in .signalbox" in " ".join(lines(await examined(redis=facts), Level.OK))
    quiet = GOOD_REDIS.model_copy(update={"policy": "", "version": "odd"})
    found = await examined(redis=quiet)
    assert "does not tell" in lines(found, Level.WARN)[0]
    assert "6.2 or newer" in lines(found, Level.FAIL)[0]


async def test_a_broken_template_fails_by_name():
    [line] = lines(await examined(templates=["templates/initial.j2:3: no `sev`"]), Level.FAIL)
    assert "initial.j2:3" in line


async def test_a_role_that_only_an_empty_group_holds_is_held_by_nobody():
    assert "No one holds `admin`" in lines(await examined(group=[]), Level.WARN)[0]
    assert not lines(await examined(), Level.WARN)
    lost = await examined(group=Unavailable("Slack does not answer."))
    assert "roles" in [one.name for one in lost if one.level is Level.FAIL]


async def test_a_last_line_that_everyone_holds_is_none():
    config = STAFFED.model_copy(
        update={"roles": {**STAFFED.roles, Role.DATA_OWNER: Holders(everyone=True)}}
    )
    assert "Everyone holds `data-owner`" in lines(await examined(config), Level.WARN)[0]


async def test_what_a_system_waits_for_is_named():
    shop = System(id="shop", title="Shop", urls={"base": "${SHOP_URL}"})
    config = STAFFED.model_copy(update={"systems": {"shop": shop}})
    assert "shop: SHOP_URL not set" in lines(await examined(config), Level.WARN)[0]


async def test_half_an_integration_and_a_misspelt_name_are_warned_of():
    told = TOKENS | {"PAGERDUTY_API_TOKEN": "**", "STATUS_PAGE_PROVIDER": "generic"}
    environ = ["SIGNALBOX_CONFG", "SLACK_BOT_TOKEN_FILE", "SLACK_WEBHOOK_URL", "PORT"]
    warned = lines(await examined(told=told, environ=environ), Level.WARN)
    assert any("PAGERDUTY_API_TOKEN needs PAGERDUTY_FROM_EMAIL" in line for line in warned)
    assert any("generic needs STATUS_PAGE_API and STATUS_PAGE_TOKEN" in line for line in warned)
    assert any("SIGNALBOX_CONFG is no setting. Did you mean SIGNALBOX_CONFIG?" in x for x in warned)
    assert len(warned) == 3


async def test_when_the_world_cannot_be_opened_the_rest_is_looked_at_all_the_same():
    @asynccontextmanager
    async def broken():
        message = "The folder .signalbox is in use."
        raise Unavailable(message)
        yield

    findings = await examine(STAFFED, TOKENS, KNOWN, (), broken)
    assert "in use" in lines(findings, Level.FAIL)[0]
    assert len(findings) > 3


async def test_a_probe_that_never_answers_is_a_finding():
    async def forever():
        await asyncio.Event().wait()

    [finding] = await run_checks([Check("slack", forever, "Wait.")], timeout_s=0.01)
    assert finding == fail("slack", "No answer within 0.01 s.", "Wait.")


def test_each_problem_of_the_settings_is_a_line():
    def read():
        message = "PORT is wrong.\nREDIS_URL is wrong."
        raise ConfigError(message)

    found = []
    assert attempt("settings", read, found) is None
    assert [one.says for one in found] == ["PORT is wrong.", "REDIS_URL is wrong."]
    assert attempt("settings", lambda: 5, found) == 5


def test_the_report_is_aligned_and_coloured_only_when_asked():
    findings = [ok("a", "Fine."), warn("longer", "Hm.", "Do it."), fail("b", "Bad.", "Mend it.")]
    text = as_text(findings)
    assert text.splitlines() == [
        "OK    a       Fine.",
        "WARN  longer  Hm.",
        "              -> Do it.",
        "FAIL  b       Bad.",
        "              -> Mend it.",
        "",
        "1 OK, 1 WARN, 1 FAIL",
    ]
    assert "\x1b[31;1mFAIL\x1b[0m" in as_text(findings, colour=True)
    assert json.loads(as_json(findings))["ok"] is False
    assert json.loads(as_json(findings[:2]))["findings"][1]["cure"] == "Do it."
    assert as_text([]) == "\n"
