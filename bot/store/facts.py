"""What the Redis behind the bot is, for `signalbox check`."""

from dataclasses import dataclass

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """Read from INFO, which managed servers allow where they refuse CONFIG."""

    kind: str  # "redis" or "valkey"
    version: str
    appendonly: bool
    maxmemory_policy: str  # "" when the server does not tell
    cluster: bool
    used_memory_bytes: int


async def redis_facts(connection: Connection) -> RedisFacts:
    """Return the facts.

    Raises:
        Unavailable: Redis does not answer, or refuses us.
    """
    info = await connection.call("INFO")
    kind = str(info.get("server_name", "redis"))
    return RedisFacts(
        kind=kind,
        version=str(info.get(f"{kind}_version", info.get("redis_version", ""))),
        appendonly=str(info.get("aof_enabled", 0)) == "1",
        maxmemory_policy=str(info.get("maxmemory_policy", "")),
        cluster=str(info.get("cluster_enabled", 0)) == "1",
        used_memory_bytes=int(info.get("used_memory", 0)),
    )
