"""A call to the engine, and the line that is shown, sealed and parsed again to make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bot.action import Call


@dataclass(frozen=True, slots=True)
class Wire:
    """Method and path with query, without the version: `POST /containers/web-1/restart?t=10`."""

    method: str
    path: str

    @classmethod
    def to(cls, method: str, *parts: str, **query: str | int | bool) -> "Wire":
        """Build it; the parts of the path are quoted."""
        path = "".join(f"/{quote(part, safe='@:/')}" for part in parts)
        given = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in query.items()
        }
        return cls(method, f"{path}?{urlencode(given, safe='/:')}" if given else path)

    @classmethod
    def of(cls, call: Call) -> "Wire":
        """Return what a planned call says; its path has no spaces, a note may follow."""
        method, path = call.text.split(" ")[:2]
        return cls(method, path)

    def call(self, target: str, note: str = "") -> Call:
        """Write it as a planned call."""
        return Call(target=target, text=f"{self} {note}".strip())

    @property
    def operation(self) -> str:
        """Return its last word: `restart`, `create`, `rename`; for DELETE, `delete`."""
        if self.method == "DELETE":
            return "delete"
        return self.path.partition("?")[0].rpartition("/")[2]

    @property
    def query(self) -> Mapping[str, str]:
        """Return the query's plain values (none of ours needs unquoting)."""
        _, _, query = self.path.partition("?")
        return dict(pair.split("=", 1) for pair in query.split("&") if pair)

    def __str__(self) -> str:
        """Write it on one line."""
        return f"{self.method} {self.path}"


def name_of(target: str) -> str:
    """Return the name within a stable name (`docker:demo/container/web-1` -> `web-1`)."""
    return target.split("/", 2)[2]
