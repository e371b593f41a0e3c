"""Everything that people and auditors can see of a stage, without what differs each time.

Two lives of the same incident have equal portraits, however often the bot died in the second.
"""

import re
from collections import Counter
from typing import Any

from sandbox.slack.model import BOT_USER, Channel, Message
from tests.kill.stage import Stage

# Ids and times. A title or a text of these tests has no digits that look so.
VARYING = (
    (re.compile(r"\bC1[0-9A-Z]{8}\b"), "CHANNEL"),
    (re.compile(r"\b1\d{9}(\.\d{1,6})?\b|\bp1\d{15}\b"), "TIME"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?"), "TIME"),
    (re.compile(r"\b\d\d:\d\d( UTC)?\b"), "TIME"),
    (re.compile(r"less than a minute|\b\d+ minutes?"), "A WHILE"),
    # What the answer says depends on whether the channel took longer than it waits.
    (re.compile(r"Its channel #[\w-]+ is being made\."), "Work goes on in <#CHANNEL>."),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "SLACK"),
)
# Edits coalesce; a topic that is set again leaves another line of Slack's to be removed.
REPEATED = frozenset({"slack.chat.update", "slack.conversations.setTopic", "slack.chat.delete"})
ADDRESSES = frozenset({"block_id", "bot_id", "app_id"})
Picture = dict[str, Any]


async def portrait(stage: Stage) -> Picture:
    """Take the picture of a settled stage."""
    rooms = [room for room in stage.slack.workspace.channels.values() if _touched(room)]
    memory = stage.store.memory
    ids = await memory.marked("incidents", newest_first=False)
    incidents = await memory.incidents(ids)
    return {
        "rooms": {_name(room): _room(room) for room in rooms},
        "incidents": [
            (one.id, one.title, one.status, one.severity, dict(one.roles)) for one in incidents
        ],
        "timeline": {
            one: [(line.who, line.what, plain(line.text)) for line in await memory.timeline(one)]
            for one in ids
        },
        "audit": await _audit(stage),
        "left": _left(await stage.left()),
    }


def _touched(room: Channel) -> bool:
    return room.creator == BOT_USER or any(m.user == BOT_USER for m in _all(room))


def _all(room: Channel) -> list[Message]:
    return [*room.messages.values(), *room.ephemerals]


def _name(room: Channel) -> str:
    return f"@{room.im_with}" if room.im_with else room.name


def _room(room: Channel) -> Picture:
    tops = [m for m in room.messages.values() if not m.is_reply and not m.tombstone]
    return {
        "said": [_message(room, m) for m in tops if not m.subtype],
        "slack's own lines": Counter(m.subtype for m in tops if m.subtype),
        # Told again after a crash (docs/decisions/0004): who was told what, not how often.
        "whispered": {(m.ephemeral_for, words(m)) for m in room.ephemerals if m.user == BOT_USER},
        "topic": plain(room.topic.value),
        "pins": [words(room.messages[pin.ts]) for pin in room.pins],
        "bookmarks": [mark["link"] for mark in room.bookmarks],
        "members": sorted(room.members),
        "archived": room.is_archived,
    }


def _message(room: Channel, message: Message) -> Picture:
    return {
        "by": message.user,
        "words": words(message),
        "thread": [words(reply) for reply in room.replies(message.ts)],
    }


def words(message: Message) -> str:
    """Return all that a reader sees of a message."""
    return plain("\n".join([message.text, *_texts(message.blocks)]))


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _texts(one)]
    if isinstance(part, dict):
        return [text for key, one in part.items() if key not in ADDRESSES for text in _texts(one)]
    return [part] if isinstance(part, str) else []


def plain(text: str) -> str:
    """Return a text without ids and times."""
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text


async def _audit(stage: Stage) -> Counter[tuple[str, str]]:
    """Count the records of an unbroken chain, of all that happens once."""
    await stage.store.audit.verify()
    records = [record async for record in stage.store.audit.records()]
    facts = [record["facts"] for record in records]
    done = [one for one in facts if "entry" in one and not isinstance(one.get("refused"), str)]
    entries = Counter(one["entry"] for one in done)
    assert set(entries.values()) <= {1}, f"settled twice: {entries.most_common(3)}"
    return Counter(
        (record["what"], record["subject"]) for record in records if record["what"] not in REPEATED
    )


def _left(left: Picture) -> Picture:
    """Of a settled bot: its timers, and nothing else."""
    return left | {"due": sorted(item for item, _ in left["due"])}


def entry_ids(stage: Stage) -> Counter[str]:
    """Count the bot's messages by the outbox entry that they carry."""
    found = [
        message.metadata["event_payload"]["entry"]
        for room in stage.slack.workspace.channels.values()
        for message in room.messages.values()
        if message.metadata
    ]
    return Counter(found)
