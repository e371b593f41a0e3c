"""Incidents to try a template with: everything said, and nothing said."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.domain.config import Config, System
from bot.domain.incident import (
    CloseReason,
    Incident,
    IncidentRole,
    Resolution,
    Situation,
    Status,
    Task,
    Update,
)
from bot.domain.severity import Severity

_T0: Final = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
_END: Final = _T0 + timedelta(hours=1, minutes=5)
_FULL: Final = Incident(
    id="INC-00042",
    number=42,
    title="Checkout is slow",
    severity=Severity.SEV2,
    status=Status.RESOLVED,
    system="mcp-cortex",
    channel_name="inc-00042-checkout-is-slow",
    declared_by="U0ANN",
    declared_at=_T0,
    acknowledged_by="U0BOB",
    acknowledged_at=_T0 + timedelta(minutes=4),
    mitigated_at=_T0 + timedelta(minutes=31),
    ended_at=_END,
    roles={IncidentRole.COMMANDER: "U0ANN", IncidentRole.ONCALL: "U0BOB"},
    situation=Situation(
        impact="Payments take 20 s", health="degraded", features="checkout", users="2,000"
    ),
    last_update=Update(
        by="U0ANN",
        at=_T0 + timedelta(minutes=30),
        text="We know more",
        investigation="The cache is cold",
        mitigation="Warming it",
        eta="10 minutes",
    ),
    updates=1,
    resolution=Resolution(by="U0ANN", at=_END, root_cause="A cold cache", applied="Warmed it"),
    tasks=(
        Task(number=1, text="Warm at start", owner="U0BOB", created_by="U0ANN", created_at=_T0),
    ),
)
_BARE: Final = Incident(
    id="INC-00043",
    number=43,
    title="?",
    severity=Severity.SEV4,
    status=Status.CLOSED,
    close_reason=CloseReason.FALSE_ALARM,
    channel_name="inc-00043",
    declared_by="U0ANN",
    declared_at=_T0,
)
_CONFIG: Final = Config(
    systems={"mcp-cortex": System(id="mcp-cortex", title="MCP-Cortex AI Services")}
)

SAMPLES: Final = ((_FULL, _CONFIG), (_BARE, _CONFIG))
