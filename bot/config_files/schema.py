"""The JSON Schemas of signalbox.yml and system.yml, published in docs/schemas for editors."""

import json
import re
from pathlib import Path
from typing import Any

from bot.config_files.shapes import ConfigShape, SystemShape

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return file name -> text of each published schema."""
    system = SystemShape.model_json_schema()
    config = ConfigShape.model_json_schema()
    definitions = config["$defs"] | system["$defs"]
    override = {key: part for key, part in system.items() if key not in {"$defs", "required"}}
    config["$defs"] = definitions | {"SystemOverride": override | {"title": "SystemOverride"}}
    systems = config["properties"]["systems"]
    known = {key: {"$ref": "#/$defs/SystemOverride"} for key in systems["patternProperties"]}
    systems |= {"patternProperties": known, "additionalProperties": False}
    return {
        "signalbox.schema.json": _text("signalbox.yml", config),
        "system.schema.json": _text("system.yml", system),
    }


def write_schemas(folder: Path) -> None:
    """Write them into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


def _text(title: str, schema: dict[str, Any]) -> str:
    whole = {"$schema": DIALECT, **_tidy(schema), "title": title}
    return json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _tidy(part: Any) -> Any:
    """Leave out null defaults, which are no allowed values; write durations as people do."""
    if isinstance(part, list):
        return [_tidy(one) for one in part]
    if isinstance(part, str):
        return re.sub(r"^PT(\d+)M$", r"\1m", part)
    if not isinstance(part, dict):
        return part
    return {key: _tidy(one) for key, one in part.items() if (key, one) != ("default", None)}
