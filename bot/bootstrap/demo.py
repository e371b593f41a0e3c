"""`signalbox demo`: the bot in a workspace of its own, with nothing to set up."""

import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.bootstrap.found import find_commands
from bot.bootstrap.pager import PATH
from bot.bootstrap.parts import parts
from bot.bootstrap.serving import EVERYTHING, serving, until_signal
from bot.settings import Settings
from bot.slack.manifest import manifest
from sandbox import DEMO_CONFIG
from sandbox.pagerduty import PagerDutySandbox
from sandbox.slack import SlackSandbox
from sandbox.statuspage import StatuspageSandbox
from sandbox.systems.cortex import CortexSandbox

PAGE_PORT = 8000
PAGER_PORT = 8001
STATUS_PORT = 8002
PAGER_SECRETS = ("pagerduty_routing_key", "pagerduty_api_token")
TRY = """
  Signalbox is ready. Open  {page}
  and type  /incident declare high checkout is slow
       or   /runbook run cortex-ai-status
  Who is woken: {pager}
  What customers read: {status}

  Everything lives in this process and is forgotten when it ends. Ctrl-C stops it.
"""


async def demo(settings: Settings) -> None:
    """Run everything embedded until a signal; print the address to open."""
    sandbox = SlackSandbox(
        signing_secret=secrets.token_hex(16),
        manifest=manifest(find_commands(), socket_mode=True),
    )
    await sandbox.start(settings.host, _free(PAGE_PORT, settings.host))
    pager = PagerDutySandbox()
    await pager.start(settings.host, _free(PAGER_PORT, settings.host))
    customers = StatuspageSandbox()
    await customers.start(settings.host, _free(STATUS_PORT, settings.host))
    cortex = CortexSandbox()
    await cortex.start(settings.host)
    os.environ.setdefault("CORTEX_URL", cortex.base_url)  # what its system.yml asks for
    try:
        with tempfile.TemporaryDirectory(prefix="signalbox-") as folder:
            await _run(settings, sandbox, pager, customers, Path(folder))
    finally:
        await cortex.stop()
        await customers.stop()
        await pager.stop()
        await sandbox.stop()


async def _run(
    settings: Settings,
    sandbox: SlackSandbox,
    pager: PagerDutySandbox,
    customers: StatuspageSandbox,
    folder: Path,
) -> None:
    told = settings.model_copy(
        update={
            "slack_bot_token": SecretStr(sandbox.core.bot_token),
            "slack_app_token": SecretStr(sandbox.core.app_token),
            "slack_api_url": sandbox.api_url,
            "redis_url": None,
            "signalbox_data_dir": folder,
            "signalbox_config": DEMO_CONFIG,
            "port": _free(settings.port, settings.host),
            **_pager_settings(pager),
            **_page_settings(settings, customers),
        }
    )
    async with parts(told) as built, serving(built, EVERYTHING) as url:
        pager.hooks.url = f"{url}{PATH}"
        builtin = told.status_page_provider == "builtin"
        pages = {
            "page": f"{sandbox.base_url}/?as=U0ANN",
            "pager": f"{pager.base_url}/page",
            "status": f"{url}/status" if builtin else customers.base_url,
        }
        sys.stdout.write(TRY.format(**pages))
        sys.stdout.flush()
        await until_signal()


def _pager_settings(pager: PagerDutySandbox) -> dict[str, Any]:
    told = pager.settings()
    secret = {name: SecretStr(told[name]) for name in PAGER_SECRETS}
    hooks = tuple(SecretStr(one) for one in told["pagerduty_webhook_secret"])
    return {**told, **secret, "pagerduty_webhook_secret": hooks}


def _page_settings(settings: Settings, customers: StatuspageSandbox) -> dict[str, Any]:
    """Return the stand-in's settings when STATUS_PAGE_PROVIDER asks for another page than ours."""
    provider = settings.status_page_provider
    if provider == "builtin":
        return {}
    told = customers.settings(provider)
    return {**told, "status_page_token": SecretStr(told["status_page_token"])}


def _free(port: int, host: str) -> int:
    """Return `port` when it is free, else 0 (any)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return 0
    return port
