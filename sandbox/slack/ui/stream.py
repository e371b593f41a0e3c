"""`GET /ui/stream`: hints to read again, as server-sent events."""

import asyncio
import json
from dataclasses import asdict
from typing import Final

from aiohttp import web

from sandbox.slack.core import Core
from sandbox.slack.model import Change

KEEP_ALIVE_S: Final = 15.0  # a comment line, so that no proxy takes the stream for dead
_QUEUE_MOST: Final = 1000


class Streams:
    """All pages that listen."""

    def __init__(self, core: Core) -> None:
        """Listen to the workspace."""
        self._core = core
        self._listening: dict[asyncio.Queue[Change | None], str] = {}
        core.ws.on_change.append(self._on_change)

    def _on_change(self, change: Change) -> None:
        for queue, user_id in self._listening.items():
            if self._concerns(change, user_id) and not queue.full():
                queue.put_nowait(change)

    def _concerns(self, change: Change, user_id: str) -> bool:
        if change.user:
            return change.user == user_id
        channel = self._core.ws.channels.get(change.channel)
        return channel is None or self._core.ws.visible(channel, user_id)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One page's stream, until it goes or the sandbox stops."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        queue: asyncio.Queue[Change | None] = asyncio.Queue(_QUEUE_MOST)
        self._listening[queue] = request.query.get("as", "")
        try:
            await response.write(b": listening\n\n")
            await _pump(queue, response)
        except ConnectionError:
            pass  # the page is gone; that is how streams end
        finally:
            del self._listening[queue]
        return response

    def stop(self) -> None:
        """End all streams."""
        for queue in self._listening:
            queue.put_nowait(None)


async def _pump(queue: asyncio.Queue[Change | None], response: web.StreamResponse) -> None:
    while True:
        try:
            change = await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if change is None:
            return
        told = {k: v for k, v in asdict(change).items() if v and k != "user"}
        await response.write(f"event: change\ndata: {json.dumps(told)}\n\n".encode())
