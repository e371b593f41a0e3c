"""Both APIs: Atlassian's (https://developer.statuspage.io) and the generic one of the runbook."""

from typing import Any

from aiohttp import web

from sandbox.statuspage.state import PAGE_ID, Json, Page, Refused


class Api:
    """The paths that Signalbox uses, and nothing else."""

    def __init__(self, page: Page) -> None:
        """Answer from `page`."""
        self._page = page

    def routes(self) -> list[web.RouteDef]:
        """Return them."""
        incidents = "/v1/pages/{page}/incidents"
        return [
            web.get("/v1/pages/{page}/components", self.components),
            web.get(incidents, self.listed),
            web.post(incidents, self.create),
            web.get(f"{incidents}/{{id}}", self.one),
            web.patch(f"{incidents}/{{id}}", self.change),
            web.patch(f"{incidents}/{{id}}/incident_updates/{{update}}", self.reword),
            web.get("/generic/incidents", self.generic_listed),
            web.post("/generic/incidents", self.generic_create),
            web.patch("/generic/incidents/{id}", self.generic_change),
        ]

    async def components(self, request: web.Request) -> web.Response:
        """List components."""
        self._mine(request)
        return web.json_response(list(self._page.components.values()))

    async def listed(self, request: web.Request) -> web.Response:
        """List incidents, newest first."""
        self._mine(request)
        limit = int(request.query.get("limit", "100"))
        return web.json_response(self._page.newest()[:limit])

    async def create(self, request: web.Request) -> web.Response:
        """Make an incident."""
        self._mine(request)
        return web.json_response(self._page.create(await _said(request, "incident")), status=201)

    async def one(self, request: web.Request) -> web.Response:
        """Return an incident."""
        self._mine(request)
        return web.json_response(self._page.incident(request.match_info["id"]))

    async def change(self, request: web.Request) -> web.Response:
        """Change an incident."""
        self._mine(request)
        said = await _said(request, "incident")
        return web.json_response(self._page.change(request.match_info["id"], said))

    async def reword(self, request: web.Request) -> web.Response:
        """Change the words of an update."""
        self._mine(request)
        said = await _said(request, "incident_update")
        match = request.match_info
        return web.json_response(self._page.reword(match["id"], match["update"], said["body"]))

    async def generic_listed(self, _request: web.Request) -> web.Response:
        """List incidents as the generic page shows them: the newest text of each."""
        return web.json_response([_plain(one) for one in self._page.newest()])

    async def generic_create(self, request: web.Request) -> web.Response:
        """Make an incident."""
        made = self._page.create(await _generic(request))
        return web.json_response(_plain(made), status=201)

    async def generic_change(self, request: web.Request) -> web.Response:
        """Change an incident."""
        said = await _generic(request)
        return web.json_response(_plain(self._page.change(request.match_info["id"], said)))

    def _mine(self, request: web.Request) -> None:
        if request.match_info["page"] != PAGE_ID:
            raise Refused(404, "Page not found")


async def _said(request: web.Request, name: str) -> Json:
    body = await request.json()
    if not isinstance(body.get(name), dict):
        raise Refused(400, f"{name} is missing")
    said: Json = body[name]
    return said


async def _generic(request: web.Request) -> Json:
    body: Any = await request.json()
    said = await _said(request, "incident")
    return {**said, "component_ids": body.get("component_ids", [])}


def _plain(one: Json) -> Json:
    said = one["incident_updates"][0]["body"] if one["incident_updates"] else ""
    kept = {name: one[name] for name in ("id", "name", "status", "created_at", "updated_at")}
    return {**kept, "body": said}
