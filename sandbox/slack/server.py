"""The aiohttp application: all paths on one port."""

from pathlib import Path
from typing import Final

from aiohttp import web

from sandbox.slack.core import Core
from sandbox.slack.ui.routes import SetFault, UiRoutes
from sandbox.slack.ui.stream import Streams
from sandbox.slack.webapi import WebApi

PAGE: Final = Path(__file__).parent / "page"
UPLOAD_MOST: Final = 50 * 2**20  # bytes; a log of any run fits


def application(core: Core, streams: Streams, set_fault: SetFault) -> web.Application:
    """Everything under one roof."""
    app = web.Application(client_max_size=UPLOAD_MOST)
    api, ui, rest = WebApi(core), UiRoutes(core, set_fault), _Rest(core)
    app.add_routes(
        [
            web.route("*", "/api/{method}", api.call),
            web.post("/respond/{id}", api.respond),
            web.post("/upload/{id}", rest.upload),
            web.get("/socket/{ticket}", core.delivery.sockets.handle),
            web.get("/ui/stream", streams.serve),
            web.get("/ui/faults", ui.faults),
            web.post("/ui/faults", ui.set_faults),
            web.get("/ui/file/{id}", ui.file),
            web.get("/ui/{act}", ui.get),
            web.post("/ui/{act}", ui.post),
            web.get("/archives/{channel}/{message}", rest.archives),
            web.get("/", rest.index),
        ]
    )
    if PAGE.is_dir():
        app.router.add_static("/static", PAGE)
    return app


class _Rest:
    """Uploads, permalinks, the page."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, raw or as the one part of a form."""
        file = self._core.ws.files.get(request.match_info["id"])
        if file is None or file.complete:
            return web.Response(status=404, text="no such upload")
        if request.content_type.startswith("multipart/"):
            parts = (await request.post()).values()
            uploads = [p for p in parts if isinstance(p, web.FileField)]
            file.data = uploads[0].file.read() if uploads else b""
        else:
            file.data = await request.read()
        return web.Response(text=f"OK - {len(file.data)}")

    async def archives(self, request: web.Request) -> web.Response:
        """A permalink: to the page, at that message."""
        channel, digits = request.match_info["channel"], request.match_info["message"][1:]
        ts = request.query.get("thread_ts") or f"{digits[:-6]}.{digits[-6:]}"
        return web.Response(status=302, headers={"Location": f"/#{channel}/{ts}"})

    async def index(self, _request: web.Request) -> web.StreamResponse:
        """The page."""
        index = PAGE / "index.html"
        if index.is_file():
            return web.FileResponse(index)
        return web.Response(text="The sandbox Slack is up; its page is not here.")
