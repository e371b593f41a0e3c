"""What the lane `pagerduty:<INC>` asks for: each call, and how to tell whether it was done.

`args["key"]` is the dedup_key. With a REST key a doubtful call is looked for before it is made
again; without one only Events remain, and those do no harm twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.outbox import Entry
from bot.domain.paging import AWAY
from bot.errors import OutcomeUnknown, Rejected, Unavailable
from bot.ports import Clock, Taken
from integrations.pagerduty.client import DEADLINE_S, PATIENCE_S, PagerDutyClient
from integrations.pagerduty.reading import Account
from integrations.pagerduty.wire import moment

TRIES: Final = 3  # then the card says that PagerDuty is away, and Retry goes on
UNKNOWN_TRIES: Final = 4
_BEFORE: Final = timedelta(minutes=5)  # PagerDuty's clock and ours differ
_NO_REQUESTER: Final = "1008"
_EVENT_SEVERITY: Final = {"high": "critical", "low": "warning"}
_TITLE_MAX: Final = 1024  # Events v2: summary

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """One call of the lane. `doubtful`: an earlier attempt may have happened, since `since`."""

    args: Mapping[str, Any]
    pager: str | None
    doubtful: bool
    since: datetime


class Calls:
    """Performs entries. `budget_s`: how long one may take; it must lie within the lease."""

    def __init__(
        self, client: PagerDutyClient, clock: Clock, budget_s: float = 2 * DEADLINE_S
    ) -> None:
        """Ask through `client`."""
        self._client = client
        self._clock = clock
        self._account = Account(client)
        self._budget_s = budget_s
        self._calls: Mapping[str, Callable[[Wish], Awaitable[Answer]]] = {
            "pagerduty.trigger": self._trigger,
            "pagerduty.acknowledge": self._acknowledge,
            "pagerduty.resolve": self._resolve,
            "pagerduty.note": self._note,
            "pagerduty.status_update": self._status_update,
            "pagerduty.priority": self._priority,
            "pagerduty.urgency": self._urgency,
            "pagerduty.escalate": self._escalate,
            "pagerduty.reassign": self._reassign,
            "pagerduty.responders": self._responders,
        }

    async def perform(self, taken: Taken) -> Answer:
        """Do what an entry says; raises as bot.bootstrap.lanes.Perform wants it."""
        entry = taken.entry
        call = self._calls.get(entry.call)
        if call is None:
            message = f"Nobody knows the call {entry.call}."
            raise Rejected(message, code="unknown_call")
        wish = Wish(
            args=entry.args,
            pager=taken.refs.get(f"pager:{entry.args['key']}"),
            doubtful=taken.unknown or entry.attempts > 0,
            since=(entry.begun_at or self._clock.now()) - _BEFORE,
        )
        try:
            async with asyncio.timeout(self._budget_s):
                return await call(wish)
        except TimeoutError:
            message = f"{AWAY}: {entry.call} took too long."
            raise _patient(entry, OutcomeUnknown(message)) from None
        except (Unavailable, OutcomeUnknown) as error:
            raise _patient(entry, error) from error
        except Rejected as error:
            if not wish.args.get("spare"):
                raise
            return {"facts": {"refused": error.code}}  # a note less stops nobody

    # ------------------------------------------------------------ the page itself

    async def _trigger(self, wish: Wish) -> Answer:
        if wish.doubtful and self._client.access.rest:
            found = await self._account.by_key(wish.args["key"])
            if found is not None:
                return _named(found, found=True)
        if not self._by_events(wish):
            return await self._create(wish)
        await self._event("trigger", wish)
        return {"facts": {"via": "events"}}

    def _by_events(self, wish: Wish) -> bool:
        return bool(self._client.access.routing_key) and not wish.args.get("service")

    async def _create(self, wish: Wish) -> Answer:
        args = wish.args
        service = args.get("service") or self._client.access.service
        said = {
            "type": "incident",
            "title": args["title"],
            "service": {"id": service, "type": "service_reference"},
            "urgency": args["urgency"],
            "incident_key": args["key"],
            "body": {"type": "incident_body", "details": args.get("details") or args["title"]},
        }
        try:
            reply = await self._client.change("POST", "/incidents", {"incident": said})
        except Rejected:
            found = await self._account.by_key(args["key"])  # refused because it is there?
            if found is None or found.get("status") == "resolved":
                raise
            return _named(found, found=True)
        return _named(reply.data.get("incident") or {})

    async def _acknowledge(self, wish: Wish) -> Answer:
        """Acknowledge as the person who did; without a seat of theirs, without a name."""
        sender, status = wish.args.get("sender"), {"status": "acknowledged"}
        if sender and self._client.access.rest:
            try:
                return await self._put(wish, status, sender)
            except Rejected as error:
                if error.code != _NO_REQUESTER:
                    raise
        if self._by_events(wish):
            await self._event("acknowledge", wish)
            return {}
        return await self._put(wish, status)

    async def _resolve(self, wish: Wish) -> Answer:
        done = {"at": self._clock.now().isoformat()}
        if self._by_events(wish):
            await self._event("resolve", wish)
            return done
        return {**await self._put(wish, {"status": "resolved"}), **done}

    async def _event(self, action: str, wish: Wish) -> None:
        event: dict[str, Any] = {"event_action": action, "dedup_key": wish.args["key"]}
        if action == "trigger":
            event["payload"] = {
                "summary": wish.args["title"][:_TITLE_MAX],
                "source": wish.args.get("source") or "signalbox",
                "severity": _EVENT_SEVERITY[wish.args["urgency"]],
                "custom_details": {"details": wish.args.get("details") or ""},
            }
            event["client"] = "Signalbox"
        await self._client.enqueue(event)

    # ------------------------------------------------------------ what is added to it

    async def _note(self, wish: Wish) -> Answer:
        path = f"/incidents/{await self._pager(wish)}/notes"
        text = wish.args["text"]
        if wish.doubtful:
            reply = await self._client.get(path)
            if _said(reply.data.get("notes"), "content", text, wish.since):
                return {"facts": {"found": True}}
        await self._client.change("POST", path, {"note": {"content": text}})
        return {}

    async def _status_update(self, wish: Wish) -> Answer:
        pager, text = await self._pager(wish), wish.args["text"]
        if wish.doubtful:
            entries = await self._log(pager)
            if _said(entries, "message", text, wish.since):
                return {"facts": {"found": True}}
        await self._client.change("POST", f"/incidents/{pager}/status_updates", {"message": text})
        return {}

    async def _priority(self, wish: Wish) -> Answer:
        return await self._put(wish, {"priority": wish.args["priority"]})

    async def _urgency(self, wish: Wish) -> Answer:
        return await self._put(wish, {"urgency": wish.args["urgency"]})

    async def _escalate(self, wish: Wish) -> Answer:
        pager = await self._pager(wish)
        if wish.doubtful:
            entries = await self._log(pager)
            if _said(entries, "type", "escalate_log_entry", wish.since):
                return {"facts": {"found": True}}
        return await self._put(wish, {"escalation_level": wish.args["level"]})

    async def _reassign(self, wish: Wish) -> Answer:
        users = [await self._account.user(email) for email in wish.args["emails"]]
        people = [{"assignee": {"id": one, "type": "user_reference"}} for one in users]
        return await self._put(wish, {"assignments": people})

    async def _responders(self, wish: Wish) -> Answer:
        pager = await self._pager(wish)
        users = [await self._account.user(email) for email in wish.args["emails"]]
        if wish.doubtful:
            found = await self._account.incident(pager)
            asked = {_id(one.get("user")) for one in found.get("incidents_responders") or ()}
            users = [one for one in users if one not in asked]
        if not users:
            return {"facts": {"found": True}}
        targets = [
            {"responder_request_target": {"id": one, "type": "user_reference"}} for one in users
        ]
        body = {
            "requester_id": await self._account.user(self._client.access.from_email or ""),
            "message": wish.args["text"],
            "responder_request_targets": targets,
        }
        await self._client.change("POST", f"/incidents/{pager}/responder_requests", body)
        return {}

    # ------------------------------------------------------------ inside

    async def _put(
        self, wish: Wish, said: Mapping[str, Any], sender: str | None = None
    ) -> dict[str, Any]:
        """Set something; the same twice does no harm."""
        pager = await self._pager(wish)
        body = {"incident": {"type": "incident_reference", **said}}
        reply = await self._client.change("PUT", f"/incidents/{pager}", body, sender)
        return _named(reply.data.get("incident") or {})

    async def _pager(self, wish: Wish) -> str:
        """Return PagerDuty's id; Events are taken in before their incident exists."""
        if wish.pager:
            return wish.pager
        found = await self._account.by_key(wish.args["key"])
        if found is None:
            message = f"PagerDuty shows no incident {wish.args['key']} yet."
            raise Unavailable(message)
        return str(found["id"])

    async def _log(self, pager: str) -> Any:
        reply = await self._client.get(f"/incidents/{pager}/log_entries")
        return reply.data.get("log_entries")


def _named(incident: Mapping[str, Any], *, found: bool = False) -> dict[str, Any]:
    named = {"pager": incident.get("id"), "url": incident.get("html_url")}
    facts = {"pager": incident.get("id"), **({"found": True} if found else {})}
    return {key: value for key, value in named.items() if value} | {"facts": facts}


def _said(held: Any, key: str, text: str, since: datetime) -> bool:
    """Whether one of these says so, and is not older than our attempt."""
    found = [one for one in held or () if isinstance(one, Mapping) and one.get(key) == text]
    stamps = [moment(one.get("created_at")) for one in found]
    return any(stamp is None or stamp >= since for stamp in stamps)


def _id(held: Any) -> str:
    return str(held.get("id", "")) if isinstance(held, Mapping) else ""


def _patient(entry: Entry, error: Unavailable | OutcomeUnknown) -> Exception:
    """Return the error that lets the entry wait, or after a while one that people see.

    A refused entry stays, is shown on the card, and goes on by Retry or when PagerDuty is back.
    """
    wait = error.retry_after_s if isinstance(error, Unavailable) else None
    if wait is not None:
        return error if wait <= PATIENCE_S else Rejected(str(error), code="rate_limit")
    tries = UNKNOWN_TRIES if isinstance(error, OutcomeUnknown) else TRIES
    return Rejected(str(error), code="away") if entry.attempts + 1 >= tries else error
