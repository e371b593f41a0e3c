"""Statuspage's own contract (OpenAPI 3.0), as a judge of everything that the bot asks."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sandbox.statuspage.front import Asked

CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "statuspage_openapi3.json"


@cache
def contract() -> dict[str, Any]:
    """The contract; skipped with the reason where it is absent, failed in CI."""
    if CONTRACT.is_file():
        return json.loads(CONTRACT.read_text())
    reason = f"{CONTRACT} is not there: put the contracts beside the checkout"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason)
    pytest.skip(reason)


def problems(asked: Asked) -> list[str]:
    """Return what of a request the contract does not know or forbids."""
    path = asked.path.removeprefix("/v1")
    known = [
        (one, methods[asked.method.lower()])
        for one, methods in contract()["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path) and asked.method.lower() in methods
    ]
    if not known:
        return [f"{asked.method} {path} is not in the contract"]
    _, operation = min(known, key=lambda pair: pair[0].count("{"))
    queries = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    wrong = [f"?{name} is unknown" for name in asked.query if name not in queries]
    body = operation.get("requestBody")
    if body is None:
        return wrong + ([f"{path} takes no body"] if asked.body else [])
    schema = _closed(body["content"]["application/json"]["schema"])
    judge = Draft202012Validator(schema)
    return wrong + [
        f"{path}: {one.json_path}: {one.message}" for one in judge.iter_errors(asked.body)
    ]


def _closed(schema: Any) -> Any:
    """Return the schema without references, refusing fields that it does not name.

    The one map with free names (`components`) is written there as an object with one example name.
    """
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _closed(contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    made = {key: _closed(value) for key, value in schema.items() if key != "default"}
    fields = made.get("properties")
    if isinstance(fields, dict) and isinstance(made.get("type"), str) and fields:
        only = next(iter(fields.values()))
        example = len(fields) == 1 and re.fullmatch(r"[a-z0-9]{12}", next(iter(fields)))
        if example:
            return {"type": "object", "additionalProperties": only}
        made["additionalProperties"] = False
    return made
