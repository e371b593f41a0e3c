"""The method table, tiers, scopes and the manifest agree with Slack's own reference."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.slack import manifest as manifests
from bot.slack.methods import EVENT_SCOPES, METHODS, Send
from bot.slack.scopes import identity, needed
from bot.slack.tiers import rates
from tests.slack.test_listeners import INCIDENT

CONTRACTS = Path(__file__).resolve().parents[3] / "shared/contracts"
REFERENCE = CONTRACTS / "api-ref/docs.slack.dev"
SOURCES = Path(__file__).parents[2] / "bot/slack"
APP_LEVEL = {"apps.connections.open"}
UNLISTED_EVENTS = re.compile(r"(channel|group)_(un)?archive")

pytestmark = pytest.mark.skipif(not CONTRACTS.exists(), reason="Slack's reference is not here")


def reference(method: str) -> dict[str, Any]:
    return json.loads((REFERENCE / f"methods/{method}.json").read_text())


@pytest.mark.parametrize("name", METHODS)
def test_tier_scopes_and_encoding(name):
    known, documented = METHODS[name], reference(name)
    tier = int(documented["rate_limits"].removeprefix("t"))
    assert known.tier == (0 if tier == 5 else tier)
    offered = set((documented.get("scope") or {}).get("bot", ()))
    assert set(known.scopes) <= offered
    assert bool(known.scopes) == bool(offered)
    if known.send is Send.QUERY:
        assert documented["http_method"] == "GET"
    elif known.send is Send.JSON:
        assert documented["http_method"] == "POST"
        assert documented.get("json_input_supported") or name in APP_LEVEL
    else:
        assert not documented.get("json_input_supported")


def test_every_method_in_the_code_is_in_the_table_and_the_other_way_round():
    text = "\n".join(p.read_text() for p in SOURCES.glob("*.py") if p.name != "methods.py")
    families = "auth|apps|bookmarks|chat|conversations|files|pins|reactions|usergroups|users|views"
    called = set(re.findall(rf'"((?:{families})\.[a-zA-Z.]+)"', text)) - {"files.upload"}
    assert called <= set(METHODS)
    plain = {"chat.update", "conversations.setTopic", "views.publish"}
    assert set(METHODS) - called <= plain


def test_every_minute_holds_at_most_what_the_tier_allows():
    for name, method in METHODS.items():
        rate = rates(name, {})[-1]
        allowed = {0: 200, 1: 1, 2: 20, 3: 50, 4: 100}[method.tier]
        assert rate.burst + 60 / rate.every.total_seconds() <= allowed + 1
    channel, _ = rates("chat.postMessage", {"channel": "C1"})
    assert (channel.key, channel.every.total_seconds(), channel.burst) == ("posts:C1", 1, 1)


@pytest.mark.parametrize("name", EVENT_SCOPES)
def test_event_scopes(name):
    events = json.loads((REFERENCE / "events/events.json").read_text())
    documented = {event["name"]: event.get("scopes", []) for event in events}
    if UNLISTED_EVENTS.fullmatch(name):
        assert name not in documented
        return
    offered = {scope.replace("mentions.", "mentions:") for scope in documented[name]}
    assert set(EVENT_SCOPES[name]) <= offered


@pytest.mark.parametrize("socket_mode", [True, False])
def test_the_manifest_is_valid(socket_mode):
    schema = json.loads(
        (CONTRACTS / "manifest-schema/schemas/manifest.schema.2.0.0.json").read_text()
    )
    url = None if socket_mode else "https://bot.example/slack/events"
    made = manifests.manifest((INCIDENT,), socket_mode=socket_mode, request_url=url)
    jsonschema.Draft7Validator(schema).validate(made)
    assert made["settings"]["event_subscriptions"]["bot_events"] == [
        "app_home_opened",
        "message.channels",
        "reaction_added",
    ]
    assert made["features"]["slash_commands"][0]["usage_hint"] == "declare"
    assert ("request_url" in made["settings"]["interactivity"]) is not socket_mode
    text = manifests.manifest_yaml((INCIDENT,), socket_mode=socket_mode, request_url=url)
    assert yaml.safe_load(text) == made


def test_the_manifest_asks_for_what_is_needed_and_nothing_else():
    scopes = manifests.manifest((INCIDENT,), socket_mode=True)["oauth_config"]["scopes"]["bot"]
    methods = {scope for method in METHODS.values() for scope in method.scopes}
    assert set(scopes) == methods | {"commands", "channels:history", "reactions:read"}


async def test_the_probe_names_missing_scopes(api):
    who = await identity(api, (INCIDENT,))
    assert who.user == "U0SIGNALBOX" or who.user.startswith("U")
    assert who.team.startswith("T")
    assert who.bot
    assert set(who.missing) == set(needed((INCIDENT,))) - set(who.granted)
