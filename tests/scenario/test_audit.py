"""P9: who asked what, what was decided, what was said: all in one unbroken chain."""

from collections.abc import Iterable

import pytest

from bot.errors import BotError
from bot.store import keys
from bot.store.store import RedisStore
from tests.scenario.steps import ALERTS, Scene

EVERY_WORD = (
    "",
    "status",
    "list",
    "timeline",
    "catchup",
    "help",
    "ack",
    "role commander",
    "task add drain node-3",
    "task done 1",
    "sev sev1",
    "update rolled back",
    "page @dan",
    "escalate",
    "snooze 45m",
    "handover @bob",
    "postmortem",
    "nonsense",
    "update",
    "resolve rolled back",
    "reopen",
    "close false-alarm",
    "archive",
)


async def test_every_command_leaves_a_record_of_who_asked(at: Scene) -> None:
    """Answers that change nothing too, and what is refused."""
    channel = await at.declare()
    for text in EVERY_WORD:
        before = [one for one in await at.audit() if one["who"] == "U0ANN"]
        await at.type(text, channel=channel)
        after = [one for one in await at.audit() if one["who"] == "U0ANN"]
        assert len(after) == len(before) + 1, text
        assert after[-1]["source"] == "command"


async def test_every_post_leaves_a_record_of_where(at: Scene) -> None:
    """Each call of the outbox is in the chain by its entry, with its place and never its words."""
    channel = await at.declare("sev1 zirconium is slow")
    await at.type("update palladium", channel=channel)
    await at.type("resolve osmium", channel=channel)
    stamps = {
        one["facts"].get("ts")
        for one in await at.audit()
        if one["what"] == "slack.chat.postMessage"
    }
    for place in (channel, "C0INCIDENTS"):
        assert {one["ts"] for one in at.posted(place)} <= stamps
    records = [one for one in await at.audit() if one["what"].startswith("slack.")]
    assert "palladium" not in str(records)
    entries = [one["facts"]["entry"] for one in records]
    assert len(entries) == len(set(entries))


async def test_clicks_forms_and_refusals_are_in_it(at: Scene) -> None:
    """A refusal names its kind of reason, the person and what was tried."""
    channel = await at.declare()
    await at.press("incident.ack", channel=channel)
    await at.open("update", channel=channel)
    await at.submit({"investigation": "cold"}, channel=channel)
    await at.type("archive", channel=channel)
    await at.type("update x", by="U0GST", channel=ALERTS)
    whats = [one["what"] for one in await at.audit()]
    for what in ("incident.acknowledged", "command.opened", "incident.updated"):
        assert what in whats
    refused = await at.audit("command.refused")
    assert [(one["who"], one["facts"]["why"]) for one in refused] == [
        ("U0ANN", "Conflict"),
        ("U0GST", "Denied"),
    ]


async def test_an_edit_of_the_past_is_found(at: Scene) -> None:
    """After a whole incident the chain verifies; one changed record breaks it."""
    channel = await at.declare()
    await at.type("resolve rolled back", channel=channel)
    store = at.bot.store
    count, head = await store.audit.verify()
    assert count > 10
    assert head
    everything = await store.connection.call("XRANGE", keys.AUDIT(), "-", "+")
    (stamp, fields), *rest = everything
    edited = fields | {"body": fields["body"].replace("U0ANN", "U0BOB")}
    await _rewritten(store, [(stamp, edited), *rest])
    with pytest.raises(BotError, match="edited"):
        await store.audit.verify()
    await _rewritten(store, rest)
    with pytest.raises(BotError, match="missing"):
        await store.audit.verify()
    await _rewritten(store, everything)


async def _rewritten(store: RedisStore, records: Iterable[tuple[str, dict[str, str]]]) -> None:
    """Put other records in the place of the stored ones, as whoever has Redis could."""
    await store.connection.call("DEL", keys.AUDIT())
    for stamp, fields in records:
        flat = [part for pair in fields.items() for part in pair]
        await store.connection.call("XADD", keys.AUDIT(), stamp, *flat)
