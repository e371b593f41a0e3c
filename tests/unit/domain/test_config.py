"""What the configuration answers to the rules."""

import pytest

from bot.domain.config import Channels, Config, System
from bot.domain.incident import incident_id
from bot.domain.severity import DEFAULT_TIMETABLES, Severity
from bot.errors import Invalid, NotFound

OWN = DEFAULT_TIMETABLES[Severity.SEV1].model_copy(update={"label": "P0"})
CORTEX = System(
    id="mcp-cortex",
    title="MCP-Cortex AI Services",
    urls={"base": "http://cortex", "qdrant": "${QDRANT_URL}"},
    links={"Dashboard": "${BOARD}/d/1"},
    secrets=("ZAI_API_KEY",),
    channels=Channels(incidents="cortex-incidents"),
    severities={Severity.SEV1: OWN},
    settings={"compose": {"project": "cortex"}, "key": "${ZAI_API_KEY}"},
)
CHAT = System(id="ai-chat", title="AI Chat")
CONFIG = Config(
    channels=Channels(incidents="incidents"), systems={one.id: one for one in (CORTEX, CHAT)}
)


def test_a_system_s_own_row_comes_first_and_the_default_fills_in():
    assert CONFIG.timetable("mcp-cortex", Severity.SEV1) == OWN
    assert CONFIG.timetable("mcp-cortex", Severity.SEV2) == DEFAULT_TIMETABLES[Severity.SEV2]
    for unknown in (None, "no-such-system"):
        assert CONFIG.timetable(unknown, Severity.SEV1) == DEFAULT_TIMETABLES[Severity.SEV1]


@pytest.mark.parametrize(
    ("system", "name"),
    [
        ("mcp-cortex", "MCP-Cortex AI Services"),
        ("left-over", "left-over"),
        (None, ""),
    ],
)
def test_messages_call_a_system_by_its_title(system, name):
    assert CONFIG.service_name(system) == name


def test_announcements_go_to_the_system_s_channel_else_to_the_general_one():
    assert CONFIG.announcements("mcp-cortex") == "cortex-incidents"
    assert CONFIG.announcements("ai-chat") == "incidents"
    assert CONFIG.announcements(None) == "incidents"
    assert Config().announcements(None) is None


def test_a_runbook_finds_what_system_yml_says():
    assert CORTEX.lookup("urls.base") == "http://cortex"
    assert CORTEX.lookup("compose.project") == "cortex"
    assert CORTEX.lookup("id") == "mcp-cortex"
    assert CORTEX.lookup("key") == "${ZAI_API_KEY}"  # a secret: put in at the moment of use
    for path in ("urls.none", "compose.project.deeper", "severities", "secrets", ""):
        with pytest.raises(NotFound, match=r"system\.yml says nothing"):
            CORTEX.lookup(path)


def test_a_variable_that_is_not_set_is_named_only_where_it_is_used():
    with pytest.raises(Invalid, match="QDRANT_URL"):
        CORTEX.lookup("urls.qdrant")
    assert CORTEX.waiting() == {"urls.qdrant": ["QDRANT_URL"], "links.Dashboard": ["BOARD"]}
    assert CHAT.waiting() == {}


def test_an_incident_id_has_five_digits_or_more():
    assert [incident_id(1), incident_id(42), incident_id(123_456)] == [
        "INC-00001",
        "INC-00042",
        "INC-123456",
    ]
