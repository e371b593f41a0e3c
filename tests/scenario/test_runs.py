"""/runbook in the sandbox workspace, through the whole bot, against a real HTTP server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.scenario.steps import Scene, buttons, words

APPROVALS, OPS = "C0APPROVALS", "C0OPS"
SYSTEM = """
id: shop
title: The shop
owner: shop-team
platform: compose
urls: {base: "http://127.0.0.1:PORT"}
"""
STATE = """
id: shop-state
title: How the shop is
system: shop
owner: shop-team
steps:
  - {id: state, title: Ask the shop, uses: http.get, with: {url: "{system.urls.base}/state"}}
"""
OPEN = """
id: shop-open
title: Open the shop
system: shop
owner: shop-team
params:
  door: {type: choice, options: [front, back], help: Which one.}
approval: one-approver
steps:
  - {id: state, title: Ask the shop, uses: http.get, with: {url: "{system.urls.base}/state"}}
  - {id: open, title: Open it, uses: http.put, timeout: 30s,
     with: {url: "{system.urls.base}/doors/{door}"}}
verify:
  - id: opened
    title: The door is open
    uses: http.get
    with: {url: "{system.urls.base}/state", expect: {status: 200, json: {open: "{door}"}}}
rollback: []
"""


class Shop:
    """What is under care: a door."""

    def __init__(self) -> None:
        self.open = ""
        self.puts = 0
        self.port = 0

    async def state(self, _request: web.Request) -> web.Response:
        return web.json_response({"open": self.open, "note": "<!channel> & *bold*"})

    async def put(self, request: web.Request) -> web.Response:
        self.open = request.match_info["door"]
        self.puts += 1
        return web.json_response({"done": True})


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    made = Shop()
    app = web.Application()
    app.add_routes([web.get("/state", made.state), web.put("/doors/{door}", made.put)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@pytest.fixture
async def at(scenes: Any, shop: Shop, tmp_path: Path) -> AsyncIterator[Scene]:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "system.yml").write_text(SYSTEM.replace("PORT", str(shop.port)))
    (folder / "shop-state.yml").write_text(STATE)
    (folder / "shop-open.yml").write_text(OPEN)
    async with scenes(signalbox_runbooks=(tmp_path,)) as scene:
        yield scene


async def typed(at: Scene, user: str, text: str) -> str:
    person = at.person(user)
    before = len(person.ephemerals(OPS))
    done = await person.command("/runbook", text, channel=OPS)
    assert done.status == 200
    await at.settled()
    return words(person.ephemerals(OPS)[before:])


async def test_a_reading_runbook_shows_its_output_in_the_thread_and_as_a_file(at: Scene) -> None:
    assert "starts now" in await typed(at, "U0BOB", "run shop-state")
    [card] = [one for one in at.posted(OPS) if "shop-state" in words(one)]
    assert "*succeeded*" in words(card)
    thread = at.person("U0ANN").messages(OPS, card["ts"])
    said = words(thread)
    assert "answered 200" in said
    assert "&lt;!channel&gt;" in said
    assert "SHA-256" in said
    assert any(one.get("files") for one in thread)


async def test_a_change_is_asked_for_by_a_form_and_approved_by_another(
    at: Scene, shop: Shop
) -> None:
    assert await typed(at, "U0ANN", "run shop-open") == ""
    ann, bob = at.person("U0ANN"), at.person("U0BOB")
    assert "Open the shop" in words(at.form("U0ANN"))
    await ann.submit(None, {"door": "front"})
    await at.settled()
    [request] = at.posted(APPROVALS)
    assert f"PUT http://127.0.0.1:{shop.port}/doors/front" in words(request)
    assert shop.puts == 0

    await ann.click(APPROVALS, request["ts"], "approval.approve")
    await at.settled()
    assert shop.puts == 0
    assert "Somebody else has to approve" in words(ann.ephemerals(APPROVALS))

    await bob.click(APPROVALS, request["ts"], "approval.approve")
    await at.settled()
    assert (shop.puts, shop.open) == (1, "front")
    [request] = at.posted(APPROVALS)
    assert "Approved by <@U0BOB>" in words(request)
    assert not buttons(request)
    [card] = [one for one in at.posted(OPS) if "shop-open" in words(one)]
    assert "succeeded, verified" in words(card)


async def test_a_denial_says_why(at: Scene, shop: Shop) -> None:
    await typed(at, "U0ANN", "run shop-open door=back")
    [request] = at.posted(APPROVALS)
    bob = at.person("U0BOB")
    await bob.click(APPROVALS, request["ts"], "approval.deny")
    await at.settled()
    await bob.submit(None, {"reason": "not at night"})
    await at.settled()
    [request] = at.posted(APPROVALS)
    assert "Denied by <@U0BOB>: not at night" in words(request)
    assert shop.puts == 0


async def test_the_words_of_the_command(at: Scene) -> None:
    assert "shop-open" in await typed(at, "U0ANN", "list shop")
    assert "Open the shop" in await typed(at, "U0ANN", "show shop-open")
    assert "PUT" in await typed(at, "U0ANN", "plan shop-open door=front")
    assert "none so far" in await typed(at, "U0ANN", "history")
    assert "Did you mean `shop-open`" in await typed(at, "U0ANN", "run shop-opne")
