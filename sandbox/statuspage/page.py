"""The web page: what customers would see, hand edits, and faults."""

from html import escape
from typing import Any

from aiohttp import web

from sandbox.statuspage.faults import KINDS, Fault, Faults
from sandbox.statuspage.state import HEALTHS, STATUSES, Json, Page

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1.5rem 1rem;
color:#1b1f24;background:#fff}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}
article,.part{border:1px solid #d0d7de;border-radius:8px;padding:.8rem 1rem;margin:.7rem 0}
form{display:flex;flex-wrap:wrap;gap:.5rem;margin:.5rem 0;align-items:center}
textarea,input,select,button{font:inherit;padding:.35rem .5rem}textarea{flex:1 1 100%}
small{color:#57606a}
"""


class WebPage:
    """Plain HTML and forms, so that a person can do what others do behind the bot's back."""

    def __init__(self, page: Page, faults: Faults) -> None:
        """Show and change `page`."""
        self._page = page
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Return them."""
        return [
            web.get("/", self.show),
            web.post("/edit/incident", self.incident),
            web.post("/edit/update", self.update),
            web.post("/edit/component", self.component),
            web.post("/edit/delete", self.delete),
            web.post("/faults", self.fault),
        ]

    async def show(self, _request: web.Request) -> web.Response:
        """The whole page."""
        parts = "".join(_part(one) for one in self._page.components.values())
        told = "".join(_incident(one) for one in self._page.newest())
        body = (
            f"<h1>Statuspage stand-in</h1><h2>Components</h2>{parts}"
            f"<h2>Incidents</h2>{told or '<p>None.</p>'}{self._switches()}"
        )
        html = (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Statuspage stand-in</title><style>{_STYLE}</style></head>"
            f"<body><main>{body}</main></body></html>"
        )
        return web.Response(text=html, content_type="text/html")

    async def incident(self, request: web.Request) -> web.Response:
        """Change title and state by hand."""
        said = await _fields(request)
        self._page.change(said["id"], {"name": said["name"], "status": said["status"]})
        return _back()

    async def update(self, request: web.Request) -> web.Response:
        """Change a text by hand."""
        said = await _fields(request)
        self._page.reword(said["id"], said["update"], said["body"])
        return _back()

    async def component(self, request: web.Request) -> web.Response:
        """Change a component by hand."""
        said = await _fields(request)
        self._page.components[said["id"]]["status"] = said["status"]
        return _back()

    async def delete(self, request: web.Request) -> web.Response:
        """Delete an incident by hand."""
        self._page.delete((await _fields(request))["id"])
        return _back()

    async def fault(self, request: web.Request) -> web.Response:
        """Switch a fault on, or all off."""
        said: dict[str, Any] = await _fields(request)
        if said["kind"] == "none":
            self._faults.clear()
        else:
            self._faults.add(Fault(said["kind"], times=int(said["times"])))
        return _back()

    def _switches(self) -> str:
        kinds = _options(("none", *sorted(KINDS)), "none")
        active = ", ".join(one.kind for one in self._faults.active) or "none"
        return (
            f"<h2>Faults</h2><p>On: {escape(active)}</p><form method='post' action='/faults'>"
            f"<label>Kind <select name='kind'>{kinds}</select></label>"
            "<label>Times <input name='times' value='1' size='3'></label><button>Switch</button>"
            "</form>"
        )


def _part(one: Json) -> str:
    return (
        f"<form class='part' method='post' action='/edit/component'>"
        f"<strong>{escape(one['name'])}</strong>"
        f"<input type='hidden' name='id' value='{escape(one['id'])}'>"
        f"<label>State <select name='status'>{_options(HEALTHS, one['status'])}</select></label>"
        "<button>Change</button></form>"
    )


def _incident(one: Json) -> str:
    hidden = f"<input type='hidden' name='id' value='{escape(one['id'])}'>"
    texts = "".join(
        f"<form method='post' action='/edit/update'>{hidden}"
        f"<input type='hidden' name='update' value='{escape(said['id'])}'>"
        f"<small>{escape(said['status'])} · {escape(said['created_at'][:16])}</small>"
        f"<textarea name='body' rows='3' aria-label='Text'>{escape(said['body'])}</textarea>"
        "<button>Change text</button></form>"
        for said in one["incident_updates"]
    )
    return (
        f"<article><form method='post' action='/edit/incident'>{hidden}"
        f"<input name='name' aria-label='Title' size='40' value='{escape(one['name'])}'>"
        f"<label>State <select name='status'>{_options(STATUSES, one['status'])}</select></label>"
        f"<button>Change</button></form>{texts}"
        f"<form method='post' action='/edit/delete'>{hidden}<button>Delete</button></form>"
        "</article>"
    )


def _options(words: tuple[str, ...], chosen: str) -> str:
    return "".join(
        f"<option{' selected' if word == chosen else ''}>{escape(word)}</option>" for word in words
    )


async def _fields(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}


def _back() -> web.Response:
    return web.Response(status=303, headers={"Location": "/"})
