"""Socket Mode: the same listeners, two connections, none trusted for long."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.slack.app import bolt_app
from bot.slack.line import Patience
from bot.slack.listeners import Listeners
from bot.slack.opener import Opener
from bot.slack.sockets import Sockets
from sandbox.slack import Person
from tests.slack.test_listeners import FORM, INCIDENT, NO_USECASES

HERE = "C0INCIDENTS"
QUICK = Patience(ping_every_s=0.05, stalled_after_s=0.2, finish_s=1.0)


@pytest.fixture
async def bolt(api, inbox, clock) -> AsyncIterator[Any]:
    opener = Opener(api, NO_USECASES, {FORM.callback_id: FORM})
    app = bolt_app(api, None)
    Listeners((INCIDENT,), inbox, clock, opener).attach(app)
    yield app
    await opener.drain()


async def started(api, bolt, patience=QUICK, **rest) -> Sockets:
    sockets = Sockets(api, "xapp-sandbox", bolt, patience=patience, **rest)
    await sockets.start()
    await asyncio.wait_for(_connected(sockets, 2), 5)
    return sockets


async def _connected(sockets: Sockets, count: int) -> None:
    while sockets.connected < count:  # noqa: ASYNC110 - it is the outside that we look at
        await asyncio.sleep(0.01)


async def test_commands_clicks_and_forms_arrive_by_socket(sandbox, api, bolt, inbox):
    sockets = await started(api, bolt)
    assert await sockets.check() is None
    ann = Person(sandbox, "U0ANN")
    for _ in range(4):
        assert (await ann.command("/incident", "status", HERE)).status == 200
    assert len(inbox.recorded) == 4
    inbox.down = True
    done = await ann.command("/incident", "status", HERE)
    assert "REDIS_URL" in done.ephemerals[0]["text"]
    inbox.down = False
    await ann.command("/incident", "declare", HERE)
    await sandbox.until(lambda: ann.open_views() and ann.open_views()[0].get("submit"))
    assert (await ann.submit(values={"title": "?"})).errors
    await ann.submit(values={"title": "slow"})
    assert inbox.recorded[-1].values == {"title": "slow"}
    await sockets.stop()
    assert sandbox.core.delivery.sockets.open == []
    assert "no Socket Mode connection" in (await sockets.check() or "")


async def test_cut_and_dismissed_connections_are_replaced(sandbox, api, bolt):
    sockets = await started(api, bolt)
    sandbox.fault("drop_socket", times=1)
    await asyncio.sleep(0.3)
    await asyncio.wait_for(_connected(sockets, 2), 5)
    await sandbox.core.delivery.sockets.disconnect("refresh_requested")
    await asyncio.sleep(0.2)
    await asyncio.wait_for(_connected(sockets, 2), 10)
    assert (await Person(sandbox, "U0ANN").command("/incident", "status", HERE)).status == 200
    await sockets.stop()


async def test_a_warning_brings_the_new_one_before_the_old_is_closed(sandbox, api, bolt):
    sockets = await started(api, bolt)
    seen: list[int] = []
    before = {socket.number for socket in sandbox.core.delivery.sockets.open}
    await sandbox.core.delivery.sockets.disconnect("warning")
    for _ in range(100):
        await asyncio.sleep(0.01)
        seen.append(len(sandbox.core.delivery.sockets.open))
    after = {socket.number for socket in sandbox.core.delivery.sockets.open}
    assert min(seen) >= 2
    assert not before & after
    await sockets.stop()


async def test_one_that_delivers_nothing_while_the_other_does_is_replaced(
    sandbox, api, bolt, inbox
):
    patience = Patience(ping_every_s=0.05, stalled_after_s=5, passed_over=3)
    sockets = await started(api, bolt, patience)
    sandbox.core.delivery._timeout_s = 0.2
    sandbox.fault("stall_socket", times=1)
    ann = Person(sandbox, "U0ANN")
    for _ in range(12):
        await ann.command("/incident", "status", HERE)
    await asyncio.sleep(0.5)
    inbox.recorded.clear()
    for _ in range(4):
        assert (await ann.command("/incident", "status", HERE)).status == 200
    await sockets.stop()


async def test_a_silent_one_is_replaced_and_an_idle_one_renewed(sandbox, api, bolt):
    idle = Patience(ping_every_s=0.05, stalled_after_s=5, idle_after_s=0.2)
    sockets = await started(api, bolt, idle)
    before = {socket.number for socket in sandbox.core.delivery.sockets.open}
    await asyncio.sleep(0.6)
    after = {socket.number for socket in sandbox.core.delivery.sockets.open}
    assert not before & after
    assert sockets.connected >= 1
    await sockets.stop()


async def test_what_is_under_way_is_finished_at_stop(sandbox, api, bolt, inbox):
    sockets = await started(api, bolt)
    inbox.slow_s = 0.3
    asked = asyncio.create_task(Person(sandbox, "U0ANN").command("/incident", "status", HERE))
    await asyncio.sleep(0.1)
    await sockets.stop()
    assert (await asked).status == 200
    assert len(inbox.recorded) == 1


async def test_no_address_from_slack_is_waited_out_and_told(sandbox, api, bolt):
    sandbox.fault("refused", method="apps.connections.open", code="invalid_auth", times=0)
    sockets = Sockets(api, "xapp-sandbox", bolt, patience=QUICK)
    await sockets.start()
    await asyncio.sleep(0.2)
    assert sockets.connected == 0
    assert "SLACK_BOT_TOKEN" in (await sockets.check() or "")
    calls = len(sandbox.calls_to("apps.connections.open"))
    assert calls == 2  # one each, then they wait
    sandbox.clear_faults()
    await asyncio.wait_for(_connected(sockets, 2), 5)
    await sockets.stop()
