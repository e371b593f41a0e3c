"""Log lines: JSON with their context, and never a secret."""

import io
import json
import logging

import pytest
import structlog

from bot import logs
from bot.domain.redaction import HIDDEN, Redactor


@pytest.fixture
def written():
    """Return where the lines of the test go; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_line_is_json_with_incident_and_actor(written):
    logs.set_up("info", "json", stream=written)
    structlog.contextvars.bind_contextvars(incident="INC-00042", actor="U0ANN")
    structlog.get_logger("bot.boundary").info("turn", took_ms=3)
    line = json.loads(written.getvalue())
    assert line["event"] == "turn"
    assert (line["incident"], line["actor"], line["took_ms"]) == ("INC-00042", "U0ANN", 3)
    assert (line["level"], line["logger"]) == ("info", "bot.boundary")
    assert line["at"].endswith("Z")


def test_lines_of_libraries_look_the_same_and_their_chatter_is_left_out(written):
    logs.set_up("info", "json", secrets=["hunter2hunter2"], stream=written)
    logging.getLogger("some.library").warning("pool %s is full", "hunter2hunter2")
    logging.getLogger("slack_sdk.web").info("sending")
    logging.getLogger("some.library").debug("detail")
    line = json.loads(written.getvalue())
    assert line["event"] == f"pool {HIDDEN} is full"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_is_written_without_secrets(written, form):
    logs.set_up("info", form, secrets=["hunter2hunter2"], stream=written)
    try:
        int("hunter2hunter2")
    except ValueError:
        structlog.get_logger().exception("broken", ref="R-1")
    text = written.getvalue()
    assert "Traceback" in text
    assert "hunter2" not in text
    assert "R-1" in text


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-123-456-abcDEF",
        "xapp-1-A0-2-abc",
        "Authorization: Bearer abc.def-123=",
        "redis://user:pass@host:6379/0",
        "https://hooks.slack.com/actions/T0/1/abc",
    ],
)
def test_what_looks_like_a_secret_is_hidden_also_when_it_is_not_ours(text):
    hidden = Redactor().text(f"before {text} after")
    assert HIDDEN in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")
    for part in ("abc", "pass@"):
        assert part not in hidden


def test_secrets_are_found_in_every_kind_of_value():
    redaction = logs.cleaning(Redactor(["hunter2hunter2", "hunter2hunter2-long", "ab"]))
    line = {
        "a": ["hunter2hunter2", ("x", {"hunter2hunter2-long"})],
        "b": {"c": b"hunter2hunter2"},
        "n": 5,
        "none": None,
        "short": "ab is an ordinary word",
    }
    found = redaction(None, "info", line)
    assert "hunter2" not in str(found)
    assert found["n"] == 5
    assert found["none"] is None
    assert found["short"] == "ab is an ordinary word"
