"""The hash chain of the audit: how a record is sealed, read and verified.

`body` is the record as canonical JSON, `hash` its SHA-256, `link` what scripts/lib_audit.lua makes
of the previous link, the number and the hash. The newest number and link are also kept apart from
the records, so that a cut tail shows.
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from hashlib import sha1, sha256
from typing import Any

from bot.domain.change import AuditRecord
from bot.errors import BotError
from bot.store import keys
from bot.store.connection import Connection
from bot.store.times import ms

PAGE = 500


def sealed(record: AuditRecord) -> tuple[str, str]:
    """Return the canonical body of a record and its hash."""
    body = json.dumps(
        record.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return body, _hash(body)


class RedisAudit:
    """bot.ports.Audit on Redis."""

    def __init__(self, connection: Connection) -> None:
        """Read through `connection`."""
        self._redis = connection

    async def records(self, since: datetime | None = None) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the records, oldest first; those of `since` and later."""
        # A stream id is the time of the commit, which is never before the time of the record.
        async for stream_id, fields in self._stored("-" if since is None else ms(since)):
            facts = json.loads(fields["body"])
            if since is None or datetime.fromisoformat(facts["at"]) >= since:
                yield {"seq": _number(stream_id), **facts, **fields}

    async def verify(self) -> tuple[int, str]:
        """Return (number of records, head link) of an unbroken chain."""
        count, link, start, before = 0, "", "-", -1
        while count > before:
            before = count
            async for stream_id, fields in self._stored(start):
                _check(count + 1, link, _number(stream_id), fields)
                count, link, start = count + 1, fields["link"], f"({stream_id}"
            # Read after the records, and the records again while more come in.
            head = await self._head()
            if head == (count, link):
                return head
            if head[0] <= count:
                why = f"it does not fit the head, which was kept at record {head[0]}"
                raise _broken(min(head[0] + 1, count + 1), why)
        raise _broken(count + 1, f"it is missing, {head[0]} were written")

    async def _head(self) -> tuple[int, str]:
        seq, link = await self._redis.call("HMGET", keys.AUDIT_HEAD(), "seq", "link")
        return int(seq or 0), link or ""

    async def _stored(self, start: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
        while page := await self._redis.call("XRANGE", keys.AUDIT(), start, "+", "COUNT", PAGE):
            for stream_id, fields in page:
                yield stream_id, fields
            start = f"({page[-1][0]}"


def _check(expected: int, previous: str, seq: int, fields: Mapping[str, str]) -> None:
    if seq != expected:
        raise _broken(expected, f"it is missing, record {seq} comes instead")
    if _hash(fields["body"]) != fields["hash"]:
        raise _broken(seq, "it was edited, its body does not have its hash")
    text = f"{previous}:{seq}:{fields['hash']}"
    if sha1(text.encode(), usedforsecurity=False).hexdigest() != fields["link"]:
        raise _broken(seq, "it is not linked to the one before it")


def _broken(seq: int, why: str) -> BotError:
    return BotError(f"The audit chain is broken at record {seq}: {why}.")


def _number(stream_id: str) -> int:
    return int(stream_id.partition("-")[2])


def _hash(body: str) -> str:
    return sha256(body.encode()).hexdigest()
