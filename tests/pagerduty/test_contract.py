"""Every request the bot makes is valid against PagerDuty's own OpenAPI documents."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from sandbox.pagerduty import seed
from sandbox.pagerduty.front import Asked
from tests.pagerduty.conftest import Woken
from tests.support.redis import missing

CONTRACTS = Path(__file__).parents[3] / "shared/contracts"
REST, EVENTS = CONTRACTS / "rest_openapiv3.json", CONTRACTS / "events_v2_openapiv3.json"


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    for path in (REST, EVENTS):
        if not path.exists():
            missing(str(path))
    return {path.name: json.loads(path.read_text()) for path in (REST, EVENTS)}


def problems(asked: Asked, documents: dict[str, Any]) -> list[str]:
    """Return what is wrong with a request: path, parameters, body."""
    name = EVENTS.name if asked.path.startswith("/v2/") else REST.name
    path = asked.path.removeprefix("/v2")
    document = documents[name]
    found = _operation(document, path, asked.method)
    if found is None:
        return [f"{asked.method} {asked.path} is not in {name}"]
    wrong = []
    known = [_resolved(document, one) for one in found.get("parameters", ())]
    queries = {one["name"] for one in known if one["in"] == "query"}
    wrong += [f"unknown parameter {key}" for key, _ in asked.query if key not in queries]
    wrong += [
        f"missing {one['in']} {one['name']}"
        for one in known
        if one.get("required") and not _given(one, asked)
    ]
    wrong += [
        f"{key}={value}"
        for key, value in asked.query
        for one in known
        if one["name"] == key and not _allowed(one, value)
    ]
    if "requestBody" in found:
        schema = found["requestBody"]["content"]["application/json"]["schema"]
        wrong += _body(document, schema, asked.body)
    return [f"{asked.method} {asked.path}: {each}" for each in wrong]


def _operation(document: dict[str, Any], path: str, method: str) -> Any:
    for template, methods in document["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in methods:
            return methods[method.lower()]
    return None


def _resolved(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in one:
        return one
    found: Any = document
    for part in one["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found


def _given(one: dict[str, Any], asked: Asked) -> bool:
    if one["in"] == "header":
        return one["name"].lower() in asked.headers
    return one["in"] == "path" or any(key == one["name"] for key, _ in asked.query)


def _allowed(one: dict[str, Any], value: str) -> bool:
    enum = one.get("schema", {}).get("enum")
    return enum is None or value in enum


def _body(document: dict[str, Any], schema: dict[str, Any], body: Any) -> list[str]:
    whole = {"$ref": "doc#/x-body", "$schema": "http://json-schema.org/draft-04/schema#"}
    registry = Registry().with_resource(
        "doc", Resource(contents={**document, "x-body": schema}, specification=DRAFT4)
    )
    checker = Draft4Validator(whole, registry=registry)
    return [
        one
        for one in _said(checker, body)
        # The schema wants an object, the same document's example and PagerDuty itself a text.
        if not one.startswith("incident/body/details: ")
    ]


def _said(checker: Draft4Validator, body: Any) -> list[str]:
    return [
        f"{'/'.join(map(str, one.absolute_path))}: {one.message}"
        for one in checker.iter_errors(body)
    ]


async def test_all_that_is_asked_of_pagerduty_is_in_its_contract(
    at: Woken, documents: dict[str, Any]
) -> None:
    """A whole life: trigger, severities, updates, help, escalation, acknowledgement, end."""
    channel = await at.declare("sev2 --system mcp-cortex models are slow")
    await at.calm()
    for words in (
        "sev sev1",
        "update we roll back",
        "page <@U0BOB|bob>",
        "escalate",
        "ack",
        "close false-alarm",
    ):
        await at.type(words, channel=channel)
        await at.calm()
    await at.open("declare")
    await at.bot.boundary.timer("pagerduty-look:INC-00001")
    made = {(one.method, re.sub(r"Q\d+|PSVC\d+", "{id}", one.path)) for one in at.pd.asked}
    assert made >= {
        ("POST", "/v2/enqueue"),
        ("PUT", "/incidents/{id}"),
        ("POST", "/incidents/{id}/notes"),
        ("POST", "/incidents/{id}/status_updates"),
        ("POST", "/incidents/{id}/responder_requests"),
        ("GET", "/oncalls"),
        ("GET", "/users"),
        ("GET", "/services/{id}"),
        ("GET", "/incidents/{id}"),
    }
    assert [wrong for one in at.pd.asked for wrong in problems(one, documents)] == []


async def test_an_incident_made_by_rest_is_too(scenes_without, documents: dict[str, Any]) -> None:
    """Where no Events key is set."""
    given = {
        "pagerduty_api_token": seed.API_TOKEN,
        "pagerduty_from_email": seed.FROM_EMAIL,
        "pagerduty_service_id": seed.SERVICE,
    }
    async with scenes_without(**given) as at:
        channel = await at.declare("sev1 checkout is down")
        await at.type("resolve done", channel=channel)
        await at.calm()
        assert at.pd.only().status == "resolved"
        assert any(one.path == "/incidents" and one.method == "POST" for one in at.pd.asked)
        assert [wrong for one in at.pd.asked for wrong in problems(one, documents)] == []
