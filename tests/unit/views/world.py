"""Incidents for the tests of the views: one that reads like a real night, and generated ones."""

import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.config import Channels, Config, System
from bot.domain.incident import (
    CloseReason,
    Handover,
    Incident,
    IncidentRole,
    Resolution,
    Situation,
    Status,
    Task,
    TimelineLine,
    Update,
)
from bot.domain.outbox import LaneStatus
from bot.domain.severity import Severity, Timetable
from bot.views.templates import Templates
from tests.support.blockkit import shown

NIGHT = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
ANN, BOB, EVE = "U0ANN", "U0BOB", "U0EVE"
PEOPLE = (ANN, BOB, EVE)
CONFIG = Config(
    channels=Channels(incidents="incidents"),
    systems={
        "mcp-cortex": System(
            id="mcp-cortex",
            title="MCP-Cortex AI Services",
            channels=Channels(incidents="C0CORTEX"),
            responders=("S0AI", BOB),
        ),
        "pipeline": System(
            id="pipeline",
            title="Pipeline",
            severities={
                Severity.SEV2: Timetable(
                    label="P1 - High",
                    meaning="Significant feature impacted",
                    response=timedelta(hours=1),
                )
            },
        ),
    },
)
TEMPLATES = Templates()


def at(minutes: float) -> datetime:
    """Return a moment of that night."""
    return NIGHT + timedelta(minutes=minutes)


def incident(**changes) -> Incident:
    """Return INC-00042, twelve minutes old, as most incidents look at that age."""
    usual = {
        "id": "INC-00042",
        "number": 42,
        "title": "Checkout is slow",
        "severity": Severity.SEV2,
        "system": "mcp-cortex",
        "channel_name": "inc-00042-checkout-is-slow",
        "declared_by": ANN,
        "declared_at": NIGHT,
        "roles": {IncidentRole.COMMANDER: ANN},
        "situation": Situation(impact="Payments take 20 s", health="degraded"),
        "update_due_at": at(30),
    }
    return Incident(**{**usual, **changes})


def resolved(**changes) -> Incident:
    """Return the same incident, fixed after an hour and five minutes."""
    end = Resolution(by=ANN, at=at(65), root_cause="A cold cache", applied="Warmed the cache")
    usual = {
        "status": Status.RESOLVED,
        "ended_at": at(65),
        "acknowledged_by": BOB,
        "acknowledged_at": at(4),
        "mitigated_at": at(31),
        "resolution": end,
        "update_due_at": None,
    }
    return incident(**{**usual, **changes})


def task(number: int = 1, text: str = "Drain node-3", **changes) -> Task:
    """Return a task of Bob's."""
    usual = {"owner": BOB, "created_by": ANN, "created_at": at(5)}
    return Task(number=number, text=text, **{**usual, **changes})


def fact(minutes: float, text: str, what: str = "note", who: str = ANN, source: str = ""):
    """Return a line of the timeline."""
    return TimelineLine(at=at(minutes), who=who, what=what, text=text, source=source)


def words(payload) -> str:
    """Return everything a person sees, joined by newlines, in the order it is shown."""
    return "\n".join(text for _, text in shown(payload))


def buttons(payload) -> list[str]:
    """Return the action ids, in order."""
    held = [one for block in payload["blocks"] for one in block.get("elements", [])]
    held += [block["accessory"] for block in payload["blocks"] if "accessory" in block]
    return [one["action_id"] for one in held if "action_id" in one]


# ---------------------------------------------------------------- what people and machines send
POISON = [
    "<!channel>",
    "<!here|here>",
    "<!subteam^S0EVIL|@all>",
    "<@U0EVIL>",
    "<@U0EVIL|ann>",
    "<#C0EVIL>",
    "<https://evil.example|Approve here>",
    "<mailto:a@b.c|x>",
    "&lt;!channel&gt;",
    "@here @channel",
    "`",
    "```",
    "*bold* _it_ ~no~",
    "\n\n---\n# header\n> quote",
    ">>>",
    "\u202e",
    "\u2066\u2069\u200f",
    "\u200b\u200d\ufeff\u00ad",
    "\x00\x1b[31m\x7f\x9b",
    "\u2028\x85\r\n",
    "שלום عليكم",
    "e" + "\u0301" * 40,
    "\ud800",
    "&",
    "<",
    "{{ 7 * 7 }}{% raw %}",
    "\x02\x1e",
    "x" * 3000,
    "<" * 3000,
    '"\n' * 1500,
    "🚨",
    "",
]
DRAWN = Counter()


def _drawn(text: str) -> str:
    DRAWN["texts"] += 1
    return text


texts = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(POISON), max_size=4).map(" ".join),
    st.lists(st.sampled_from(POISON), max_size=3).map("".join),
    st.sampled_from(["x" * 10_000, "&" * 10_000, "<!here>\n" * 1_250, " ", "\u200b"]),
).map(_drawn)
people = st.sampled_from(PEOPLE)
moments = st.integers(0, 10_000).map(at)
maybe = st.one_of(st.none(), moments)

tasks = st.builds(
    Task,
    number=st.integers(1, 100),
    text=texts,
    owner=st.one_of(st.none(), people),
    status=st.sampled_from(["open", "in progress", "done"]),
    created_by=people,
    created_at=moments,
    done_at=st.none(),
)
lines = st.builds(TimelineLine, at=moments, who=people, what=texts, text=texts, source=texts)
lanes = st.builds(
    LaneStatus,
    lane=st.one_of(texts, texts.map("channel:".__add__)),
    incident=st.just("INC-00042"),
    error=texts,
    since=moments,
    waiting=st.integers(1, 99),
)
incidents = st.builds(
    Incident,
    id=st.just("INC-00042"),
    number=st.just(42),
    title=texts,
    severity=st.sampled_from(Severity),
    status=st.sampled_from(Status),
    system=st.one_of(st.none(), st.sampled_from(["mcp-cortex", "pipeline"]), texts),
    private=st.booleans(),
    channel_name=texts,
    declared_by=people,
    declared_at=moments,
    acknowledged_by=st.one_of(st.none(), people),
    acknowledged_at=maybe,
    mitigated_at=maybe,
    ended_at=maybe,
    close_reason=st.one_of(st.none(), st.sampled_from(CloseReason)),
    duplicate_of=st.one_of(st.none(), texts),
    roles=st.dictionaries(st.sampled_from(IncidentRole), people),
    situation=st.builds(Situation, impact=texts, health=texts, features=texts, users=texts),
    last_update=st.one_of(
        st.none(),
        st.builds(
            Update,
            by=people,
            at=moments,
            text=texts,
            investigation=texts,
            impact=texts,
            mitigation=texts,
            eta=texts,
        ),
    ),
    resolution=st.one_of(
        st.none(),
        st.builds(
            Resolution,
            by=people,
            at=moments,
            root_cause=texts,
            applied=texts,
            prevention=texts,
            services=texts,
            performance=texts,
            monitoring=texts,
        ),
    ),
    tasks=st.lists(tasks, max_size=4).map(tuple),
    handover=st.one_of(
        st.none(), st.builds(Handover, to=people, by=people, at=moments, note=texts)
    ),
    update_due_at=maybe,
    snoozed_until=maybe,
    nags=st.integers(0, 6),
    archived=st.booleans(),
)

# ---------------------------------------------------------------- what must never be shown
_OURS = re.compile(
    r"<!date\^-?\d+\^[^|<>]+\|[^<>|]+>|<@U0(?:ANN|BOB|EVE)>|<#C0\w+>|<!subteam\^S0AI>"
)
_VISIBLE_SIGNS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


def live(payload) -> list[str]:
    """Return what in a message or view Slack would act on and that is not ours."""
    found = []
    for kind, text in shown(payload):
        if kind == "plain_text":
            found += re.findall(r"<[!@#]|<(?:http|mailto)", text)
        else:
            rest = _OURS.sub("", text)
            found += re.findall(r"[<>].{0,20}|&(?!amp;|lt;|gt;).{0,20}", rest)
    return found


def hidden(payload) -> list[str]:
    """Return the characters that a reader cannot see."""
    return [
        f"U+{ord(letter):04X}"
        for _, text in shown(payload)
        for letter in set(text)
        if letter != "\n"
        and unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        and ord(letter) not in _VISIBLE_SIGNS
    ]
