"""The web page: incidents, who was woken, and buttons for what a person does on the phone."""

from collections.abc import Callable
from html import escape
from typing import Final

from aiohttp import web

from sandbox.pagerduty.account import Account, PdIncident

_STYLE: Final = """body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem;
color:#1f2a44}article{border:1px solid #ccd;border-left:6px solid #999;border-radius:6px;
padding:.5rem 1rem;margin:1rem 0}.triggered{border-left-color:#c0392b}
.acknowledged{border-left-color:#b9770e}.resolved{border-left-color:#1e8449}
form{display:inline}button{font:inherit;margin-right:.5rem}"""
ACTS: Final = ("acknowledge", "unacknowledge", "escalate", "resolve", "reopen")


class Page:
    """Serves it; `act` does what a button says as the person who is on call."""

    def __init__(self, account: Account, act: Callable[[PdIncident, str], None]) -> None:
        """Show this account."""
        self._account = account
        self._act = act

    def routes(self) -> list[web.RouteDef]:
        """Return the paths."""
        return [web.get("/page", self.show), web.post("/page/{id}/{act}", self.press)]

    async def show(self, _request: web.Request) -> web.Response:
        """List the incidents, the newest first."""
        every = [self._article(one) for one in reversed(self._account.incidents.values())]
        body = "".join(every) or "<p>Nobody has been woken.</p>"
        text = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" '
            f'content="3"><title>PagerDuty stand-in</title><style>{_STYLE}</style></head>'
            f"<body><main><h1>PagerDuty stand-in</h1>{body}</main></body></html>"
        )
        return web.Response(text=text, content_type="text/html")

    async def press(self, request: web.Request) -> web.Response:
        """Do what a button says."""
        one = self._account.incidents.get(request.match_info["id"])
        act = request.match_info["act"]
        if one is None or act not in ACTS:
            raise web.HTTPNotFound
        self._act(one, act)
        raise web.HTTPSeeOther(location="/page")

    def _article(self, one: PdIncident) -> str:
        woken = [
            f"{self._account.users[page.user]['name']} ({page.why})"
            for page in self._account.pages
            if page.incident == one.id
        ]
        people = ", ".join(self._account.users[user]["name"] for user in one.assignees)
        buttons = "".join(
            f'<form method="post" action="/page/{one.id}/{act}"><button>{act}</button></form>'
            for act in ACTS
        )
        notes = "".join(f"<li>{escape(note['content'])}</li>" for note in one.notes)
        return (
            f'<article class="{one.status}"><h2>#{one.number} {escape(one.title)}</h2>'
            f"<p>{one.status}, urgency {one.urgency}, assigned to {escape(people)}</p>"
            f"<p>Woken: {escape('; '.join(woken)) or 'nobody'}</p><ul>{notes}</ul>{buttons}"
            "</article>"
        )
