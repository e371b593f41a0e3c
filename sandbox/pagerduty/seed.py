"""The account as it is found: people, one policy of three levels, a service, priorities."""

from typing import Any, Final

ROUTING_KEY: Final = "e93facc04764012d7bfb002500d5d1a6"  # the contract's own example
API_TOKEN: Final = "y_NbAkKc66ryYTWUXYEu"  # noqa: S105 - the documentation's own example
SERVICE: Final = "PSVC001"
POLICY: Final = "PPOL001"
FROM_EMAIL: Final = "signalbox@example.com"

Json = dict[str, Any]

_PEOPLE: Final = (
    ("PUSRBOT", "Signalbox", FROM_EMAIL),
    ("PUSRANN", "Ann Ops", "ann@example.com"),
    ("PUSRBOB", "Bob Ops", "bob@example.com"),
    ("PUSRLEA", "Lea Lead", "lea@example.com"),
    ("PUSRDAN", "Dan Data", "dan@example.com"),
)
LEVELS: Final = {1: ("PUSRANN",), 2: ("PUSRLEA",), 3: ("PUSRDAN",)}
NEXT: Final = {1: ("PUSRBOB",), 2: ("PUSRLEA",), 3: ("PUSRDAN",)}


def users() -> dict[str, Json]:
    """Return the people by id."""
    return {
        key: {"id": key, "type": "user", "summary": name, "name": name, "email": email}
        for key, name, email in _PEOPLE
    }


def services() -> dict[str, Json]:
    """Return the services by id."""
    return {
        key: {
            "id": key,
            "type": "service",
            "summary": name,
            "name": name,
            "status": "active",
            "escalation_policy": {"id": POLICY, "type": "escalation_policy_reference"},
        }
        for key, name in ((SERVICE, "Production"), ("PSVC002", "Second"))
    }


def policies() -> dict[str, Json]:
    """Return the escalation policies by id."""
    rules = [
        {
            "id": f"PRULE{level}",
            "escalation_delay_in_minutes": 10,
            "targets": [{"id": one, "type": "user_reference"} for one in people],
        }
        for level, people in LEVELS.items()
    ]
    name = "Production on-call"
    return {
        POLICY: {
            "id": POLICY,
            "type": "escalation_policy",
            "summary": name,
            "name": name,
            "escalation_rules": rules,
        }
    }


def schedules() -> dict[str, Json]:
    """Return the schedules by id."""
    name = "Weekly engineering rotation"
    return {"PSCH001": {"id": "PSCH001", "type": "schedule", "summary": name, "name": name}}


def priorities() -> list[Json]:
    """Return the priorities, the highest first."""
    return [
        {"id": f"PPRI00{number}", "type": "priority", "summary": f"P{number}", "name": f"P{number}"}
        for number in range(1, 5)
    ]
