"""`/ui/*`: the routes of README.md; each does what the people's acts do."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.slack.acts import click, forms, rooms, talk
from sandbox.slack.core import Core
from sandbox.slack.errors import SlackError
from sandbox.slack.faults import Fault
from sandbox.slack.model import Json
from sandbox.slack.ui import reads

Act = Callable[[Core, Json], Awaitable[Json] | Json]
SetFault = Callable[[Fault | None], None]
_LOG_MOST = 200
FIRST_PERSON = "U0ANN"  # who the page is before anybody chose
# Where the bot's failure is the call's: a command's failure shows in the channel instead.
_FAILS_WITH_BOT = frozenset({"action", "options", "submit", "shortcut"})


def _who(body: Json) -> tuple[str, str]:
    return body["as"], body["channel"]


POSTS: dict[str, Act] = {
    "message": lambda c, b: talk.say(c, *_who(b), b["text"], b.get("thread_ts") or ""),
    "command": lambda c, b: talk.command(c, *_who(b), b["command"], b.get("text") or ""),
    "action": click.act,
    "options": click.suggest,
    "submit": lambda c, b: forms.submit(c, b["as"], b["view_id"], b.get("values") or {}),
    "close": lambda c, b: forms.close(c, b["as"], b["view_id"], everything=bool(b.get("all"))),
    "shortcut": lambda c, b: forms.shortcut(
        c, b["as"], b["callback_id"], b.get("channel") or "", b.get("message_ts") or ""
    ),
    "home": lambda c, b: forms.open_home(c, b["as"]),
    "reaction": lambda c, b: (rooms.unreact if b.get("remove") else rooms.react)(
        c, *_who(b), b["ts"], b["name"]
    ),
    "pin": lambda c, b: rooms.pin(c, *_who(b), b["ts"], remove=bool(b.get("remove"))),
    "channel": lambda c, b: rooms.create(c, b["as"], b["name"], private=bool(b.get("is_private"))),
    "join": lambda c, b: rooms.join(c, *_who(b)),
    "leave": lambda c, b: rooms.leave(c, *_who(b)),
    "invite": lambda c, b: rooms.invite(c, *_who(b), b["user"]),
    "kick": lambda c, b: rooms.kick(c, *_who(b), b["user"]),
    "topic": lambda c, b: rooms.topic(c, *_who(b), b["topic"]),
    "archive": lambda c, b: rooms.archive(c, *_who(b)),
    "unarchive": lambda c, b: rooms.unarchive(c, *_who(b)),
    "delete_channel": lambda c, b: rooms.delete(c, *_who(b)),
    "delete_message": lambda c, b: rooms.retract(c, *_who(b), b["ts"]),
    "edit_message": lambda c, b: rooms.reword(c, *_who(b), b["ts"], b["text"]),
}
GETS: dict[str, Act] = {
    "state": lambda c, q: reads.state(c, q.get("as") or FIRST_PERSON),
    "home": lambda c, q: reads.home(c, q["as"]),
    "messages": lambda c, q: reads.history(c, *_who(q), q.get("thread") or ""),
    "views": lambda c, q: reads.open_views(c, q["as"]),
    "shortcuts": lambda c, _q: reads.shortcuts(c),
}


class UiRoutes:
    """Handlers for aiohttp."""

    def __init__(self, core: Core, set_fault: SetFault) -> None:
        """`set_fault` switches a fault on; None switches all off."""
        self._core = core
        self._set_fault = set_fault

    async def post(self, request: web.Request) -> web.Response:
        """`POST /ui/<act>`."""
        name = request.match_info["act"]
        return await self._run(POSTS.get(name), request.json, fails=name in _FAILS_WITH_BOT)

    async def get(self, request: web.Request) -> web.Response:
        """`GET /ui/<what>`."""

        async def query() -> Json:
            return dict(request.query)

        return await self._run(GETS.get(request.match_info["act"]), query)

    async def _run(
        self, act: Act | None, read: Callable[[], Awaitable[Any]], *, fails: bool = False
    ) -> web.Response:
        if act is None:
            return _refuse("no such call", 404)
        try:
            done = act(self._core, await read())
            body = await done if isinstance(done, Awaitable) else done
        except SlackError as error:
            return web.json_response(error.body(), status=400)
        except KeyError as error:
            return _refuse(f"missing field {error}", 400)
        except ValueError as error:
            return _refuse(f"not JSON: {error}", 400)
        return web.json_response({"ok": not (fails and body.get("error")), **body})

    async def faults(self, _request: web.Request) -> web.Response:
        """`GET /ui/faults`: what is on, and the last calls."""
        log = [call.shown() for call in self._core.calls[-_LOG_MOST:]]
        return web.json_response({**self._fault_list(), "log": log})

    async def set_faults(self, request: web.Request) -> web.Response:
        """`POST /ui/faults`: a fault, `{clear: true}`, `{remove: id}` or `{rate_limits: bool}`."""
        body = await request.json()
        try:
            if body.get("clear"):
                self._set_fault(None)
            elif "remove" in body:
                self._core.faults.remove(body["remove"])
            elif "rate_limits" in body:
                self._core.rates.enabled = bool(body["rate_limits"])
            else:
                self._set_fault(Fault(**body))
        except (SlackError, TypeError) as error:
            return _refuse(str(error), 400)
        self._core.ws.changed("faults")
        return web.json_response(self._fault_list())

    def _fault_list(self) -> Json:
        faults, rates = self._core.faults, self._core.rates
        return {"ok": True, "faults": faults.shown(), "rate_limits": rates.enabled}

    async def file(self, request: web.Request) -> web.Response:
        """`GET /ui/file/<id>`: the bytes."""
        file = self._core.ws.files.get(request.match_info["id"])
        if file is None or file.deleted:
            return _refuse("file_not_found", 404)
        return web.Response(
            body=file.data,
            content_type=file.mimetype,
            headers={"Content-Disposition": f'inline; filename="{_plain(file.name)}"'},
        )


def _plain(name: str) -> str:
    return "".join(c for c in name if c.isalnum() or c in "._- ")


def _refuse(error: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)
