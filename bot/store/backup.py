"""Backup and restore of everything the bot keeps, as a file that any version can read.

The first line is a header: {"signalbox-backup": 1, "at", "keys", "sha256" of the lines that
follow}. Each line is one key: {"key", "type", "expires_at"?, "value"}. Docket's own keys are left
out: they are on the way only, and due work is due again after a restore.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import Invalid
from bot.ports import Clock
from bot.store import keys
from bot.store.connection import Connection, translated
from bot.store.times import ms

FORMAT = 1
LEFT_OUT = (keys.DOCKET(), keys.WAKE())


async def backup(connection: Connection, clock: Clock, file: Path) -> int:
    """Write all keys, as they are at one moment, to `file` and return how many.

    Redis does nothing else while it reads (about a second for 100 MB), so `connection` should be
    the one that may wait (`RedisStore.blocking`).
    The file is readable by its owner only, and appears under its name when it is whole.
    """
    rows = await connection.run("dump", f"{keys.ROOT}*", *LEFT_OUT)
    now = clock.now()
    lines = [_line(row, now) for row in sorted(rows)]
    header = {
        "signalbox-backup": FORMAT,
        "at": now.isoformat(),
        "keys": len(lines),
        "sha256": _digest(lines),
    }
    part = file.with_name(file.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in (json.dumps(header), *lines))
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    return len(lines)


async def restore(connection: Connection, clock: Clock, file: Path) -> int:
    """Write all keys of `file` at once and return how many. No bot may be running on the store.

    Raises:
        Invalid: the store is not empty, or the file is damaged; nothing was written.
    """
    rows = _read(file)
    if await connection.run("dump", f"{keys.ROOT}*", *LEFT_OUT):
        message = "There is data already. A backup is only restored into an empty store."
        raise Invalid(message)
    now = clock.now()
    with translated():
        async with connection.redis.pipeline(transaction=True) as transaction:
            for row in rows:
                for command in _commands(row, now):
                    transaction.execute_command(*command)
            await transaction.execute()
    await connection.run("reset", ms(now))
    return len(rows)


def _line(row: list[Any], now: datetime) -> str:
    key, kind, left_ms, value = row
    line: dict[str, Any] = {"key": key, "type": kind, "value": value}
    if int(left_ms) >= 0:
        line["expires_at"] = (now + timedelta(milliseconds=int(left_ms))).isoformat()
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        head, *lines = file.read_text("utf-8").removesuffix("\n").split("\n")
        header = json.loads(head)
        known = header["signalbox-backup"], header["keys"], header["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{file} is not a backup of Signalbox: {error}"
        raise Invalid(message) from error
    if known[0] != FORMAT:
        message = f"{file} has format {known[0]}; this Signalbox reads format {FORMAT}."
        raise Invalid(message)
    if known[1:] != (len(lines), _digest(lines)):
        message = f"{file} is damaged: what it holds is not what its first line says."
        raise Invalid(message)
    return [json.loads(line) for line in lines]


def _commands(row: dict[str, Any], now: datetime) -> list[tuple[Any, ...]]:
    """Return the commands that make one key; none when it has expired since."""
    key, expires = row["key"], row.get("expires_at")
    if expires is None:
        return _WRITE[row["type"]](key, row["value"])
    left = datetime.fromisoformat(expires) - now
    if left <= timedelta(0):
        return []
    # The server expires by its own clock.
    expiry = ("PEXPIREAT", key, ms(datetime.now(UTC) + left))
    return [*_WRITE[row["type"]](key, row["value"]), expiry]


_WRITE: dict[str, Callable[[str, list[Any]], list[tuple[Any, ...]]]] = {
    "string": lambda key, value: [("SET", key, value[0])],
    "hash": lambda key, value: [("HSET", key, *value)],
    "list": lambda key, value: [("RPUSH", key, *value)],
    "set": lambda key, value: [("SADD", key, *value)],
    "zset": lambda key, value: [("ZADD", key, score, member) for member, score in _pairs(value)],
    "stream": lambda key, value: [
        ("XADD", key, stream_id, *fields) for stream_id, fields in _pairs(value)
    ],
}


def _pairs(flat: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)
