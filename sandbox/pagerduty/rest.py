"""The REST and Events paths that the bot uses."""

from typing import Any, Final

from aiohttp import web

from sandbox.pagerduty import seed
from sandbox.pagerduty.account import EVENT_URGENCY, Account, PdIncident
from sandbox.pagerduty.front import refused

Json = dict[str, Any]
_PAGE: Final = 100


class Rest:
    """Answers from the account. Every changing path wants `From`, a person with a login."""

    def __init__(self, account: Account, routing_key: str) -> None:
        """`routing_key`: of the Events integration, which belongs to the first service."""
        self._account = account
        self._key = routing_key

    def routes(self) -> list[web.RouteDef]:
        """Return the paths."""
        return [
            web.post("/v2/enqueue", self.enqueue),
            web.get("/incidents", self.incidents),
            web.post("/incidents", self.create),
            web.get("/incidents/{id}", self.incident),
            web.put("/incidents/{id}", self.update),
            web.get("/incidents/{id}/notes", self.notes),
            web.post("/incidents/{id}/notes", self.note),
            web.get("/incidents/{id}/log_entries", self.log),
            web.post("/incidents/{id}/status_updates", self.publish),
            web.post("/incidents/{id}/responder_requests", self.responders),
            web.get("/oncalls", self.oncalls),
            web.get("/users", self.users),
            web.get("/services/{id}", self.service),
            web.get("/services", self.services),
            web.get("/schedules", self.schedules),
            web.get("/priorities", self.priorities),
            web.get("/escalation_policies/{id}", self.policy),
        ]

    # ------------------------------------------------------------ Events v2

    async def enqueue(self, request: web.Request) -> web.Response:
        """Trigger, acknowledge or resolve by dedup_key."""
        said = await request.json()
        if said.get("routing_key") != self._key:
            return web.json_response(
                {"status": "invalid event", "message": "Event object is invalid"}, status=400
            )
        key = said.get("dedup_key") or f"auto-{len(self._account.incidents)}"
        found = self._account.open_with_key(key)
        action = said["event_action"]
        if action == "trigger" and found is None:
            self._account.trigger(
                title=said["payload"]["summary"],
                key=key,
                service=seed.SERVICE,
                urgency=EVENT_URGENCY[said["payload"]["severity"]],
                details=str(said["payload"].get("custom_details") or ""),
            )
        elif action == "acknowledge" and found is not None:
            self._account.acknowledge(found, None)
        elif action == "resolve" and found is not None:
            self._account.resolve(found, None)
        done = {"status": "success", "message": "Event processed", "dedup_key": key}
        return web.json_response(done, status=202)

    # ------------------------------------------------------------ incidents

    async def incidents(self, request: web.Request) -> web.Response:
        """List, by key, service and status, the newest first."""
        query, found = request.query, list(reversed(self._account.incidents.values()))
        if key := query.get("incident_key"):
            found = [one for one in found if one.key == key]
        if statuses := query.getall("statuses[]", []):
            found = [one for one in found if one.status in statuses]
        if services := query.getall("service_ids[]", []):
            found = [one for one in found if one.service in services]
        start, most = int(query.get("offset", 0)), int(query.get("limit", 25))
        cut = found[start : start + min(most, _PAGE)]
        more = start + len(cut) < len(found)
        shown = [self._rest(one) for one in cut]
        page = {"limit": most, "offset": start, "more": more, "total": None}
        return web.json_response({"incidents": shown, **page})

    async def create(self, request: web.Request) -> web.Response:
        """Open one; an open one with the same key refuses it."""
        said, by = (await request.json())["incident"], self._by(request)
        if by is None:
            return _no_requester()
        service = said["service"]["id"]
        if service not in self._account.services:
            return refused(400, "Invalid Input Provided", 2001, "Service not found.")
        key = said.get("incident_key") or f"auto-{len(self._account.incidents)}"
        if self._account.open_with_key(key):
            words = "Open incident with matching dedup key already exists on this service"
            return refused(400, "Arguments Caused Error", 2002, words)
        made = self._account.trigger(
            title=said["title"],
            key=key,
            service=service,
            urgency=said.get("urgency", "high"),
            details=said.get("body", {}).get("details", ""),
            by=by,
        )
        return web.json_response({"incident": self._rest(made)}, status=201)

    async def incident(self, request: web.Request) -> web.Response:
        """Show one."""
        return web.json_response({"incident": self._rest(self._found(request))})

    async def update(self, request: web.Request) -> web.Response:
        """Change status, level, people, priority or urgency."""
        one, by = self._found(request), self._by(request)
        if by is None:
            return _no_requester()
        said = (await request.json())["incident"]
        if "priority" in said and self._priority(said["priority"]) is None:
            return refused(400, "Invalid Input Provided", 2001, "Priority not found.")
        change = {
            "acknowledged": self._account.acknowledge,
            "resolved": self._account.resolve,
            "triggered": self._account.reopen,
        }.get(said.get("status", ""))
        if change is not None:
            change(one, by)
        self._reshaped(one, said, by)
        return web.json_response({"incident": self._rest(one)})

    def _reshaped(self, one: PdIncident, said: Json, by: Json) -> None:
        if "escalation_level" in said:
            self._account.escalate(one, said["escalation_level"], by)
        if "assignments" in said:
            people = tuple(each["assignee"]["id"] for each in said["assignments"])
            self._account.reassign(one, people, by)
        if "priority" in said:
            self._account.set_priority(one, self._priority(said["priority"]), by)
        if "urgency" in said:
            self._account.set_urgency(one, said["urgency"])

    async def notes(self, request: web.Request) -> web.Response:
        """List notes."""
        return web.json_response({"notes": self._found(request).notes})

    async def note(self, request: web.Request) -> web.Response:
        """Add a note."""
        one, by = self._found(request), self._by(request)
        if by is None:
            return _no_requester()
        text = (await request.json())["note"]["content"]
        return web.json_response({"note": self._account.note(one, text, by)})

    async def log(self, request: web.Request) -> web.Response:
        """List what happened, the newest first."""
        entries = list(reversed(self._found(request).log))[:_PAGE]
        return web.json_response({"log_entries": entries, "more": False})

    async def publish(self, request: web.Request) -> web.Response:
        """Add a status update."""
        one, by = self._found(request), self._by(request)
        if by is None:
            return _no_requester()
        text = (await request.json())["message"]
        return web.json_response({"status_update": self._account.publish(one, text, by)})

    async def responders(self, request: web.Request) -> web.Response:
        """Ask people to help."""
        one, said = self._found(request), await request.json()
        by = self._account.person(said["requester_id"])
        asked = [
            self._account.ask_responder(
                one, target["responder_request_target"]["id"], said["message"], by
            )
            for target in said["responder_request_targets"]
        ]
        return web.json_response({"responder_request": {"incident_responders": asked}})

    # ------------------------------------------------------------ people and places

    async def oncalls(self, request: web.Request) -> web.Response:
        """Say who is on call, or with `since` in the future who is next."""
        wanted = request.query.getall("escalation_policy_ids[]", [seed.POLICY])
        levels = seed.NEXT if request.query.get("since") else seed.LEVELS
        found = [
            {
                "escalation_policy": {
                    "id": policy,
                    "type": "escalation_policy_reference",
                    "summary": self._account.policies[policy]["name"],
                },
                "escalation_level": level,
                "user": self._account.users[user],
                "schedule": None,
                "start": None,
                "end": None,
            }
            for policy in wanted
            if policy in self._account.policies
            for level, people in levels.items()
            for user in people
        ]
        return web.json_response({"oncalls": found, "more": False})

    async def users(self, request: web.Request) -> web.Response:
        """Find people by name or email."""
        asked = request.query.get("query", "").lower()
        known = self._account.users.values()
        found = [one for one in known if asked in one["email"] or asked in one["name"].lower()]
        return web.json_response({"users": found, "more": False})

    async def service(self, request: web.Request) -> web.Response:
        """Show a service."""
        return _one("service", self._account.services.get(request.match_info["id"]))

    async def services(self, _request: web.Request) -> web.Response:
        """List services."""
        return web.json_response({"services": [*self._account.services.values()], "more": False})

    async def schedules(self, _request: web.Request) -> web.Response:
        """List schedules."""
        return web.json_response({"schedules": [*self._account.schedules.values()], "more": False})

    async def priorities(self, _request: web.Request) -> web.Response:
        """List priorities."""
        return web.json_response({"priorities": self._account.priorities, "more": False})

    async def policy(self, request: web.Request) -> web.Response:
        """Show an escalation policy."""
        return _one("escalation_policy", self._account.policies.get(request.match_info["id"]))

    # ------------------------------------------------------------ inside

    def _found(self, request: web.Request) -> PdIncident:
        one = self._account.incidents.get(request.match_info["id"])
        if one is None:
            missing = refused(404, "Not Found", 2100)
            raise web.HTTPNotFound(text=missing.text, content_type="application/json")
        return one

    def _by(self, request: web.Request) -> Json | None:
        return self._account.by_email(request.headers.get("From"))

    def _priority(self, said: Any) -> Json | None:
        wanted = said if isinstance(said, str) else said.get("id")
        known = self._account.priorities
        return next((one for one in known if wanted in (one["id"], one["name"])), None)

    def _rest(self, one: PdIncident) -> Json:
        """Return an incident as REST shows it."""
        shown = self._account.shown(one)
        assigned = [{"at": one.changed_at, "assignee": each} for each in shown.pop("assignees")]
        return {
            **shown,
            "incident_number": one.number,
            "assignments": assigned,
            "last_status_change_at": one.changed_at,
            "last_status_change_by": one.changed_by
            or {"id": one.service, "type": "service_reference", "summary": "Production"},
        }


def _no_requester() -> web.Response:
    return refused(400, "Requester User Not Found", 1008)


def _one(name: str, found: Json | None) -> web.Response:
    return refused(404, "Not Found", 2100) if found is None else web.json_response({name: found})
