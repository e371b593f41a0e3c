"""The JSON Schema of a runbook, published in docs/schemas/runbook.json for editors."""

import json
import re
from typing import Any

from bot.domain.runbook import RunbookText

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def runbook_schema() -> str:
    """Return the text of the published schema."""
    schema = _tidy(RunbookText.model_json_schema(by_alias=True, mode="validation"))
    definitions = schema["$defs"]
    for name in ("Step", "Precondition", "HumanStep"):
        required = [key for key in definitions[name]["required"] if key != "id"]
        definitions[name]["required"] = required  # an absent id is made from section and place
        if not required:
            del definitions[name]["required"]
    whole = {"$schema": DIALECT, **schema, "title": "A Signalbox runbook"}
    return json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _tidy(part: Any) -> Any:
    """Leave out null defaults, which are no allowed values; write durations as people do."""
    if isinstance(part, list):
        return [_tidy(one) for one in part if one != {"type": "null"}]
    if isinstance(part, str):
        return re.sub(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$", _length, part)
    if not isinstance(part, dict):
        return part
    found = {key: _tidy(one) for key, one in part.items() if (key, one) != ("default", None)}
    alone = found.get("anyOf")
    if isinstance(alone, list) and len(alone) == 1:
        del found["anyOf"]
        found |= alone[0]
    return found


def _length(match: re.Match[str]) -> str:
    units = zip(match.groups(), "dhms", strict=True)
    return "".join(f"{count}{unit}" for count, unit in units if count and count != "0") or "0m"
