"""The front of the Web API: tokens, faults, pacing, scopes, and a record of every call."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from sandbox.slack import responses
from sandbox.slack.core import Core
from sandbox.slack.errors import SlackError, fail
from sandbox.slack.methods.call import Call, parsed
from sandbox.slack.methods.specs import SPECS
from sandbox.slack.methods.table import METHODS
from sandbox.slack.model import CallRecord, Json

RESPONSE_URL: Final = "response_url"  # how the record and the faults name POST /respond/<id>


@dataclass(slots=True)
class Incoming:
    """A request as it was read."""

    method: str
    args: Json
    token: str
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be answered. `body` a string = not JSON at all. `lost` = answer nothing."""

    body: Json | str
    status: int = 200
    retry_after: str = ""
    lost: bool = False

    @property
    def ok(self) -> bool:
        """Whether Slack did it."""
        return isinstance(self.body, dict) and bool(self.body.get("ok"))

    @property
    def error(self) -> str:
        """Slack's name for what went wrong, or the text."""
        return str(self.body.get("error", "")) if isinstance(self.body, dict) else self.body


class WebApi:
    """Serves `/api/<method>` and `/respond/<id>`."""

    def __init__(self, core: Core) -> None:
        """`core`: the workspace and its app."""
        self._core = core

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One Web API call."""
        incoming = await _read(request)
        started = time.monotonic()
        outcome = await self._through_faults(incoming)
        self._record(incoming, outcome, started)
        return self._answer(request, incoming.method, outcome)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """One use of a response URL; Slack answers `ok` or an error's name as text."""
        body = await _json(request)
        incoming = Incoming(RESPONSE_URL, body, "", [])
        started = time.monotonic()
        core, response_id = self._core, request.match_info["id"]

        def perform() -> Json:
            responses.respond(core, core.urls.use(response_id), body)
            return {}

        outcome = await self._faulty(incoming, perform)
        self._record(incoming, outcome, started)
        if outcome.status == web.HTTPOk.status_code and not outcome.lost:
            text = "ok" if outcome.ok else outcome.error
            return web.Response(text=text)
        return self._answer(request, RESPONSE_URL, outcome)

    async def _through_faults(self, incoming: Incoming) -> Outcome:
        if incoming.method not in METHODS:
            return Outcome({"ok": False, "error": "unknown_method"})
        return await self._faulty(incoming, lambda: self._perform(incoming))

    async def _faulty(self, incoming: Incoming, perform: Any) -> Outcome:
        faults, method = self._core.faults, incoming.method
        if fault := faults.strike("delay", method):
            await asyncio.sleep(fault.seconds)
        if fault := faults.strike("ratelimited", method):
            wait = str(max(1, round(fault.seconds)))
            return Outcome({"ok": False, "error": "ratelimited"}, 429, wait)
        if faults.strike("error", method):
            return Outcome("Internal Server Error", 500)
        if fault := faults.strike("refused", method):
            return Outcome({"ok": False, "error": fault.code})
        lost = faults.strike("lost_answer", method) is not None
        try:
            return Outcome({"ok": True, **perform()}, lost=lost)
        except SlackError as error:
            wait = error.headers.get("Retry-After", "")
            return Outcome(error.body(), error.status, wait, lost)

    def _perform(self, incoming: Incoming) -> Json:
        core, method = self._core, incoming.method
        self._authenticate(incoming)
        wait = core.rates.call(method, SPECS[method].tier)
        if wait:
            error = SlackError("ratelimited", status=429)
            error.headers["Retry-After"] = str(wait)
            raise error
        call = Call(core, method, incoming.args)
        incoming.notes += call.unknown()
        call.check()
        return METHODS[method](call)

    def _authenticate(self, incoming: Incoming) -> None:
        if incoming.method == "api.test":
            return
        if not incoming.token:
            fail("not_authed")
        if incoming.token not in (self._core.bot_token, self._core.app_token):
            fail("invalid_auth")
        for_app = incoming.method == "apps.connections.open"
        if for_app != (incoming.token == self._core.app_token):
            fail("not_allowed_token_type")

    def _record(self, incoming: Incoming, outcome: Outcome, started: float) -> None:
        self._core.warnings.extend(incoming.notes)
        ms = round((time.monotonic() - started) * 1000, 2)
        self._core.record(
            CallRecord(
                incoming.method,
                incoming.args,
                outcome.ok,
                outcome.error,
                self._core.ws.clock(),
                0 if outcome.lost else outcome.status,
                ms,
                tuple(incoming.notes),
            )
        )
        self._core.ws.changed("faults")

    def _answer(self, request: web.Request, method: str, outcome: Outcome) -> web.Response:
        if outcome.lost and request.transport is not None:
            request.transport.abort()
        headers = {"X-Slack-Req-Id": self._core.ws.new_id("R")}
        if self._core.app.scopes is not None:
            headers["X-OAuth-Scopes"] = ",".join(sorted(self._core.app.scopes))
        if method in SPECS:
            headers["X-Accepted-OAuth-Scopes"] = ",".join(SPECS[method].scopes)
        if outcome.retry_after:
            headers["Retry-After"] = outcome.retry_after
        if isinstance(outcome.body, str):
            return web.Response(text=outcome.body, status=outcome.status, headers=headers)
        return web.json_response(outcome.body, status=outcome.status, headers=headers)


async def _json(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _read(request: web.Request) -> Incoming:
    """The method, the arguments and the token, however they travelled."""
    method, notes = request.match_info["method"], []
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        spec = SPECS.get(method)
        if spec is None or spec.takes_json:
            args |= await _json(request)
        else:
            notes.append(f"{method}: takes no JSON body, so Slack would ignore it")
    elif request.method == "POST":
        args |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    args = {name: parsed(name, value) for name, value in args.items()}
    token = str(args.pop("token", "") or "")
    bearer = request.headers.get("Authorization", "")
    if bearer.startswith("Bearer "):
        token = bearer.removeprefix("Bearer ").strip()
    return Incoming(method, args, token, notes)
